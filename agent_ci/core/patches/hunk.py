"""What one hunk says, and how far it reaches in a text whose line counts may be wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Hunk:
    r"""Lines to find in a file, and what to make of them.

    ``marks`` holds one of " ", "-" and "+" for each of ``lines``, which have no terminators. ``old_start`` is
    the 1-based line that the header states. ``final_newline`` is what "\ No newline at end of file" asks for:
    that the file end with one (True) or without (False); None leaves it as it is. ``follows`` tells that the
    hunk stands below the one before it in the same diff, and so in the file; it is no part of what a hunk says.
    ``is_exact`` tells that none of its context may be missing.
    """

    marks: str
    lines: tuple[str, ...]
    old_start: int | None = None
    final_newline: bool | None = None
    follows: bool = field(default=False, compare=False)
    is_exact: bool = field(default=False, compare=False)

    @property
    def old(self) -> tuple[str, ...]:
        """The lines that the file has: context and removed."""
        return self._without("+")

    @property
    def new(self) -> tuple[str, ...]:
        """The lines that the file is to have: context and added."""
        return self._without("-")

    def _without(self, unwanted: str) -> tuple[str, ...]:
        return tuple(line for mark, line in zip(self.marks, self.lines, strict=True) if mark != unwanted)

    @property
    def is_idle(self) -> bool:
        """Whether applying the hunk would change nothing."""
        return self.old == self.new and self.final_newline is None

    @property
    def breaks_lines(self) -> bool:
        """Whether lines would come to hold carriage returns, which many programs read as the end of a line."""
        return "".join(self.new).count("\r") > "".join(self.old).count("\r")


_MARKS = frozenset(" -+")
_RANGES = re.compile(r"@@+\s*-(\d{1,9})(?:,(\d{1,9}))?\s+\+(\d{1,9})(?:,(\d{1,9}))?")
_NO_NEWLINE = re.compile(r"\\ ")


def is_hunk_header(line: str, *, is_fenced: bool) -> bool:
    """Whether *line* starts a hunk: in prose a full ``@@ -1,2 +1,2`` is asked for, in a fence ``@@`` will do."""
    return line.startswith("@@") and (is_fenced or bool(_RANGES.match(line)))


def is_marked(line: str) -> bool:
    """Whether *line* starts as a hunk's lines do."""
    return line[:1] in _MARKS


def read_hunk(lines: Sequence[str], at: int, *, is_fenced: bool, follows: bool) -> tuple[Hunk, int]:
    """The hunk whose header, or first line where it has none, stands at *at*, and the index behind it."""
    ranges = _RANGES.match(lines[at])
    start = at + lines[at].startswith("@@")
    end = _Body(lines, start, is_fenced=is_fenced).end(ranges)
    return _read(lines[start:end], int(ranges[1]) if ranges else None, follows=follows), end


_RULES = frozenset({"--", "-- ", "---"})
# In prose, "- item", "+ item", "-> so" and rules of dashes are no changed lines.
_STRAY_IN_PROSE = re.compile(r"\+(?! \S)|-(?! \S|[->\d]|$)")


def is_stray(line: str, *, is_fenced: bool) -> bool:
    """Whether *line*, which stands outside any hunk, looks like a changed line that was meant for one."""
    if is_fenced:
        return line[:1] in {"+", "-"} and line not in _RULES
    return bool(_STRAY_IN_PROSE.match(line))


