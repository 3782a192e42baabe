"""Whether a repair is plausible (all tests pass) and whether it is right: two questions with two answers."""

from __future__ import annotations

import ast
import json
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.report import TestReport
from agent_ci.core.run import Evidence
from agent_ci.jobs.comparison import spec_of
from agent_ci.ports import Command
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.sandbox_kit.calls import Bounds, bounds_in
from agent_ci.sandboxes.none import NoSandbox
from bench.search.case import Case, Tree

ENOUGH = 200  # generated inputs on which a repair must agree with the original
_MOST = 2_000  # of one function
_RECORDED = 400  # calls of one function by the tests, of which each counts once
_SECONDS = 20.0
_SUITE_SECONDS = 90.0
_OURS = Path(__file__).parents[2]


@dataclass(frozen=True)
class Likeness:
    """How a repair compares with the original: *is_same* text, or *agreed* and *differed* inputs."""

    is_same: bool
    agreed: int = 0
    differed: tuple[str, ...] = ()

    @property
    def is_right(self) -> bool:
        """The same program, or the same answers to enough inputs."""
        return self.is_same or (self.agreed >= ENOUGH and not self.differed)

    @property
    def is_untold(self) -> bool:
        """Another program, no input that shows it, and too few inputs to call the two alike."""
        return not self.is_same and self.agreed < ENOUGH and not self.differed


def sandbox() -> NoSandbox:
    """Copies, without a sandbox: the projects are ours or well known."""
    return NoSandbox({"PATH": os.environ["PATH"]})


def runner(case: Case) -> Pytest:
    """What runs the tests of *case*."""
    return Pytest(Interpreter(case.python, "3", "9", case.roots), case.tests)


def tested(case: Case, tree: Tree) -> TestReport:
    """The whole suite of *case* on *tree*. Raises AgentCIError where it does not come to an end."""
    with sandbox().open(tree) as workspace:
        return runner(case).run(workspace, timeout=_SUITE_SECONDS)


def likeness(case: Case, text: str, tests: tuple[str, ...]) -> Likeness:
    """How *case* with its file reading *text* compares with the original, called as *tests* call it."""
    if _said(text) == _said(case.right):
        return Likeness(is_same=True)
    return compared(case, case.right, text, tests)


def compared(case: Case, one: str, other: str, tests: tuple[str, ...]) -> Likeness:
    """How the file of *case* behaves reading *one* and reading *other*, called as *tests* call it."""
    names = list(_changed(one, case.wrong, other))
    right, ours = (_answers(case, text, names, case.tests or tests) for text in (one, other))
    both = right.keys() & ours.keys()
    differed = tuple(f"{call[0]}({call[1]})" for call in sorted(both) if right[call] != ours[call])
    return Likeness(is_same=False, agreed=len(both) - len(differed), differed=differed)


def is_doubted(case: Case, one: str, other: str, evidence: Evidence) -> bool:
    """Whether the job, which compares two proven changes, would have its doubts where one reads *one*, one *other*."""
    functions = tuple((case.path, name) for name in _changed(one, case.wrong, other))
    spec = {
        **spec_of(functions, evidence),
        "arguments": [],
        "seconds": _SECONDS,
        "bounds": _bounds(case.wrong, functions),
    }
    mine, theirs = (_rows(case, text, "agent_ci.jobs.compare_kit.probe", spec) for text in (one, other))
    return any(mine[call] != theirs[call] for call in mine.keys() & theirs.keys())


def _bounds(text: str, functions: Iterable[tuple[str, str]]) -> Bounds:
    """The numbers and texts that *functions* hold, where the file reads *text*."""
    found = dict(_nodes(ast.parse(text), ""))
    return bounds_in(found[name] for _, name in functions if name in found)


def _answers(case: Case, text: str, names: list[str], tests: tuple[str, ...]) -> dict[tuple[str, str], str]:
    """What the functions *names* answer where the file reads *text*; every text of it is asked the same."""
    functions = [(case.path, name) for name in names]
    asked = {
        "functions": functions,
        "tests": tests,
        "arguments": [],
        "recorded": _RECORDED,
        "bounds": _bounds(case.right, functions),
        "most": _MOST,
        "seconds": _SECONDS,
    }
    rows = _rows(case, text, "bench.search.calling", asked)
    return {call: _without_words(outcome) for call, outcome in rows.items()}


def _rows(case: Case, text: str, program: str, asked: Mapping[str, object]) -> dict[tuple[str, str], str]:
    """What *program* writes of each call, by function and arguments, where the file of *case* reads *text*."""
    with tempfile.TemporaryDirectory() as scratch, sandbox().open(case.with_text(text)) as workspace:
        spec, result = Path(scratch, "spec.json"), Path(scratch, "rows.jsonl")
        spec.write_text(json.dumps(asked), encoding="utf-8")
        roots = [str(workspace.root / root) for root in case.roots]
        environment = {"PYTHONPATH": os.pathsep.join([*roots, str(_OURS)]), "PYTHONHASHSEED": "0"}
        argv = (case.python, "-B", "-m", program, str(spec), str(result))
        workspace.run(Command(argv, environment, timeout=_SUITE_SECONDS))
        lines = result.read_text(encoding="utf-8").splitlines() if result.exists() else []
    return {(function, given): outcome for function, given, outcome in map(json.loads, lines)}


def _without_words(outcome: str) -> str:
    """*outcome* without the message of an error, which no test of ours asks for."""
    return outcome.partition(":")[0] if outcome.startswith("raises ") else outcome


def _said(text: str) -> str:
    return ast.dump(ast.parse(text))


def _changed(*texts: str) -> Iterator[str]:
    """The functions in which *texts* are not all alike; every function of the first where the change is outside."""
    versions = [{name: ast.dump(node) for name, node in _nodes(ast.parse(text), "")} for text in texts]
    changed = [name for name, first in versions[0].items() if any(one.get(name) != first for one in versions[1:])]
    yield from changed or versions[0]


def _nodes(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from _nodes(child, f"{prefix}{child.name}.")
