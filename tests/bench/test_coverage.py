"""The bench of what it costs to know each test's lines measures the same suite in every way, and says what it skips."""

from __future__ import annotations

import re
import sys
from importlib.util import find_spec

import pytest

from bench.coverage import measured


def test_every_way_runs_one_suite_and_a_peer_that_is_not_there_is_skipped_loudly(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert measured(sys.executable, 20, 1) == 0
    shown = capsys.readouterr()
    row = re.compile(r"^\| (nothing|our runner|pytest-cov).*\| +(\S+) \|$", re.MULTILINE)
    told = dict(row.findall(shown.out))
    has_peer = bool(find_spec("pytest_cov"))
    assert ("SKIPPED pytest-cov" in shown.err, "pytest-cov" in told) == (not has_peer, has_peer)
    # Each module has one test, in which the number is odd.
    assert (told["nothing"], told["our runner"]) == ("-", "40")
