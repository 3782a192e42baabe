"""Knows which words of a command are options, and which are the values that belong to them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one program that have their value in a word of its own: the next one, or for ``lists`` all.

    A word that begins with a dash is never a value. What stands behind ``--`` is no option.
    """

    valued: frozenset[str] = frozenset()
    lists: frozenset[str] = frozenset()

    def without(self, words: tuple[str, ...], left_out: frozenset[str]) -> tuple[str, ...]:
        """*words* in their order, without the options *left_out* and their values."""
        return tuple(word for name, part in self._parts(words) if name not in left_out for word in part)

    def alone(self, words: tuple[str, ...], left_out: frozenset[str] = frozenset()) -> tuple[str, ...]:
        """The options among *words* with their values, without those *left_out* and without what else is named."""
        return tuple(
            word
            for name, part in self._parts(words)
            if name.startswith("-") and name != "--" and name not in left_out
            for word in part
        )

    def _parts(self, words: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Each option by its name with its values, each other word alone, and at last everything from ``--`` on."""
        at = 0
        while at < len(words):
            end = at + 1
            if words[at] == "--":
                end = len(words)
            elif words[at] in self.valued:
                end = min(_values_end(words, end), end + 1)
            elif words[at] in self.lists:
                end = _values_end(words, end)
            yield re.split("[=:]", words[at], maxsplit=1)[0], words[at:end]
            at = end


def _values_end(words: tuple[str, ...], start: int) -> int:
    return next((at for at in range(start, len(words)) if words[at].startswith("-")), len(words))


def with_more(words: tuple[str, ...], more: tuple[str, ...]) -> tuple[str, ...]:
    """*words* with the options *more* behind them, where they still are options: in front of ``--``."""
    at = words.index("--") if "--" in words else len(words)
    return (*words[:at], *more, *words[at:])
