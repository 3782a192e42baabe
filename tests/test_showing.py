"""What a run leaves to look at, and that nothing of it changes how the run ended."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from agent_ci import showing
from agent_ci.artifacts import OutputFolder
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Known, Outward
from agent_ci.core.run import Evidence, Finding, Verdict
from agent_ci.core.views.account import Account
from tests.core.views import runs
from tests.red import FILES, GOOD, RedRepository

VIEWS = {"report.html", "findings.json", "findings.sarif", "results.ctrf.json", "results.junit.xml"}
SECRET = "hunter2-hunter3"  # noqa: S105 - not one
GREEN = replace(runs.FAILED, outcome=Outcome.NOTHING_TO_DO, reason="all 3 tests pass")


def shown(out: Path, verdict: Verdict = runs.FIXED, summary: Path | None = None) -> list[str]:
    """What could not be written of *verdict*."""
    folder = OutputFolder(out, Outward(Known({"A_TOKEN": SECRET})))
    folder.prepare()
    environment = {showing.SUMMARY: str(summary)} if summary else {}
    return [*showing.show(verdict, runs.document(verdict), runs.MAIL.encode(), folder, environment)]


def names(out: Path) -> set[str]:
    return {file.name for file in out.iterdir()} - {".gitignore"}


def test_a_fixed_run_is_shown_in_every_way_and_no_secret_in_any(tmp_path: Path) -> None:
    says = f"def test_add():\n    assert add(1, 2) == 3, '{SECRET}'\n"
    red = RedRepository.make(tmp_path, {**FILES, "test_calc.py": f"from calc import add\n\n\n{says}"})
    summary = tmp_path / "summary.md"
    summary.write_text("of another step\n", encoding="utf-8")
    run = red.run(replies=(GOOD,), environment={showing.SUMMARY: str(summary), "A_TOKEN": SECRET})
    page = (run.out / "report.html").read_text(encoding="utf-8")
    assert "<h1>Fixed: a change was proven</h1>" in page
    assert "+    return a + b" in page
    assert "***" in page
    assert summary.read_text(encoding="utf-8").startswith("of another step\n## Fixed: a change was proven\n")
    [place] = json.loads((run.out / "findings.sarif").read_bytes())["runs"][0]["results"]
    where = {"artifactLocation": {"uri": "test_calc.py"}, "region": {"startLine": 5}}
    assert place["locations"] == [{"physicalLocation": where}]
    results = json.loads((run.out / "results.ctrf.json").read_bytes())["results"]
    assert (results["summary"]["passed"], results["summary"]["failed"], results["tool"]) == (1, 0, {"name": "pytest"})
    suites = ET.fromstring((run.out / "results.junit.xml").read_bytes())  # noqa: S314 - our own
    assert (suites.get("tests"), suites.get("failures")) == ("1", "0")
    for file in (*(run.out / name for name in VIEWS - {"findings.json"}), summary):
        assert SECRET not in file.read_text(encoding="utf-8"), file


def test_every_text_that_is_shown_is_searched_for_secrets(tmp_path: Path) -> None:
    said = replace(runs.RED, message=SECRET, traceback=f"tests/test_calc.py:5: {SECRET}")
    evidence = replace(runs.EVIDENCE, targets=(said,), before=replace(runs.BEFORE, cases=(said,)))
    evidence = replace(evidence, findings=(Finding("a.py", 1, SECRET),))
    summary = tmp_path / "summary.md"
    summary.touch()
    out = tmp_path / "out"
    folder = OutputFolder(out, Outward(Known({"A_TOKEN": SECRET})))
    folder.prepare()
    verdict = replace(runs.FAILED, evidence=evidence, reason=SECRET)
    document = folder.write_evidence(runs.document(verdict))
    patch = runs.MAIL.replace("return a + b", SECRET).encode()
    assert [*showing.show(verdict, document, patch, folder, {showing.SUMMARY: str(summary)})] == []
    assert names(out) == {*VIEWS, "evidence.json"}
    for file in (*out.iterdir(), summary):
        text = file.read_text(encoding="utf-8")
        assert SECRET not in text
        assert "***" in text or file.name == ".gitignore"


def test_a_green_job_gets_one_line(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.touch()
    assert shown(tmp_path / "out", GREEN, summary) == []
    assert summary.read_text(encoding="utf-8") == "agent-ci: all 3 tests pass\n"


def test_what_ran_no_test_leaves_no_results_that_could_be_taken_for_green(tmp_path: Path) -> None:
    early = Verdict(Outcome.USAGE_ERROR, "wrong", Evidence("fix", "wrong"))
    assert shown(tmp_path, runs.FIXED) == []
    assert names(tmp_path) == VIEWS
    assert shown(tmp_path, early) == []
    assert names(tmp_path) == {"report.html"}


@pytest.mark.parametrize("kind", ["link", "missing", "folder", "fifo"])
def test_a_summary_that_cannot_be_written_is_said_and_changes_nothing(kind: str, tmp_path: Path) -> None:
    summary, victim = tmp_path / "summary.md", tmp_path / "victim"
    victim.write_text("precious", encoding="utf-8")
    if kind == "link":
        summary.symlink_to(victim)
    elif kind == "folder":
        summary.mkdir()
    elif kind == "fifo":
        os.mkfifo(summary)
    [fault] = shown(tmp_path / "out", summary=summary)
    assert fault.startswith(f"the summary of the job could not be written ({summary} ")
    assert victim.read_text(encoding="utf-8") == "precious"
    assert names(tmp_path / "out") == VIEWS


def test_a_view_that_fails_takes_no_other_with_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(_account: Account, _patch: str) -> str:
        raise ValueError("a bug in a view")

    monkeypatch.setattr(showing, "page", fails)
    [fault] = shown(tmp_path)
    assert fault.startswith("report.html could not be written, which is our bug (ValueError: a bug in a view); ")
    assert names(tmp_path) == VIEWS - {"report.html"}


def test_a_view_that_the_disk_does_not_take_is_said(tmp_path: Path) -> None:
    out = tmp_path / "out"
    OutputFolder(out, Outward()).prepare()
    (out / ".report.html.part").mkdir()
    [fault] = shown(out)
    assert fault.startswith(f"report.html could not be written ({out}/report.html cannot be written: ")


def test_a_person_at_a_terminal_reads_why_to_look_before_a_merge(tmp_path: Path) -> None:
    shown(tmp_path)
    (tmp_path / "fix.patch").write_text(runs.MAIL, encoding="utf-8")
    told = showing.on_a_terminal(json.loads(json.dumps(runs.document(runs.FIXED))), tmp_path)
    assert "  look at it before you merge it: a doubt\n" in told
