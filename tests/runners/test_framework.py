"""A project is run by its framework: what is built, what ran, and what may be believed of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_ci.core.frameworks.framework import Place, Step
from agent_ci.core.frameworks.go import Go
from agent_ci.core.report import TestCase
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.ports import Workspace
from agent_ci.runners.framework import FrameworkRunner

Open = Callable[[Mapping[str, str]], Workspace]
GREEN = '<testsuite><testcase classname="a" name="x"/></testsuite>'
RED = '<testsuite><testcase classname="a" name="x"><failure message="no"/></testcase></testsuite>'


@dataclass(frozen=True)
class Scripted:
    """A framework whose steps are scripts of a shell."""

    scripts: tuple[Step, ...]
    name = "scripted"
    command = ("./run",)

    def steps(self, _place: Place, _only: tuple[str, ...]) -> tuple[Step, ...]:
        return self.scripts

    def id_of(self, case: TestCase, _place: Place) -> str:
        return case.id


def runner(*scripts: Step, folder: str = "") -> FrameworkRunner:
    return FrameworkRunner(Scripted(scripts), folder, Path("/nowhere"), dict(os.environ))


def says(text: str, exit_code: int = 0) -> Step:
    return Step(("sh", "-c", 'printf %s "$1"; exit "$2"', "sh", text, str(exit_code)), tells=True)


def builds(*, well: bool, is_needed: bool = True) -> Step:
    return Step(("sh", "-c", f"echo src/a.c:3: error: no; exit {0 if well else 1}"), builds=True, is_needed=is_needed)


def test_a_report_of_the_commit_is_none_of_the_run(workspace: Open) -> None:
    stale = Step(("true",), ("report.xml",))
    with pytest.raises(UnsupportedError, match="left no report"):
        runner(stale).run(workspace({"report.xml": GREEN}), timeout=60)


def test_a_run_that_failed_and_shows_nothing_red_is_not_green(workspace: Open) -> None:
    report = runner(says(GREEN, 3)).run(workspace({}), timeout=60)
    assert (report.is_green, "ended with exit code 3" in report.partial[0]) == (False, True)


def test_nothing_selected_is_not_green(workspace: Open) -> None:
    report = runner(says(GREEN)).run(workspace({}), only=("b::y",), timeout=60)
    assert (report.cases, report.is_green) == ((), False)


def test_what_ran_beside_the_selection_is_left_out(workspace: Open) -> None:
    both = '<testsuite><testcase classname="a" name="x"/><testcase classname="a" name="y"/></testsuite>'
    assert runner(says(both)).run(workspace({}), only=("a::y",), timeout=60).ids() == ("a::y",)
    assert runner(says(both)).ran(workspace({}), only=("a::y",), timeout=60).ids() == ("a::x", "a::y")


def test_a_build_is_a_case_of_its_own_and_without_it_nothing_runs(workspace: Open) -> None:
    well = runner(builds(well=True), says(GREEN)).run(workspace({}), timeout=60)
    broken = runner(builds(well=False), says(GREEN)).run(workspace({}), only=("a::x",), timeout=60)
    assert (well.ids(), broken.ids()) == (("a::x", "build (scripted)"), ("build (scripted)",))
    [case] = broken.red
    assert (case.message, case.file, case.line) == ("no", "src/a.c", 3)


def test_a_build_that_failed_is_told_without_the_folder_of_its_copy(workspace: Open) -> None:
    step = Step(("sh", "-c", 'echo "in $PWD: $PWD/src/a.c:3: error: no"; exit 1'), builds=True)
    [case] = runner(step).run(workspace({}), only=("build (scripted)",), timeout=60).cases
    assert case.traceback.endswith("in .: src/a.c:3: error: no\n")


def test_what_does_not_need_the_whole_build_runs_without_it(workspace: Open) -> None:
    steps = (builds(well=False, is_needed=False), says(RED, 1))
    assert runner(*steps).run(workspace({}), timeout=60).ids() == ("a::x", "build (scripted)")
    assert runner(*steps).run(workspace({}), only=("a::x",), timeout=60).ids() == ("a::x",)
    assert runner(*steps).run(workspace({}), only=("build (scripted)",), timeout=60).ids() == ("build (scripted)",)


def test_ids_and_files_of_a_project_begin_with_its_folder(workspace: Open) -> None:
    report = '<testsuite><testcase classname="a" name="x" file="x.c"><failure/></testcase></testsuite>'
    files = {"api/x.c": "", "api/run": ""}
    whole = runner(says(report, 1), folder="api").run(workspace(files), timeout=60)
    assert (whole.red[0].id, whole.red[0].file) == ("api/a::x", "api/x.c")
    assert runner(says(report, 1), folder="api").run(workspace(files), only=("api/a::x",), timeout=60).tally.failed == 1


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (Step(("no-such-program-here",), tells=True), "cannot be run here"),
        (Step(("sleep", "60"), tells=True), "did not finish within 1 s"),
    ],
    ids=["is-not-there", "hangs"],
)
def test_a_run_that_does_not_happen_is_no_failure_of_a_test(workspace: Open, step: Step, sentence: str) -> None:
    with pytest.raises(InfrastructureError, match=sentence):
        runner(step).run(workspace({}), timeout=1)


def test_the_limit_of_time_is_that_of_all_steps_together(workspace: Open) -> None:
    waits = Step(("sh", "-c", f"sleep 1.2; printf %s '{GREEN}'"), tells=True)
    with pytest.raises(InfrastructureError, match="did not finish within 2 s"):
        runner(waits, waits).run(workspace({}), timeout=2)


def test_go_runs_the_packages_that_can_be_built_beside_one_that_cannot(workspace: Open) -> None:
    if not shutil.which("go"):
        pytest.skip("go is not installed, so that this is NOT tested")
    test = 'import "testing"\n\nfunc TestIt(t *testing.T) {}\n'
    files = {
        "go.mod": "module example.com/a\n\ngo 1.19\n",
        "broken/a.go": "package broken\n\nvar A = missing\n",
        "broken/a_test.go": f"package broken\n\n{test}",
        "well/a_test.go": f"package well\n\n{test}",
        "untested/a.go": "package untested\n\nvar A = missing\n",
    }
    go = FrameworkRunner(Go(), "", Path("/nowhere"), dict(os.environ))
    copy = workspace(files)
    report = go.run(copy, timeout=120)
    assert (report.ids(), report.partial) == (("build (go)", "example.com/a/well::TestIt"), ())
    assert (report.red[0].file, report.red[0].line) in (("broken/a.go", 3), ("untested/a.go", 3))
    assert go.run(copy, only=("example.com/a/broken::TestIt",), timeout=120).ids() == ("example.com/a/broken",)
