"""The bench of what it costs to know each test's lines runs one suite in every way, and says what it skips."""

from __future__ import annotations

import os
import sys

import pytest

from agent_ci.sandboxes.none import NoSandbox
from bench.coverage import About, suite, ways
from tests.trees import Files


def test_every_way_is_there_and_a_peer_that_is_not_is_skipped_loudly(capsys: pytest.CaptureFixture[str]) -> None:
    with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(suite(20))) as workspace:
        about = About.asked(workspace, sys.executable)
        assert about.versions["pytest"] == pytest.__version__
        found = dict(ways(workspace, sys.executable, About("3", {"pytest": "9", "coverage": "7"})))
        assert list(found)[3:] == ["coverage 7, test_function"]
        assert capsys.readouterr().err == f"SKIPPED pytest-cov: {sys.executable} does not have it\n"
        # Each of the modules has one test, in which the number is odd: two lines.
        assert found["our runner, each test's lines"]()() == 40
