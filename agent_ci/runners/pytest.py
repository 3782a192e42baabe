"""Runs a pytest suite, or exactly the named cases of it, and reads the fresh report."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci import reports
from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.coverage import NOTHING, Coverage, Lines
from agent_ci.core.proof import is_within
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Command, Completed, Workspace
from agent_ci.runners.coverage import recorded
from agent_ci.runners.deadline import Deadline
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.kit import Kit
from agent_ci.runners.starting import in_folder

# https://docs.pytest.org/en/stable/reference/exit-codes.html
_FINISHED = frozenset({0, 1, 2})
_USAGE_ERROR = 4
_NOTHING_COLLECTED = 5
_TAKES_A_VALUE = frozenset({
    "-c", "-k", "-m", "-o", "-p", "-n", "-W", "-r", "--rootdir", "--confcutdir", "--basetemp", "--ignore",
    "--ignore-glob", "--deselect", "--override-ini", "--import-mode", "--tb", "--color", "--capture", "--durations",
    "--maxfail", "--log-level", "--log-file", "--junitxml", "--junit-prefix", "--cov", "--cov-report", "--cov-config",
    "--reruns", "--reruns-delay", "--timeout", "--timeout-method", "--dist", "--numprocesses", "--maxprocesses",
})  # fmt: skip
_NOT_FOUND = re.compile(r"\bERROR: not found: (.+)$", re.MULTILINE)  # it may follow "collecting ... " on the same line


@dataclass(frozen=True)
class Pytest:
    """pytest under the *interpreter* of the user's job, in *folder* ("" for the root of the repository).

    *arguments* are what the user's own command adds, and *install* is how a person gets the packages that the tests
    need. Whatever the folder, ids begin at the root of the repository.
    """

    interpreter: Interpreter
    arguments: tuple[str, ...] = ()
    install: str = ""
    folder: str = ""

    @property
    def toolchain(self) -> Mapping[str, str]:
        """The programs used; ``pytest_*`` are JSON lists, ``pythonpath`` is relative to the root.

        ``pytest_folders`` is there where pytest is not started in the root.
        """
        options, paths = _split(self.arguments)
        return {
            "runner": "pytest",
            "python": self.interpreter.path,
            "python_version": self.interpreter.version,
            "pytest_version": self.interpreter.pytest,
            "pytest_arguments": json.dumps(options),
            "pytest_paths": json.dumps(paths),
            "pythonpath": ":".join(self.interpreter.import_roots),
            **({"install": self.install} if self.install else {}),
            **({"pytest_folders": json.dumps([self.folder])} if self.folder else {}),
        }

    @property
    def varies(self) -> frozenset[str]:
        """Which conditions can be set; how many tests run at a time only where pytest-xdist is there."""
        return frozenset({"order", "hash_seed", "clock", *(("workers",) if self.interpreter.has_xdist else ())})

    def run(
        self,
        workspace: Workspace,
        *,
        only: tuple[str, ...] = (),
        timeout: float,
        conditions: Conditions = USUAL,
        recorder: Kit | None = None,
    ) -> TestReport:
        """Run the whole suite, or exactly *only* (node ids; those that do not exist here are left out).

        With a *recorder*, that writes which lines each test executes.
        """
        own = f"{self.folder}/" if self.folder else ""
        here = (id_ for id_ in only if id_.startswith(own))
        wanted = tuple(id_ for id_ in here if (workspace.root / id_.partition("::")[0]).exists())
        if only and not wanted:
            return TestReport()
        deadline = Deadline.after(timeout)
        report, done = self._run_once(workspace, wanted, deadline, conditions, recorder)
        if absent := _not_found(done, workspace.root):
            wanted = tuple(id_ for id_ in wanted if id_ not in absent)
            again = self._run_once(workspace, wanted, deadline, conditions, recorder) if wanted else None
            report, done = again or (TestReport(), done)
        if report is None:
            raise InfrastructureError(f"pytest left no report; {done.explanation}")
        if only:
            return _exactly(report, wanted)
        if not report.cases:
            raise UnsupportedError(f"pytest found no tests; {done.explanation}")
        return report

    def covered(
        self, workspace: Workspace, ids: tuple[str, ...] = (), *, timeout: float, deciding: Lines = NOTHING
    ) -> Coverage:
        """Which lines each of *ids*, or of all tests, executes: one run, one test after the other, with our recorder.

        What a test's fixtures execute for the first time is the test's. Processes that a test starts are not seen.
        """
        alone = Conditions(workers=1)
        return recorded(
            workspace,
            lambda kit: self.run(workspace, only=ids, timeout=timeout, conditions=alone, recorder=kit),
            lambda id_: _reported_id(id_, workspace.root),
            deciding=deciding,
        )

    def _run_once(
        self,
        workspace: Workspace,
        only: tuple[str, ...],
        deadline: Deadline,
        conditions: Conditions,
        recorder: Kit | None,
    ) -> tuple[TestReport | None, Completed]:
        kit = Kit.unpacked(workspace)
        command = self._command(workspace.root, only, deadline.left(), conditions, kit)
        done = workspace.run(_recording(command, recorder, workspace.root) if recorder else command)
        if done.timed_out:
            raise deadline.missed("the tests")
        if done.ended_by:
            raise InfrastructureError(f"the tests were ended: {done.ended_by}")
        if done.exit_code not in _FINISHED or not kit.report.exists():
            return None if done.exit_code != _NOTHING_COLLECTED else TestReport(), done
        report, confirmed = reports.read_report(kit.report, root=workspace.outbox), kit.confirmed(workspace.root)
        base = confirmed.base if confirmed else ""
        report = replace(report, cases=tuple(_named(case, workspace.root, base) for case in report.cases))
        return replace(report, partial=(*report.partial, *kit.doubts(report, confirmed))), done

    def _command(self, root: Path, only: tuple[str, ...], timeout: float, conditions: Conditions, kit: Kit) -> Command:
        options, paths = _split(self.arguments)
        argv = (
            *(self.interpreter.path, "-m", "pytest", *options),
            *("-o", "junit_family=xunit1", f"--junitxml={kit.report}", "-p", "no:cacheprovider"),
            *("-p", kit.plugin, "--continue-on-collection-errors", "--maxfail=0", "--tb=short", "--color=no", "-vv"),
            *((id_.removeprefix(f"{self.folder}/") for id_ in only) if only else paths),
        )
        argv = in_folder(root / self.folder, argv) if self.folder else argv
        roots = ":".join(str(root / folder) for folder in self.interpreter.import_roots)
        variables = {
            "PYTHONPATH": f"{roots}:{kit.folder}",
            "PYTHONDONTWRITEBYTECODE": "1",
            **kit.environment(conditions),
        }
        if conditions.hash_seed is not None:
            variables["PYTHONHASHSEED"] = str(conditions.hash_seed)
        return Command(argv, variables, timeout)


def _recording(command: Command, recorder: Kit, root: Path) -> Command:
    """*command* with the plugin of *recorder* as well."""
    told = json.dumps({"root": str(root), "file": str(recorder.report)})
    path = f"{command.environment['PYTHONPATH']}:{recorder.folder}"
    environment = {**command.environment, "PYTHONPATH": path, "AGENT_CI_COVERAGE": told}
    return replace(command, argv=(*command.argv, "-p", recorder.plugin), environment=environment)


def _split(arguments: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The user's arguments apart: options with their values, and the paths or node ids to collect."""
    options: list[str] = []
    paths: list[str] = []
    is_value = False
    for argument in arguments:
        (options if is_value or argument.startswith("-") else paths).append(argument)
        is_value = argument in _TAKES_A_VALUE
    return tuple(options), tuple(paths)


