"""The search itself: observe, localise, rank, try, and keep what turns every red case green."""

from __future__ import annotations

import contextlib
import json
import math
import os
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import starmap
from pathlib import Path
from typing import Any

from ....sandbox_kit.children import Heard
from ....sandbox_kit.source import Source
from .bench import Bench, Limit, Prepared
from .clues import Clues
from .differing import Apart, apart
from .limits import Limits, Used
from .localise import Scores
from .observed import Observed
from .observing import observe
from .operands import Operands
from .operators import EARLIER, Candidate
from .pairing import Stone, pairs
from .progress import FILE_NAME, Progress
from .ranked import ranked_edits
from .reaching import lost
from .series import MOST, Series
from .spec import Spec
from .surviving import best_of, facts_of, in_order, is_worth_a_start, place_of, siblings, standing
from .suspicion import of_lines, of_statements, with_operands
from .wanted import Wanted

_OBSERVING = 0.2  # of the time left, at most, goes into a cold run without an edit
_SHORT, _LONG = 0.3, 2.0  # seconds that a candidate gets at least: at first, and in the second round if it hung
_MOST_FOR_STONES, _SECONDS_FOR_STONES = 12, 0.1  # red cases; the time of the telling ones, which every candidate runs
_TELLING = 3  # red cases by which it is known what an edit repairs
_MOST_STONES = 400
_MOST_UNREAD = 5  # files that are named
_BETWEEN_PAIRS, _PAIRS_AT_ONCE, _MOST_PAIRS = 40, 16, 300
_COLD_WORTH = 0.1  # of the rank of an edit that needs a fresh process, as such a run takes much longer
_FEW_AT_FIRST = 4  # edits in the first series: many a fault is repaired by one of the first
_MOST_CALLING = 40  # failing cases, and as many passing ones, whose calls tell survivors apart
_IN_SERIES = 0.1  # seconds that a candidate gets at least in a series, before it waits for the second round


