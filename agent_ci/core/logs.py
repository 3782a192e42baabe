"""What the end of a raw job log says: the last lines that name an error, as findings without a place."""

from __future__ import annotations

import re

from agent_ci.core.run import Finding

_ERROR = re.compile(r"\b(?:error|fatal|failed|failure|exception|panic(?:ked)?|traceback)\b", re.IGNORECASE)
_NO_ERROR = re.compile(r"\b(?:0 (?:errors?|failures?|failed)|no errors?|without errors?)\b", re.IGNORECASE)
_PREFIX = re.compile(r"^\ufeff?(?:\d{4}-\d\d-\d\dT[\d:.]+Z ?)?(?:\x1b\[[0-9;]*[A-Za-z])*(?:##\[\w+\])?")
_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_MOST = 10


def findings(text: str, name: str) -> tuple[Finding, ...]:
    """The last lines of the log *name* that name an error, in their order, at most ten."""
    lines = (_COLOUR.sub("", _PREFIX.sub("", line.rpartition("\r")[2])).strip() for line in text.split("\n"))
    errors = [line for line in lines if _ERROR.search(line) and not _NO_ERROR.search(line)]
    return tuple(Finding(name, None, line[:500], tool="log") for line in dict.fromkeys(errors[-_MOST:]))