def _not_found(done: Completed, root: Path) -> frozenset[str]:
    """The node ids that pytest said it cannot find; it then runs none of the others either."""
    if done.exit_code != _USAGE_ERROR:
        return frozenset()
    return frozenset(place.strip().removeprefix(f"{root}/") for place in _NOT_FOUND.findall(done.output))


def _named(case: TestCase, root: Path, base: str) -> TestCase:
    """*case* by its node id, and in its file, both as seen from *root*, where the report has them from *base* on."""
    file = f"{base}/{case.file}" if base and case.file else case.file
    return replace(case, id=_node_id(case, root, base), file=file)


def _node_id(case: TestCase, root: Path, base: str = "") -> str:
    """The node id of *case*: its dotted class name begins with the path, from *base* on, of the file that collected it.

    A collection error has no class name, and its name is the dotted path of the file or package.
    """
    dotted = case.classname or case.name
    parts = dotted.split(".")
    for length in range(len(parts), 0, -1):
        stem = "/".join((*([base] if base else ()), *parts[:length]))
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            if (root / path).is_file():
                names = [*parts[length:], *([case.name] if case.classname else [])]
                return "::".join([path, *names])
    return f"{dotted}::{case.name}" if case.classname else dotted


def _reported_id(id_: str, root: Path) -> str:
    """The id that the report has for pytest's own *id_*, whose file is relative to *root*.

    It is written as pytest writes it into a report: what stands in brackets is a parameter, and no name.
    """
    names, bracket, parameters = id_.partition("[")
    path, *inside = names.split("::")
    dotted = path.replace("/", ".").removesuffix(".py")
    *containers, name = (dotted, *inside)
    case = TestCase(id_, Status.PASSED, classname=".".join(containers), name=f"{name}{bracket}{parameters}")
    return _node_id(case, root)


def _exactly(report: TestReport, wanted: tuple[str, ...]) -> TestReport:
    """*report*, if it holds *wanted* and nothing else; a file's id stands for the cases in it."""
    ids = report.ids()
    missing = [id_ for id_ in wanted if not any(is_within(has, id_) for has in ids)]
    surplus = [has for has in ids if not any(is_within(has, id_) for id_ in wanted)]
    if surplus:
        raise InfrastructureError(f"asked for {len(wanted)} cases, and pytest also ran {surplus[0]}")
    reasons = (f"{id_} was asked for and is not in the report" for id_ in missing)
    return replace(report, partial=(*report.partial, *reasons))


def read_command(words: tuple[str, ...]) -> tuple[str, tuple[str, ...]] | None:
    """The interpreter that *words* name ("" for any) and pytest's arguments; None where they run something else.

    Launchers (``uv run``, ``poetry run`` ...) are passed over: their environment is found in the checkout, and
    run in a copy they would build another one.
    """
    for launcher in _LAUNCHERS:
        if words[: len(launcher)] == launcher:
            words = words[len(launcher) :]
    program = Path(words[0]).name if words else ""
    if program in ("pytest", "py.test"):
        return "", words[1:]
    if program.startswith("python") and words[1:3] == ("-m", "pytest"):
        return words[0] if "/" in words[0] else "", words[3:]
    return None


_LAUNCHERS = (("uv", "run"), ("poetry", "run"), ("pdm", "run"), ("hatch", "run"), ("pipenv", "run"))