@dataclass(frozen=True)
class Results:
    """The file that the trusted side reads, one JSON object a line, written as soon as something is known."""

    path: Path

    def write(self, kind: str, facts: dict[str, Any]) -> None:
        """Append one object."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({kind: facts}) + "\n")


class Search:
    """One search. *started* is a monotonic time from which the spec's seconds count."""

    def __init__(self, spec: Spec, bench: Bench, results: Results, *, started: float) -> None:
        self._spec = spec
        self._bench = bench
        self._results = results
        self._started = started
        self._limits = Limits(spec.seconds, spec.cpu_seconds or math.inf, spec.max_candidates)
        self._seen = Observed()
        self._sources: dict[str, Source] = {}
        self._unread: Sequence[str] = ()
        self._tried = 0
        self._survivors: list[Prepared] = []
        self._killers: Counter[str] = Counter()
        self._stones: list[Stone] = []
        self._progress = Progress(spec.before)
        self._tried_in = self._progress.refused()
        self._wanted = Wanted()
        self._is_patient = False

    def run(self) -> None:
        """Search, and write what survived and how the search ended."""
        reason = self._search()
        spent = time.monotonic() - self._started
        facts = {
            "reason": reason,
            "tried": self._tried,
            "seconds": round(spent, 2),
            "cpu_seconds": round(self._cpu_seconds(), 2),
            "suspects": len(self._sources),
            "unread": list(self._unread[:_MOST_UNREAD]),
            "trying_cpu_seconds": round(self._cpu_seconds() - self._cpu_before_trying, 2),
        }
        self._results.write("summary", facts)
        if reason in ("time", "count"):
            stones = [{**facts_of(one.prepared), "repaired": sorted(one.repaired)} for one in self._stones]
            self._progress.write(self._results.path.with_name(FILE_NAME), stones, self._tried_in)

    def _search(self) -> str:
        self._seen = observe(self._spec, self._bench)
        if not self._seen.red:
            return "not_reproduced"
        clues = Clues.of(self._seen.red)
        hints = clues.hints(self._spec.messages, Path(self._bench.files.root))
        self._wanted = hints.wanted
        ranked = ranked_edits(self._localised(), self._sources, hints, self._spec)
        self._cpu_before_trying = self._cpu_seconds()
        prepare = partial(self._bench.prepare, cold=self._seen.has_cold)
        self._stones += starmap(Stone, self._progress.stones(frozenset(self._seen.red), self._sources, prepare))
        reason = self._try_all(ranked)
        self._try_siblings(ranked)
        self._name_again(ranked)
        best = best_of(self._survivors)
        if best:
            self._results.write("clues", clues.facts)
        others = self._apart(best)
        for prepared in in_order(best, others)[: self._spec.max_survivors]:
            facts = {"refused": self._tried_in[place_of(prepared)], "lost": lost(prepared, self._seen, self._bench)}
            told = {**facts_of(prepared), **standing(prepared, self._seen, self._wanted), **facts}
            self._results.write("survivor", {**told, **others.counted(prepared)})
        return reason

    def _try_siblings(self, ranked: list[Candidate]) -> None:
        """Try what else may be meant in the line of the best survivor, so that its choice is one of all."""
        for together in self._together(self._prepared(siblings(self._survivors, ranked))):
            if self._left() <= 0:
                return
            self._progress.add(one.candidate for one in together)
            found = self._not_refused(together, [])
            self._survivors += [one for one in found if one.is_warm and self._is_plausible(one, [])]

    def _apart(self, best: list[Prepared]) -> Apart:
        """Which of the *best* survivors are another program than the first of them, or may be: one is proven next."""
        if not best:
            return Apart()
        near = self._seen.guards(best[0].candidate, frozenset(self._spec.target_files), self._killers)
        return apart(best, self._bench, [*self._targets()[:_MOST_CALLING], *near[:_MOST_CALLING]])

    def _name_again(self, ranked: list[Candidate]) -> None:
        """Call an older version of a line by the operator that would have made the same edit, where one would have."""
        for index, prepared in enumerate(self._survivors):
            if prepared.candidate.operator == EARLIER:
                data = prepared.source.data
                text = prepared.candidate.splice.applied_to(data)
                near = (one for one in ranked if one.path == prepared.source.path and one.operator != EARLIER)
                same = next((one for one in near if one.splice.applied_to(data) == text), None)
                if same is not None:
                    self._survivors[index] = replace(prepared, candidate=same)

    # Observing

    _cpu_before_trying = 0.0

    def _cpu_seconds(self) -> float:
        """Processor time of this process, of its children and of the cold runs so far."""
        return sum(os.times()[:4]) + self._bench.cold.cpu_seconds

    def _used(self) -> Used:
        return Used(time.monotonic() - self._started, self._cpu_seconds(), self._tried)

    def _left(self) -> float:
        return self._limits.left(self._used())

    def _localised(self) -> Scores:
        scores = of_lines(self._seen)
        self._read_sources(scores)
        operands = Operands(self._sources, Path(self._bench.files.root))
        return of_statements(with_operands(scores, self._seen, operands), self._sources)

    def _read_sources(self, scores: Scores) -> None:
        for path in scores:
            with contextlib.suppress(OSError, SyntaxError, ValueError, RecursionError):
                self._sources[path] = Source(path, Path(path).read_bytes())
        self._unread = [path for path in scores if path not in self._sources]

    # Trying

    def _try_all(self, ranked: list[Candidate]) -> str:
        """Try every candidate once with little patience, then those that hung once more with all of it."""
        limits = self._limits
        hung: list[Prepared] = []
        pairs_at = 0 if self._stones else _BETWEEN_PAIRS
        for together in self._together(self._prepared(ranked)):
            if reason := self._must_stop(limits):
                return reason
            several, known_to_hang = together[: limits.candidates - self._tried], len(hung)
            for prepared in self._not_refused(several, hung):
                if self._is_plausible(prepared, hung):
                    limits = self._after_a_survivor(prepared, limits)
            waiting = {id(one) for one in hung[known_to_hang:]}
            self._progress.add(one.candidate for one in several if id(one) not in waiting)
            if self._tried >= pairs_at:
                pairs_at = self._tried + _BETWEEN_PAIRS
                limits = self._try_pairs(limits, hung)
        limits = self._try_pairs(limits, hung, most=_MOST_PAIRS)
        self._is_patient = True
        for prepared in hung:
            if reason := self._must_stop(limits):
                return reason
            if self._is_plausible(prepared, []):
                limits = self._after_a_survivor(prepared, limits)
            self._progress.add([prepared.candidate])
        return "found" if self._survivors else "exhausted"

    def _prepared(self, ranked: list[Candidate]) -> Iterator[Prepared]:
        """The candidates that compile, each program once; those that need a fresh process wait for a while."""
        known: set[object] = set()
        waiting: deque[Prepared] = deque()
        for candidate in ranked:
            while waiting and waiting[0].candidate.rank * _COLD_WORTH > candidate.rank:
                if is_worth_a_start(waiting[0], self._survivors):
                    yield waiting[0]
                waiting.popleft()
            if self._progress.has(candidate):
                continue
            source = self._sources[candidate.path]
            prepared = self._bench.prepare(source, candidate, cold=self._seen.has_cold)
            if prepared is not None and prepared.signature not in known:
                known.add(prepared.signature)
                if prepared.is_warm or self._seen.has_cold:
                    yield prepared
                else:
                    waiting.append(prepared)
            else:
                self._progress.add([candidate])
        yield from (one for one in waiting if is_worth_a_start(one, self._survivors))

    def _together(self, prepared: Iterator[Prepared]) -> Iterator[list[Prepared]]:
        """The candidates in their order, as many together as one process may try."""
        series: list[Prepared] = []
        for one in prepared:
            if not self._series.takes(one):
                yield [one]
                continue
            series.append(one)
            if len(series) >= min(max(self._tried, _FEW_AT_FIRST), MOST):
                yield series
                series = []
        if series:
            yield series

    def _not_refused(self, several: list[Prepared], hung: list[Prepared]) -> Iterator[Prepared]:
        """Those of *several* that the red cases do not refuse at once; each counts as tried."""
        self._tried += len(several)
        self._tried_in.update(place_of(one) for one in several)
        if not self._series.takes(several[0]):
            yield from several
            return
        ids = sorted(self._series.ids, key=lambda id_: -self._killers[id_])
        stop = not self._keeps(several[0])  # a series that keeps stones has no other cases than the telling ones
        limit = self._limit(ids, is_warm=True, least=_IN_SERIES)
        for prepared, heard in zip(several, self._series.run(several, ids, limit=limit, stop=stop), strict=True):
            if heard is not None and not heard.ended:
                hung.append(prepared)
            elif heard is None or self._is_passed(prepared, heard, ids, stop=stop):
                yield prepared

    @cached_property
    def _series(self) -> Series:
        quickest = sorted(self._seen.red, key=lambda id_: float(self._seen.red[id_]["seconds"]))
        limit = partial(self._limit, is_warm=True)
        ids = self._telling if self._keeps_stones else quickest
        return Series(self._bench, ids, limit=limit, together=self._keeps_stones)

    def _try_pairs(self, limits: Limits, hung: list[Prepared], *, most: int = _PAIRS_AT_ONCE) -> Limits:
        """Try two edits at once where no single one was enough so far, at most *most* pairs that were not tried yet."""
        if self._survivors:
            return limits
        for first, second, both in pairs(self._stones, frozenset(self._telling), self._progress.has, most=most):
            if self._survivors or self._must_stop(limits):
                break
            self._progress.add([both])
            prepared = self._bench.prepare_pair(first, second, both, cold=self._seen.has_cold)
            if prepared is not None:
                self._tried += 1
                if self._is_plausible(prepared, hung):
                    limits = self._after_a_survivor(prepared, limits)
        return limits

    def _must_stop(self, limits: Limits) -> str:
        reason = limits.reached(self._used())
        return "found" if reason and self._survivors else reason

    def _after_a_survivor(self, prepared: Prepared, limits: Limits) -> Limits:
        """Keep it, and look a little further for a better one."""
        self._survivors.append(prepared)
        return limits if len(self._survivors) > 1 else limits.after_a_survivor(self._used())

    def _is_plausible(self, prepared: Prepared, hung: list[Prepared]) -> bool:
        rounds = [(self._targets(), True)]
        if self._keeps(prepared):
            rounds.insert(0, (list(self._telling), False))
        for ids, stop in rounds:
            ended, green = self._passes(prepared, ids, stop=stop)
            if not ended:
                hung.append(prepared)
            if not green:
                return False
        return self._spares_green(prepared)

    def _targets(self) -> list[str]:
        """The red cases, those that refused most edits first."""
        return sorted(self._seen.red, key=lambda id_: -self._killers[id_])

    def _keeps(self, prepared: Prepared) -> bool:
        return prepared.is_warm and self._keeps_stones and len(self._stones) < _MOST_STONES

    @cached_property
    def _telling(self) -> tuple[str, ...]:
        return self._seen.telling(_TELLING)

    @cached_property
    def _keeps_stones(self) -> bool:
        """Whether every candidate runs all telling cases, so that it is known which of them it repairs."""
        is_told = len(self._telling) > 1 and len(self._seen.red) <= _MOST_FOR_STONES
        return is_told and self._seen.seconds(self._telling) <= _SECONDS_FOR_STONES

    def _passes(self, prepared: Prepared, ids: list[str], *, stop: bool = True) -> tuple[bool, bool]:
        """Whether a run of *ids* with the edit ended in time, and whether all of them passed in it."""
        heard = self._bench.try_out(prepared, ids, limit=self._limit(ids, is_warm=prepared.is_warm), stop=stop)
        return heard.ended, self._is_passed(prepared, heard, ids, stop=stop)

    def _is_passed(self, prepared: Prepared, heard: Heard, ids: list[str], *, stop: bool) -> bool:
        """Whether all of *ids* passed; an edit that repairs some of them is kept as a stepping stone."""
        repaired = frozenset(str(one["id"]) for one in heard.messages if one["outcome"] == "passed")
        if not stop and repaired and len(repaired) < len(ids):
            self._stones.append(Stone(prepared, repaired))
        return heard.ended and bool(heard.messages) and self._all_passed(heard)

    def _limit(self, ids: Sequence[str], *, is_warm: bool, least: float = _SHORT) -> Limit:
        start = 0.0 if is_warm else self._cold_start
        least, patience = (_LONG, 5.0) if self._is_patient else (least, 10.0)
        cpu_seconds = start + max(least, patience * self._seen.seconds(ids))
        return Limit(max(_LONG, 2 * cpu_seconds), cpu_seconds)

    @cached_property
    def _cold_start(self) -> float:
        """Seconds that a cold run of the red cases may take before an edit is to blame."""
        started = time.monotonic()
        self._bench.cold.run(tuple(self._seen.red), seconds=max(self._left() * _OBSERVING, _LONG))
        return 3 * (time.monotonic() - started)

    def _all_passed(self, heard: Heard) -> bool:
        failed = [str(one["id"]) for one in heard.messages if one["outcome"] != "passed"]
        self._killers.update(failed)
        return not failed

    def _spares_green(self, prepared: Prepared) -> bool:
        """Whether the passing cases still pass: first the likeliest to object, then all that time allows."""
        near = frozenset(self._spec.target_files)
        guards = self._seen.guards(prepared.candidate, near, self._killers)
        if guards and not self._passes(prepared, guards)[1]:
            return False
        rest = [id_ for id_ in self._seen.green if id_ not in guards]
        if not rest or self._seen.seconds(rest) * 2 > self._left() / 4:
            return True
        return self._passes(prepared, rest)[1]
