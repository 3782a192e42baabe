"""What became of each test that was offered: how far it came, which filter took it out, and what it is good for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

NEW_BEHAVIOUR, PINS_EXISTING = "new-behaviour", "pins-existing"
"""A test that fails without the change, and one that passes on the base as well."""

NO_MUTANT = "no-mutant"
"""The label of a test whose target has no line that a fault could be put into: new lines alone speak for it."""


NOT_MUTATED = "no-faults-tried"
"""The label of a test with whose lines no small fault could be tried: what it would notice is not known."""


class Stage(StrEnum):
    """How far a candidate came; each stage holds those of the next."""

    OFFERED = "candidates"
    BUILT = "built"
    PASSED = "passed"
    GAINED = "gained"
    KILLED = "killed"
    DELIVERED = "delivered"


class Filter(StrEnum):
    """What a candidate is held against, by the names that reports use."""

    BUILDS = "F1"
    GAINS = "F2"
    RELIABLE = "F3"
    ASSERTS = "F4"
    KILLS = "F5"
    UNIQUE = "F6"
    CLEAN = "F7"
    QUICK = "F8"
    FREEZES_NO_BUG = "F9"


@dataclass(frozen=True, slots=True)
class PossibleBug:
    """What may be wrong with the code at *line* (1-based, 0 where not known) of *path*: *message* is one sentence.

    ``reproducer`` is Python that shows it. It is told to a person and never made a test.
    """

    path: str
    function: str
    message: str
    reproducer: str
    line: int = 0


@dataclass(frozen=True, slots=True)
class Judged:
    """One candidate in *file*: a test function, or one row of its table. ``id`` is its name for a person.

    ``rejected_by`` is the filter that took it out, empty where it is delivered, and ``reason`` says why. ``lines``
    (1-based) of its ``target``'s file are those that no other test runs, ``branches`` those in which a branch begins
    that no other test takes, and ``kills`` the ids of the mutants that it alone notices.
    """

    file: str
    id: str
    stage: Stage = Stage.OFFERED
    rejected_by: str = ""
    reason: str = ""
    target: str = ""
    lines: tuple[int, ...] = ()
    kills: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    seconds: float = 0.0
    branches: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Mutants:
    """The small faults that were put into the target lines, counted.

    ``before`` were noticed by the tests that there are, ``after`` by those and the new ones; ``timed_out`` made the
    code so slow that nothing is known, ``untried`` could not be put in, or there was no time.
    """

    tried: int = 0
    before: int = 0
    after: int = 0
    timed_out: int = 0
    untried: int = 0

    def __add__(self, other: Mutants) -> Mutants:
        return Mutants(
            self.tried + other.tried,
            self.before + other.before,
            self.after + other.after,
            self.timed_out + other.timed_out,
            self.untried + other.untried,
        )


@dataclass(frozen=True, slots=True)
class Alive:
    """A small fault in *line* (1-based) of the *target* that no test notices; *description* says what it is."""

    target: str
    line: int
    description: str


@dataclass(frozen=True)
class Written:
    """The account of tests that were offered: every candidate, what they reach, and what else came to light.

    ``gained`` are the lines, by path, that a delivered test runs and none did before, ``alive`` the faults that neither
    the tests there are nor the delivered ones notice.
    """

    judged: tuple[Judged, ...] = ()
    gained: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    mutants: Mutants = field(default_factory=Mutants)
    bugs: tuple[PossibleBug, ...] = ()
    alive: tuple[Alive, ...] = ()

    @property
    def funnel(self) -> dict[str, int]:
        """How many candidates reached each stage."""
        reached = Counter(one.stage for one in self.judged)
        stages = [*Stage]
        return {str(stage): sum(reached[later] for later in stages[index:]) for index, stage in enumerate(stages)}

    @property
    def delivered(self) -> tuple[Judged, ...]:
        """The candidates that are worth having."""
        return tuple(one for one in self.judged if one.stage is Stage.DELIVERED)

    @property
    def rejections(self) -> dict[str, int]:
        """How many candidates each filter took out."""
        counted = Counter(one.rejected_by for one in self.judged if one.rejected_by)
        return dict(sorted(counted.items()))

    def __add__(self, other: Written) -> Written:
        gained = {
            path: self.gained.get(path, frozenset()) | other.gained.get(path, frozenset())
            for path in sorted({*self.gained, *other.gained})
        }
        return Written(
            (*self.judged, *other.judged),
            gained,
            self.mutants + other.mutants,
            tuple(dict.fromkeys((*self.bugs, *other.bugs))),
            (*self.alive, *other.alive),
        )
