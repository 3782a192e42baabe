"""What a reply asks for: edits of files, read tolerantly from the diffs and other notations that models write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from agent_ci.core.patches.functions import Function, Piece, read_functions
from agent_ci.core.patches.headers import Header, RejectedPatch, starts_file
from agent_ci.core.patches.hunk import Hunk, is_hunk_header, is_marked, is_stray, read_hunk
from agent_ci.core.patches.replacing import holds_blocks, read_blocks

__all__ = ["FileEdit", "Hunk", "RejectedPatch", "read_edits"]

MAX_BYTES = 2_000_000
MAX_LINES = 50_000
MAX_FILES = 200


@dataclass(frozen=True, slots=True)
class FileEdit:
    """What a reply asks of one file: hunks, or whole functions.

    ``is_swapped`` tells that its header names ``b/`` before ``a/``.
    """

    path: str
    hunks: tuple[Hunk, ...] = ()
    is_new: bool = False
    is_deleted: bool = False
    is_swapped: bool = False
    functions: tuple[Function, ...] = ()


def read_edits(reply: str, *, new_file: str = "") -> tuple[FileEdit, ...]:
    """The edits that *reply* asks for, one per path, in order of appearance.

    They are in the one notation that the reply uses: a unified diff, SEARCH/REPLACE blocks, or else fenced blocks of
    whole Python functions, each below the path of its file. Where a *new_file* is asked for, the one fenced block of a
    reply without a diff is its whole content. Line counts in hunk headers are believed only where they fit what
    follows; no added line is ever dropped in silence. Raises RejectedPatch.
    """
    _refuse_unfit(reply)
    answer = _THOUGHTS.sub("", reply, count=1)
    found = tuple(_replaced(answer)) or _walked(answer)
    edits = _merged(found) or (_whole(reply, new_file) if new_file else _merged(_functions(answer)))
    if not edits:
        raise RejectedPatch(_nothing_in(reply))
    return edits


def _walked(answer: str) -> tuple[FileEdit, ...]:
    found: list[FileEdit] = []
    for block in _blocks(answer):
        found.extend(_Walk(block, is_late=bool(found)).edits())
    return tuple(found)


def _replaced(answer: str) -> Iterator[FileEdit]:
    """What the SEARCH/REPLACE blocks of *answer* ask for. Raises RejectedPatch where a diff stands beside them."""
    lines = _lines(answer)
    if not holds_blocks(lines):
        return
    blocks, outside = read_blocks(lines)
    if _walked("\n".join(outside)):
        raise RejectedPatch("the reply holds both a unified diff and SEARCH/REPLACE blocks; use one of them for all")
    for block in blocks:
        yield _checked(FileEdit(block.path, (block.hunk,), is_new=block.is_new))


def _functions(answer: str) -> Iterator[FileEdit]:
    pieces = [Piece(block.lines, block.is_fenced, block.info) for block in _blocks(answer)]
    return (FileEdit(path, functions=(function,)) for path, function in read_functions(pieces))


def _whole(reply: str, path: str) -> tuple[FileEdit, ...]:
    """The new file *path* that the only fenced block of *reply* is; none where there is no block. Raises RejectedPatch.

    A block that is in a notation of changes is no file.
    """
    if any(sign in reply for sign in _FOREIGN):
        return ()
    blocks = [block.lines for block in _blocks(_THOUGHTS.sub("", reply, count=1)) if block.is_fenced]
    filled = [lines for lines in blocks if any(line.strip() for line in lines)]
    if len(filled) > 1:
        raise RejectedPatch(f"the reply holds {len(filled)} fenced blocks; put the whole of {path} into a single one")
    return tuple(FileEdit(path, (Hunk("+" * len(lines), tuple(lines)),), is_new=True) for lines in filled)


def _refuse_unfit(reply: str) -> None:
    try:
        size = len(reply.encode("utf-8", "surrogateescape"))
    except UnicodeEncodeError as error:
        raise RejectedPatch(f"the reply holds a character that UTF-8 cannot write: {error.reason}") from error
    lines = reply.count("\n")
    if size > MAX_BYTES or lines > MAX_LINES:
        raise RejectedPatch(
            f"the reply has {size:,} bytes in {lines:,} lines, and the limits are {MAX_BYTES:,} and {MAX_LINES:,}; "
            "send a smaller diff"
        )


_THOUGHTS = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL)
_FOREIGN = {
    "*** Begin Patch": "is in the apply_patch notation",
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
    info: str = ""


_FENCE = re.compile(r"( *)(`{3,}|~{3,})([^`]*)")


def _blocks(reply: str) -> Iterator[_Block]:
    # never splitlines(): form feeds, U+0085 and U+2028 are part of a line
    lines = _lines(reply)
    start = at = 0
    while at < len(lines):
        fence = _opening_fence(lines, at)
        if fence:
            end = _closing_fence(lines, at + 1, fence)
            yield _Block(lines[start:at], is_fenced=False)
            inside = [line.removeprefix(fence[1]) for line in lines[at + 1 : end]]
            yield _Block(inside, is_fenced=True, info=fence[3].strip())
            start = at = end
        at += 1
    yield _Block(lines[start:], is_fenced=False)


def _lines(reply: str) -> list[str]:
    return [line.removesuffix("\r") for line in reply.split("\n")]


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
        self._header_end = 0

    def edits(self) -> Iterator[FileEdit]:
        """Each header with the hunks below it. Raises RejectedPatch for changed lines that belong to none."""
        header: Header | None = None
        hunks: list[Hunk] = []
        while self._at < len(self._lines):
            if starts_file(self._lines, self._at):
                yield from _edit(header, hunks)
                header, hunks = self._header(), []
            elif self._hunk_starts(header, hunks):
                hunks.append(self._hunk(header, follows=bool(hunks)))
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
        self._header_end = self._at
        return header

    def _hunk_starts(self, header: Header | None, hunks: list[Hunk]) -> bool:
        line = self._lines[self._at]
        if line.startswith("@@"):
            return header is not None or is_hunk_header(line, is_fenced=self._is_fenced)
        # models leave out the @@ line where there is nothing to count: new and deleted files
        is_directly_below = header is not None and header.is_named and self._at == self._header_end
        return is_directly_below and not hunks and is_marked(line)

    def _hunk(self, header: Header | None, *, follows: bool) -> Hunk:
        line = self._lines[self._at]
        if header is None:
            raise RejectedPatch(f"the hunk {line[:80]!r} follows no file name; put --- a/path and +++ b/path above it")
        if line.startswith("@@@"):
            raise RejectedPatch(f"the diff of {header.path} is a combined diff of a merge; send a plain unified diff")
        hunk, self._at = read_hunk(self._lines, self._at, is_fenced=self._is_fenced, follows=follows)
        return hunk

    def _pass_by(self, header: Header | None) -> None:
        line = self._lines[self._at]
        is_guarded = header is not None or (self._is_late and not self._is_fenced)
        if is_guarded and is_stray(line, is_fenced=self._is_fenced and header is not None):
            raise RejectedPatch(
                f"the line {line[:80]!r} stands outside any hunk; put every changed line below its @@ header, "
                "and start each context line with a space"
            )
        self._at += 1


def _edit(header: Header | None, hunks: Iterable[Hunk]) -> Iterator[FileEdit]:
    if header is None:
        return
    ordered = tuple(hunk for hunk in hunks if hunk.lines or not header.is_new)
    path = header.path
    yield _checked(FileEdit(path, ordered, header.is_new, header.is_deleted, header.is_swapped))


def _checked(edit: FileEdit) -> FileEdit:
    """*edit*, whose hunks say something that can be done. Raises RejectedPatch."""
    path = edit.path
    if any(hunk.is_idle for hunk in edit.hunks):
        raise RejectedPatch(
            f"a hunk of {path} changes nothing (line endings stay as the file has them); "
            "send only hunks with '-' or '+' lines that differ"
        )
    if any(hunk.breaks_lines for hunk in edit.hunks):
        raise RejectedPatch(
            f"an added line of {path} holds a carriage return, behind which some programs read another line; "
            "write two lines, or an escape"
        )
    if not edit.hunks and not (edit.is_new or edit.is_deleted):
        raise RejectedPatch(f"the header of {path} is followed by no hunk; add @@ and the changed lines")
    return edit


def _merged(found: Iterable[FileEdit]) -> tuple[FileEdit, ...]:
    by_path: dict[str, list[FileEdit]] = {}
    for edit in found:
        by_path.setdefault(edit.path, []).append(edit)
    if len(by_path) > MAX_FILES:
        raise RejectedPatch(f"the reply changes {len(by_path)} files, and the limit is {MAX_FILES}")
    twins = {path.casefold(): path for path in by_path}
    for path in by_path:
        if twins[path.casefold()] != path:
            raise RejectedPatch(
                f"the paths {path} and {twins[path.casefold()]} differ in case only; many file systems hold one"
            )
    return tuple(_united(edits) for edits in by_path.values())


def _united(edits: Sequence[FileEdit]) -> FileEdit:
    first = edits[0]
    if len({(edit.is_new, edit.is_deleted) for edit in edits}) > 1:
        raise RejectedPatch(f"the reply creates or deletes {first.path} and changes it as well; send one diff for it")
    if first.is_new or first.is_deleted:
        if len({edit.hunks for edit in edits}) > 1:
            raise RejectedPatch(f"the reply holds two different versions of {first.path}; send one diff for it")
        return first
    functions = tuple(function for edit in edits for function in edit.functions)
    return replace(first, hunks=tuple(_distinct(edits)), functions=functions)


def _distinct(edits: Iterable[FileEdit]) -> Iterator[Hunk]:
    """Every hunk once: a repeated diff is one change, but one diff may repeat its lines for two places."""
    known: set[Hunk] = set()
    for edit in edits:
        news = [hunk for hunk in edit.hunks if hunk not in known]
        known.update(news)
        yield from (replace(hunk, follows=False) for hunk in news[:1])
        yield from news[1:]
