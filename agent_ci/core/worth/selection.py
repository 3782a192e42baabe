"""Which of several good tests to keep: the fewest that notice as many faults and run as many lines as all of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import reduce

from agent_ci.core.untested import Target
from agent_ci.core.worth.surroundings import MOST_LINES
from agent_ci.core.worth.tests_file import Candidate
from agent_ci.core.worth.values import Filter, Judged

MOST_OF_TARGET, MOST_OF_PUSH = 12, 30
"""How many cases one function gets, and one push."""


@dataclass(frozen=True)
class Useful:
    """A candidate for *target* that kills the mutants *kills* and runs the new *lines*; ``size`` counts its own lines.

    It takes the new *branches*, by the lines they begin in. ``order`` is its place in the file. ``is_new`` where it
    fails without the change.
    """

    candidate: Candidate
    target: str
    kills: frozenset[str]
    lines: frozenset[int]
    size: int = 1
    order: int = 0
    is_new: bool = False
    branches: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Reach:
    """What tests that are kept already do: the mutants that they kill and the lines that they run, with the target.

    Of the branches that they take it is the line of each.
    """

    kills: frozenset[tuple[str, str]] = frozenset()
    lines: frozenset[tuple[str, int]] = frozenset()
    branches: frozenset[tuple[str, int]] = frozenset()

    def covers(self, target: Target) -> bool:
        """Whether they run every line and take every branch that *target* lacks."""
        lines = {(target.name, line) for line in target.lines}
        return lines <= self.lines and {(target.name, branch.line) for branch in target.branches} <= self.branches

    @classmethod
    def of(cls, one: Judged | Useful) -> Reach:
        """What *one* does."""
        return cls(
            frozenset((one.target, mutant) for mutant in one.kills),
            frozenset((one.target, line) for line in one.lines),
            frozenset((one.target, line) for line in one.branches),
        )

    def __or__(self, other: Reach) -> Reach:
        return Reach(self.kills | other.kills, self.lines | other.lines, self.branches | other.branches)

    def after(self, delivered: Iterable[Judged]) -> Reach:
        """The same once those *delivered* are kept as well."""
        return reduce(Reach.__or__, map(Reach.of, delivered), self)


def chosen(
    useful: Sequence[Useful], *, room: int = MOST_OF_PUSH, reach: Reach = Reach()
) -> tuple[tuple[Candidate, ...], dict[Candidate, tuple[str, str]]]:
    """The candidates to keep, and for each of the others the filter that takes it out and why.

    Greedy: the one that notices the most mutants that none of those chosen does, then that runs the most new lines and
    branches, then the shortest, then the first of the file. The first test of a target that fails without the change
    comes before all others of it. What adds nothing to *reach* is not kept.
    """
    kept: list[Candidate] = []
    out: dict[Candidate, tuple[str, str]] = {}
    cases, sizes = Counter[str](), Counter[str]()
    new = set[str]()
    left = sorted(useful, key=lambda one: one.order)
    while left:
        best = max(left, key=lambda one: (_is_first(one, new), *_news(one, reach), -one.size, -one.order))
        left.remove(best)
        refusal = _refusal(best, _news(best, reach), cases, sizes, room - len(kept))
        if refusal:
            out[best.candidate] = refusal
            continue
        kept.append(best.candidate)
        new |= {best.target} if best.is_new else set()
        cases[best.target] += 1
        sizes[best.target] += best.size
        reach |= Reach.of(best)
    return tuple(kept), out


def _is_first(one: Useful, new: Collection[str]) -> bool:
    """Whether *one* fails without the change, as none of those chosen for its target does: *new* has those targets."""
    return one.is_new and one.target not in new


def _news(one: Useful, reach: Reach) -> tuple[int, int]:
    """How many mutants, and how many lines and branches, *one* adds to what is there."""
    own = Reach.of(one)
    return len(own.kills - reach.kills), len(own.lines - reach.lines) + len(own.branches - reach.branches)


def _refusal(
    one: Useful, news: tuple[int, int], cases: Counter[str], sizes: Counter[str], room: int
) -> tuple[str, str] | None:
    if not any(news):
        return Filter.UNIQUE, "every fault that it notices and all that it runs is another's already"
    if room < 1:
        return Filter.UNIQUE, f"a push gets at most {MOST_OF_PUSH} tests, and others are worth more"
    if cases[one.target] >= MOST_OF_TARGET:
        return Filter.UNIQUE, f"a function gets at most {MOST_OF_TARGET} tests, and others are worth more"
    if sizes[one.target] + one.size > MOST_LINES:
        return Filter.CLEAN, f"a function gets at most {MOST_LINES} lines of tests, and others are worth more"
    return None
