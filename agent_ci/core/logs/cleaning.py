"""What the lines of a raw job log say, without what CI systems, terminals and progress bars put around them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

MOST_LINES = 200_000
"""Of a longer log the first tenth of these and the last nine tenths are read."""

LONGEST = 2_000
"""The characters of one line that are read."""

_FIRST = MOST_LINES // 10
_RAW = 16_000  # characters of a raw line that are looked at, half of them at its end
_ESCAPE = re.compile(
    r"\x1b\[[0-?]{0,40}[ -/]{0,8}[@-~]?"  # what sets colours and moves the cursor
    r"|\x1b\][^\x07\x1b]{0,2000}(?:\x07|\x1b\\)?"  # links and titles
    r"|\x1b[()][0-9A-B]|\x1b."
)
# The same where a tool took the escape characters away already; `x[main]`, `map[Key]` and `[5m]` are none.
_BARE = re.compile(r"\[(?:\d{1,3}(?:;\d{0,3}){0,5}m|0?K(?=\[|\s|$)|m(?=\s|$))(?!\])")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?: \d\d[OE][ +]?| |$)"
    r"|\[?\d\d:\d\d:\d\d(?:\.\d{1,9})?\]?\s"
    r"|[ \t]{0,8}\d{1,8}\|\s"
)
_OF_A_JOB = re.compile(r"([^\t]{1,200})\t([^\t]{1,200})\t\ufeff?(?=\d{4}-\d\d-\d\dT)")
_MARK = re.compile(
    r"(?:##\[(?P<hashed>group|endgroup|command|section|error|warning|notice|debug)\]"
    r"|\[(?P<bare>command)\](?=/)"
    r"|::(?P<named>group|endgroup|error|warning|notice|debug)::)"
)
_SECTION = re.compile(r"section_(start|end):\d{1,20}:([\w.-]{1,100})(?:\[[^\]]{0,100}\])?")
_FOLD = re.compile(r"travis_fold:(start|end):([\w.-]{1,100})")
_TRAVIS_TIME = re.compile(r"travis_time:(?:start|end):[\w:=,.-]{0,200}")


class Mark(StrEnum):
    """What a CI system says that a line is."""

    NONE = ""
    GROUP = "group"
    END = "endgroup"
    COMMAND = "command"
    ERROR = "error"
    WARNING = "warning"
    OTHER = "other"


class Line(NamedTuple):
    """One line; a tuple, since a log has a hundred thousand of them.

    *number* is its 1-based number in the raw log, *step* and *job* are empty where none is named.
    """

    number: int
    text: str
    job: str = ""
    step: str = ""
    mark: Mark = Mark.NONE


def clean(text: str) -> tuple[Line, ...]:
    """The lines of the raw log *text* that are not empty, in time that grows with its length only.

    The forms of GitHub (raw, and as ``gh run view --log`` prints it), GitLab, Travis and Jenkins are known. Of what a
    progress bar wrote over itself the last state is kept.
    """
    return tuple(_cleaned(_numbered(text)))


def _numbered(text: str) -> Iterator[tuple[int, str]]:
    count = text.count("\n") + 1
    if count <= MOST_LINES:
        yield from enumerate(text.split("\n"), start=1)
        return
    yield from enumerate(text.split("\n", _FIRST)[:_FIRST], start=1)
    last = MOST_LINES - _FIRST
    yield from enumerate(text.rsplit("\n", last)[1:], start=count - last + 1)


def _cleaned(numbered: Iterator[tuple[int, str]]) -> Iterator[Line]:
    step = ""
    for number, raw in numbered:
        job, named, line = _of_a_job(_short(raw).removeprefix("\ufeff"))
        if "section_" in line or "travis_" in line:
            line, opened = _sections(line)
            step = step if opened is None else opened
        line = _plain(line)
        mark, line = _marked(line)
        if mark is Mark.GROUP and (not step or line.startswith("Run ")):  # other groups stand inside of a step
            step = line
        if line or mark is not Mark.NONE:
            yield Line(number, line[:LONGEST], job, named or step, mark)


def _short(raw: str) -> str:
    """*raw*, or its beginning and its end: what a progress bar wrote last stands there."""
    return raw if len(raw) <= _RAW else raw[: _RAW // 2] + raw[-_RAW // 2 :]


def _of_a_job(raw: str) -> tuple[str, str, str]:
    """Job, step and the rest of a line as ``gh run view --log`` prints it."""
    if "\t" in raw[:400] and (found := _OF_A_JOB.match(raw)):
        return found[1], "" if found[2] == "UNKNOWN STEP" else found[2], raw[found.end() :]
    return "", "", raw


def _sections(line: str) -> tuple[str, str | None]:
    """*line* without the marks of GitLab and Travis, and the name of the section that it opens; "" where one ends."""
    opened: str | None = None
    for pattern in (_SECTION, _FOLD):
        for found in pattern.finditer(line):
            opened = found[2] if found[1] == "start" else ""
        line = pattern.sub("", line)
    return _TRAVIS_TIME.sub("", line), opened


def _plain(line: str) -> str:
    """*line* without escapes, timestamps, and what was written over."""
    if "\x1b" in line:
        line = _ESCAPE.sub("", line)
    if "[" in line:
        line = _BARE.sub("", line)
    if "\r" in line:
        line = next((part for part in reversed(line.split("\r")) if part.strip()), "")
    if line[:1].isdigit() or line[:1] in "[ \t":
        line = line[found.end() :] if (found := _TIME.match(line)) else line
    return line.rstrip() if line.isprintable() else _CONTROL.sub("", line).rstrip()


def _marked(line: str) -> tuple[Mark, str]:
    if line[:2] not in ("##", "::", "[c"):
        return Mark.NONE, line
    found = _MARK.match(line)
    if found is None:
        return Mark.NONE, line
    name = found["hashed"] or found["bare"] or found["named"]
    mark = Mark(name) if name in {*Mark} else Mark.OTHER
    return mark, line[found.end() :].strip()
