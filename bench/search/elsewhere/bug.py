"""What a bug in another language is: a module, what breaks it, and the checks, of which some are never shown."""

from __future__ import annotations

from dataclasses import dataclass

from bench.search.case import half_of
from bench.search.written import Broken


@dataclass(frozen=True)
class Bug(Broken):
    """A module in the language ``kind`` with its bug.

    ``checks`` and *hidden* are lines ``EXPRESSION ~> EXPRESSION``, both of which give the same in the right module. The
    tests of the project are the checks; a repair is right where the hidden ones hold as well.
    """

    hidden: str

    @property
    def half(self) -> str:
        """The half that the bug is in, by the hash of its name: chosen before anything was tuned."""
        return half_of(f"{self.kind}:{self.name}")


def pairs(checks: str) -> tuple[tuple[str, str], ...]:
    """The two sides of each line of *checks*."""
    split = (line.partition(" ~> ") for line in checks.strip().splitlines())
    return tuple((left.strip(), right.strip()) for left, _, right in split)
