"""Writes tests offline: calls what a change left untested in the sandbox, and records what it does."""

from __future__ import annotations

import ast
import difflib
import json
import os
import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import kits
from agent_ci.core.frameworks.python_projects import roots_of
from agent_ci.core.names import is_importable, parse
from agent_ci.core.requirements import are_requirements, is_required
from agent_ci.core.run import Attempt, Cost, Evidence, Reply
from agent_ci.core.test_style import Style, style_of
from agent_ci.core.worth.provenance import delivery_name
from agent_ci.core.worth.values import PossibleBug
from agent_ci.kits import PACKAGE
from agent_ci.ports import Command, Tree, Workbench, Workspace
from agent_ci.proposers.characterise.answers import Answer, Suspicion, read_answer
from agent_ci.proposers.characterise.choosing import Choice, chosen
from agent_ci.proposers.characterise.kit.acts import spelled
from agent_ci.proposers.characterise.kit.targets import Target, targets_of
from agent_ci.proposers.characterise.writing import written

_KIT = "proposers/characterise/kit"
_LAUNCHER = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    f"from {PACKAGE}.{_KIT.replace('/', '.')}.harness import main; del sys.path[0]; sys.exit(main(sys.argv[2:]))"
)
_GRACE = 15.0  # seconds that a program gets beyond its own limit before the sandbox ends it
_PATIENCE = 3.0  # seconds of wall clock for each of processor time
_LEAST = 5.0  # seconds below which nothing is begun
_RECORDING = 30.0  # seconds for running the tests that there are
_MOST_TEST_FILES = 20
# What is recorded must come out again where all of this is different.
_ELSEWHERE: tuple[Mapping[str, str], ...] = (
    {"PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu", "LC_ALL": "C"},
    {"PYTHONHASHSEED": "4242", "TZ": "America/Los_Angeles", "LC_ALL": "C.UTF-8"},
)


