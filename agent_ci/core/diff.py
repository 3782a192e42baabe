"""What a reply asks for: edits of files, read tolerantly from the diffs that models really write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from agent_ci.core.headers import Header, RejectedPatch, starts_file

__all__ = ["FileEdit", "Hunk", "RejectedPatch", "read_edits"]

MAX_BYTES = 2_000_000
MAX_FILES = 200


@dataclass(frozen=True, slots=True)
class Hunk:
    r"""Lines to find in a file, and what to make of them.

    ``marks`` holds one of " ", "-" and "+" for each of ``lines``, which have no terminators. ``old_start`` is
    the 1-based line that the header states. ``final_newline`` is what "\ No newline at end of file" asks for:
    that the file end with one (True) or without (False); None leaves it as it is. ``follows`` tells that the
    hunk stands below the one before it in the same diff, and so in the file.
    """

    marks: str
    lines: tuple[str, ...]
    old_start: int | None = None
    final_newline: bool | None = None
    follows: bool = False

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


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What a reply asks of one file. ``is_swapped`` tells that its header names ``b/`` before ``a/``."""

    path: str
    hunks: tuple[Hunk, ...] = ()
    is_new: bool = False
    is_deleted: bool = False
    is_swapped: bool = False


def read_edits(reply: str) -> tuple[FileEdit, ...]:
    """The edits that *reply* asks for, one per path, in order of appearance.

    Line counts in hunk headers are believed only where they fit what follows; no added line is ever dropped
    in silence. Raises RejectedPatch.
    """
    _refuse_unfit(reply)
    found: list[FileEdit] = []
    for block in _blocks(_THOUGHTS.sub("", reply, count=1)):
        found.extend(_Walk(block, is_late=bool(found)).edits())
    edits = _merged(found)
    if not edits:
        raise RejectedPatch(_nothing_in(reply))
    return edits


def _refuse_unfit(reply: str) -> None:
    try:
        size = len(reply.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError as error:
        raise RejectedPatch(f"the reply holds a character that UTF-8 cannot write: {error.reason}") from error
    if size > MAX_BYTES:
        raise RejectedPatch(f"the reply has {size:,} bytes, and the limit is {MAX_BYTES:,}; send a smaller diff")


_THOUGHTS = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL)
_FOREIGN = {
    "*** Begin Patch": "is in the apply_patch notation",
    "<<<<<<< SEARCH": "is in search/replace notation",
}


def _nothing_in(reply: str) -> str:
    foreign = (f"the reply {what}" for sign, what in _FOREIGN.items() if sign in reply)
    what = next(foreign, "the reply holds no diff")
    return f"{what}; answer with a unified diff (--- a/path, +++ b/path, @@, then lines with ' ', '-' or '+')"


@dataclass(frozen=True, slots=True)
class _Block:
    """Consecutive lines of a reply, without terminators: inside a code fence, or prose between two fences."""

    lines: Sequence[str]
    is_fenced: bool


_FENCE = re.compile(r"( *)(`{3,}|~{3,})[^`]*")


def _blocks(reply: str) -> Iterator[_Block]:
    # never splitlines(): form feeds, U+0085 and U+2028 are part of a line
    lines = [line.removesuffix("\r") for line in reply.split("\n")]
    start = at = 0
    while at < len(lines):
        fence = _opening_fence(lines, at)
        if fence:
            end = _closing_fence(lines, at + 1, fence)
            yield _Block(lines[start:at], is_fenced=False)
            yield _Block([line.removeprefix(fence[1]) for line in lines[at + 1 : end]], is_fenced=True)
            start = at = end
        at += 1
    yield _Block(lines[start:], is_fenced=False)


def _opening_fence(lines: Sequence[str], at: int) -> re.Match[str] | None:
    line = lines[at]
    if "```" not in line and "~~~" not in line:
        return None
    fence = _FENCE.fullmatch(line)
    if fence and fence[1]:
        # an indented fence may be a context line of a Markdown file's diff: only a header behind it decides
        inside = lines[at + 1].removeprefix(fence[1]) if at + 1 < len(lines) else ""
        return fence if inside.startswith(("diff --git ", "--- ", "+++ ", "@@")) else None
    return fence


def _closing_fence(lines: Sequence[str], at: int, opening: re.Match[str]) -> int:
    closing = re.compile(re.escape(opening[1]) + re.escape(opening[2][0]) + f"{{{len(opening[2])},}}" + r"\s*")
    return next((end for end in range(at, len(lines)) if closing.fullmatch(lines[end])), len(lines))


