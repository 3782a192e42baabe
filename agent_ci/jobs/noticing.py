"""How many small faults in all lines of a change the tests that are there notice, tested before or not."""

from __future__ import annotations

from collections.abc import Iterator

from agent_ci.clone import Texts
from agent_ci.core.run import Evidence
from agent_ci.core.untested import Target, definitions
from agent_ci.core.worth.values import Mutants
from agent_ci.errors import InfrastructureError
from agent_ci.jobs.measuring import Measurement, counted
from agent_ci.pipeline import Tools

_SECONDS = 240.0
_SHARE_OF_TIME = 0.5


def noticed_by_suite(evidence: Evidence, tools: Tools) -> Mutants:
    """The faults in the changed functions of *evidence*, counted by whether a test that is there notices them."""
    targets = tuple(_changed(evidence, Texts(tools.clone.tree(evidence.tree))))
    if not targets or evidence.coverage is None or not evidence.coverage.tests:
        return Mutants()
    seconds = min(_SECONDS, _SHARE_OF_TIME * tools.seconds_left())
    try:
        with tools.progress.phase("try small faults"):
            measured = Measurement(evidence, tools, seconds).of(evidence.tree, "", targets)
    except InfrastructureError:
        return Mutants()
    return counted(measured.faults, frozenset())


def _changed(evidence: Evidence, texts: Texts) -> Iterator[Target]:
    """The changed lines by the function they are in."""
    for path, lines in sorted(evidence.changed.items()):
        for one in definitions(texts.get(path, "")):
            own = tuple(sorted(line for line in lines if one.first <= line <= one.last))
            if own and not one.is_stub:
                yield Target(path, one.name, own, "changed")
