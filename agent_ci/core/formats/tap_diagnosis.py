"""What the YAML block and the comments of a failed TAP point say: message, file, line and duration.

The block is YAML by name only, so that its usual keys are looked for instead of parsing it.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from agent_ci.core.formats.collected import first_line
from agent_ci.core.formats.places import PLACE_AT_END, place_in_stack

_KEY = re.compile(r"^[ \t]*(message|error)\s*:[ \t]*(.*)$", re.MULTILINE)
_FILE = re.compile(r"^[ \t]*(?:file|fileName)\s*:[ \t]*['\"]?(.+?)['\"]?\s*$", re.MULTILINE)
_LINE = re.compile(r"^[ \t]*(?:line|lineNumber)\s*:[ \t]*(\d{1,9})\s*$", re.MULTILINE)
_AT = re.compile(r"^[ \t]*(?:at|location)\s*:[ \t]*(\S.*?)\s*$", re.MULTILINE)
_DURATION = re.compile(r"^[ \t]*duration_ms\s*:[ \t]*(\d{1,12}(?:\.\d{1,12})?)\s*$", re.MULTILINE)
_PERL = re.compile(r"\bat (\S+) line (\d{1,9})\.?")


class Diagnosis(NamedTuple):
    """What is known about a failure; ``line`` counts from 1."""

    message: str
    file: str
    line: int | None
    seconds: float | None


def read_diagnosis(block: str, comments: str) -> Diagnosis:
    """What *block* and *comments* say. Perl's comments: https://metacpan.org/pod/Test::More#Diagnostics."""
    file, line = _place(block, comments)
    duration = _DURATION.search(block)
    return Diagnosis(
        _message(block) or first_line([comments]), file, line, float(duration[1]) / 1000 if duration else None
    )


def _message(block: str) -> str:
    found = _KEY.search(block)
    if not found:
        return ""
    text = found[2].strip()
    if text[:1] in ("|", ">"):
        return first_line([block[found.end() :]])
    return text.strip("'\"")


def _place(block: str, comments: str) -> tuple[str, int | None]:
    if (file := _FILE.search(block)) and (line := _LINE.search(block)):
        return file[1], int(line[1])
    if (at := _AT.search(block)) and (place := PLACE_AT_END.search(at[1][-500:])):
        return place["file"], int(place["line"])
    if perl := _PERL.search(comments):
        return perl[1], int(perl[2])
    return place_in_stack(block or comments)
