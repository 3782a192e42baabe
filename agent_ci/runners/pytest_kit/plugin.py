"""Runs inside the user's pytest: sets how the tests are run, in which order and when, and confirms the report.

Standard library and pytest only. What it knows of the run stands in environment variables; the one with the
place of the confirmation is removed before any code of the repository is imported. Code of the repository
that searches this process can still find it: that is why what a patch adds is reviewed as well.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from . import clock

CONDITIONS = "AGENT_CI_CONDITIONS"
CONFIRMATION = "AGENT_CI_CONFIRMATION"
REVERSED = 1

_conditions: dict[str, Any] = json.loads(os.environ.get(CONDITIONS, "{}"))  # stays, for the workers of pytest-xdist
_confirmation = os.environ.pop(CONFIRMATION, "")
_seen: dict[str, str] = {}

if _conditions.get("clock"):
    clock.move(float(_conditions["clock"]))


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> Iterator[None]:
    """Set how many tests run at a time, where pytest-xdist is at work; 0 of its workers is one test after another.

    On the command line its option would be a mistake wherever the plugin is installed and not loaded.
    """
    workers = int(_conditions.get("workers", 0))
    if workers and hasattr(config.option, "numprocesses") and not hasattr(config, "workerinput"):
        config.option.numprocesses = workers if workers > 1 else 0
    yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """Put the tests into the order that was asked for, when every other plugin has put them into its own."""
    yield
    if seed := int(_conditions.get("order", 0)):
        items[:] = reordered(items, seed)


def reordered(items: list[pytest.Item], seed: int) -> list[pytest.Item]:
    """*items* from the last to the first, or shuffled: files among each other, and the tests in each of them."""
    if seed == REVERSED:
        return items[::-1]
    files: dict[str, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.nodeid.partition("::")[0], []).append(item)
    dice = random.Random(seed)  # noqa: S311 - an order that can be repeated, not a secret
    names = list(files)
    dice.shuffle(names)
    for name in names:
        dice.shuffle(files[name])
    return [item for name in names for item in files[name]]


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember the worst that each test reported; a test that is run again starts anew."""
    worst = _seen.get(report.nodeid, "")
    if report.when == "setup" or worst not in ("failed", "skipped"):
        worst = report.outcome
    elif report.failed:
        worst = "failed"
    _seen[report.nodeid] = worst


def pytest_collectreport(report: pytest.CollectReport) -> None:
    """Remember what could not be collected."""
    if not report.passed:
        _seen[report.nodeid] = report.outcome


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> Iterator[None]:
    """Confirm the report as it is when every other plugin is done: its digest, and what was seen to happen."""
    yield
    if _confirmation and not hasattr(session.config, "workerinput"):
        report = Path(session.config.getoption("xmlpath"))
        digest = hashlib.sha256(report.read_bytes()).hexdigest() if report.exists() else ""
        told = {"sha256": digest, "seen": _seen, "root": str(getattr(session.config, "rootpath", ""))}
        Path(_confirmation).write_text(json.dumps(told), encoding="utf-8")
