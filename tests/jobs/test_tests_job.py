"""The job `tests` in whole runs: what is untested, which offered tests are kept, and what filter takes out which."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path

import pytest

from agent_ci.core.context import Context
from agent_ci.core.ladder import rungs as ladder
from agent_ci.delivery import Waits, asked_of
from agent_ci.errors import UnsupportedError
from agent_ci.verification import Verification
from bench.repositories import git
from tests.handed import publish, tampered
from tests.red import RedRepository, Run
from tests.untested import CHANGED, DISCOUNTS, FILES, WRITTEN, Untested, added, candidates

SHOP = (
    CHANGED.replace('Prices."""\n', 'Prices."""\n\nimport logging\n', 1)
    + '''

SEEN = []
LOG = logging.getLogger("shop")
RATES = {"a": 1}


def double(number):
    return number * 2


def triple(number):
    return number * 3


def half(number):
    return number / 2


def square(number):
    return number * number


def cube(number):
    return number**3


def fifth(number):
    return number / 5


def trace(words):
    LOG.info(words)


def rate(name):
    return RATES[name]


def tenth(number):
    """A tenth.

    >>> tenth(20)
    2.5
    """
    return number / 10
'''
)
THERE = {
    **FILES,
    "tests/test_shop.py": "import shop\n\n\ndef test_net():\n    shop.SEEN = [1]\n    assert shop.net(10, 2) == 8\n",
    "tests/test_red.py": "def test_red():\n    assert False\n",
}
OFFERED = f"""import os
import threading

import pytest

import shop
from shop import cube, discount, double, fifth, half, net, rate, square, tenth, trace, triple


{DISCOUNTS}

def test_double():
    assert double(4) == 8


def test_twice():
    assert triple(5) == 15


def test_twice():
    assert triple(6) == 18


def test_trace(caplog):
    caplog.set_level("INFO")
    trace("a word")
    assert caplog.messages == ["a word"]


def test_no_new_line():
    assert net(3, 1) == 2


def test_fails():
    assert discount(100, 10) == 91


def test_by_seed():
    assert fifth(10) == 2.0 and os.environ["PYTHONHASHSEED"] == "0"


def test_only_alone():
    assert cube(3) == 27 and shop.SEEN == []


def test_says_little():
    assert half(10) is not None


def test_notices_nothing():
    assert str(square(4)) != ""


def test_of_one_machine():
    assert rate("a") == 1, "/home/ada/rates"


def test_slow():
    threading.Event().wait(2.2)
    assert rate("a") == 1


def test_crash():
    with pytest.raises(KeyError):
        rate("b")


def test_contradicts():
    assert tenth(20) == 2.0
"""
OFFERED_BY = {
    "test_twice": "F1",
    "test_no_new_line": "F2",
    "test_fails": "F2",
    "test_by_seed": "F3",
    "test_only_alone": "F3",
    "test_says_little": "F4",
    "test_notices_nothing": "F5",
    "test_discount[(100, 10, 90.0)]": "F6",
    "test_of_one_machine": "F7",
    "test_slow": "F8",
    "test_crash": "F9",
    "test_contradicts": "F9",
}
"""Which filter alone takes out which of the offered tests."""


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One run over a reply with a test for each filter, on a suite of which one test is red."""
    made = Untested.make(tmp_path_factory.mktemp("offered"), THERE, {"shop.py": SHOP})
    return made.run(added(WRITTEN, OFFERED), repeat=3)


@pytest.mark.parametrize(("name", "by"), OFFERED_BY.items(), ids=OFFERED_BY)
def test_each_filter_takes_out_what_it_is_there_for(offered: Run, name: str, by: str) -> None:
    row = candidates(offered)[name]
    assert (row["rejected_by"], bool(row["reason"])) == (by, True)


def test_what_is_left_is_delivered_as_it_was_written_with_a_word_on_where_it_comes_from(offered: Run) -> None:
    kept = {name for name, row in candidates(offered).items() if row["stage"] == "delivered"}
    assert kept == {"test_discount[(1000, 50, 500.0)]", "test_discount[(1001, 0, 996.0)]", "test_double", "test_trace"}
    assert "+        (1000, 50, 500.0),\n+        (1001, 0, 996.0),\n+    ],\n" in offered.patch
    assert "+import pytest\n+\n+from shop import discount, double, trace\n+\n+\n+# agent-ci:" in offered.patch
    assert "kills 3 mutants, new-behaviour, by replay\n+def test_double():" in offered.patch
    assert candidates(offered)["test_trace"]["labels"] == ["no-mutant", "new-behaviour"]


