"""Runs a changed tree under the original tests, as often as it takes, and reduces it to what the tests need."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace

from agent_ci.clone import Texts
from agent_ci.core.change import Patch
from agent_ci.core.conditions import Conditions
from agent_ci.core.frameworks.python_projects import roots_of
from agent_ci.core.impact import reached
from agent_ci.core.patches import hunks
from agent_ci.core.paths import is_test_path
from agent_ci.core.proof import is_within, unproven
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Evidence
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.jobs.controls import SUITE, fresh_run
from agent_ci.pipeline import Tools

_SHARE_OF_TIME = 0.6  # of the time left, that one run of the whole suite may take
_SAMPLE = 0.2  # of the other tests, where the suite takes longer than that


def tolerated(evidence: Evidence) -> frozenset[str]:
    """Cases that were red before and that a repair of *evidence* does not claim, or that a revert makes red again."""
    red_again = evidence.takes_back.red_again if evidence.takes_back else ()
    return frozenset((*evidence.before.ids(Status.FAILED, Status.ERRORED), *red_again)) - set(evidence.target_ids)


@dataclass(frozen=True)
class Proof:
    """What has to hold for a change to repair the failing tests of *evidence*; ``seed`` draws the sample."""

    evidence: Evidence
    tools: Tools
    seed: int = 0

    def of(self, attempt: Attempt) -> Attempt:
        """*attempt*, proven and without hunks that nothing needs, or with the objections to it.

        A rival is run once: it is there to be compared, and has to be `steady` only where it is chosen.
        """
        judged = self._judged(attempt)
        if not judged.is_proven:
            return judged
        smaller = self._reduced(judged)
        if smaller.patch != judged.patch:
            again = self._judged(replace(attempt, patch=smaller.patch))
            judged = again if again.is_proven else judged
        return judged if attempt.is_rival else self.steady(judged)

    def holds(self, attempt: Attempt) -> Attempt:
        """*attempt* judged as it stands, with nothing dropped from it."""
        judged = self._judged(attempt)
        return self.steady(judged) if judged.is_proven else judged

    def _judged(self, attempt: Attempt) -> Attempt:
        """*attempt* judged by the failing tests, then by all; tests that it changes are judged in both versions."""
        patch = attempt.patch
        assert patch is not None  # noqa: S101 - the pipeline proves changes only
        try:
            for tree in dict.fromkeys((self._with_original_tests(patch), patch.tree)):
                targets = self._run(tree, self.evidence.target_ids)
                if objections := self._target_objections(targets):
                    return replace(attempt, objections=objections, targets_after=targets)
                ids, scope = self._scope(patch)
                after = self._run(tree, ids)
                before = self.evidence.before.only(ids) if ids else self.evidence.before
                if objections := unproven(before, after, tolerated=tolerated(self.evidence)):
                    return replace(attempt, objections=objections, after=after, scope=scope)
        except (InfrastructureError, UnsupportedError) as error:
            return replace(attempt, objections=(f"with the change, {error}",))
        return replace(attempt, after=after, scope=scope, repeats=1)

    def steady(self, proven: Attempt) -> Attempt:
        """*proven* when the failing tests pass as often as they failed, under the same conditions; else objections."""
        assert proven.patch is not None  # noqa: S101 - it is proven
        made = [run for run in self.evidence.controls if run.alone and not run.conditions.clock]
        conditions = list(dict.fromkeys(run.conditions for run in made if run.side == "head"))[: self.tools.repeat - 1]
        for count, condition in enumerate(conditions, 1):
            try:
                after = self._run(proven.patch.tree, self.evidence.target_ids, condition)
            except (InfrastructureError, UnsupportedError) as error:
                return replace(proven, objections=(f"with the change, and only sometimes, {error}",))
            if self._target_objections(after):
                names = ", ".join(sorted(case.id for case in after.red)[:3]) or "a failing test"
                sentence = f"{names} passed in {count} run(s) with the change and failed in the next: not repaired"
                return replace(proven, objections=(sentence,))
        return replace(proven, repeats=1 + len(conditions))

    def _with_original_tests(self, patch: Patch) -> str:
        """The tree of *patch* with every test as the commit has it, so that no change can lower the bar."""
        original = self.tools.clone.tree(patch.base_tree)
        there = frozenset(original.paths())
        tests = [file.path for file in patch.files if is_test_path(file.path)]
        if not tests:
            return patch.tree
        return self.tools.clone.edit(
            patch.tree, {path: original.read(path) if path in there else None for path in tests}
        )

    def _run(self, tree: str, only: tuple[str, ...], conditions: Conditions = SUITE) -> TestReport:
        return fresh_run(self.tools, tree, only, conditions)

    def _target_objections(self, after: TestReport) -> tuple[str, ...]:
        """What the failing tests alone say against the change."""
        targets = TestReport.of(*self.evidence.targets)
        messages = {case.id: case.message.strip().splitlines() for case in after.red}
        told = {id_: lines[0] for id_, lines in messages.items() if lines}
        return tuple(
            next((f"{said}: {line}" for id_, line in told.items() if said.startswith(f"{id_} ")), said)
            for said in unproven(targets, after)
        )

    def _scope(self, patch: Patch) -> tuple[tuple[str, ...], str]:
        """Which tests to run, none for all, and the sentence that says so where those are not all.

        The whole suite is run unless it takes longer than its share of the time left. Then those tests are run
        that reach a changed file by imports, those to be repaired, and a random sample of the others.
        """
        seconds = max((run.seconds for run in self.evidence.controls if not run.alone), default=0.0)
        if seconds <= _SHARE_OF_TIME * self.tools.seconds_left():
            return (), ""
        every = self.evidence.before.ids()
        roots = roots_of(self.evidence.toolchain)
        texts = Texts(self.tools.clone.tree(patch.tree))
        files = reached((file.path for file in patch.files), texts, roots=roots)
        near = [id_ for id_ in every if id_.partition("::")[0] in files or self._is_target(id_)]
        far = [id_ for id_ in every if id_ not in set(near)]
        sample = random.Random(self.seed).sample(far, round(_SAMPLE * len(far)))  # noqa: S311 - no secret
        sentence = (
            f"the whole suite takes {seconds:.0f} s, which is more than there is time for: {len(near)} tests that the "
            f"change reaches were run, and {len(sample)} of the {len(far)} others, drawn with the seed {self.seed}"
        )
        return tuple(sorted((*near, *sample))), sentence

    def _is_target(self, id_: str) -> bool:
        return any(is_within(id_, target) for target in self.evidence.target_ids)

    def _reduced(self, proven: Attempt) -> Attempt:
        """*proven* reduced to the hunks without which a test that it repairs is red again."""
        patch, index = proven.patch, 0
        assert patch is not None  # noqa: S101 - it is proven
        repaired = self._repaired(proven)
        while len(parts := hunks.split(patch.diff)) > 1 and index < len(parts):
            tree = self.tools.clone.apply(patch.base_tree, hunks.without(patch.diff, index))
            if self._is_green(tree, repaired):
                patch = self.tools.clone.patch(patch.base_tree, tree)
            else:
                index += 1
        return replace(proven, patch=patch)

    def _repaired(self, proven: Attempt) -> tuple[str, ...]:
        """The ids of everything that was red and is green with the change, so that no hunk it needs is dropped."""
        assert proven.after is not None  # noqa: S101 - it is proven
        green = proven.after.statuses
        red = (case.id for case in self.evidence.before.red)
        others = (id_ for id_ in red if green.get(id_) is Status.PASSED)
        return tuple(dict.fromkeys((*self.evidence.target_ids, *others)))

    def _is_green(self, tree: str, ids: tuple[str, ...]) -> bool:
        red = TestReport.of(*(case for case in self.evidence.before.red if case.id in ids))
        try:
            return not unproven(red, self._run(tree, ids))
        except (InfrastructureError, UnsupportedError):
            return False
