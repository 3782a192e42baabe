"""How many small faults in all lines of a change the tests that are there notice, tested before or not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from agent_ci.clone import Texts
from agent_ci.core.names import compiles
from agent_ci.core.run import Evidence
from agent_ci.core.untested import Target, definitions
from agent_ci.core.worth.values import Mutants
from agent_ci.errors import InfrastructureError
from agent_ci.jobs.measuring import Measurement, counted
from agent_ci.mutation_kit.mutants import is_faultless
from agent_ci.pipeline import Tools

_SECONDS = 240.0
_SHARE_OF_TIME = 0.5


@dataclass(frozen=True, slots=True)
class Noticing:
    """The faults in the changed functions, counted by whether a test that is there notices them.

    Where none was tried, ``why_not`` says so; ``is_excused`` where that is no fault of the tests, since there was
    nothing to try.
    """

    mutants: Mutants = field(default_factory=Mutants)
    why_not: str = ""
    is_excused: bool = False


def noticed_by_suite(evidence: Evidence, tools: Tools) -> Noticing:
    """What the tests that are there notice of small faults in the changed functions of *evidence*."""
    texts = Texts(tools.clone.tree(evidence.tree))
    targets = tuple(_changed(evidence, texts))
    if why_not := _nothing_to_try(evidence, texts, targets):
        return Noticing(why_not=why_not, is_excused=True)
    if not targets:
        return Noticing(why_not="what the change adds cannot be read as Python in UTF-8")
    if evidence.coverage is None or not evidence.coverage.tests:
        return Noticing(why_not="no test runs what the change adds")
    seconds = min(_SECONDS, _SHARE_OF_TIME * tools.seconds_left())
    try:
        with tools.progress.phase("try small faults"):
            measured = Measurement(evidence, tools, seconds).of(evidence.tree, "", targets)
    except InfrastructureError as error:
        return Noticing(why_not=f"the run of them ended early: {error}")
    found = counted(measured.faults, frozenset())
    return Noticing(found, "" if found.tried else measured.broken or "none could be tried within the time limit")


def _nothing_to_try(evidence: Evidence, texts: Texts, targets: tuple[Target, ...]) -> str:
    """Why no small fault can be put into the change, as a clause; empty where one can, or nobody knows."""
    python = [path for path in evidence.changed if path.endswith((".py", ".pyi"))]
    if not python:
        return "the tests that are there are held against faults in Python only"
    if not targets:
        return "" if any(not compiles(texts.get(path, "\0")) for path in python) else "no function was changed"
    if all(is_faultless(texts[target.path], target.lines) for target in targets):
        return "none can be put into the changed lines of functions"
    return ""


def _changed(evidence: Evidence, texts: Texts) -> Iterator[Target]:
    """The changed lines by the function they are in."""
    for path, lines in sorted(evidence.changed.items()):
        for one in definitions(texts.get(path, "")):
            own = tuple(sorted(line for line in lines if one.first <= line <= one.last))
            if own and not one.is_stub:
                yield Target(path, one.name, own, "changed")
