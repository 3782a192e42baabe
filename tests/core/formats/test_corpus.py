from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.report import TestReport
from agent_ci.errors import UnsupportedError
from agent_ci.reports import Keep, read_report
from bench.reports.corpus import CORRECTIONS

CORPUS = Path(os.environ.get("AGENT_CI_CORPUS") or Path(__file__).parents[3].parent / "shared") / "reports"
OURS = ("tap", "go-test-json", "go-test-text", "ctrf-json", "mocha-json", "dart-json", "rspec-json", "playwright-json")
REFUSED = ("invalid-json", "other-json", "other-text", "empty")

# In "testTitle#...", no directive begins: so say the file itself and npm's tap-parser. Perl's TAP::Parser differs,
# so this is no correction of the manifest but a file that we count in another way.
OTHERWISE = {"todo_inline.tap": (5, 0, 3)}
NO_TAP = "out_err_mix.tap"  # two words, and nothing of the protocol


def entries(formats: tuple[str, ...]) -> list[Any]:
    manifest = CORPUS / "manifest.jsonl"
    if not manifest.exists():
        reason = f"no corpus of reports at {CORPUS}; set AGENT_CI_CORPUS"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="no corpus")]
    every = (json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines())
    return [pytest.param(entry, id=entry["path"].partition("/")[2]) for entry in every if entry["format"] in formats]


def expected(entry: dict[str, Any]) -> list[tuple[int, int, int]]:
    """Total, red and skipped by either convention of the manifest, where it is not corrected."""
    if ours := OTHERWISE.get(Path(entry["path"]).name):
        return [ours]
    corrected = {one["path"]: one for one in json.loads(CORRECTIONS.read_text(encoding="utf-8"))}
    entry = corrected.get(entry["path"], entry)
    said = (entry["expected"], entry["expected_source_repo"])
    return [(one["tests"], one["failures"] + one["errors"], one["skipped"]) for one in said if isinstance(one, dict)]


@pytest.mark.parametrize("entry", entries(OURS))
def test_a_producers_report_is_counted_exactly(entry: dict[str, Any]) -> None:
    path = CORPUS / entry["path"]
    if path.name == NO_TAP:
        with pytest.raises(UnsupportedError):
            read_report(path, root=CORPUS)
        return
    report = read_report(path, root=CORPUS)
    assert (report.tally.total, report.tally.red, report.tally.skipped) in expected(entry)
    assert len(report.cases) == report.tally.total
    assert read_report(path, keep=Keep.RED) == TestReport(report.red, report.tally, report.partial)
    assert all(case.id and case.message for case in report.red)


@pytest.mark.parametrize("entry", entries(REFUSED))
def test_what_is_no_report_of_these_formats_is_never_green(entry: dict[str, Any]) -> None:
    try:
        report = read_report(CORPUS / entry["path"], root=CORPUS)
    except UnsupportedError:
        return
    assert not report.is_green
