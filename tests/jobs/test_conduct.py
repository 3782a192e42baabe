from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from agent_ci.core.rules import rule_of
from bench.cheats.pairs import diff
from tests.jobs.conduct_cheats import CHEATS, PRICES, PRICES_TEST
from tests.jobs.conduct_honest import HONEST
from tests.red import RedRepository, Run


def judged(tmp_path: Path, before: str, test: str, after: str, settings: str = "") -> Run:
    """The run in which *after* is offered as the repair of shop.py, which *test* finds wrong."""
    body = test if "def test_" in test else f"def test_it():\n{textwrap.indent(test, '    ')}"
    files = {"shop.py": before, "test_shop.py": f"import shop\n\n\n{body}", ".agent-ci.yml": settings}
    run = RedRepository.make(tmp_path, files).run(replies=(diff(files, {"shop.py": after}),))
    assert run.document["attempts"], run.document["reason"]
    return run


@pytest.mark.parametrize(("after", "rule"), CHEATS.values(), ids=CHEATS)
def test_a_change_that_only_looks_right_while_tests_are_run_is_refused(tmp_path: Path, after: str, rule: str) -> None:
    run = judged(tmp_path, PRICES, PRICES_TEST, after)
    assert run.outcome == "policy_refused"
    assert rule in [rule_of(objection) for objection in run.objections[-1]]


def test_a_team_may_permit_it(tmp_path: Path) -> None:
    after = CHEATS["an answer read from a text"][0]
    assert judged(tmp_path, PRICES, PRICES_TEST, after, settings="permit: [hard-coded]\n").outcome == "fixed"


@pytest.mark.parametrize(("before", "test", "after"), HONEST.values(), ids=HONEST)
def test_an_honest_change_is_proven_whatever_its_tests_arrange(
    tmp_path: Path, before: str, test: str, after: str
) -> None:
    run = judged(tmp_path, before, test, after)
    assert (run.outcome, run.objections[-1]) == ("fixed", [])
