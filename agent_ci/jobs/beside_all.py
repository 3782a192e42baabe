"""Whether new tests stand beside all others, in every order, first and last; and the change that adds them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent_ci.clone import Texts
from agent_ci.core.conditions import Conditions
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.core.worth.cutting import bound_in, without
from agent_ci.core.worth.selection import MOST_OF_PUSH
from agent_ci.core.worth.tests_file import TestsFile
from agent_ci.core.worth.values import NEW_BEHAVIOUR, PINS_EXISTING, Filter, Judged, Stage, Written
from agent_ci.jobs.controls import SUITE, report_of
from agent_ci.jobs.on_base import Key, OnBase, ids_in, on_base
from agent_ci.jobs.sieve import unjudged, with_comments
from agent_ci.jobs.worth import absence, fault_of, gained, objections_of, suite_seconds
from agent_ci.pipeline import Tools

RUNS = 5
"""How often the whole suite is run; less often where --repeat says so."""

ROUNDS = 3
"""After so many times that something was taken out, all is given up."""

LATE = f"the suite was not as before after {ROUNDS} times that something was taken out"
_SHARE_OF_TIME = 0.6  # of the time left, for the runs of the whole suite

_Run = tuple[tuple[str, ...], Conditions]


@dataclass(frozen=True)
class BesideAll:
    """The proof of all new tests together, for the delivery *name*; *base* is the tree before the change, if known."""

    evidence: Evidence
    tools: Tools
    name: str
    base: str = ""

    def of(self, proven: Sequence[Attempt]) -> Attempt:
        """The tests of *proven*, each on top of the one before, as one change; those that do not stand are left out."""
        last = proven[-1].patch
        assert last is not None  # noqa: S101 - they are proven
        names = dict.fromkeys(attempt.reply.proposer for attempt in proven)
        proposer = " + ".join(names)
        written = sum((attempt.written for attempt in proven if attempt.written), Written())
        files = [file.path for file in self.tools.clone.patch(self.evidence.tree, last.tree).files]
        texts = {path: self.tools.clone.tree(last.tree).read(path).decode("utf-8") for path in files}
        judged = dict(_keyed(_within_room(written.judged)))
        before = Texts(self.tools.clone.tree(self.evidence.tree))
        texts = _remaining(texts, judged, before)
        by = {one.file: attempt.reply.proposer for attempt in proven for one in delivered(attempt)}
        judged = self._labelled(judged, texts)
        reply = Reply(proposer, cause=cause(self.evidence), note=f"delivery {self.name}")
        for _ in range(ROUNDS):
            paths = {path for path, _ in left(judged)}
            texts = {path: text for path, text in texts.items() if text and path in paths}
            if not texts:
                break
            tree = self.tools.clone.edit(self.evidence.tree, self._marked(texts, judged, by))
            report, faults, scope = self._runs(tree, texts, judged)
            if not faults:
                kept = replace(written, judged=tuple(judged.values()))
                kept = replace(kept, gained=gained(kept.judged, self.evidence))
                patch = self.tools.clone.patch(self.evidence.tree, tree)
                return Attempt(
                    reply, patch, (), report, repeats=min(RUNS, self.tools.repeat), scope=scope, written=kept
                )
            judged |= {key: taken(judged[key], reason) for key, reason in faults.items()}
            texts = _remaining(texts, judged, before)
        judged |= {key: taken(judged[key], LATE) for key in left(judged)}
        kept = replace(written, judged=tuple(judged.values()), gained={})
        return Attempt(reply, objections=objections_of(kept.judged), written=kept)

    def _marked(
        self, texts: Mapping[str, str], judged: Mapping[Key, Judged], by: Mapping[str, str]
    ) -> Mapping[str, bytes]:
        return {
            path: with_comments(
                text, [one for key, one in judged.items() if key[0] == path], name=self.name, proposer=by.get(path, "")
            ).encode()
            for path, text in texts.items()
        }

    def _labelled(self, judged: Mapping[Key, Judged], texts: Mapping[str, str]) -> dict[Key, Judged]:
        """*judged* with whether each test fails on the base, where there is one and it can be run there."""
        there = {path: text for path, text in texts.items() if text}
        told = on_base(self.tools, self.base, there) if self.base and there else OnBase()
        if not told.is_known:
            return dict(judged)
        found: dict[Key, Judged] = {}
        for key, one in judged.items():
            label = PINS_EXISTING if key in told.passed else NEW_BEHAVIOUR
            found[key] = replace(one, labels=(*one.labels, label)) if one.stage is Stage.DELIVERED else one
        return found

    def _runs(
        self, tree: str, texts: Mapping[str, str], judged: Mapping[Key, Judged]
    ) -> tuple[TestReport, Mapping[Key, str], str]:
        """The last report of the whole suite, what speaks against which new test, and what was not run."""
        new = [*left(judged)]
        plan, scope = self._plan(texts)
        ids: Mapping[Key, tuple[str, ...]] = {}
        report = TestReport()
        for number, (only, conditions) in enumerate(plan, 1):
            report = report_of(self.tools, tree, only, conditions)
            ids = ids or {key: own for key, own in ids_in(texts, report) if key in new}
            given_up = self._given_up(texts, judged, report)
            found = {
                **{key: absence(report) for key in new if key not in ids},
                **{key: fault for key, own in ids.items() if (fault := fault_of(own, report))},
                **{key: given_up[key[0]] for key in new if key[0] in given_up},
            }
            if not found and (hurt := self._hurt(report, only, conditions)):
                found = dict.fromkeys(self._guilty(tree, ids, hurt) or ids, f"{hurt} fails beside it")
            if found:
                return report, {key: f"run {number} of the suite: {why}" for key, why in found.items()}, scope
        return report, {}, scope

    def _given_up(
        self, texts: Mapping[str, str], judged: Mapping[Key, Judged], report: TestReport
    ) -> Mapping[str, str]:
        """The files of *texts* of which nothing can be kept, each with the reason."""
        known = frozenset(self.evidence.before.ids())
        found: dict[str, str] = {}
        for path, text in texts.items():
            file = TestsFile.read(text)
            if file is None:
                found[path] = "what is left of its file is no Python"
            elif strange := [id_ for id_ in file.strangers(path, report.ids()) if id_ not in known]:
                found[path] = unjudged(strange[0])
            elif [each for each in file.candidates if is_out(judged.get((path, each.name)))]:
                found[path] = "another test of its file cannot be taken out of it"
        return found

    def _plan(self, texts: Mapping[str, str]) -> tuple[list[_Run], str]:
        """Which tests are run in each run, none for all, and how; and what there is no time for, as a sentence."""
        varies = self.tools.runner.varies
        old = dict.fromkeys(id_.partition("::")[0] for id_ in self.evidence.before.ids())
        others = tuple(path for path in old if path not in texts)
        runs = min(RUNS, self.tools.repeat)
        seeds = [number if "hash_seed" in varies else None for number in range(1, 1 + runs)]
        orders = [0, *(number if "order" in varies else 0 for number in range(1, runs))]
        how = [Conditions(order=order, hash_seed=seed) for order, seed in zip(orders, seeds, strict=True)]
        plan: list[_Run] = [((), conditions) for conditions in how]
        plan[0] = ((*others, *texts), plan[0][1])  # the new ones last
        seconds = suite_seconds(self.evidence)
        most = int(_SHARE_OF_TIME * self.tools.seconds_left() / seconds) if seconds else runs
        if most >= runs:
            return plan, ""
        kept = plan[: max(1, most)]
        return kept, f"the whole suite takes {seconds:.0f} s, so that it was run {len(kept)} time(s) and not {runs}"

    def _hurt(self, report: TestReport, only: tuple[str, ...], conditions: Conditions) -> str:
        """A test that was there, passed before, and fails in *report*, where it does not fail without the new ones."""
        passed = frozenset(self.evidence.before.ids(Status.PASSED))
        red = [id_ for id_ in sorted(passed) if report.statuses.get(id_) is not Status.PASSED]
        if not red:
            return ""
        there = tuple(path for path in only if path in {id_.partition("::")[0] for id_ in passed})
        alone = report_of(self.tools, self.evidence.tree, there, conditions)
        return next((id_ for id_ in red if alone.statuses.get(id_) is Status.PASSED), "")

    def _guilty(self, tree: str, ids: Mapping[Key, tuple[str, ...]], hurt: str) -> list[Key]:
        """The new tests after each of which alone the test *hurt* fails; none where it takes several of them."""
        by_function: dict[str, list[Key]] = {}
        for key, own in ids.items():
            by_function.setdefault(own[0].partition("[")[0], []).append(key)
        found: list[Key] = []
        for keys in by_function.values():
            first = tuple(id_ for key in keys for id_ in ids[key])
            report = report_of(self.tools, tree, (*first, hurt), SUITE)
            if report.statuses.get(hurt) is not Status.PASSED:
                found += keys
        return found


def delivered(attempt: Attempt) -> tuple[Judged, ...]:
    """The tests of *attempt* that are worth having."""
    return attempt.written.delivered if attempt.written else ()


def _within_room(judged: Sequence[Judged]) -> Iterator[Judged]:
    """*judged* with no more than a push gets; those that come first are about what matters most."""
    room = MOST_OF_PUSH
    for one in judged:
        if one.stage is Stage.DELIVERED:
            room -= 1
            if room < 0:
                reason = f"a push gets at most {MOST_OF_PUSH} tests, and others are worth more"
                yield replace(one, stage=Stage.KILLED, rejected_by=str(Filter.UNIQUE), reason=reason)
                continue
        yield one


def _keyed(judged: Iterator[Judged]) -> Iterator[tuple[Key, Judged]]:
    yield from (((one.file, one.id), one) for one in judged)


def is_out(one: Judged | None) -> bool:
    """Whether *one* is a test that was taken out; a person's own, of which nothing is known here, was not."""
    return one is not None and bool(one.rejected_by)


def left(judged: Mapping[Key, Judged]) -> Iterator[Key]:
    """The tests that are to be delivered."""
    yield from (key for key, one in judged.items() if one.stage is Stage.DELIVERED)


def taken(one: Judged, reason: str) -> Judged:
    """*one*, taken out since it does not stand beside all others."""
    return replace(one, stage=Stage.KILLED, rejected_by=str(Filter.RELIABLE), reason=reason)


def _remaining(texts: Mapping[str, str], judged: Mapping[Key, Judged], before: Mapping[str, str]) -> dict[str, str]:
    """*texts* without what was taken out of them; what a person's file bound *before* stays."""
    found = dict(texts)
    for path, text in texts.items():
        file = TestsFile.read(text)
        out = [each for each in file.candidates if is_out(judged.get((path, each.name)))] if file else []
        if out:
            found[path] = without(text, out, keeping=bound_in(before.get(path, "")))
    return found


def cause(evidence: Evidence) -> str:
    """What the commit with the new tests says that it does."""
    names = [target.function for target in evidence.untested if target.function]
    more = f" and {len(names) - 1} more" if len(names) > 1 else ""
    return f"add tests of {names[0]}{more}" if names else "add tests"
