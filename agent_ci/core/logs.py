"""What a raw job log says is wrong: each failure once, in order, with its place where the line has one."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.grouping import shape
from agent_ci.core.log_signs import ASIDE, HINT, NOISE, SIGNS
from agent_ci.core.run import Finding

_ERROR = re.compile(r"\b(?:error|fatal|failed|failure|exception|panic(?:ked)?|traceback)\b", re.IGNORECASE)
_NO_ERROR = re.compile(r"\b(?:0 (?:errors?|failures?|failed)|no errors?|without errors?)\b", re.IGNORECASE)
_PREFIX = re.compile(
    r"^\ufeff?(?:[^\n]{0,200}?\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[\d.]*Z ?|\[?\d\d:\d\d:\d\d(?:\.\d+)?\]?\s|[ \t]*\d+\|\s)?"
)
_COLOUR = re.compile(r"\x1b?\[[0-9;]*m|\x1b\[[0-9;]*[A-Za-z]|\x1b\(B")
_HELP = re.compile(r"\s*->\s*\[Help \d+\]\s*$")
_MOST = 50
_LONGEST = 600  # characters of one line that are read
_LAST = 10


@dataclass(frozen=True, slots=True)
class LogGroup:
    """Findings of one kind: the same tool, code and shape of message; ``title`` is the first of them."""

    title: str
    findings: tuple[Finding, ...]


def findings(text: str, name: str) -> tuple[Finding, ...]:
    """What the log *name* says is wrong, the first cause first, at most fifty.

    A finding without a place of its own has the log as its file. Where no line has a known form, the last ten
    that name an error are taken.
    """
    found: dict[tuple[str, str, int | None, str], Finding] = {}
    last: deque[str] = deque(maxlen=_LAST)
    for line in _lines(text):
        finding = _read(line, name)
        if finding is not None:
            if len(found) < _MOST:
                found.setdefault((finding.file, finding.code, finding.line, finding.message), finding)
        elif _ERROR.search(line) and not _NO_ERROR.search(line) and not NOISE.search(line):
            last.append(line.removeprefix("##[error]"))
    if found:
        return tuple(sorted(found.values(), key=lambda finding: finding.tool in ASIDE))
    return tuple(Finding(name, None, line[:500], tool="log") for line in dict.fromkeys(last))


def log_groups(found: tuple[Finding, ...]) -> tuple[LogGroup, ...]:
    """*found* by kind, in the order of their first lines."""
    kinds: dict[tuple[str, str], list[Finding]] = {}
    for finding in found:
        kinds.setdefault((finding.tool, shape(finding.message)), []).append(finding)
    return tuple(LogGroup(members[0].message, tuple(members)) for members in kinds.values())


def _lines(text: str) -> Iterator[str]:
    """The lines that may name an error, without timestamps, colours, and what a progress bar wrote over."""
    for line in text.split("\n"):
        if not HINT.search(line):
            continue
        clean = _PREFIX.sub("", line.rstrip("\r").rpartition("\r")[2][:_LONGEST], count=1)
        yield _HELP.sub("", _COLOUR.sub("", clean)).rstrip()


def _read(line: str, name: str) -> Finding | None:
    if not line or NOISE.search(line):
        return None
    for sign in SIGNS:
        if found := sign.pattern.match(line):
            parts = found.groupdict()
            number = parts.get("line")
            message = (parts.get("message") or line).strip()[:500]
            return Finding(
                parts.get("file") or name, int(number) if number else None, message, parts.get("code") or "", sign.tool
            )
    return None
