from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from junitparser import JUnitXml

from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Verdict
from agent_ci.core.views.results import ctrf, junit, shown_report
from agent_ci.core.views.sarif import sarif
from agent_ci.reports import Keep, read_report
from tests.core.views import runs

HOSTILE, AROUND_HOSTILE, _ = runs.hostile()
SCHEMAS = Path(os.environ.get("AGENT_CI_SCHEMAS", "/nowhere"))
ERRORED = TestCase("t.py", Status.ERRORED, "collection failure", "E   ImportError: x\n\x00\uffff]]>")

needs_schemas = pytest.mark.skipif(
    not SCHEMAS.is_dir(),
    reason="set AGENT_CI_SCHEMAS to a folder with ctrf.schema.json (ctrf-io/ctrf) and sarif.schema.json (OASIS)",
)


def results(report: TestReport) -> dict[str, Any]:
    return ctrf(report, tool="pytest", version="1.2.3")


def plain(document: Mapping[str, object]) -> Any:
    return json.loads(json.dumps(document, allow_nan=False))


def test_a_report_in_ctrf_counts_and_lists_its_cases() -> None:
    found = plain(results(TestReport.of(*runs.BEFORE.cases, ERRORED)))["results"]
    counts = {"tests": 4, "passed": 1, "failed": 2, "skipped": 1, "pending": 0, "other": 0, "start": 0, "stop": 0}
    assert found["summary"] == counts
    assert found["tests"][0] == {
        "name": "tests/test_calc.py::test_add",
        "status": "failed",
        "duration": 250,
        "rawStatus": "failed",
        "suite": ["tests.test_calc"],
        "filePath": "tests/test_calc.py",
        "line": 4,
        "message": runs.RED.message,
        "trace": runs.RED.traceback,
    }
    assert [(row["name"], row["status"], row["rawStatus"]) for row in found["tests"][1:]] == [
        ("t.py", "failed", "errored"),
        ("tests/test_calc.py::test_double", "passed", "passed"),
        ("tests/test_calc.py::test_later", "skipped", "skipped"),
    ]


def test_what_ran_last_is_shown() -> None:
    assert shown_report(runs.FIXED) is runs.AFTER
    assert shown_report(runs.FAILED) is runs.BEFORE


@pytest.mark.parametrize("verdict", [runs.FIXED, runs.FAILED, HOSTILE], ids=["fixed", "not fixed", "hostile"])
def test_others_read_our_junit_as_what_it_says(verdict: Verdict, tmp_path: Path) -> None:
    report = shown_report(verdict)
    file = tmp_path / "results.junit.xml"
    file.write_bytes(junit(results(report)).encode("utf-8", "replace"))
    read = JUnitXml.fromfile(str(file))
    tally = report.tally
    assert (read.tests, read.failures, read.errors, read.skipped) == (
        *(tally.total, tally.failed, tally.errored),
        tally.skipped,
    )
    ours = read_report(file, root=tmp_path, keep=Keep.ALL)
    assert ours.tally == tally
    assert not ours.partial


def test_names_messages_and_traces_survive_in_junit() -> None:
    root = ET.fromstring(junit(results(TestReport.of(*runs.BEFORE.cases, ERRORED))))  # noqa: S314 - our own
    red, errored, *_ = root.iter("testcase")
    assert red.attrib == {
        "name": "tests/test_calc.py::test_add",
        "classname": "tests.test_calc",
        "file": "tests/test_calc.py",
        "line": "4",
        "time": "0.250",
    }
    assert [(child.tag, child.get("message"), child.text) for child in red] == [
        ("failure", runs.RED.message, runs.RED.traceback)
    ]
    assert [(child.tag, child.text) for child in errored] == [("error", "E   ImportError: x\n\ufffd]]>")]


def test_a_report_of_very_many_cases_lists_the_red_ones_first_and_says_what_it_leaves_out() -> None:
    verdict, _ = runs.huge(20_000)
    document = results(shown_report(verdict))
    rows = document["results"]["tests"]
    assert (len(rows), document["results"]["summary"]["tests"]) == (5_000, 20_000)
    assert {row["status"] for row in rows[:2_000]} == {"failed"}
    assert document["results"]["extra"]["left_out"] == 15_000
    text = junit(document)
    assert "15000 more cases are not listed here" in text
    assert len(text) < 3_000_000


def test_failing_tests_and_findings_are_places_in_sarif() -> None:
    [run] = plain(sarif(runs.document(runs.FAILED)))["runs"]
    test, finding = run["results"]
    assert (test["ruleId"], test["locations"][0]["physicalLocation"]) == (
        "failing-test",
        {"artifactLocation": {"uri": "tests/test_calc.py"}, "region": {"startLine": 5}},
    )
    assert re.fullmatch("[0-9a-f]{16}:1", test["partialFingerprints"]["primaryLocationLineHash"])
    assert finding["message"]["text"] == "unused name [F841]"
    assert run["tool"]["driver"]["version"] == "1.2.3"
    [note] = run["invocations"][0]["toolExecutionNotifications"]
    assert note["message"]["text"].startswith("1 more, without a line")


def test_a_failure_keeps_its_name_where_its_line_moves_and_no_two_share_one() -> None:
    moved = replace(runs.RED, line=40, traceback=runs.RED.traceback.replace(":5:", ":41:"))
    other = replace(runs.RED, id="tests/test_calc.py::test_other")
    names = []
    for case in (runs.RED, moved, other):
        evidence = replace(runs.EVIDENCE, targets=(case,), findings=())
        [run] = plain(sarif(runs.document(replace(runs.FAILED, evidence=evidence))))["runs"]
        names += [result["partialFingerprints"]["agentCiFailure/v1"] for result in run["results"]]
    assert names[0] == names[1] != names[2]


@pytest.mark.parametrize(
    ("name", "address"),
    [("a b/ü#?.py", "a%20b/%C3%BC%23%3F.py"), ("\udcff.py", "%3F.py"), ("\ud800b.py", "%3Fb.py")],
    ids=["escaped", "no UTF-8", "no character"],
)
def test_a_file_name_becomes_a_relative_address(name: str, address: str) -> None:
    case = replace(runs.RED, file=name, traceback="")
    evidence = replace(runs.EVIDENCE, targets=(case,), findings=())
    [run] = plain(sarif(runs.document(replace(runs.FAILED, evidence=evidence))))["runs"]
    assert run["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == address


def test_no_place_outside_of_the_repository_is_shown() -> None:
    text = json.dumps(sarif(runs.document(HOSTILE, AROUND_HOSTILE)))
    assert "passwd" not in text
    assert "../x" not in text


@needs_schemas
@pytest.mark.parametrize("verdict", [runs.FIXED, runs.FAILED, HOSTILE], ids=["fixed", "not fixed", "hostile"])
def test_the_documents_keep_to_their_schemas(verdict: Verdict) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    for name, document in (
        ("ctrf.schema.json", results(shown_report(verdict))),
        ("sarif.schema.json", sarif(runs.document(verdict))),
    ):
        schema = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
        jsonschema.Draft7Validator(schema).validate(plain(document))