def test_each_new_test_is_run_before_the_change_and_one_that_fails_there_is_kept_first(tmp_path: Path) -> None:
    double, half = "def double(number):\n    return ", "\n\n\ndef half(number):\n    return "
    before = f"{double}number + number if number > 5 else 10{half}number / 2\n"
    change = f"{double}number * 2{half}number * 0.5\n\n\ndef new(number):\n    return number + 5\n"
    made = Untested.make(tmp_path, {"shop.py": before, "tests/__init__.py": ""}, {"shop.py": change})
    claims = {"seven": "double(7) == 14", "three": "double(3) == 6", "half": "half(3) == 1.5", "new": "new(3) == 8"}
    tests = "\n\n".join(f"def test_{name}():\n    assert {claim}\n" for name, claim in claims.items())
    run = made.run(added(WRITTEN, f"from shop import double, half, new\n\n\n{tests}"), repeat=1)
    assert {name: (row["rejected_by"], row["labels"]) for name, row in candidates(run).items()} == {
        "test_seven": ("F6", []),  # it notices what the next one does, and passes before
        "test_three": ("", ["new-behaviour"]),
        "test_half": ("", ["pins-existing"]),
        "test_new": ("", ["new-behaviour"]),
    }


def test_the_report_has_targets_coverage_mutants_and_the_funnel(offered: Run) -> None:
    told = offered.document["tests"]
    assert [(row["file"], row["function"]) for row in told["targets"]] == [
        ("shop.py", "discount"),
        ("shop.py", "double"),
        ("shop.py", "triple"),
        ("shop.py", "half"),
        ("shop.py", "square"),
        ("shop.py", "cube"),
        ("shop.py", "fifth"),
        ("shop.py", "trace"),
        ("shop.py", "rate"),
        ("shop.py", "tenth"),
    ]
    assert told["targets"][1]["lines"] == [25]
    assert told["patch_coverage"] == {"lines": 28, "before": 14, "after": 20}
    assert told["mutants"]["before"] == 0
    assert told["mutants"]["after"] >= 15
    assert told["funnel"] == {"candidates": 16, "built": 13, "passed": 11, "gained": 8, "killed": 7, "delivered": 4}


def test_a_red_suite_is_named_and_left_out(offered: Run) -> None:
    assert offered.outcome == "fixed"
    assert "1 test(s) fail already and count for nothing here: tests/test_red.py::test_red" in offered.document["notes"]


def test_possible_bugs_are_told_with_a_reproducer_and_never_made_a_test(offered: Run) -> None:
    found = json.loads((offered.out / "findings.json").read_text(encoding="utf-8"))["possible_bugs"]
    told = {bug["function"]: (bug["path"], bug["reproducer"]) for bug in found}
    assert told == {"rate": ("shop.py", "rate('b')"), "tenth": ("shop.py", "tenth(20)")}
    assert "KeyError" not in offered.patch


def test_people_read_the_funnel_in_every_view(offered: Run) -> None:
    for name in ("explanation.md", "report.html"):
        text = (offered.out / name).read_text(encoding="utf-8")
        assert "candidates" in text
        assert "Possible bug" in text
        assert "test_says_little" in text


def test_what_was_delivered_is_taken_out_again_by_its_name(tmp_path: Path, offered: Run) -> None:
    made = Untested.make(tmp_path)
    (made.path / "fix.patch").write_text(offered.patch, encoding="utf-8")
    git(made.path, "apply", "fix.patch")
    (made.path / "fix.patch").unlink()
    written = (made.path / WRITTEN).read_text(encoding="utf-8")
    made.commit({WRITTEN: written + "\n\ndef test_of_a_person():\n    assert True\n"})
    name = written.partition("# agent-ci:")[2][:12]
    run = made.run(revert=name)
    assert run.outcome == "fixed"
    assert "+++ b/" + WRITTEN in run.patch
    assert "-def test_double():" in run.patch
    assert "-def test_of_a_person" not in run.patch
    assert made.run(revert="0" * 12).outcome == "usage_error"
    made.commit({"tests/test_mixed.py": f'X = """a\rb"""\n\n\n# agent-ci:{"1" * 12} shop.py::f\ndef test_a(): ...\n'})
    refused = made.run(revert="1" * 12)
    assert (refused.outcome, "carriage return" in refused.document["reason"]) == ("usage_error", True)


def test_a_change_of_what_a_person_wrote_is_refused(tmp_path: Path) -> None:
    weaker = (
        "--- a/tests/test_shop.py\n+++ b/tests/test_shop.py\n@@ -3,3 +3,3 @@\n \n def test_net():\n"
        "-    assert net(10, 2) == 8\n+    assert True\n"
    )
    run = Untested.make(tmp_path).run(weaker)
    assert run.outcome == "policy_refused"
    assert "would lose lines" in run.objections[0][0]


def handed_over(offered: Run, scratch: Path) -> tuple[RedRepository, Path]:
    """A copy of the repository that *offered* is about, and of the two files that one process hands to another."""
    (scratch / "handed").mkdir()
    for name in ("evidence.json", "fix.patch"):
        shutil.copy(offered.out / name, scratch / "handed")
    shutil.copytree(offered.out.parent / "repository", scratch / "repository")
    return RedRepository(scratch / "repository", scratch), scratch / "handed"


