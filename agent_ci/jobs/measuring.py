"""Has new tests measured in the sandbox: what each runs, alone, and which small faults of its target it notices."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from agent_ci import kits
from agent_ci.core.branches import Arc
from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.gathering import pairs
from agent_ci.core.formats.json_values import line, mapping, seconds, text, texts
from agent_ci.core.frameworks.python_projects import roots_of
from agent_ci.core.run import Evidence
from agent_ci.core.untested import Target
from agent_ci.core.worth.values import Mutants
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.kits import PACKAGE
from agent_ci.pipeline import Tools
from agent_ci.ports import Command, Workspace

_FOLDERS = ("jobs/worth_kit", "proposers/search/kit", "mutation_kit", "runners/coverage_kit")
# Like `python -m pytest`, the program runs with the current folder first on its path.
_LAUNCHER = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    f"from {PACKAGE}.jobs.worth_kit.measure import main; del sys.path[0]; sys.exit(main(sys.argv[2:]))"
)
_GRACE = 15.0  # seconds that the program gets beyond its own limit
_MOST_BYTES = 50_000_000
_MOST_TESTS_OF_LINE = 40
_LONGEST = 500
_END = ("end", "", "")
_FORGED = "something else wrote to what was measured of its file, so that nothing of that is believed"
MOST_MUTANTS, MOST_MUTANTS_OF_TARGET = 150, 60
"""How many small faults are tried for one push, and for one function."""


@dataclass(frozen=True, slots=True)
class Case:
    """How a new test ended that ran alone, in *seconds*, and the lines (1-based) of the targets' files that it ran.

    The *arcs*, by path as well, say what ran after the lines that decide on branches of the targets.
    """

    id: str
    outcome: str
    seconds: float = 0.0
    lines: Mapping[str, frozenset[int]] = field(default_factory=lambda: MappingProxyType({}))
    error: str = ""
    arcs: Mapping[str, frozenset[Arc]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Fault:
    """A mutant of a *target* and who notices it: the *suite* there is, or the new tests *by*.

    ``state`` is ``killed``, ``survived``, ``timed out`` or ``untried``. ``description`` says what is wrong in ``line``.
    """

    id: str
    target: str
    state: str
    suite: bool = False
    by: tuple[str, ...] = ()
    line: int = 0
    description: str = ""


@dataclass(frozen=True)
class Measured:
    """What one file of new tests is: the ids collected in it, in order, and what is known of them.

    ``broken`` says why it could not be collected, or why nothing that was told of it is believed.
    """

    ids: tuple[str, ...] = ()
    cases: Mapping[str, Case] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()
    broken: str = ""


def counted(faults: Sequence[Fault], noticed: frozenset[str]) -> Mutants:
    """*faults* as numbers, where new tests that are kept notice those with the ids *noticed*."""
    before = sum(fault.suite for fault in faults)
    return Mutants(
        tried=sum(fault.state != "untried" for fault in faults),
        before=before,
        after=before + sum(not fault.suite and fault.id in noticed for fault in faults),
        timed_out=sum(fault.state == "timed out" for fault in faults),
        untried=sum(fault.state == "untried" for fault in faults),
    )


@dataclass(frozen=True)
class Measurement:
    """Measures tests of what *evidence* says is untested, within *seconds* of wall clock."""

    evidence: Evidence
    tools: Tools
    seconds: float

    def of(self, tree: str, file: str, targets: Sequence[Target], *, most: int = MOST_MUTANTS) -> Measured:
        """What the tests in *file* of *tree* (empty: none) reach and notice of *targets*, with no more mutants."""
        with self.tools.sandbox.open(self.tools.clone.tree(tree)) as workspace:
            return _read(self._rows(workspace, self._spec(file, targets, most)))

    def _spec(self, file: str, targets: Sequence[Target], most: int) -> Mapping[str, object]:
        coverage = self.evidence.coverage or Coverage()
        return {
            "file": file,
            "targets": [
                {"name": one.name, "path": one.path, "lines": one.guarded, "deciding": one.deciding} for one in targets
            ],
            "existing": {one.path: dict(_existing(coverage, one.path)) for one in targets},
            "arguments": json.loads(self.evidence.toolchain.get("pytest_arguments") or "[]"),
            "most": most,
            "most_of_one": MOST_MUTANTS_OF_TARGET,
            "seconds": self.seconds,
        }

    def _rows(self, workspace: Workspace, spec: Mapping[str, object]) -> Iterator[tuple[str, Mapping[str, object]]]:
        told, result = workspace.outbox / "spec.json", workspace.outbox / "rows.jsonl"
        kit = kits.lay(workspace.outbox, *_FOLDERS)
        told.write_text(json.dumps(spec), encoding="utf-8")
        argv = (self.evidence.toolchain["python"], "-B", "-c", _LAUNCHER, str(kit), str(told), str(result))
        roots = roots_of(self.evidence.toolchain)
        environment = {
            "PYTHONPATH": ":".join(str(workspace.root / root) for root in roots),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        workspace.run(Command(argv, environment, timeout=self.seconds + _GRACE))
        yield from _lines(result, workspace.outbox)


def _existing(coverage: Coverage, path: str) -> Iterator[tuple[str, list[str]]]:
    """The tests that run each line of *path*, by the line as text."""
    for number in sorted(coverage.lines(path)):
        if ids := sorted(coverage.tests_of(path, number) - {IMPORTS}):
            yield str(number), ids[:_MOST_TESTS_OF_LINE]


def _lines(result: Path, outbox: Path) -> Iterator[tuple[str, Mapping[str, object]]]:
    """The rows in *result*, which repository code may have written: what is no row is left out."""
    try:
        with open_regular(result, root=outbox, max_bytes=_MOST_BYTES) as file:
            rows = file.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    except UnsupportedError:
        return
    for row in rows:
        try:
            found = json.loads(row)
        except (ValueError, RecursionError):
            continue
        if isinstance(found, dict) and len(found) == 1:
            kind, facts = next(iter(found.items()))
            if isinstance(facts, dict):
                yield kind, facts


def _read(rows: Iterable[tuple[str, Mapping[str, object]]]) -> Measured:
    """What *rows* tell; nothing where one of them is there twice, or after the last: our program writes none such."""
    ids: tuple[str, ...] = ()
    cases: dict[str, Case] = {}
    faults: list[Fault] = []
    broken, seen = "", set[tuple[str, str, str]]()
    for kind, facts in rows:
        key = (kind, text(facts.get("target")), text(facts.get("id")))
        if key in seen or _END in seen:
            return Measured(broken=_FORGED)
        seen.add(key)
        if kind == "collected":
            ids = texts(facts.get("ids"))
        elif kind == "case":
            case = _case(facts)
            cases[case.id] = case
        elif kind == "mutant":
            id_, target, state = (text(facts.get(name))[:_LONGEST] for name in ("id", "target", "state"))
            told = text(facts.get("description"))[:_LONGEST]
            by = texts(facts.get("by"))
            faults.append(Fault(id_, target, state, facts.get("suite") is True, by, line(facts.get("line")) or 0, told))
        elif kind == "broken":
            broken = text(facts.get("error"))[:_LONGEST]
    return Measured(ids, cases, tuple(faults), broken)


def _case(facts: Mapping[str, object]) -> Case:
    ran = {path: frozenset(_numbers(some)) for path, some in mapping(facts.get("lines")).items()}
    arcs = {path: pairs(some) for path, some in mapping(facts.get("arcs")).items()}
    told, took = text(facts.get("error"))[:_LONGEST], seconds(facts.get("seconds")) or 0.0
    return Case(text(facts.get("id")), text(facts.get("outcome")), took, ran, told, arcs)


def _numbers(values: object) -> Iterator[int]:
    for value in values if isinstance(values, list) else ():
        if number := line(value):
            yield number
