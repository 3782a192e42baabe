"""Which lines the failing tests and passing ones of the same files execute: found once, when a model is asked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent_ci.core.coverage import Coverage
from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Evidence
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.pipeline import Tools
from agent_ci.ports import Covering

_MOST_FAILING = 20
_MOST_PASSING = 60  # of the same files; what more of them execute tells little
_SHARE_OF_TIME = 0.1
_LONGEST = 120.0  # seconds


@dataclass
class Located:
    """What the first question of a run found out, for all that follow: nothing is run before somebody asks."""

    _coverage: Coverage | None = None
    _is_asked: bool = False

    def with_coverage(self, evidence: Evidence, tools: Tools) -> Evidence:
        """*evidence* with what its targets and their neighbours execute, where a runner can tell.

        It only ranks what a model is shown: where it cannot be had, nothing else changes, and it is not tried again.
        """
        if not self._is_asked:
            self._is_asked = True
            self._coverage = _covered(evidence, tools)
        return evidence if self._coverage is None else replace(evidence, coverage=self._coverage)


def _covered(evidence: Evidence, tools: Tools) -> Coverage | None:
    if not evidence.targets or not isinstance(tools.runner, Covering):
        return None
    seconds = min(_LONGEST, _SHARE_OF_TIME * tools.seconds_left())
    try:
        with tools.progress.phase("coverage"), tools.sandbox.open(tools.clone.tree(evidence.tree)) as workspace:
            return tools.runner.covered(workspace, ids_to_cover(evidence), timeout=max(1.0, seconds))
    except (InfrastructureError, UnsupportedError) as error:
        tools.journal.record("no coverage", reason=str(error))
        return None


def ids_to_cover(evidence: Evidence) -> tuple[str, ...]:
    """The failing tests, and passing ones of the same files, the nearest in the report first."""
    failing = evidence.target_ids[:_MOST_FAILING]
    order = {case.id: position for position, case in enumerate(evidence.before.cases)}
    files = {_file(case) for case in evidence.targets}
    places = [order.get(id_, 0) for id_ in failing]
    passing = {
        case.id: min((abs(order[case.id] - place) for place in places), default=0)
        for case in evidence.before.cases
        if case.status is Status.PASSED and _file(case) in files
    }
    nearest = sorted(passing, key=lambda id_: (passing[id_], order[id_]))
    return (*failing, *nearest[:_MOST_PASSING])


def _file(case: TestCase) -> str:
    return case.file or case.id.partition("::")[0]
