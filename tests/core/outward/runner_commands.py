"""Which commands GitHub's runner finds in a line: the grammars of its ActionCommand, written anew, and stricter."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_V1, _V2 = "##[", "::"
_LINE_ENDS = re.compile("\r\n|[\r\n\x0b\x0c\x85\u2028\u2029]")


def commands(text: str) -> list[str]:
    """The name of every command in *text*. Any name counts, since ``stop-commands`` makes names of its own.

    The runner compares strings by the rules of a culture, which skip characters without a shape; so each line is
    read as it stands and without them.
    """
    found = []
    for line in _LINE_ENDS.split(text):
        for reading in {line, "".join(sign for sign in line if not _is_ignored(sign))}:
            found += [name for parse in (_second_form, _first_form) for name in parse(reading)]
    return found


def _second_form(line: str) -> Iterator[str]:
    """``::name key=value::data`` at the start of a line, after any white space."""
    trimmed = line.lstrip().lstrip("\ufeff").lstrip()
    end = trimmed.find(_V2, len(_V2))
    if trimmed.startswith(_V2) and end >= 0:
        yield trimmed[len(_V2) : end].partition(" ")[0]


def _first_form(line: str) -> Iterator[str]:
    """``##[name key=value]data`` anywhere in a line; the runner looks at the first place only, we at each."""
    at = line.find(_V1)
    while at >= 0:
        end = line.find("]", at)
        if end >= 0:
            yield line[at + len(_V1) : end].partition(" ")[0]
        at = line.find(_V1, at + 1)


def _is_ignored(sign: str) -> bool:
    return unicodedata.category(sign) in {"Cc", "Cf", "Cn", "Co"} and not sign.isspace()
