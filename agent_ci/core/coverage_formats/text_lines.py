"""The lines of a coverage file in text, from bytes in any encoding; one that is too long for any tool is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from agent_ci.core.xml.text import decoded

_LONGEST = 2**16  # characters


def lines(chunks: Iterable[bytes]) -> Iterator[str]:
    """The lines of *chunks* without their ends."""
    rest = ""
    for text in decoded(chunks):
        *whole, last = (rest + text).split("\n")
        yield from (line.rstrip("\r") for line in whole if len(line) <= _LONGEST)
        rest = last[: _LONGEST + 1]  # as long as it is too long, whatever follows
    if len(rest) <= _LONGEST:
        yield rest.rstrip("\r")
