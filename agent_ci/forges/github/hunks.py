"""A change as suggestions on lines: which lines of the head become which, and whether a person can be shown them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from unidiff import PatchSet
from unidiff.patch import Hunk, Line, PatchedFile

from agent_ci.core.parcel import Parcel
from agent_ci.errors import RungRefusedError

_FENCE = 3  # backticks, at least


@dataclass(frozen=True, slots=True)
class Edit:
    """The lines *first* to *last* of *path* at the head, 1-based, become the lines *after*."""

    path: str
    first: int
    last: int
    after: tuple[str, ...]

    @property
    def block(self) -> str:
        """The edit as a block that GitHub can apply, fenced by more backticks than stand in it."""
        longest = max((len(run) for line in self.after for run in re.findall("`+", line)), default=0)
        fence = "`" * max(_FENCE, longest + 1)
        return "\n".join((f"{fence}suggestion", *self.after, fence))


def edits(parcel: Parcel) -> tuple[Edit, ...]:
    """The change of *parcel* as edits. Raises RungRefusedError for what a suggestion cannot say exactly."""
    for file in parcel.patch.files:
        if file.status != "M" or file.old_mode != file.new_mode or file.is_binary:
            raise RungRefusedError(f"{file.path} is made, removed or no text, which a suggestion cannot say")
    diff = parcel.patch.diff.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    if "\ufffd" in diff or "\r" in diff:
        raise RungRefusedError("the change has line ends of Windows or is not UTF-8, which a suggestion would lose")
    paths = [file.path for file in parcel.patch.files]
    return tuple(edit for path, file in zip(paths, PatchSet(diff), strict=True) for edit in _of_file(path, file))


def visible(patch: object) -> frozenset[tuple[int, int]]:
    """The ranges of the head's lines that the *patch* of a pull request's file shows, first and last."""
    starts = _HUNK.findall(patch) if isinstance(patch, str) else []
    return frozenset((int(first), int(first) + int(count or 1) - 1) for first, count in starts)


def _of_file(path: str, file: PatchedFile) -> Iterator[Edit]:
    for hunk in file:
        if any(line.line_type == "\\" for line in hunk):
            raise RungRefusedError(f"the end of {path} has no newline, which a suggestion cannot keep")
        yield from _of_hunk(path, hunk)


def _of_hunk(path: str, hunk: Hunk) -> Iterator[Edit]:
    """An edit for each run of changed lines. An insertion takes the line before it along, or the one behind."""
    lines = list(hunk)
    index = 0
    while index < len(lines):
        if lines[index].is_context:
            index += 1
            continue
        end = next((at for at in range(index, len(lines)) if lines[at].is_context), len(lines))
        run = lines[index:end]
        if not any(line.is_removed for line in run):
            before, behind = lines[max(0, index - 1) : index], lines[end : end + 1]
            run = [*before, *run] if before else [*run, *behind]
        yield _edit(path, run)
        index = end


def _edit(path: str, run: list[Line]) -> Edit:
    numbers = [line.source_line_no for line in run if line.source_line_no is not None]
    after = tuple(line.value.removesuffix("\n") for line in run if not line.is_removed)
    if not numbers:
        raise RungRefusedError(f"{path} is empty, so that there is no line to make a suggestion on")
    if not all(line.replace("\t", "").isprintable() for line in after):
        raise RungRefusedError(f"a line of {path} holds characters that nobody sees, which a suggestion cannot show")
    return Edit(path, min(numbers), max(numbers), after)


_HUNK = re.compile(r"^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
