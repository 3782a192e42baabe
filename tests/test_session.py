from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.audit import first_break
from bench.repositories import git
from tests.red import CALC, FILES, GOOD, QUICK, QUICK_FILES, TESTS, WRONG, RedRepository

Make = Callable[..., RedRepository]


@pytest.fixture
def red(tmp_path: Path) -> RedRepository:
    return RedRepository.make(tmp_path)


@pytest.fixture
def quick(tmp_path: Path) -> RedRepository:
    return RedRepository.make(tmp_path, QUICK_FILES)


def deletion(path: str, text: str) -> str:
    lines = text.splitlines()
    body = "\n".join(f"-{line}" for line in lines)
    return f"--- a/{path}\n+++ /dev/null\n@@ -1,{len(lines)} +0,0 @@\n{body}\n"


SKIP = (
    "--- a/test_calc.py\n+++ b/test_calc.py\n@@ -1,5 +1,7 @@\n from calc import add, double\n+import pytest\n \n \n"
    "+@pytest.mark.skip\n def test_add():\n     assert add(1, 2) == 3\n"
)
CONFTEST = """--- /dev/null
+++ b/conftest.py
@@ -0,0 +1,3 @@
+def pytest_collection_modifyitems(items):
+    items[:] = [item for item in items if item.name != "test_add"]
+
"""
SKIP_IN_SOURCE = """--- a/calc.py
+++ b/calc.py
@@ -1,2 +1,3 @@
+import pytest; pytest.skip("not today", allow_module_level=True)
 def add(a, b):
     return a - b
"""
EXIT_EARLY = """--- a/calc.py
+++ b/calc.py
@@ -1,2 +1,3 @@
+import os; os._exit(0)
 def add(a, b):
     return a - b
"""
BREAKS_ANOTHER = GOOD + "@@ -5,2 +5,2 @@\n def double(a):\n-    return a * 2\n+    return a * 3\n"


def test_a_right_patch_is_proven_and_written(red: RedRepository) -> None:
    run = red.run(replies=(GOOD,))
    assert run.outcome == "fixed"
    assert run.document["before"]["failed"] == ["test_calc.py::test_add"]
    assert run.document["after"]["passed"] == ["test_calc.py::test_add", "test_calc.py::test_double"]
    subprocess.run(["git", "apply", "--check", str(run.out / "fix.patch")], cwd=red.path, check=True)


def test_a_wrong_patch_then_a_right_one_is_fixed_in_two(red: RedRepository) -> None:
    run = red.run(replies=(WRONG, GOOD))
    assert (run.outcome, len(run.objections)) == ("fixed", 2)
    assert "test_calc.py::test_add is still red" in run.objections[0][0]


@pytest.mark.parametrize(
    ("reply", "objection"),
    [
        (deletion("test_calc.py", TESTS), "a fix must not change the tests"),
        (SKIP, "a fix must not change the tests"),
        (CONFTEST, "conftest.py is protected"),
        (SKIP_IN_SOURCE, "[detects-tests]"),
        (EXIT_EARLY, "[ends-process]"),
        (BREAKS_ANOTHER, "passed before the change and failed after it"),
        ("I could not find anything.", "no diff"),
        (GOOD.replace("return a - b", "return a % b"), "calc.py"),
        (GOOD.replace("+    return a + b", "+    return a - b"), "nothing"),
        ("--- /dev/null\n+++ b/Calc.py\n@@ -0,0 +1 @@\n+def add(a, b): return a + b\n", "in upper and lower case only"),
    ],
    ids=[
        "deletes-test",
        "skips-test",
        "deselects",
        "skips-in-source",
        "exits",
        "breaks-another",
        "prose",
        "misplaced",
        "no-op",
        "twin-in-case",
    ],
)
def test_what_only_looks_like_a_fix_is_not_one(red: RedRepository, reply: str, objection: str) -> None:
    run = red.run(replies=(reply,))
    assert run.outcome in ("no_fix", "policy_refused")
    assert objection in " ".join(run.objections[0])
    assert not (run.out / "fix.patch").exists()