def test_another_process_delivers_new_tests_and_nothing_but_new_tests(tmp_path: Path, offered: Run) -> None:
    made, folder = handed_over(offered, tmp_path)
    forged = tmp_path / "forged"
    shutil.copytree(folder, forged)
    written = (made.path / "tests" / "test_shop.py").read_text(encoding="utf-8")
    for change in ({"shop.py": "def net(price, tax):\n    return 0\n"}, {"tests/test_shop.py": f"x = 1\n{written}"}):
        tampered(made, forged, change)
        refused = publish(made, forged, "--deliver", "commit")
        assert refused.document["outcome"] == "policy_refused", change
    done = publish(made, folder, "--deliver", "commit")
    assert done.document["delivery"]["rung"] == "commit"
    assert git(made.path, "log", "-1", "--format=%s") == "test: add tests of discount and 9 more"
    assert "# agent-ci:" in (made.path / WRITTEN).read_text(encoding="utf-8")
    assert "New tests: proven and delivered" in (tmp_path / "published" / "report.html").read_text(encoding="utf-8")


FORGED = {
    "another file": b"import os\n",
    "an empty file": b"",
}


@pytest.mark.parametrize("content", [None, *FORGED.values()], ids=["as it is", *FORGED])
def test_a_delivery_is_taken_out_to_the_byte_or_not_at_all(tmp_path: Path, offered: Run, content: bytes | None) -> None:
    made = Untested.make(tmp_path)
    (made.path / "fix.patch").write_text(offered.patch, encoding="utf-8")
    git(made.path, "apply", "fix.patch")
    (made.path / "fix.patch").unlink()
    made.commit({})
    run = made.run(revert=(made.path / WRITTEN).read_text(encoding="utf-8").partition("# agent-ci:")[2][:12])
    assert run.document["patch"]["files"] == [WRITTEN]
    if content is not None:
        (made.path / WRITTEN).write_bytes(content)
        tampered(RedRepository(made.path, tmp_path), run.out, {})
    done = publish(RedRepository(made.path, tmp_path), run.out, "--deliver", "commit")
    assert done.document["outcome"] == ("delivered" if content is None else "policy_refused"), done.document
    assert (made.path / WRITTEN).exists() is (content is not None)


def test_a_commit_that_is_its_own_base_says_what_to_name_instead(tmp_path: Path) -> None:
    run = Untested.make(tmp_path).run(base="HEAD")
    assert (run.outcome, run.document["attempts"]) == ("nothing_to_do", [])
    assert "name another with --base, such as HEAD~1" in run.document["reason"]


PLACES = ("alembic/versions/zz_test.py", "app/commands/run_test.py", "pages/api/x.test.js", "TEST_X.py")


@pytest.mark.parametrize("path", PLACES)
def test_a_new_test_where_no_tests_are_is_not_delivered(tmp_path: Path, offered: Run, path: str) -> None:
    made, folder = handed_over(offered, tmp_path)
    tampered(made, folder, {path: "def test_a():\n    assert 1 == 1\n"})
    done = publish(made, folder, "--deliver", "commit")
    assert done.document["outcome"] == "policy_refused"
    assert "would be a test where no tests are" in done.document["reason"]


@pytest.mark.parametrize(
    ("context", "job", "asked", "rungs"),
    [
        (Context("github", "o/r", "", "a", branch="main", default_branch="main"), "tests", "commit", "pull-request"),
        (Context("github", "o/r", "", "a", branch="work", default_branch="main"), "tests", "commit", "commit"),
        (Context("github", "o/r", "", "a", branch="main", default_branch="main"), "fix", "commit", "commit"),
        (Context("github", "o/r", "", "a", branch="x", from_fork=True), "tests", "pull-request", "patch"),
        (Context("github", "o/r", "", "a", branch="x", from_fork=True), "fix", "pull-request", "pull-request"),
    ],
    ids=["default-branch", "another-branch", "a-fix", "a-fork", "a-fix-for-a-fork"],
)
def test_tests_are_proposed_for_the_default_branch_and_stay_a_file_for_a_fork(
    context: Context, job: str, asked: str, rungs: str
) -> None:
    waits = Waits.of(job, context, has_doubts=False, is_revert=False)
    tried = tuple(rung for rung in ladder(asked_of(job, asked, context), waits=bool(waits.why)) if rung != "suggestion")
    assert tried[0] == rungs


def test_verify_says_that_it_repeats_repairs_only(offered: Run) -> None:
    given = {"repository": str(offered.out.parent / "repository")}
    repeated = Verification({}, given, io.StringIO(), offered.out / "evidence.json", offered.out / "fix.patch")
    with pytest.raises(UnsupportedError, match="evidence of `tests`; run that again"):
        tuple(repeated.claims())
