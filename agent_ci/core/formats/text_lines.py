"""The lines of a report, from bytes in any encoding and of any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent_ci.core.formats.collected import Collected
from agent_ci.core.xml.text import decoded


def lines(chunks: Iterable[bytes], collected: Collected) -> Iterator[str]:
    """The lines of *chunks* without their ends; of one that is too long only the beginning, with a note."""
    longest = collected.limits.tag
    pieces: list[str] = []  # of a line whose end has not been seen
    size, is_cut = 0, False
    for text in decoded(chunks):
        if "\n" not in text:
            pieces.append(text)
        else:
            whole = ("".join(pieces) + text).split("\n")
            pieces = [whole.pop()]
            yield from whole[is_cut:]
            size, is_cut = 0, False
        size += len(pieces[-1])
        if is_cut:
            pieces.clear()
        elif size > longest:
            collected.note(f"a line is longer than {longest:,} characters; the rest of it was not read")
            yield "".join(pieces)[:longest]
            pieces, is_cut = [], True
    if not is_cut and (rest := "".join(pieces)):
        yield rest
