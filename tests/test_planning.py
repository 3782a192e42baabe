"""`plan` reads or runs a red build once, repairs nothing, and hands the CI a matrix."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path

import pytest
import yaml

from agent_ci.core.plan import read_plan
from agent_ci.spending import FILE_NAME, Spent
from bench.repositories import PYTEST
from tests.fan_out import plan
from tests.red import CALC, FILES, TESTS, RedRepository

TWO = {"calc.py": CALC.replace("a * 2", "a * 3"), "test_calc.py": TESTS}
REPORT = (
    "<testsuite>"
    '<testcase classname="test_calc" name="test_add"><failure message="assert -1 == 3"/></testcase>'
    '<testcase classname="test_calc" name="test_double"><failure message="KeyError: 2"/></testcase>'
    '<testcase classname="test_calc" name="test_other"/>'
    "</testsuite>"
)


def with_report(tmp_path: Path, text: str = REPORT) -> RedRepository:
    repository = RedRepository.make(tmp_path, TWO)
    (repository.path / "junit.xml").write_text(text, encoding="utf-8")
    return repository


def test_without_a_report_the_suite_is_run_once(tmp_path: Path) -> None:
    run, _, written = plan(RedRepository.make(tmp_path, TWO))
    commands = [json.loads(line) for line in (run.out / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    suites = [row for row in commands if "pytest" in row.get("argv", [])]
    assert run.outcome == "explained"
    assert len(suites) == 1
    assert [[cause["cases"] for cause in cell["groups"]] for cell in written["cells"]] == [
        [["test_calc.py::test_add"]],
        [["test_calc.py::test_double"]],
    ]
    assert run.document["before"]["failed"] == ["test_calc.py::test_add", "test_calc.py::test_double"]


def test_with_a_report_nothing_of_the_repository_is_run(tmp_path: Path) -> None:
    repository = with_report(tmp_path)
    run, _, written = plan(repository, report=("junit.xml",), run="no-such-program-here")
    assert run.outcome == "explained"
    assert not (run.out / "audit.jsonl").exists()
    assert [cell["reports"] for cell in written["cells"]] == [["junit.xml"], ["junit.xml"]]
    assert sum(len(cell["groups"]) for cell in written["cells"]) == 2


def test_one_case_that_several_jobs_report_is_planned_once(tmp_path: Path) -> None:
    repository = with_report(tmp_path)
    (repository.path / "junit-windows.xml").write_text(REPORT.replace("KeyError: 2", "OSError: 5"), encoding="utf-8")
    _, _, written = plan(repository, report=("junit*.xml",))
    cases = [id_ for cell in written["cells"] for cause in cell["groups"] for id_ in cause["cases"]]
    assert sorted(cases) == sorted(set(cases))
    assert len(cases) == 2


def test_the_plan_names_what_was_judged_and_divides_the_budget(tmp_path: Path) -> None:
    run, _, _ = plan(with_report(tmp_path), report=("junit.xml",), max_attempts=9, max_cost=2.0)
    text = (run.out / "plan.json").read_text(encoding="utf-8")
    read = read_plan(text, source="plan.json")
    assert read.commit == run.document["context"]["commit"]
    assert [cell.budget.attempts for cell in read.cells] == [5, 4]
    assert [cell.budget.cost for cell in read.cells] == [1.0, 1.0]


def test_a_day_that_has_nothing_left_keeps_nobody_from_planning(tmp_path: Path) -> None:
    repository = with_report(tmp_path)
    out = repository.scratch / "plan"
    out.mkdir(parents=True)
    row = Spent(time.time(), "#7", calls=1, prompt_tokens=900, completion_tokens=100, usd=0.5)
    (out / FILE_NAME).write_text(f"{json.dumps(asdict(row))}\n", encoding="utf-8")
    run, _, written = plan(repository, report=("junit.xml",), max_tokens=500, max_tokens_per_day=1000)
    assert run.outcome == "explained"
    assert [cell["budget"]["tokens"] for cell in written["cells"]] == [250, 250]


def outputs(path: Path) -> dict[str, str]:
    """What GitHub reads from the file: each name with the lines up to its own delimiter."""
    found, lines = {}, iter(path.read_text(encoding="utf-8").splitlines())
    for line in lines:
        name, _, delimiter = line.partition("<<")
        found[name] = "\n".join(iter(lines.__next__, delimiter))
    return found


def test_the_matrix_is_printed_and_given_to_github_as_an_output(tmp_path: Path) -> None:
    path = tmp_path / "output"
    path.write_text("earlier=1\n", encoding="utf-8")
    _, planning, _ = plan(with_report(tmp_path), report=("junit.xml",), environment={"GITHUB_OUTPUT": str(path)})
    assert path.read_text(encoding="utf-8").startswith("earlier=1\n")
    path.write_text(path.read_text(encoding="utf-8").removeprefix("earlier=1\n"), encoding="utf-8")
    assert outputs(path) == {"matrix": planning.printed, "cells": "2"}
    assert len(json.loads(str(planning.printed))["include"]) == 2


def test_an_output_that_cannot_be_written_is_said_with_the_place(tmp_path: Path) -> None:
    run, _, _ = plan(with_report(tmp_path), report=("junit.xml",), environment={"GITHUB_OUTPUT": "/proc/none"})
    assert run.outcome == "infrastructure"
    assert "could not be written to /proc/none" in run.document["reason"]


def test_the_pipeline_for_gitlab_carries_the_reports_and_the_command(tmp_path: Path) -> None:
    _, planning, _ = plan(with_report(tmp_path), form="gitlab", report=("junit.xml",))
    pipeline = yaml.safe_load(str(planning.printed))
    assert pipeline["variables"] == {"AGENT_CI_REPORT": "junit.xml", "AGENT_CI_RUN": PYTEST}
    assert len(pipeline["agent-ci-fix"]["parallel"]["matrix"]) == 2


def test_a_green_build_is_nothing_to_do_and_an_empty_matrix(tmp_path: Path) -> None:
    green = RedRepository.make(tmp_path, {**FILES, "calc.py": CALC.replace("a - b", "a + b")})
    run, planning, written = plan(green)
    assert run.outcome == "nothing_to_do"
    assert written["cells"] == []
    assert planning.printed == '{"include":[]}'


REFUSED = {
    "a report that is none": ("<html/>", {}, "unsupported"),
    "a report without a test": ("<testsuite/>", {}, "unsupported"),
    "no cells": (REPORT, {"cells": 0}, "usage_error"),
    "more cells than a matrix has": (REPORT, {"cells": 201}, "usage_error"),
    "a root cause that is not there": (REPORT, {"group": ("0123456789abcdef",)}, "usage_error"),
    "a budget that cannot be divided": (REPORT, {"max_cost": 1e-9}, "usage_error"),
}


@pytest.mark.parametrize(("text", "given", "outcome"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_planned_is_said_and_leaves_no_plan(
    tmp_path: Path, text: str, given: dict[str, object], outcome: str
) -> None:
    run, planning, written = plan(with_report(tmp_path, text), report=("junit.xml",), **given)  # type: ignore[arg-type]
    assert run.outcome == outcome
    assert run.document["reason"]
    assert (written, planning.printed) == ({}, "")


def test_the_command_line_prints_the_matrix_and_nothing_else(tmp_path: Path) -> None:
    repository = with_report(tmp_path)
    argv = (sys.executable, "-m", "agent_ci", "plan", "--repository", str(repository.path), "--report", "junit.xml")
    around = {"PATH": os.environ["PATH"]}
    matrix = subprocess.run((*argv, "--cells", "1"), env=around, capture_output=True, text=True, check=True)
    assert len(json.loads(matrix.stdout)["include"]) == 1
    assert "2 failing test(s) of 2 root cause(s) in 1 cell(s)" in matrix.stderr
    document = subprocess.run((*argv, "--format", "json"), env=around, capture_output=True, text=True, check=True)
    assert json.loads(document.stdout) == json.loads((repository.path / ".agent-ci/plan.json").read_text("utf-8"))
