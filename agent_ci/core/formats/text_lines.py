"""The lines of a report, from bytes in any encoding and of any length."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent_ci.core.formats.collected import Collected
from agent_ci.core.junit.xml_text import decoded


def lines(chunks: Iterable[bytes], collected: Collected) -> Iterator[str]:
    """The lines of *chunks* without their ends; of one that is too long only the beginning, with a note."""
    longest = collected.limits.tag
    rest, is_cut = "", False
    for text in decoded(chunks):
        whole = (rest + text).split("\n")
        rest = whole.pop()
        if is_cut and whole:
            del whole[0]
            is_cut = False
        yield from whole
        if is_cut:
            rest = ""
        elif len(rest) > longest:
            collected.note(f"a line is longer than {longest:,} characters; the rest of it was not read")
            yield rest[:longest]
            rest, is_cut = "", True
    if rest and not is_cut:
        yield rest
