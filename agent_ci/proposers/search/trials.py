"""Has the project's own runner judge one edit after the other, in a copy of the tree in the sandbox."""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from agent_ci.core.coverage import Coverage
from agent_ci.core.proof import is_within
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Evidence
from agent_ci.errors import AgentCIError, InfrastructureError, UnsupportedError
from agent_ci.files import write_new
from agent_ci.ports import Covering, Runner, Screen, Screening, Tree, Version, Workspace

_MOST_TARGETS = 20
_MOST_NEIGHBOURS = 40
_MOST_COVERED = 4  # tests, each in a run of its own
_SHARE_TO_COVER = 0.15
_SHARE_TO_SCREEN = 0.3  # of the time that is left, to see whether many can be tried at once
_LEAST, _TIMES = 5.0, 3.0  # seconds that a run may take, and how many times as long as the red one
_MOST_SECONDS = 120.0


@dataclass
class Trials:
    """Runs of *runner* in *workspace*, where the tests of *evidence* are red, until *end* of the clock that goes on."""

    workspace: Workspace
    runner: Runner
    evidence: Evidence
    end: float
    limit: float = field(default=_MOST_SECONDS, init=False)
    screen: Screen | None = field(default=None, init=False, repr=False)

    @property
    def left(self) -> float:
        """The seconds that are left, never negative."""
        return max(0.0, self.end - time.monotonic())

    @property
    def targets(self) -> tuple[str, ...]:
        """The tests that are to turn green."""
        return self.evidence.target_ids[:_MOST_TARGETS]

    @property
    def neighbours(self) -> tuple[str, ...]:
        """The passing tests that are nearest to them: of the same file or package."""
        wanted = {_place(id_) for id_ in self.targets}
        near = (id_ for id_ in self.evidence.before.ids(Status.PASSED) if _place(id_) in wanted and "::" in id_)
        return tuple(near)[:_MOST_NEIGHBOURS]

    def begin(self) -> bool:
        """Whether the targets are red when they are run alone; how long that takes limits every run that follows."""
        started = time.monotonic()
        try:
            is_red = not self._passes(self.targets, min(_MOST_SECONDS, self.left))
        except AgentCIError:
            is_red = True  # a run that breaks is red
        self.limit = max(_LEAST, _TIMES * (time.monotonic() - started))
        return is_red

    def covered(self) -> Coverage | None:
        """Which lines some of the targets and of their neighbours execute; None where the runner cannot tell."""
        if not isinstance(self.runner, Covering):
            return None
        failing = self.targets[: _MOST_COVERED // 2]
        ids = (*failing, *self.neighbours[: _MOST_COVERED - len(failing)])
        try:
            return self.runner.covered(self.workspace, ids, timeout=max(1.0, _SHARE_TO_COVER * self.left))
        except (InfrastructureError, UnsupportedError):
            return None

    def screened(self, tree: Tree) -> None:
        """Have many versions of *tree* tried at once from now on, where the runner can do that."""
        if not isinstance(self.runner, Screening):
            return
        timeout = max(1.0, _SHARE_TO_SCREEN * self.left)
        with suppress(InfrastructureError, UnsupportedError):
            self.screen = self.runner.screen(self.workspace, tree, self.targets, self.neighbours, timeout=timeout)

    @property
    def at_once(self) -> int:
        """How many versions are tried together."""
        return self.screen.most if self.screen else 1

    def likely(self, versions: Sequence[Version], end: float) -> frozenset[int]:
        """Those of *versions*, by their place, that pass where they are tried at once until *end* of the clock.

        Where that is not done, they are all.
        """
        if self.screen is None:
            return frozenset(range(len(versions)))
        try:
            return self.screen.passing(versions, timeout=max(1.0, end - time.monotonic()))
        except (InfrastructureError, UnsupportedError):
            self.screen = None
            return frozenset(range(len(versions)))

    def survives(self, path: str, data: bytes) -> bool:
        """Whether the targets pass, and their neighbours still do, where the file at *path* reads *data*."""
        self.put(path, data)
        try:
            if self.screen is not None:  # it passed both, each of which costs a start here
                return self._passes((*self.targets, *self.neighbours), self._seconds())
            return self._passes(self.targets, self._seconds()) and self._passes(self.neighbours, self._seconds())
        except (InfrastructureError, UnsupportedError):
            return False  # it does not end, or leaves no report

    def put(self, path: str, data: bytes) -> None:
        """Have the file at *path* of the copy read *data*, whatever lies there. Raises UnsupportedError."""
        write_new(self.workspace.root / path, data, root=self.workspace.root)

    def _seconds(self) -> float:
        return max(1.0, min(self.limit, self.left))

    def _passes(self, ids: tuple[str, ...], seconds: float) -> bool:
        report = self.runner.run(self.workspace, only=ids, timeout=seconds) if ids else TestReport()
        passed = report.ids(Status.PASSED)
        is_whole = not report.partial and not report.red
        return is_whole and all(any(is_within(one, id_) for one in passed) for id_ in ids)


def _place(id_: str) -> str:
    return id_.partition("::")[0]