@pytest.mark.parametrize(
    ("reply", "objection"), [(SKIP_IN_SOURCE, "test_calc.py"), (EXIT_EARLY, "left no report")], ids=["skips", "exits"]
)
def test_a_run_shows_what_a_permitted_cheat_does(tmp_path: Path, reply: str, objection: str) -> None:
    red = RedRepository.make(
        tmp_path, {**FILES, ".agent-ci.yml": "permit: [detects-tests, ends-process, new-dependency]\n"}
    )
    run = red.run(replies=(reply,))
    assert run.outcome == "no_fix"
    assert objection in " ".join(run.objections[0])


@pytest.mark.parametrize("replies", [(GOOD,), (WRONG,), ("prose",), (deletion("test_calc.py", TESTS),)])
def test_the_checkout_is_byte_identical_after_a_run_that_did_not_deliver(
    red: RedRepository, replies: tuple[str, ...]
) -> None:
    before = red.digest()
    red.run(replies=replies)
    assert red.digest() == before


def test_tests_that_change_their_own_sources_do_not_touch_the_checkout(tmp_path: Path) -> None:
    vandal = "import pathlib\n\ndef test_vandal():\n    pathlib.Path('calc.py').write_text('')\n    assert False\n"
    red = RedRepository.make(tmp_path, {**FILES, "test_vandal.py": vandal})
    before = red.digest()
    red.run(replies=(WRONG,))
    assert red.digest() == before


def test_a_needless_hunk_is_dropped(red: RedRepository) -> None:
    extra = GOOD + "@@ -4,3 +4,4 @@\n \n def double(a):\n+    a = a + 0\n     return a * 2\n"
    red.commit(
        {
            "calc.py": FILES["calc.py"].replace(
                "\n\n\ndef double", "\n\n\nX = 1\nY = 2\nZ = 3\nV = 4\nW = 5\n\n\ndef double"
            )
        }
    )
    run = red.run(replies=(extra.replace("@@ -4,3 +4,4 @@", "@@ @@"),))
    assert run.outcome == "fixed"
    assert (run.document["patch"]["added"], run.document["patch"]["removed"]) == (1, 1)


def test_a_green_build_is_nothing_to_do(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, {"calc.py": "", "test_calc.py": "def test_it():\n    pass\n"}).run()
    assert (run.outcome, run.document["exit_code"]) == ("nothing_to_do", 0)


@pytest.mark.parametrize(
    ("content", "outcome"),
    [
        (b"", "unsupported"),
        (b"<html></html>", "unsupported"),
        (b"<testsuite><testcase name='a'", "unsupported"),
        (None, "unsupported"),
    ],
    ids=["empty", "html", "truncated", "missing"],
)
def test_an_unreadable_report_is_not_green(tmp_path: Path, content: bytes | None, outcome: str) -> None:
    red = RedRepository.make(tmp_path, {"test_calc.py": "def test_it():\n    pass\n"})
    report = tmp_path / "report.xml"
    if content is not None:
        report.write_bytes(content)
    assert red.run(report=(str(report),), run=None).outcome == outcome


def test_a_reported_failure_that_does_not_happen_here_cannot_be_reproduced(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {"test_calc.py": "def test_it():\n    pass\n"})
    report = tmp_path / "report.xml"
    report.write_text(
        '<testsuite><testcase classname="test_calc" name="test_it"><failure message="x"/></testcase></testsuite>'
    )
    run = red.run(report=(str(report),))
    assert (run.outcome, run.document["exit_code"]) == ("cannot_reproduce", 12)


def test_a_flaky_test_is_never_given_to_a_proposer(tmp_path: Path) -> None:
    counter = tmp_path / "counter"
    flaky = (
        f"import pathlib\n\ndef test_it():\n    p = pathlib.Path({str(counter)!r})\n"
        "    n = int(p.read_text()) if p.exists() else 0\n    p.write_text(str(n + 1))\n    assert n % 2\n"
    )
    run = RedRepository.make(tmp_path, {"test_flaky.py": flaky}).run(
        replies=(GOOD,),
        repeat=8,
        sandbox="none",  # the counter lies outside of the copy
    )
    assert (run.outcome, run.document["attempts"]) == ("flaky", [])
    assert "passed in 1 of 2 runs" in run.document["reason"]


