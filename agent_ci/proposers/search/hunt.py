"""Tries edits in their order until one survives, and then those that could be meant in its place."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.operators import Candidate, brings_literal
from agent_ci.core.edits.syntax import SourceFile
from agent_ci.proposers.search.answers import Survivor
from agent_ci.proposers.search.checkpoints import Checkpoint
from agent_ci.proposers.search.kit.progress import digest, digests
from agent_ci.proposers.search.trials import Trials
from agent_ci.sandbox_kit.source import Splice

_Place = tuple[str, tuple[int, int]]
_MOST_SURVIVORS = 5
_MOST_DOUBTED = 10  # of those that did not pass where many are tried at once
_RIVAL = 0.25  # of the rank of the one that is offered, from which on another one counts
_MOST_RIVALS, _LEAST_TIME_FOR_RIVALS = 25, 10.0  # seconds; half of what the first survivor took, where that is more


@dataclass
class Hunt:
    """What is found so far with *trials* in *files*, by path: the *survivors*, and what each function refused.

    ``likely`` are those that passed where many were tried at once, whether or not they were run alone. The edits that
    are *done*, by digest, need no trial, and ``refused_before`` counts those of a hunt before this one.
    """

    trials: Trials
    files: Mapping[str, SourceFile]
    hints: Hints
    coverage: Coverage | None = None
    survivors: list[Candidate] = field(default_factory=list)
    likely: list[Candidate] = field(default_factory=list)
    refused: dict[_Place, set[Candidate]] = field(default_factory=dict)
    tried: int = 0
    refused_before: Counter[_Place] = field(default_factory=Counter)
    done: set[str] = field(default_factory=set)
    end: float = field(init=False)
    _seen: set[tuple[str, bytes]] = field(default_factory=set)

    def __post_init__(self) -> None:
        """There is as much time as the trials have."""
        self.end = self.trials.end

    @property
    def _is_late(self) -> bool:
        return time.monotonic() >= self.end

    def over(self, ranked: Sequence[Candidate], most: int) -> str:
        """Try *ranked* in their order, at most *most* of them, and say why it ended.

        Once one survives, only other edits of the same function are tried, to see how well the tests tell them apart.
        """
        started = time.monotonic()
        waiting = deque(ranked)
        for candidate in self._to_run(waiting, most):
            if self.survivors and _place(candidate) != _place(self.survivors[0]):
                continue
            if self._is_late or len(self.survivors) >= _MOST_SURVIVORS:
                break
            if not self._survives(candidate):
                self._refuse(candidate)
                self.done.add(_name(candidate))
                continue
            self.survivors.append(candidate)
            if len(self.survivors) == 1:
                rivals = [one for one in waiting if _place(one) == _place(candidate)]
                waiting.clear()
                waiting.extend(rivals[:_MOST_RIVALS])
                now = time.monotonic()
                self.end = min(self.end, now + max(_LEAST_TIME_FOR_RIVALS, (now - started) / 2))
        if self.survivors:
            return "found"
        return "time" if self._is_late else "count" if self.tried >= most else "exhausted"

    def _to_run(self, waiting: deque[Candidate], most: int) -> Iterator[Candidate]:
        """Those of *waiting* that are to be run alone, in their order.

        Where many can be tried at once, they are those that pass there; and, since that may be wrong, the first of the
        others where none survived.
        """
        doubted: list[Candidate] = []
        while waiting and self.tried < most and not self._is_late:
            batch = self._batch(waiting, min(self.trials.at_once, most - self.tried))
            passing = self.trials.likely([(one.path, _with(one, self.files[one.path])) for one in batch], self.end)
            for number, candidate in enumerate(batch):
                if number not in passing:
                    self._refuse(candidate)
                    doubted.append(candidate)
                    if len(doubted) > _MOST_DOUBTED:
                        self.done.add(_name(candidate))
            likely = [batch[number] for number in sorted(passing)]
            self.likely += likely
            yield from likely
        if not self.survivors:
            yield from doubted[:_MOST_DOUBTED]

    def _batch(self, waiting: deque[Candidate], size: int) -> list[Candidate]:
        """The next *size* of *waiting* that are worth a run; fewer where no more are."""
        found: list[Candidate] = []
        while waiting and len(found) < size:
            candidate = waiting.popleft()
            if _name(candidate) not in self.done and self._is_worth_a_run(candidate):
                found.append(candidate)
                self.tried += 1
        return found

    def _refuse(self, candidate: Candidate) -> None:
        self.refused.setdefault(_place(candidate), set()).add(candidate)

    def _refused_at(self, place: _Place) -> int:
        """How many edits of the function at *place* were refused, in this hunt and before it."""
        return len(self.refused.get(place, ())) + self.refused_before[place]

    def go_on_after(self, before: Checkpoint) -> None:
        """Begin where an earlier hunt in the same tree left off."""
        self.done.update(digests(before.done))
        for path, *place, count in before.refused:
            self.refused_before[path, tuple(place)] = count

    @property
    def checkpoint(self) -> Checkpoint:
        """Where it is now; what is to be tried once more counts as refused only then."""
        counts = Counter(self.refused_before)
        for place, candidates in self.refused.items():
            counts[place] += sum(_name(one) in self.done for one in candidates)
        return Checkpoint.of(sorted(self.done), {(path, *place): counts[path, place] for path, place in sorted(counts)})

    def _is_worth_a_run(self, candidate: Candidate) -> bool:
        """Whether *candidate* makes the file read as nothing before it did, without a fault of syntax."""
        file = self.files[candidate.path]
        data = _with(candidate, file)
        key = (candidate.path, hashlib.sha256(data).digest())
        if key in self._seen or data == file.data:
            return False
        self._seen.add(key)
        return file.is_parsed(data)

    def _survives(self, candidate: Candidate) -> bool:
        file = self.files[candidate.path]
        survives = self.trials.survives(candidate.path, _with(candidate, file))
        self.trials.put(candidate.path, file.data)
        return survives

    def standing(self, candidate: Candidate) -> Survivor:
        """*candidate*, which survived, with what is known of how far it can be trusted."""
        refused = self.refused.get(_place(candidate), set())
        alike = {*self.survivors, *(one for one in self.likely if _place(one) == _place(candidate))} - refused
        rivals = [one for one in alike if one != candidate and one.rank >= _RIVAL * candidate.rank]
        tests = {*self.trials.targets}
        if self.coverage:
            tests |= self.coverage.tests_of(candidate.path, candidate.line) - {IMPORTS}
        return Survivor(
            candidate.path,
            Splice(candidate.start, candidate.end, candidate.replacement),
            candidate.operator,
            candidate.line,
            tests=len(tests),
            refused=self._refused_at(_place(candidate)),
            is_copied=brings_literal(candidate, self.files[candidate.path], self.hints),
            function=candidate.function,
            rivals=len(rivals),
        )


def _name(candidate: Candidate) -> str:
    return digest(candidate.path, candidate.start, candidate.end, candidate.replacement)


def _place(candidate: Candidate) -> _Place:
    """The function that *candidate* edits."""
    return candidate.path, candidate.place


def _with(candidate: Candidate, file: SourceFile) -> bytes:
    return file.with_splice(candidate.start, candidate.end, candidate.replacement)
