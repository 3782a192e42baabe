"""Tries edits in their order until one survives, and then those that could be meant in its place."""

from __future__ import annotations

import hashlib
import time
from collections import Counter, deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.operators import Candidate, brings_literal
from agent_ci.core.edits.syntax import SourceFile
from agent_ci.proposers.search.answers import Survivor
from agent_ci.proposers.search.checkpoints import Checkpoint
from agent_ci.proposers.search.kit.progress import digest, digests
from agent_ci.proposers.search.trials import Trials
from agent_ci.sandbox_kit.source import Splice

_MOST_SURVIVORS = 5
_RIVAL = 0.25  # of the rank of the one that is offered, from which on another one counts
_MOST_RIVALS, _LEAST_TIME_FOR_RIVALS = 25, 10.0  # seconds; half of what the first survivor took, where that is more


@dataclass
class Hunt:
    """What is found so far with *trials* in *files*, by path: the *survivors*, and what each function refused.

    The edits that are *done*, by digest, need no trial.
    """

    trials: Trials
    files: Mapping[str, SourceFile]
    hints: Hints
    coverage: Coverage | None = None
    survivors: list[Candidate] = field(default_factory=list)
    refused: Counter[tuple[str, tuple[int, int]]] = field(default_factory=Counter)
    tried: int = 0
    done: set[str] = field(default_factory=set)
    _seen: set[tuple[str, bytes]] = field(default_factory=set)

    def over(self, ranked: Sequence[Candidate], most: int) -> str:
        """Try *ranked* in their order, at most *most* of them, and say why it ended.

        Once one survives, only other edits of the same function are tried, to see how well the tests tell them apart.
        """
        started = time.monotonic()
        waiting, end = deque(ranked), self.trials.end
        while waiting and self.tried < most and time.monotonic() < end and len(self.survivors) < _MOST_SURVIVORS:
            candidate = waiting.popleft()
            name = digest(candidate.path, candidate.start, candidate.end, candidate.replacement)
            if name in self.done or not self._is_worth_a_run(candidate):
                continue
            self.tried += 1
            if not self._survives(candidate):
                self.done.add(name)
                self.refused[_place(candidate)] += 1
                continue
            self.survivors.append(candidate)
            if len(self.survivors) == 1:
                rivals = (one for one in waiting if _place(one) == _place(candidate))
                waiting = deque(islice(rivals, _MOST_RIVALS))
                end = min(end, time.monotonic() + max(_LEAST_TIME_FOR_RIVALS, (time.monotonic() - started) / 2))
        if self.survivors:
            return "found"
        return "count" if self.tried >= most else "time" if waiting else "exhausted"

    def go_on_after(self, before: Checkpoint) -> None:
        """Begin where an earlier hunt in the same tree left off."""
        self.done.update(digests(before.done))
        for path, *place, count in before.refused:
            self.refused[path, tuple(place)] = count

    @property
    def checkpoint(self) -> Checkpoint:
        """Where it is now."""
        return Checkpoint.of(
            sorted(self.done), {(path, *place): count for (path, place), count in self.refused.items()}
        )

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
        rivals = [one for one in self.survivors if one is not candidate and one.rank >= _RIVAL * candidate.rank]
        tests = {*self.trials.targets}
        if self.coverage:
            tests |= self.coverage.tests_of(candidate.path, candidate.line) - {IMPORTS}
        return Survivor(
            candidate.path,
            Splice(candidate.start, candidate.end, candidate.replacement),
            candidate.operator,
            candidate.line,
            tests=len(tests),
            refused=self.refused[_place(candidate)],
            is_copied=brings_literal(candidate, self.files[candidate.path], self.hints),
            function=candidate.function,
            rivals=len(rivals),
        )


def _place(candidate: Candidate) -> tuple[str, tuple[int, int]]:
    """The function that *candidate* edits."""
    return candidate.path, candidate.place


def _with(candidate: Candidate, file: SourceFile) -> bytes:
    return file.with_splice(candidate.start, candidate.end, candidate.replacement)
