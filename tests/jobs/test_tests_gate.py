"""What the job `tests` is about: what of a change counts as untested, what one run does not come to, and the gate."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agent_ci.core.untested import Target
from agent_ci.jobs.tests import left_for_later
from agent_ci.jobs.worth_kit.measure import shared
from bench.repositories import git
from tests.untested import BASE, CHANGED, FILES, GOOD, WRITTEN, Untested, added


def test_without_any_test_there_the_offline_proposer_begins_a_suite(tmp_path: Path) -> None:
    made = Untested.make(tmp_path, {"shop.py": CHANGED.partition("\n\n\ndef discount")[0] + "\n"}, {"shop.py": CHANGED})
    run = made.run(fail_under=90.0)
    assert run.document["patch"]["files"] == ["tests/test_shop.py"]
    assert "there is no test yet" in run.document["notes"]
    assert run.document["attempts"][0]["proposer"] == "characterise"
    assert run.document["tests"]["patch_coverage"] == {"lines": 6, "before": 0, "after": 6}
    assert run.outcome == "no_fix"  # they are a file, and not on the branch
    assert run.document["reason"].startswith("tests run 0.0 % of the changed lines, and --fail-under asks for 90 %")
    assert (run.out / "fix.patch").exists()


def test_a_pure_rename_leaves_nothing_to_test(tmp_path: Path) -> None:
    made = Untested.make(tmp_path, {**FILES, "shop.py": CHANGED}, {})
    git(made.path, "mv", "shop.py", "store.py")
    run = made.commit({}, "rename").run()
    assert (run.outcome, run.document["exit_code"]) == ("nothing_to_do", 0)
    assert run.document["reason"] == "the change adds no line that a test could run"


def test_a_shallow_checkout_is_deepened_or_told_how_and_never_called_unchanged(tmp_path: Path) -> None:
    origin = Untested.make(tmp_path / "origin")
    shallow = tmp_path / "shallow" / "repository"
    url = origin.path.as_uri()
    git(tmp_path, "clone", "-q", "--depth", "1", "--branch", "change", url, str(shallow))
    made = Untested(shallow, tmp_path / "shallow")
    deepened = made.run("nothing")
    assert deepened.document["tests"]["targets"][0]["function"] == "discount"
    git(shallow, "remote", "set-url", "origin", "file:///nowhere")
    refused = made.run(base="HEAD~1")
    assert refused.outcome in ("usage_error", "unsupported")
    git(shallow, "update-ref", "refs/heads/main", git(shallow, "commit-tree", "HEAD^{tree}", "-m", "unrelated"))
    unknown = made.run()
    assert unknown.outcome == "unsupported"
    assert "merge base not found" in unknown.document["reason"]
    assert "fetch-depth: 0" in unknown.document["reason"]


def test_nothing_is_added_to_a_commit_of_our_own(tmp_path: Path) -> None:
    made = Untested.make(tmp_path)
    git(made.path, "commit", "-q", "--amend", "-m", "fix: x\n\nAgent-CI-Fingerprint: 0123456789abcdef")
    run = made.run(added(WRITTEN, GOOD))
    assert (run.outcome, run.document["reason"]) == (
        "nothing_to_do",
        "the judged commit is one of ours, and nothing is added to it",
    )
    gated = made.run(fail_under=90.0)
    assert gated.outcome == "no_fix"
    assert "tests run 16.7 % of the changed lines" in gated.document["reason"]


@pytest.mark.parametrize(
    ("data", "reads"),
    [
        (b"# coding: latin-1\ndef f():\n    return '\xe9'\n", True),
        (b"\xef\xbb\xbfdef f():\n    return 1\n", True),
        (b"def f():\n    return '\xe9'\n", False),
    ],
    ids=["latin-1", "mark", "unread"],
)
def test_no_encoding_hides_code_from_the_gate(data: bytes, reads: bool, tmp_path: Path) -> None:  # noqa: FBT001
    made = Untested.make(tmp_path, change={})
    (made.path / "odd.py").write_bytes(data)
    run = made.commit({}).run(fail_under=90.0)
    assert run.outcome == "no_fix"
    assert run.document["reason"].startswith("tests run 0.0 % of the changed lines")
    assert ("Python cannot read odd.py" in json.dumps(run.document)) is not reads


def test_where_nobody_has_a_test_to_offer_that_is_no_failure_and_is_said(tmp_path: Path) -> None:
    change = {"shop.py": f"{BASE}\n\ndef wipe(path):\n    import shutil\n    shutil.rmtree(path)\n"}
    run = Untested.make(tmp_path, change=change).run()
    assert (run.outcome, run.document["exit_code"]) == ("nothing_to_do", 0)
    assert run.document["reason"].startswith("no target is testable without a model: ")
    assert run.document["tests"]["targets"][0]["function"] == "wipe"
    assert run.document["tests"]["left_out"]


def test_modules_that_one_run_does_not_come_to_are_counted() -> None:
    found = tuple(Target(f"m{number}.py", "f", (1,), "") for number in range(20))
    assert tuple(left_for_later((*found, Target("m20.py", "", (1,), ""), *found))) == ()
    more = (*found, *(Target(f"n{number}.py", "f", (1,), "") for number in range(3)))
    assert tuple(left_for_later(more)) == ("3 of 23 modules with untested lines are left for another run",)


def test_the_gate_on_small_faults_is_about_every_changed_line(tmp_path: Path) -> None:
    half = "def test_double():\n    from shop import double\n    assert double(2) == 4\n"
    change = {"shop.py": f"{BASE}\n\ndef double(number):\n    return number * 2\n", "tests/test_double.py": half}
    made = Untested.make(tmp_path, change=change)
    run = made.run(mutation_under=90.0)
    assert run.outcome == "no_fix"  # 2 * 2 is 2 + 2
    assert "tests notice 66.7 % of small faults, and --mutation-under asks for 90 %" in run.document["reason"]


@pytest.mark.parametrize(
    ("adds", "outcome", "told"),
    [
        (
            {"shop.py": f"{BASE}\n\nLIMIT = 3\n"},
            "nothing_to_do",
            "--mutation-under was not checked, since no small fault was tried: no function was changed",
        ),
        (
            {"odd.py": "def f(:\n    return 1\n"},
            "no_fix",
            "no small fault was tried, and --mutation-under asks for 60 %: what the change adds cannot be read",
        ),
        (
            {"wipe.py": "def wipe(path):\n    import shutil\n    shutil.rmtree(path)\n"},
            "no_fix",
            "no small fault was tried, and --mutation-under asks for 60 %: no test runs what the change adds",
        ),
    ],
    ids=["nothing to try", "unread", "untested"],
)
def test_where_no_small_fault_was_tried_the_gate_says_so(
    adds: dict[str, str], outcome: str, told: str, tmp_path: Path
) -> None:
    run = Untested.make(tmp_path, change=adds).run("nothing", mutation_under=60.0)
    assert run.outcome == outcome
    assert told in run.document["reason"]


@pytest.mark.parametrize(
    ("wanted", "most", "given"),
    [
        ([60, 5, 60], 150, [60, 5, 60]),
        ([60, 5, 60], 65, [30, 5, 30]),
        ([60, 60, 60], 2, [1, 1, 0]),
        ([3, 0, 9], 10, [3, 0, 7]),
        ([], 10, []),
    ],
)
def test_small_faults_are_shared_so_that_no_function_is_left_without(
    wanted: list[int], most: int, given: list[int]
) -> None:
    assert shared(wanted, most) == given
