"""Runs the failing tests before any change, under conditions that differ from run to run, and replays them."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from agent_ci.core.conditions import Conditions
from agent_ci.core.diagnosis import exchanges
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Control, Flake, Side
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.pipeline import Tools

SUITE = Conditions(hash_seed=0)
"""How the whole suite is run: always in the same way, so that what is compared differs in the change only."""

CLOCKS = (-3.0 * 365 * 86400, 37.0 * 3600, -61.0 * 3600, 15.0 * 86400)
"""Seconds by which the clock is moved: before whatever has expired, to other days and hours, to another month."""

_SHARE_OF_TIME = 0.25  # of the time limit, for the controls of one side
_SHARE_TO_ATTRIBUTE = 0.1
_REPLAYS = 2
_ORDERS = 3  # shuffled runs of the whole suite, to find a failure that was reported and is not seen


@dataclass(frozen=True)
class Controls:
    """The control runs of the tests *ids* on the trees of one commit and of its base."""

    tools: Tools
    ids: tuple[str, ...]

    def whole(self, tree: str, conditions: Conditions = SUITE) -> tuple[TestReport, float]:
        """The whole suite in a fresh copy of *tree*, and the seconds it took."""
        return self._run(tree, (), conditions)

    def once(self, side: Side, tree: str, *, alone: bool, conditions: Conditions) -> Control:
        """One run of the tests, alone or in the whole suite, in a fresh copy of *tree*."""
        report, seconds = self._run(tree, self.ids if alone else (), conditions)
        return self.seen(side, report, alone=alone, conditions=conditions, seconds=seconds)

    def seen(
        self, side: Side, report: TestReport, *, alone: bool, seconds: float, conditions: Conditions = SUITE
    ) -> Control:
        """What *report* says about the tests; a test that was skipped says nothing."""
        statuses = {id_: report.statuses[id_] for id_ in self.ids if id_ in report.statuses}
        return Control(side, alone=alone, statuses=statuses, seconds=seconds, conditions=conditions)

    def repeated(self, side: Side, tree: str, *, until: Callable[[list[Control]], bool], runs: int) -> list[Control]:
        """At most *runs* runs of the tests alone, each under other conditions; fewer once *until* holds.

        At least one is made, and no more once their share of the time limit is used.
        """
        made: list[Control] = []
        deadline = self.tools.clock() + _SHARE_OF_TIME * self.tools.seconds_left()
        for conditions in self.schedule(runs):
            made.append(self.once(side, tree, alone=True, conditions=conditions))
            if until(made) or self.tools.clock() >= deadline:
                break
        return made

    def shuffled(self, tree: str) -> Iterator[Control]:
        """Runs of the whole suite in other orders, where the runner can shuffle."""
        if "order" in self.tools.runner.varies:
            for seed in range(1, 1 + _ORDERS):
                yield self.once(Side.HEAD, tree, alone=False, conditions=replace(SUITE, order=seed))

    def at_other_times(self, tree: str) -> Iterator[Control]:
        """Runs of the tests alone with the clock moved, where the runner can move it."""
        if "clock" in self.tools.runner.varies:
            for seconds in CLOCKS:
                yield self.once(Side.HEAD, tree, alone=True, conditions=replace(SUITE, clock=seconds))

    def schedule(self, runs: int) -> Iterator[Conditions]:
        """The conditions of each run: another hash seed each time, at times in another order, or one at a time."""
        varies = self.tools.runner.varies
        for number in range(1, 1 + runs):
            order = number // 2 if number % 2 == 0 and len(self.ids) > 1 and "order" in varies else 0
            workers = 1 if number % 3 == 0 and "workers" in varies else 0
            yield Conditions(order=order, hash_seed=number if "hash_seed" in varies else None, workers=workers)

    def _run(self, tree: str, only: tuple[str, ...], conditions: Conditions) -> tuple[TestReport, float]:
        started = time.monotonic()
        report = fresh_run(self.tools, tree, only, conditions)
        return report, time.monotonic() - started


def report_of(
    tools: Tools, tree: str, only: tuple[str, ...], conditions: Conditions, *, most: float = math.inf
) -> TestReport:
    """What the tests *only*, or all, of *tree* come to in *most* seconds; the reason and no case where none can run."""
    try:
        return fresh_run(tools, tree, only, conditions, most)
    except (InfrastructureError, UnsupportedError) as error:
        return TestReport(partial=(str(error),))


def fresh_run(
    tools: Tools, tree: str, only: tuple[str, ...], conditions: Conditions, most: float = math.inf
) -> TestReport:
    """What the tests *only*, or all, say in a fresh copy of *tree*, whose place is left out of their words.

    They have *most* seconds, and no more than are left. Raises InfrastructureError and UnsupportedError.
    """
    timeout = max(1.0, min(most, tools.seconds_left()))
    with tools.sandbox.open(tools.clone.tree(tree)) as workspace:
        report = tools.runner.run(workspace, only=only, timeout=timeout, conditions=conditions)
        return report.below(str(workspace.root))


def attributed(flake: Flake, runs: list[Control], tree: str, tools: Tools) -> Flake:
    """*flake* with what flips it: a red and a green run are replayed, then exchanged one thing at a time.

    A run that does not repeat its own outcome was chance. Nothing is said where time runs short.
    """
    red = next(run for run in runs if run.statuses.get(flake.id, Status.PASSED).is_red)
    green = next(run for run in runs if run.statuses.get(flake.id) is Status.PASSED)
    deadline = tools.clock() + _SHARE_TO_ATTRIBUTE * tools.seconds_left()
    replay = _Replay(Controls(tools, (flake.id,)), tree, flake.id)
    try:
        if not (replay.gives(red.alone, red.conditions, is_red=True) and replay.gives(green.alone, green.conditions)):
            return replace(flake, flipped_by="chance")
        for words, (alone, conditions) in exchanges(red, green).items():
            if tools.clock() >= deadline:
                return flake
            if replay.gives(alone, conditions):
                return replace(flake, flipped_by=words)
    except (InfrastructureError, UnsupportedError):
        return flake
    return replace(flake, flipped_by="chance")


@dataclass(frozen=True)
class _Replay:
    controls: Controls
    tree: str
    id: str

    def gives(self, alone: bool, conditions: Conditions, *, is_red: bool = False) -> bool:  # noqa: FBT001 - as in Control
        """Whether the test has the same outcome in every one of a few runs made in this way."""
        for _ in range(_REPLAYS):
            run = self.controls.once(Side.HEAD, self.tree, alone=alone, conditions=conditions)
            status = run.statuses.get(self.id)
            if status is None or status.is_red is not is_red:
                return False
        return True