@dataclass(frozen=True, slots=True)
class _Body:
    """The lines below a hunk header: how far do they reach?"""

    lines: Sequence[str]
    start: int
    is_fenced: bool

    def end(self, ranges: re.Match[str] | None) -> int:
        """The index behind the hunk's last line: by the header's counts where they fit, else by shape."""
        if ranges:
            old, new = (1 if ranges[group] is None else int(ranges[group]) for group in (2, 4))
            end = self._end_by_counts(old, new)
            if end is not None and not self._goes_on(end):
                return end
        return self._end_by_shape()

    def _end_by_counts(self, old: int, new: int) -> int | None:
        at = self.start
        while old or new:
            if at == len(self.lines) or _cannot_be_body(self.lines, at) or self._turns_to_prose(at):
                return None
            mark = self.lines[at][:1]
            old -= mark not in {"+", "\\"}
            new -= mark not in {"-", "\\"}
            if old < 0 or new < 0:
                return None
            at += 1
        return self._behind_newline_mark(at) if at > self.start else None

    def _behind_newline_mark(self, at: int) -> int:
        return at + (at < len(self.lines) and bool(_NO_NEWLINE.match(self.lines[at])))

    def _turns_to_prose(self, at: int) -> bool:
        if self.is_fenced or not self.lines[at] or self.lines[at][0] in "+- \\":
            return False
        return at > self.start and not self.lines[at - 1]

    def _goes_on(self, end: int) -> bool:
        """Whether the counts stop too early: more changed lines follow before the next header."""
        if end < len(self.lines) and self.lines[end].startswith((" ", "\t")) and self.lines[end].strip():
            return True
        for at in range(end, len(self.lines)):
            if self._stops(at):
                return False
            if is_stray(self.lines[at], is_fenced=self.is_fenced):
                return True
        return False

    def _end_by_shape(self) -> int:
        at = self.start
        while at < len(self.lines) and not self._stops(at):
            if not self.is_fenced and not self._continues(at):
                break
            at += 1
            while at < len(self.lines) and not self.lines[at]:
                at += 1
        while at > self.start and not self.lines[at - 1]:
            at -= 1
        return at

    def _continues(self, at: int) -> bool:
        line = self.lines[at]
        is_behind_gap = at > self.start and not self.lines[at - 1]
        if is_behind_gap and not line.startswith(" "):
            return is_stray(line, is_fenced=False)
        return line[:1] in {"", " ", "+", "-", "\\", "\t"}

    def _stops(self, at: int) -> bool:
        return self.lines[at].startswith("@@") or _starts_next_file(self.lines, at) or self._is_end_mark(at)

    def _is_end_mark(self, at: int) -> bool:
        if self.lines[at] not in _END_MARKS:
            return False
        rest = [line for line in self.lines[at + 1 : at + 5] if line.strip()]
        return not rest or (len(rest) == 1 and bool(_GIT_VERSION.match(rest[0]))) or rest[0].startswith("From ")


_END_MARKS = frozenset({"-- ", "--", "---", "EOF"})
_GIT_VERSION = re.compile(r"\d+\.\d+")


def _cannot_be_body(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if line.startswith(("--- a/", '--- "a/')):
        return _starts_next_file(lines, at) and lines[at + 1].startswith(("+++ b/", '+++ "b/'))
    return line.startswith(("@@", "diff --git "))


def _starts_next_file(lines: Sequence[str], at: int) -> bool:
    """Whether a header starts here although hunk lines may look like one (``-- x`` removed is ``--- x``)."""
    line = lines[at]
    if not line.startswith(("--- ", "+++ ", "diff -", "Index: ")):
        return False
    if line.startswith(("diff -", "Index: ")):
        return True
    next_line, third = (*lines[at + 1 : at + 3], "", "")[:2]
    if next_line.startswith("+++ ") and line.startswith("--- "):
        return third.startswith("@@") or "/dev/null" in {line[4:].strip(), next_line[4:].strip()}
    return next_line.startswith("@@") and line.startswith(("--- a/", "+++ b/"))


def _read(body: Sequence[str], old_start: int | None, *, follows: bool) -> Hunk:
    marks: list[str] = []
    lines: list[str] = []
    unended: set[str] = set()
    for line in body:
        if _NO_NEWLINE.match(line):
            unended.update(_SIDES[marks[-1]] if marks else "")
            continue
        marks.append(line[0] if is_marked(line) else " ")
        lines.append(line[1:] if is_marked(line) else line)
    final_newline = unended == {"-"} if len(unended) == 1 else None
    return Hunk("".join(marks), tuple(lines), old_start, final_newline, follows)


_SIDES = {" ": "-+", "-": "-", "+": "+"}
