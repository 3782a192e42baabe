"""New tests beside all others, in whole runs of the job `tests`: what is taken out, and which files are given up."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_ci.core.change import Patch
from agent_ci.core.outcome import Outcome
from agent_ci.core.python_edits import unified
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Evidence, Reply, Verdict
from agent_ci.testing import told_of
from tests.untested import CHANGED, FILES, GOOD, Untested, added, candidates


def test_a_new_test_that_breaks_another_is_left_out_alone(tmp_path: Path) -> None:
    breaks = "\n\ndef test_breaks():\n    import shop\n    shop.net = None\n    assert discount(1001, 0) == 996.0\n"
    run = Untested.make(tmp_path).run(added("tests/test_a_agent_ci.py", GOOD + breaks))
    told = candidates(run)
    assert run.outcome == "fixed"
    assert told["test_breaks"]["rejected_by"] in ("F3", "F6")
    assert "test_breaks" not in run.patch
    assert "+def test_discount_refuses():\n" in run.patch  # one row is left of its table
    assert told["test_discount_refuses"]["stage"] == "delivered"


@pytest.mark.parametrize(
    ("when", "by"), [("True", "F1"), ("sys.argv[0] != '-c'", "F3")], ids=["always", "in-the-suite-only"]
)
def test_a_file_with_a_test_that_no_filter_looks_at_is_given_up(tmp_path: Path, when: str, by: str) -> None:
    hidden = f"\n\nif {when}:\n\n    def test_hidden():\n        assert False\n"
    run = Untested.make(tmp_path).run(added("tests/test_z_agent_ci.py", f"import sys\n{GOOD}{hidden}"))
    told = candidates(run)["test_discount[(1001, 0, 996.0)]"]
    assert run.outcome == "no_fix"
    assert not (run.out / "fix.patch").exists()
    assert told["rejected_by"] == by
    assert "tests/test_z_agent_ci.py::test_hidden" in told["reason"]
    assert run.document["tests"]["funnel"]["delivered"] == 0


def test_a_skipped_and_a_red_test_of_a_person_in_the_same_file_do_not_count(tmp_path: Path) -> None:
    path = "tests/test_shop.py"
    theirs = "import pytest\n\nfrom shop import discount, net\n\n\ndef test_net():\n    assert net(10, 2) == 8\n"
    theirs += (
        "\n\n@pytest.mark.skip\ndef test_later():\n    assert net(1, 1)\n\n\ndef test_red():\n    assert discount(1, 0)"
    )
    theirs += " == 2\n"
    own = "\n\ndef test_discount():\n    assert discount(1001, 0) == 996.0\n"
    made = Untested.make(tmp_path, {**FILES, path: theirs.replace("discount(1, 0)", "net(1, 0)")}, {"shop.py": CHANGED})
    there = (made.path / path).read_text(encoding="utf-8")
    run = made.run(unified(path, there, there + own), in_place=True)
    assert run.outcome == "fixed"
    assert "+def test_discount():" in run.patch
    assert run.document["tests"]["funnel"]["delivered"] == 1


def test_tests_that_were_not_proven_beside_all_others_are_no_part_of_anything() -> None:
    patch = Patch("", (), "a", "b")
    part = Attempt(Reply("replay"), patch, after=TestReport(), group="shop.py")
    whole = Attempt(Reply("replay"), objections=("test_a: run 1 of the suite: it fails (F3)",))
    told = told_of(Verdict(Outcome.NO_FIX, "1 root cause(s) repaired", Evidence("tests", ""), (part, whole)))
    assert (told.partial, told.reason) == (None, "no test that was offered is worth having")