@dataclass(frozen=True)
class Characterise:
    """Characterises the untested functions of one module: pure ones, typed or not, methods and dataclasses.

    ``seed`` makes every choice repeatable. Work is bounded by counts, about ``trials`` calls a function and
    ``most_mutants`` faults; *seconds* is an outer limit that is told where it cut something off.
    """

    seed: int = field(default=0, kw_only=True)
    trials: int = field(default=1200, kw_only=True)
    most_mutants: int = field(default=300, kw_only=True)
    seconds: float = field(default=60.0, kw_only=True)

    def propose(
        self, evidence: Evidence, _attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer one file of tests, or say of each function why there is none."""
        seconds = min(self.seconds, workbench.seconds_left() / 2)
        paths = {target.path for target in evidence.untested}
        if len(paths) != 1 or seconds < _LEAST:
            return
        started = time.monotonic()
        yield self._reply(evidence, paths.pop(), workbench, seconds, started)

    def _reply(self, evidence: Evidence, path: str, workbench: Workbench, seconds: float, started: float) -> Reply:
        source = workbench.tree.read(path).decode("utf-8-sig", "replace")
        tree = parse(source)
        targets = targets_of(tree) if tree else {}
        style = evidence.style or _style(path, workbench.tree, evidence.toolchain)
        if not is_importable(style.module):
            objection = f"nothing of {path} can be tested without a model: no import statement can name {style.module}"
            return Reply("characterise", objection=objection)
        answer = self._search(evidence, style, _Asked(path, targets), workbench, seconds)
        choice = chosen(answer.cases, targets, is_private_tested=style.is_private_tested)
        picked = choice.kept
        delivery = delivery_name(evidence.tree)
        text = written(picked, targets, answer.names, style=style, delivery=delivery, trips=answer.trips)
        cost = Cost(seconds=time.monotonic() - started)
        bugs = tuple(bug for one in answer.suspicions if (bug := _bug(one, path, targets)))
        bugs += tuple(bug for one in answer.broken if (bug := one.bug(path, targets)))
        left_out = tuple(_left_out(answer, choice, path))
        note = f"{len(answer.cases)} calls recorded, {len(picked)} kept, {answer.mutants} faults tried"
        if answer.is_cut:
            note += "; the time cut it short, and another run may find other calls"
        if not text:
            why = "; ".join(left_out) or "no call of what is untested tells anything"
            objection = f"nothing of {path} can be tested without a model: {why}"
            return Reply("characterise", cost=cost, note=note, objection=objection, bugs=bugs, left_out=left_out)
        diff = _added(style.path, text)
        return Reply("characterise", f"{note}\n\n{diff}", cost, note=note, bugs=bugs, left_out=left_out)

    def _search(self, evidence: Evidence, style: Style, asked: _Asked, workbench: Workbench, seconds: float) -> Answer:
        with workbench.open() as workspace:
            programs = _Programs(workspace, evidence.toolchain, kits.lay(workspace.outbox, "mutation_kit", _KIT))
            tests = [test for test in _test_files(evidence) if (workspace.root / test).is_file()]
            programs.tell(
                {
                    **self._spec(evidence, style, asked.path, tests, seconds),
                    "is_property": is_required("hypothesis", _requirements(workbench.tree)),
                }
            )
            in_time = [programs.run("record", "recorded.json", seconds=_RECORDING)] if tests else []
            in_time += [programs.run("search", "recorded.json", "found.jsonl", seconds=_PATIENCE * seconds + _GRACE)]
            replays = [f"again{number}.jsonl" for number, _ in enumerate(_ELSEWHERE)]
            for replay, environment in zip(replays, _ELSEWHERE, strict=True):
                in_time += [
                    programs.run("replay", "found.jsonl", replay, seconds=seconds + _GRACE, environment=environment)
                ]
            outbox = workspace.outbox
            branches = [branch for target in evidence.untested for branch in target.branches]
            files = tuple(outbox / replay for replay in replays)
            answer = read_answer(outbox / "found.jsonl", files, root=outbox, targets=asked.targets, branches=branches)
            return answer if all(in_time) else replace(answer, is_cut=True)

    def _spec(
        self, evidence: Evidence, style: Style, path: str, tests: list[str], seconds: float
    ) -> Mapping[str, object]:
        return {
            "path": path,
            "module": style.module,
            "lines": sorted({line for target in evidence.untested for line in target.lines}),
            "deciding": sorted({line for target in evidence.untested for line in target.deciding}),
            "tests": tests,
            "arguments": json.loads(evidence.toolchain.get("pytest_arguments") or "[]"),
            "seed": self.seed,
            "trials": self.trials,
            "most_mutants": self.most_mutants,
            "seconds": seconds,
            "earlier": evidence.earlier.get(path, ""),
        }


@dataclass(frozen=True)
class _Asked:
    """The module in question and what of it can be called."""

    path: str
    targets: Mapping[str, Target]


@dataclass(frozen=True)
class _Programs:
    """The kit's programs in one workspace."""

    workspace: Workspace
    toolchain: Mapping[str, str]
    kit: Path

    def tell(self, spec: Mapping[str, object]) -> None:
        """Write what all of them are told."""
        (self.workspace.outbox / "spec.json").write_text(json.dumps(spec), "utf-8")

    def run(self, mode: str, *files: str, seconds: float, environment: Mapping[str, str] | None = None) -> bool:
        """Run one of them, and whether it came to its end; what it writes is read later, if it is there."""
        outbox = self.workspace.outbox
        named = [str(outbox / file) for file in files]
        argv = (self.toolchain["python"], "-B", "-c", _LAUNCHER, str(self.kit), mode, str(outbox / "spec.json"), *named)
        roots = roots_of(self.toolchain)
        told = {
            "PYTHONPATH": os.pathsep.join(str(self.workspace.root / root) for root in roots),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
            **(environment or {}),
        }
        return not self.workspace.run(Command(argv, told, timeout=seconds)).timed_out


def _test_files(evidence: Evidence) -> list[str]:
    nearest = evidence.style.nearest if evidence.style else ""  # it shows values where no test runs the module yet
    files = dict.fromkeys([id_.partition("::")[0] for id_ in evidence.covering] or [nearest])
    return [file for file in files if file.endswith(".py")][:_MOST_TEST_FILES]


def _requirements(tree: Tree) -> Iterator[str]:
    yield from (tree.read(path).decode("utf-8", "replace") for path in tree.paths() if are_requirements(path))


def _style(path: str, tree: Tree, toolchain: Mapping[str, str]) -> Style:
    texts = {one: tree.read(one).decode("utf-8", "replace") for one in tree.paths() if one.endswith((".py", ".toml"))}
    return style_of(path, texts, roots=roots_of(toolchain))


def _left_out(answer: Answer, choice: Choice, path: str) -> Iterator[str]:
    if answer.unimported:
        yield f"{path} cannot be imported: {answer.unimported}"
    yield from (f"{target}: {reason}" for target, reason in (*answer.skipped, *choice.left_out))


def _bug(one: Suspicion, path: str, targets: Mapping[str, Target]) -> PossibleBug | None:
    target = targets[one.call.target]
    texts = dict(one.call.arguments)
    try:
        call = ast.unparse(ast.parse(spelled(target, one.call, texts, one.call.receiver), mode="eval"))
    except (SyntaxError, ValueError, LookupError):  # an operator without its operands
        return None
    steps = "".join(f"; then `{step}`" for step in one.call.before)
    ended = (
        f"ends in {one.outcome.value}: {one.outcome.message}"
        if one.outcome.kind == "crash"
        else (f"gives {one.outcome.value}")
    )
    said = f", and its docstring says {one.want}" if one.want else ", which nothing there raises on purpose"
    return PossibleBug(path, target.name, f"`{call}`{steps} {ended}{said}", call, target.node.lineno)


def _added(path: str, text: str) -> str:
    rows = difflib.unified_diff([], text.splitlines(keepends=True), "/dev/null", f"b/{path}")
    return f"diff --git a/{path} b/{path}\nnew file mode 100644\n{''.join(rows)}"
