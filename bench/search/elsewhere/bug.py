"""What a bug in another language is: a module, what breaks it, and the checks, of which some are never shown."""

from __future__ import annotations

from dataclasses import dataclass

from bench.search.case import half_of
from bench.search.written import edited


@dataclass(frozen=True)
class Bug:
    """A module that is *right* in *language*, and the *edits* (old text, new text) that break it.

    *checks* and *hidden* are lines ``EXPRESSION ~> EXPRESSION``, both of which give the same in the right module. The
    tests of the project are the checks; a repair is right where the hidden ones hold as well.
    """

    name: str
    language: str
    right: str
    edits: tuple[tuple[str, str], ...]
    checks: str
    hidden: str

    @property
    def source(self) -> str:
        """The right module."""
        return self.right.lstrip("\n")

    @property
    def broken(self) -> str:
        """The module with its bug. Raises ValueError where an edit is not there to be made once."""
        return edited(self.name, self.source, self.edits)

    @property
    def half(self) -> str:
        """The half that the bug is in, by the hash of its name: chosen before anything was tuned."""
        return half_of(f"{self.language}:{self.name}")


def pairs(checks: str) -> tuple[tuple[str, str], ...]:
    """The two sides of each line of *checks*."""
    split = (line.partition(" ~> ") for line in checks.strip().splitlines())
    return tuple((left.strip(), right.strip()) for left, _, right in split)
