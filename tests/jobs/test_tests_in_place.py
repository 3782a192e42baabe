"""Tests that are added to a person's file: of what was there, nothing is judged, changed or removed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from agent_ci.core.change import REGULAR, ChangedFile, Patch
from agent_ci.core.elsewhere.blocks import TestsText
from agent_ci.core.elsewhere.languages import JAVASCRIPT
from agent_ci.core.policy import TESTS_POLICY
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Reply
from agent_ci.core.worth.tests_file import Candidate, TestsFile
from agent_ci.core.worth.values import Judged
from agent_ci.jobs.beside_all import _remaining
from agent_ci.jobs.sieve import Sieve
from agent_ci.jobs.worth import held_to_policy
from agent_ci.jobs.worth_elsewhere import _File, named
from agent_ci.pipeline import Tools
from tests.jobs.test_tests_by_model import DOUBLE
from tests.untested import BASE, FILES, Untested, candidates

THEIRS = """import json
import os.path  # registers

import pytest
from shop import net

pytest_plugins = []
SHARED = 1


def make_order():
    return 1


class TestOrders:
    def setup_method(self):
        self.order = 1


@pytest.mark.parametrize("price", [10])
def test_net(price):
    assert net(price, 2) == 8
"""
OURS = """

def test_double():
    from shop import double
    assert double(4) == 8
"""
REJECTED = """

HELP = 3


def test_says_little():
    from shop import double
    assert double(HELP) is not None
"""


def sieve(new: str) -> Sieve:
    file = TestsFile.read(THEIRS + new)
    assert file
    return Sieve("a.py", file, (), {}, before=THEIRS)


def test_what_a_person_wrote_is_kept_to_the_byte_and_what_only_a_refused_test_needed_goes() -> None:
    one = sieve(OURS + REJECTED)
    assert one.remaining == THEIRS + OURS + REJECTED
    assert [candidate.name for candidate in one.left] == ["test_double", "test_says_little"]
    one.reject(Candidate("test_says_little"), "F4", "it says little")
    assert one.remaining == THEIRS + OURS
    assert one.written(88) == THEIRS + OURS


def test_a_class_of_theirs_without_a_test_outlives_the_refused_test_in_it() -> None:
    text = THEIRS.replace("self.order = 1\n", "self.order = 1\n\n    def test_it(self):\n        assert self\n")
    file = TestsFile.read(text + OURS)
    assert file
    one = Sieve("a.py", file, (), {}, before=THEIRS)
    one.reject(Candidate("TestOrders.test_it"), "F4", "it says little")
    assert one.remaining == THEIRS + OURS


def test_a_test_of_theirs_is_no_candidate_in_another_language() -> None:
    before = "test('theirs', () => {\n  expect(1);\n});\n// the end\n"
    after = TestsText.read(before + "test('ours', () => {\n  expect(2);\n});\n", JAVASCRIPT)
    file = _File("a.test.js", after, TestsText.read(before, JAVASCRIPT))
    (test,) = file.left
    assert named(test) == "ours"
    file.reject(test, "F4", "it says little")
    assert file.remaining == before


def appended(path: str, before: str, new: str) -> str:
    """The diff that adds *new* to the end of the file *path*."""
    count, lines = len(before.splitlines()), new.splitlines()
    body = "".join(f"+{line}\n" for line in lines)
    hunk = f"@@ -{count},1 +{count},{1 + len(lines)} @@\n {before.splitlines()[-1]}\n"
    return f"--- a/{path}\n+++ b/{path}\n{hunk}{body}"


def test_only_lines_are_added_to_a_file_of_a_person_and_what_would_take_some_out_is_refused(tmp_path: Path) -> None:
    path, before = "tests/test_shop.py", f"{THEIRS}\n\n# the end\n"
    made = Untested.make(tmp_path, {**FILES, path: before}, {"shop.py": BASE + DOUBLE})
    takes_comment = appended(path, before, REJECTED[REJECTED.index("def") :].replace("HELP", "3") + OURS)
    run = made.run(takes_comment, appended(path, before, OURS + REJECTED), in_place=True, repeat=1)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    assert run.objections[0] == [f"{path} would lose lines, and this job only adds some [out-of-scope]"]
    told = {name: row["rejected_by"] for name, row in candidates(run).items()}
    assert told == {"test_double": "", "test_says_little": "F4"}
    assert (run.document["patch"]["files"], run.document["patch"]["removed"]) == ([path], 0)
    assert "+def test_double" in run.patch
    assert "test_says_little():" not in run.patch


def test_what_all_of_them_together_come_to_is_held_to_the_rules_as_well() -> None:
    tools = cast("Tools", SimpleNamespace(policy=TESTS_POLICY))
    file = ChangedFile("tests/test_a_agent_ci.py", "M", REGULAR, REGULAR, added=1, removed=1)
    one = Attempt(Reply("replay"), Patch("", (file,), "", ""), after=TestReport())
    held = held_to_policy(one, tools, causes=1)
    assert (held.refused, held.is_proven) == (True, False)
    kept = replace(one, patch=Patch("", (replace(file, removed=0),), "", ""))
    assert held_to_policy(kept, tools, causes=1) == kept


def test_a_second_test_of_a_name_that_is_there_would_take_the_place_of_the_first() -> None:
    one = sieve(OURS + "\n\ndef test_net(): ...\n")
    one.read()
    assert {candidate.name: made.rejected_by for candidate, made in one.judged.items()} == {"test_double": "F1"}
    before = TestsText.read("test('theirs', () => {\n  expect(f(1)).toBe(1);\n});\n", JAVASCRIPT)
    both = before.text + before.text.replace("theirs", "ours") + before.text
    file = _File("a.test.js", TestsText.read(both, JAVASCRIPT), before)
    file.screen()
    assert [(made.id, made.rejected_by) for made in file.judged.values()] == [("ours", "F1")]


def test_what_a_person_imports_stays_where_a_test_is_taken_out_beside_all_others() -> None:
    judged = {("a.py", "test_says_little"): Judged("a.py", "test_says_little", rejected_by="F3")}
    left = _remaining({"a.py": THEIRS + OURS + REJECTED}, judged, {"a.py": THEIRS})
    assert left == {"a.py": THEIRS + OURS}