def test_a_red_base_stops_the_run_of_a_branch(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, QUICK_FILES)
    git(red.path, "checkout", "-q", "-b", "topic")
    red.commit({"other.py": "x = 1\n"})
    refused = red.run(**QUICK, replies=(GOOD,))
    assert (refused.outcome, refused.document["attempts"]) == ("base_red", [])
    assert red.run(**QUICK, replies=(GOOD,), when_base_red="fix").outcome == "fixed"


def test_a_change_that_broke_the_tests_is_told_from_the_base(tmp_path: Path) -> None:
    green = {**QUICK_FILES, "calc.py": CALC.replace("a - b", "a + b")}
    red = RedRepository.make(tmp_path, green)
    git(red.path, "checkout", "-q", "-b", "topic")
    red.commit(QUICK_FILES)
    run = red.run(**QUICK, replies=(GOOD,))
    assert run.outcome == "fixed"
    assert [row["side"] for row in run.document["controls"]] == ["head", "head", "base"]
    assert any("this change caused them" in note for note in run.document["notes"])


def test_a_file_that_cannot_be_imported_is_repaired_as_a_whole(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {**FILES, "calc.py": FILES["calc.py"].replace("def double(a)", "def double(a")})
    colon = "@@ @@\n-def double(a:\n+def double(a):\n     return a * 2\n"
    run = red.run(replies=(GOOD + colon,))
    assert run.document["before"]["errored"] == ["test_calc.py"]
    assert (run.outcome, run.document["after"]["passed"]) == (
        "fixed",
        ["test_calc.py::test_add", "test_calc.py::test_double"],
    )


def test_a_commit_is_delivered_on_the_checked_out_branch(quick: RedRepository) -> None:
    run = quick.run(**QUICK, replies=(GOOD,), deliver="commit")
    assert (run.outcome, run.document["exit_code"]) == ("delivered", 0)
    assert "return a + b" in (quick.path / "calc.py").read_text()
    assert git(quick.path, "status", "--porcelain") == ""
    assert "Agent-CI-Fingerprint:" in git(quick.path, "log", "-1", "--format=%(trailers)")


def test_local_changes_in_the_way_of_a_delivery_lose_nothing(quick: RedRepository) -> None:
    (quick.path / "calc.py").write_text("# half-done work\n" + FILES["calc.py"])
    run = quick.run(**QUICK, replies=(GOOD,), deliver="commit")
    assert (run.outcome, run.document["exit_code"]) == ("stale", 32)
    assert (quick.path / "calc.py").read_text().startswith("# half-done work")
    assert "+    return a + b" in run.patch


def test_uncommitted_work_is_judged_when_asked(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {**QUICK_FILES, "calc.py": CALC.replace("a - b", "a + b")})
    (red.path / "calc.py").write_text(CALC)
    assert red.run(**QUICK, replies=(GOOD,)).outcome == "nothing_to_do"
    assert red.run(**QUICK, replies=(GOOD,), uncommitted=True).outcome == "fixed"


def test_the_settings_of_a_change_request_come_from_its_base(tmp_path: Path) -> None:
    green = {**FILES, "calc.py": FILES["calc.py"].replace("a - b", "a + b")}
    red = RedRepository.make(tmp_path, green)
    base = git(red.path, "rev-parse", "HEAD")
    red.commit({**FILES, ".agent-ci.yml": "allow-test-changes: true\nallow: ['*']\n"})
    event = tmp_path / "event.json"
    head = git(red.path, "rev-parse", "HEAD")
    pull = {
        "number": 7,
        "head": {"sha": head, "repo": {"full_name": "o/r"}},
        "base": {"sha": base, "repo": {"full_name": "o/r"}},
    }
    event.write_text(json.dumps({"number": 7, "pull_request": pull}))
    actions = {
        "GITHUB_ACTIONS": "true",
        "GITHUB_EVENT_NAME": "pull_request",
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "o/r",
    }
    run = red.run(replies=(deletion("test_calc.py", TESTS),), environment=actions)
    assert run.outcome == "policy_refused"
    assert (run.document["context"]["number"], run.document["context"]["commit"]) == (7, head)


