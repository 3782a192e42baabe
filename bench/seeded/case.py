"""What a seeded red repository is: what was green, what made it red, how it is tested, and what is to come of it."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

UNITTEST = f"{shlex.quote(sys.executable)} -m unittest"
NOTHING: Mapping[str, str] = {}


def tool(*words: str) -> str:
    """The command of a tool that is installed beside agent-ci."""
    return shlex.join([sys.executable, "-m", *words])


@dataclass(frozen=True)
class Case:
    """The files *green* on the branch main, and *red* ones over them on a branch, which the tests *run* find red.

    *blobs* are files of main that are no text. *needs* is a program without which the case cannot be had. With *again*
    the same slip is made on one more branch, with these files as well, after a run of the proposer `search` repaired
    the first; what is measured is the second. *expected* is the outcome, and *says* a part of what a person is told.
    """

    kind: str
    green: Mapping[str, str]
    red: Mapping[str, str]
    run: str = UNITTEST
    report: tuple[str, ...] = ()
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    needs: str = ""
    again: Mapping[str, str] | None = None
    expected: str = "fixed"
    says: str = ""
