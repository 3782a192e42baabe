"""What tests are worth: which lines they reach, which faults they notice, and whether they ever fail without one."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.core.worth.cutting import bound_in, without
from agent_ci.core.worth.tests_file import TestsFile
from agent_ci.mutation_kit.mutants import apply, mutants
from bench.repositories import write
from bench.tests.project import Project
from bench.tests.workbench import body_lines, evidence_of, reply_of, text_of

_TRIAL = Path(__file__).with_name("trial.py")
_REPEAT = Path(__file__).with_name("repeat.py")
_COSMIC = Path(__file__).with_name("cosmic.py")
_MOST_FAULTS = 120
_HASH_SEEDS = 4


@dataclass(frozen=True)
class Score:
    """The figures of one project. Faults are counted as (noticed, put in); ``failures`` are of the further runs."""

    project: Project
    text: str
    tests: int = 0
    covered: int = 0
    lines: int = 0
    own: tuple[int, int] = (0, 0)
    cosmic: tuple[int, int] = (0, 0)
    seconds: float = 0.0
    failures: int = 0
    bugs: int = 0

    @property
    def coverage(self) -> float:
        """The share of the changed lines in functions that the tests run, in per cent."""
        return 100 * self.covered / self.lines if self.lines else 0.0


def score(project: Project, *, cosmic_python: str, repeats: int) -> Score:
    """Have tests written for *project* and measure them."""
    started = time.monotonic()
    reply = reply_of(project)
    seconds = time.monotonic() - started
    text = text_of(reply)
    found = measured(project, text, cosmic_python=cosmic_python)
    failures = failing_runs(project, text, repeats=repeats) if text else 0
    return Score(**{**vars(found), "seconds": seconds, "bugs": len(reply.bugs), "failures": failures})


def measured(project: Project, *texts: str, cosmic_python: str) -> Score:
    """The figures of the test files *texts* together, whoever wrote them."""
    lines = body_lines(project)
    wanted = lines if project.functions else project.lines
    own = {one.id: apply(project.source, one) for one in mutants(project.source, wanted)}
    foreign = _cosmic_faults(project, cosmic_python, wanted) if cosmic_python else {}
    written = [text for text in texts if text]
    covered: set[int] = set()
    killed: set[str] = set()
    for text in written:
        told = _trial(project, text, {**own, **foreign})
        if not told["passes"]:
            raise AssertionError(f"the tests of {project.name} fail where nothing was changed")
        covered |= set(told["lines"])
        killed |= {name for name, fate in told["fates"].items() if fate != "survived"}
    return Score(
        project,
        "\n".join(written),
        tests=sum(map(_count, written)),
        covered=len(lines & covered),
        lines=len(lines),
        own=(len(killed & own.keys()), len(own)),
        cosmic=(len(killed & foreign.keys()), len(foreign)),
    )


def passing(project: Project, text: str) -> tuple[str, int]:
    """*text* without those of its tests that fail where nothing was changed, and how many these are."""
    file = TestsFile.read(text) if text else None
    every = file.candidates if file else ()
    names = bound_in(text)  # an import that no test names may be there for effect
    alone = {one: without(text, [other for other in every if other != one], keeping=names) for one in every}
    failing = [one for one in every if not _trial(project, alone[one], {})["passes"]]
    return without(text, failing, keeping=names) if failing else text, len(failing)


def _count(text: str) -> int:
    """The number of cases: rows of tables, and tests without one."""
    count = 0
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test"):
            rows = [len(mark.args[1].elts) for mark in node.decorator_list if _is_table(mark)]  # type: ignore[attr-defined]
            count += max([1, *rows])
    return count


def _is_table(mark: ast.expr) -> bool:
    return isinstance(mark, ast.Call) and len(mark.args) > 1 and isinstance(mark.args[1], ast.List)


def _trial(project: Project, text: str, versions: Mapping[str, str]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "project")
        write(root, project.files)
        tests, spec, result = (Path(scratch, name) for name in ("delivered_tests.py", "spec.json", "result.json"))
        tests.write_text(text, "utf-8")
        told = {
            "module": evidence_of(project).style.module,  # type: ignore[union-attr] # we gave it one
            "path": str(root / project.path),
            "tests": str(tests),
            "roots": [str(root / one) for one in project.roots],
            "versions": dict(versions),
        }
        spec.write_text(json.dumps(told), "utf-8")
        subprocess.run([sys.executable, "-B", str(_TRIAL), str(spec), str(result)], cwd=root, check=True)
        found: dict[str, Any] = json.loads(result.read_text("utf-8"))
        return found


def _cosmic_faults(project: Project, python: str, lines: frozenset[int]) -> dict[str, str]:
    """The faults of cosmic-ray's operators on *lines*, evenly chosen where there are too many."""
    with tempfile.TemporaryDirectory() as scratch:
        module, result = Path(scratch, "module.py"), Path(scratch, "faults.json")
        module.write_text(project.source, "utf-8")
        subprocess.run([python, str(_COSMIC), str(module), str(result)], check=True)
        found = [source for line, source in json.loads(result.read_text("utf-8")) if line in lines]
    plain = _without_annotations(project.source)
    told = [source for source in dict.fromkeys(found) if _without_annotations(source) not in ("", plain)]
    step = max(1, -(-len(told) // _MOST_FAULTS))
    return {f"cosmic-{number}": source for number, source in enumerate(told[::step])}


def _without_annotations(source: str) -> str:
    """What *source* does: its syntax without what no test can tell apart; empty where it is none."""
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return ""
    for node in ast.walk(tree):
        if isinstance(node, ast.arg | ast.AnnAssign):
            node.annotation = ast.Constant(None)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
    return ast.dump(tree)


def failing_runs(project: Project, text: str, *, repeats: int) -> int:
    """How many of *repeats* runs by pytest are red, and of one more on two workers.

    They differ in order, hash seed, time zone and locale.
    """
    path = evidence_of(project).style.path  # type: ignore[union-attr] # we gave it one
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "project")
        write(root, {**project.files, path: text})
        red = 0
        runs = -(-repeats // _HASH_SEEDS)  # of each process, which go on where those of the one before ended
        for seed in range(_HASH_SEEDS if repeats else 0):
            argv = [sys.executable, "-B", str(_REPEAT), str(runs), str(seed * runs), path]
            red += int(_run(argv, root, project.roots, seed).stdout.split()[-1])
        argv = [sys.executable, "-B", "-m", "pytest", "-q", "-n", "2", "-p", "no:cacheprovider", path]
        return red + bool(repeats and _run(argv, root, project.roots, 9).returncode)


def _run(argv: list[str], root: Path, roots: Sequence[str], seed: int) -> subprocess.CompletedProcess[str]:
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join(str(root / one) for one in (*roots, ".")),
        "PYTHONHASHSEED": str(seed + 1),
    }
    return subprocess.run(argv, cwd=root, env=environment, capture_output=True, text=True, check=False)