def test_the_settings_file_may_name_the_output_folder_and_silence(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {**QUICK_FILES, ".agent-ci.yml": "out: build/found\nquiet: true\n"})
    run = red.run(**QUICK, replies=(GOOD,), out=None)
    assert (run.outcome, run.progress) == ("fixed", "")
    assert (red.path / "build" / "found" / "fix.patch").is_file()
    assert git(red.path, "status", "--porcelain") == ""


def test_a_fix_that_was_proven_once_is_known_afterwards(quick: RedRepository) -> None:
    quick.run(**QUICK, replies=(GOOD,))
    run = quick.run(**QUICK, proposer=("known",))
    assert (run.outcome, run.document["attempts"][0]["proposer"]) == ("fixed", "known")


def test_the_audit_log_is_a_chain_that_shows_a_cut(quick: RedRepository) -> None:
    log = (quick.run(**QUICK, replies=(GOOD,)).out / "audit.jsonl").read_text()
    assert first_break(log) is None
    lines = log.splitlines(keepends=True)
    assert first_break("".join(lines[:1] + lines[2:])) == 1


def test_a_secret_in_a_test_message_reaches_no_file(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {"test_it.py": "def test_it():\n    assert False, 'canary-4f9a1c77e2'\n"})
    run = red.run(replies=("canary-4f9a1c77e2",), environment={"SOME_TOKEN": "canary-4f9a1c77e2"})
    assert [path.name for path in run.out.iterdir() if b"canary-4f9a" in path.read_bytes()] == []


def test_the_tests_do_not_see_the_environment(tmp_path: Path) -> None:
    red = RedRepository.make(
        tmp_path, {"test_it.py": "import os\n\ndef test_it():\n    assert 'SOME_TOKEN' not in os.environ\n"}
    )
    assert red.run(environment={"SOME_TOKEN": "canary-4f9a1c77e2"}).outcome == "nothing_to_do"


def test_a_repository_without_tests_is_unsupported_and_says_what_to_do(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path, {"a.txt": "x"}).run(run=None)
    assert run.outcome == "unsupported"
    assert "--run" in run.document["reason"]


def test_a_hanging_suite_ends_at_the_time_limit(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {"test_it.py": "import time\n\ndef test_it():\n    time.sleep(600)\n"})
    run = red.run(time_limit=3.0)
    assert run.outcome == "infrastructure"
    assert run.document["timings"]["total"] < 8


def test_explain_proposes_nothing(red: RedRepository) -> None:
    run = red.run("explain", replies=(GOOD,))
    assert (run.outcome, run.document["exit_code"], run.document["attempts"]) == ("explained", 0, [])
    assert "test_calc.py::test_add" in (run.out / "explanation.md").read_text()


def test_a_report_that_the_job_left_in_a_usual_place_is_found_in_ci(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {"test_calc.py": "def test_it():\n    pass\n"})
    case = '<testcase classname="test_calc" name="test_it"><failure message="x"/></testcase>'
    (red.path / "report.xml").write_text(f"<testsuite>{case}</testsuite>")
    (red.path / "results.xml").write_text("not a report")
    assert red.run().outcome == "nothing_to_do"
    assert red.run(environment={"GITHUB_ACTIONS": "true"}).outcome == "cannot_reproduce"
    red.commit({}, "the report is data of the repository")
    assert red.run(environment={"GITHUB_ACTIONS": "true"}).outcome == "nothing_to_do"


def test_the_same_refused_change_twice_is_refused_by_policy(red: RedRepository) -> None:
    cheat = deletion("test_calc.py", TESTS)
    assert red.run(replies=(cheat, cheat)).outcome == "policy_refused"