class _Walk:
    """One pass over a block's lines, from header to hunk to header."""

    def __init__(self, block: _Block, *, is_late: bool) -> None:
        """Start at the top of *block*; *is_late* tells that blocks above it held a diff."""
        self._lines = block.lines
        self._is_fenced = block.is_fenced
        self._is_late = is_late
        self._at = 0

    def edits(self) -> Iterator[FileEdit]:
        """Each header with the hunks below it. Raises RejectedPatch for changed lines that belong to none."""
        header: Header | None = None
        hunks: list[Hunk] = []
        while self._at < len(self._lines):
            if starts_file(self._lines, self._at):
                yield from _edit(header, hunks)
                header, hunks = self._header(), []
            elif self._hunk_starts(header, hunks):
                hunks.append(self._hunk(header))
            else:
                self._pass_by(header)
        yield from _edit(header, hunks)

    def _header(self) -> Header:
        header: Header = Header()
        while self._at < len(self._lines):
            longer = header.with_line(self._lines[self._at])
            if longer is None:
                break
            header = longer
            self._at += 1
        return header

    def _hunk_starts(self, header: Header | None, hunks: list[Hunk]) -> bool:
        line = self._lines[self._at]
        if line.startswith("@@"):
            return header is not None or self._is_fenced or bool(_RANGES.match(line))
        is_headless = header is not None and header.is_named and not hunks
        return is_headless and line[:1] in _MARKS and starts_file(self._lines, self._at - 2)

    def _hunk(self, header: Header | None) -> Hunk:
        line = self._lines[self._at]
        if header is None:
            raise RejectedPatch(f"the hunk {line[:80]!r} follows no file name; put --- a/path and +++ b/path above it")
        if line.startswith("@@@"):
            raise RejectedPatch(f"the diff of {header.path} is a combined diff of a merge; send a plain unified diff")
        ranges = _RANGES.match(line)
        start = self._at + line.startswith("@@")
        self._at = _Body(self._lines, start, is_fenced=self._is_fenced).end(ranges)
        return _read_hunk(self._lines[start : self._at], int(ranges[1]) if ranges else None)

    def _pass_by(self, header: Header | None) -> None:
        line = self._lines[self._at]
        is_guarded = header is not None or (self._is_late and not self._is_fenced)
        if is_guarded and _is_stray(line, is_fenced=self._is_fenced and header is not None):
            raise RejectedPatch(
                f"the line {line[:80]!r} stands outside any hunk; put every changed line below its @@ header, "
                "and start each context line with a space"
            )
        self._at += 1


_MARKS = frozenset(" -+")
_RANGES = re.compile(r"@@+\s*-(\d{1,9})(?:,(\d{1,9}))?\s+\+(\d{1,9})(?:,(\d{1,9}))?")
_RULES = frozenset({"--", "-- ", "---"})
# In prose, "- item", "+ item", "-> so" and rules of dashes are no changed lines.
_STRAY_IN_PROSE = re.compile(r"\+(?! \S)|-(?! \S|[->\d]|$)")


def _is_stray(line: str, *, is_fenced: bool) -> bool:
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
            if _is_stray(self.lines[at], is_fenced=self.is_fenced):
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
            return _is_stray(line, is_fenced=False)
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
_NO_NEWLINE = re.compile(r"\\ ")


def _cannot_be_body(lines: Sequence[str], at: int) -> bool:
    line = lines[at]
    if line.startswith(('--- a/', '--- "a/')):
        return _starts_next_file(lines, at) and lines[at + 1].startswith(("+++ b/", '+++ "b/'))
    return line.startswith(("@@ ", "diff --git "))


def _starts_next_file(lines: Sequence[str], at: int) -> bool:
    """Whether a header starts here although hunk lines may look like one (``-- x`` removed is ``--- x``)."""
    line = lines[at]
    if not line.startswith(("--- ", "+++ ", "diff --git ", "Index: ")):
        return False
    if line.startswith(("diff --git ", "Index: ")):
        return True
    next_line, third = (*lines[at + 1 : at + 3], "", "")[:2]
    if next_line.startswith("+++ ") and line.startswith("--- "):
        return third.startswith("@@") or "/dev/null" in {line[4:].strip(), next_line[4:].strip()}
    return next_line.startswith("@@") and line.startswith(("--- a/", "+++ b/"))


def _read_hunk(body: Sequence[str], old_start: int | None) -> Hunk:
    marks: list[str] = []
    lines: list[str] = []
    unended: set[str] = set()
    for line in body:
        if _NO_NEWLINE.match(line):
            unended.update({" ": "-+"}.get(marks[-1], marks[-1]) if marks else "")
            continue
        is_marked = line[:1] in _MARKS
        marks.append(line[0] if line and is_marked else " ")
        lines.append(line[1:] if is_marked else line)
    final_newline = None if unended in ({"-", "+"}, set()) else unended == {"-"}
    return Hunk("".join(marks), tuple(lines), old_start, final_newline)


def _edit(header: Header | None, hunks: Iterable[Hunk]) -> Iterator[FileEdit]:
    if header is None:
        return
    path = header.path
    ordered = tuple(replace(hunk, follows=number > 0) for number, hunk in enumerate(hunks))
    if any(hunk.is_idle for hunk in ordered):
        raise RejectedPatch(
            f"a hunk of {path} changes nothing (line endings stay as the file has them); "
            "send only hunks with '-' or '+' lines that differ"
        )
    if not ordered and not (header.is_new or header.is_deleted):
        raise RejectedPatch(f"the header of {path} is followed by no hunk; add @@ and the changed lines")
    yield FileEdit(path, ordered, header.is_new, header.is_deleted, header.is_swapped)


def _merged(found: Iterable[FileEdit]) -> tuple[FileEdit, ...]:
    edits: dict[str, FileEdit] = {}
    for edit in found:
        first = edits.get(edit.path)
        edits[edit.path] = _united(first, edit) if first else edit
    twins = {path.casefold(): path for path in edits}
    odd = next((path for path in edits if twins[path.casefold()] != path), None)
    if odd is not None:
        raise RejectedPatch(f"the paths {odd} and {twins[odd.casefold()]} differ in case only; change one of them")
    if len(edits) > MAX_FILES:
        raise RejectedPatch(f"the reply changes {len(edits)} files, and the limit is {MAX_FILES}")
    return tuple(edits.values())


def _united(first: FileEdit, second: FileEdit) -> FileEdit:
    if (first.is_new, first.is_deleted) != (second.is_new, second.is_deleted):
        raise RejectedPatch(f"the reply creates or deletes {first.path} and changes it as well; send one diff for it")
    known = {replace(hunk, follows=False) for hunk in first.hunks}
    more = tuple(hunk for hunk in second.hunks if replace(hunk, follows=False) not in known)
    if more and (first.is_new or first.is_deleted):
        raise RejectedPatch(f"the reply creates or deletes {first.path} twice, and differently; send one diff for it")
    return replace(first, hunks=first.hunks + more)
