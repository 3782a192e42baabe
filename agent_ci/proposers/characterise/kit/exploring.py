"""Looks for calls that reach what no call reached before, a batch of them in each fork."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ....sandbox_kit import children
from .acts import Call, Outcome
from .calling import Caller, Pair
from .inventing import Inventor

BATCH = 60
SECONDS_A_BATCH = 60.0  # of wall clock: an outer limit, each call has its own
_SIMPLIFIED = 30  # of the calls that reached something new are tried with less
_DOORS, _DEEPEST = 2, 2  # options that open the way to lines, and how many of them together
_VARIED = 0.6  # of the trials change a call that was kept


@dataclass(frozen=True)
class Case:
    """A call that was made, what came of it and what ran."""

    call: Call
    outcome: Outcome
    pairs: frozenset[Pair] = frozenset()

    @cached_property  # it is asked for each fault
    def lines(self) -> frozenset[int]:
        """The lines that ran."""
        return frozenset(line for _, line in self.pairs)


@dataclass
class Corpus:
    """The calls of one target that a test can say, and what else was seen. ``lost`` counts why others were dropped."""

    cases: list[Case] = field(default_factory=list)
    crashes: list[Case] = field(default_factory=list)
    lost: dict[str, int] = field(default_factory=dict)
    pairs: set[Pair] = field(default_factory=set)
    made: set[Any] = field(default_factory=set)
    newest: list[Call] = field(default_factory=list)

    def add(self, case: Case) -> None:
        """Keep *case* where it is of use, and remember its call where it reached something new."""
        if case.outcome.kind == "crash":
            self.crashes.append(case)
        elif case.outcome.is_kept:
            self.cases.append(case)
        else:
            self.lost[case.outcome.kind] = self.lost.get(case.outcome.kind, 0) + 1
        if case.pairs - self.pairs and case.outcome.kind not in ("denied", "unbuilt", "killed"):
            self.newest.append(case.call)
        self.pairs |= case.pairs

    def fresh(self, calls: Iterable[Call]) -> Iterator[Call]:
        """Those of *calls* that were not made yet, each once."""
        for call in calls:
            if call.key not in self.made:
                self.made.add(call.key)
                yield call


def explore(
    inventor: Inventor, caller: Caller, given: Iterable[Call], *, trials: int, wanted: frozenset[int] = frozenset()
) -> Corpus:
    """What about *trials* calls of a target come to, the *given* ones first. Lines are *wanted* to be run."""
    corpus = Corpus()
    if not inventor.is_possible:
        _make(corpus, given, caller)
        return corpus
    _make(corpus, [*given, *inventor.first(), *inventor.odd()], caller)
    last = (trials + len(corpus.made)) // 2
    for door in _doors(corpus, inventor, wanted, {}):
        _make(corpus, itertools.islice(inventor.first(door), max(0, last - len(corpus.made))), caller)
    for _ in range(max(1, (trials - len(corpus.made)) // BATCH)):
        _make(corpus, _next_batch(inventor, corpus), caller)
    _make(corpus, [one for call in corpus.newest[-_SIMPLIFIED:] for one in inventor.simpler(call)], caller)
    return corpus


def _make(corpus: Corpus, calls: Iterable[Call], caller: Caller) -> None:
    """Make those of *calls* that were not made yet, and take what they come to."""
    fresh = [*corpus.fresh(calls)]
    for start in range(0, len(fresh), BATCH):
        for case in run(fresh[start : start + BATCH], caller):
            corpus.add(case)


def _doors(
    corpus: Corpus, inventor: Inventor, wanted: frozenset[int], beside: Mapping[str, str]
) -> Iterator[Mapping[str, str]]:
    """The options, with those *beside* them, without which *wanted* lines do not run, by what *corpus* has by then."""
    for option in _options(corpus, inventor, beside, wanted) if len(beside) < _DEEPEST else ():
        door = {**beside, **option}
        yield door
        yield from _doors(corpus, inventor, wanted, door)


def _options(
    corpus: Corpus, inventor: Inventor, beside: Mapping[str, str], wanted: frozenset[int]
) -> Iterator[Mapping[str, str]]:
    """The single options that, given *beside* others, run the most *wanted* lines that nothing runs without them."""
    needed = {one.name for one in inventor.needed}
    ran: dict[tuple[str, str], set[int]] = {}
    known: set[int] = set()
    for case in (one for one in corpus.cases if one.outcome.kind != "raises"):
        more = [one for one in case.call.arguments if one[0] not in needed and one not in beside.items()]
        if len(more) == 1 and beside.items() <= {*case.call.arguments}:
            ran.setdefault(more[0], set()).update(case.lines & wanted)
        elif not more:
            known |= case.lines
    for _ in range(_DOORS):
        best = max(ran, key=lambda one: len(ran[one] - known), default=None)
        if best is None or not ran[best] - known:
            return
        known |= ran[best]
        yield dict([best])


def _next_batch(inventor: Inventor, corpus: Corpus) -> Iterator[Call]:
    """Most of them close to a call that reached something new, the latest of these most often."""
    kept = corpus.newest
    for index in range(BATCH):
        if kept and index < BATCH * _VARIED:
            yield inventor.near(kept[-1 - (index * index // BATCH) % len(kept)])
        else:
            yield inventor.mixed()


def run(calls: list[Call], caller: Caller) -> Iterator[Case]:
    """What *calls* come to. One that ends its process costs nobody but itself."""
    left = list(calls)
    while left:
        heard = children.run(lambda send, calls=tuple(left): _serve(calls, caller, send), seconds=SECONDS_A_BATCH)  # type: ignore[misc]
        for message in heard.messages:
            caller.shower.names.learn(message["names"])
        found = [_read(call, message) for call, message in zip(left, heard.messages, strict=False)]
        yield from found
        if heard.ended and len(found) == len(left):
            return
        if len(found) < len(left):
            yield Case(left[len(found)], Outcome("killed"))
        left = left[len(found) + 1 :]


def _serve(calls: tuple[Call, ...], caller: Caller, send: Any) -> None:
    for call in calls:
        outcome, seen = caller.make(call)
        send({"outcome": outcome.facts(), "pairs": sorted(seen.pairs), "names": caller.shower.names.known})


def _read(call: Call, message: dict[str, Any]) -> Case:
    return Case(call, Outcome.read(message["outcome"]), frozenset((one, other) for one, other in message["pairs"]))
