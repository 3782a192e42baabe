"""A pytest plugin that writes every test's node id and worst outcome as JSON; runs inside a case's environment."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

_RANK = {"passed": 0, "skipped": 1, "failed": 2}
_outcomes: dict[str, str] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Keep the worst of a test's phases and subtests."""
    _keep(report.nodeid, report.outcome)


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Keep a file that could not be collected as a failed case of its own name."""
    if report.failed:
        _keep(report.nodeid, "failed")


def pytest_sessionfinish() -> None:
    """Write what was seen, whole or not at all."""
    place = Path(os.environ["CASE_OUTCOMES"])
    unfinished = place.with_suffix(".part")
    unfinished.write_text(json.dumps(_outcomes), encoding="utf-8")
    unfinished.replace(place)


def _keep(node: str, outcome: str) -> None:
    before = _outcomes.get(node, "passed")
    _outcomes[node] = max(before, outcome, key=_RANK.__getitem__)
