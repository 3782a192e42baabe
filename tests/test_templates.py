"""The prompts that are shipped: all there, all filled in, with an example that git accepts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agent_ci.core.notes.retelling import read
from agent_ci.core.patches.diff import read_edits
from agent_ci.core.questions.answer import cause, offer, refusal
from agent_ci.core.questions.looks import looks
from agent_ci.core.questions.prompt import PromptError
from agent_ci.core.questions.question import fix_question
from agent_ci.core.run import Evidence
from agent_ci.core.worth.question import Shown, question_of_tests
from agent_ci.templates import template

PROMPTS = sorted((Path(__file__).parents[1] / "agent_ci" / "prompts").glob("*.md"))


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: path.name)
def test_a_prompt_is_named_by_purpose_and_version(path: Path) -> None:
    assert template(path.stem).text == path.read_text(encoding="utf-8")
    assert path.stem.rpartition(".v")[2].isdecimal()


def test_an_unknown_prompt_is_an_error() -> None:
    with pytest.raises(PromptError, match=r"no prompt fix\.v0 is shipped"):
        template("fix.v0")


def test_the_fix_prompt_takes_exactly_what_the_question_gives() -> None:
    assert "{{" not in fix_question(template("fix.v2"), Evidence("fix", "red"), {}, ())


def test_the_tests_prompt_takes_exactly_what_the_question_gives() -> None:
    assert "{{" not in question_of_tests(template("tests.v1"), Evidence("tests", "untested"), Shown(), ())


NOTES = ("continue.v1", "repeated.v1", "hypotheses.v1", "fresh.v1")
PLAIN = ("system.v2", "system.v4", "system-tests.v1", "notes-system.v1", *NOTES)


@pytest.mark.parametrize("name", PLAIN)
def test_the_other_prompts_take_nothing(name: str) -> None:
    assert template(name).variables == frozenset()


def test_the_example_in_the_prompt_for_notes_is_an_answer_that_is_read() -> None:
    (example,) = (line for line in template("notes-system.v1").text.splitlines() if line.startswith('{"lines"'))
    (line,) = read(example)
    assert (line.ids, line.section) == (("#12",), "Fixed")
    assert template("notes.v1").variables == {"ids", "sections", "changes", "refused"}


def test_the_example_in_the_system_prompt_is_an_answer_that_git_applies(tmp_path: Path) -> None:
    _, _, after = template("system.v2").text.partition("For example:\n")
    example, _, _ = after.partition("\nRules for the diff")
    assert cause(example).startswith("The total adds up")
    (tmp_path / "shop").mkdir()
    before = [line[1:] for line in offer(example).split("\n")[3:] if line[:1] in (" ", "-")]
    (tmp_path / "shop" / "basket.py").write_text("\n".join(["#"] * 13 + before) + "\n", encoding="utf-8")
    subprocess.run(["git", "apply", "-"], cwd=tmp_path, input=offer(example), text=True, check=True)
    assert "item.count" in (tmp_path / "shop" / "basket.py").read_text(encoding="utf-8")


def test_the_example_of_a_test_in_the_system_prompt_is_an_answer_that_is_read_as_the_new_file() -> None:
    _, _, after = template("system-tests.v1").text.partition("For example:\n")
    example, _, _ = after.partition("\nWrite every line out")
    [edit] = read_edits(example, new_file="tests/test_basket.py")
    assert (edit.path, edit.is_new) == ("tests/test_basket.py", True)
    assert "def test_a_negative_count_is_refused():" in edit.hunks[0].lines


def test_the_way_to_decline_is_the_one_that_is_understood() -> None:
    assert all("`NO FIX: `" in template(name).text for name in ("system.v2", "system.v4", "system-tests.v1"))
    assert refusal("NO FIX: the test is wrong") == "the test is wrong"


def test_the_examples_of_looks_in_the_system_prompt_are_all_understood() -> None:
    asked = looks(template("system.v4").text.partition("Rules for the diff:")[2])
    assert [one.what for one in asked] == ["read", "definition", "usages", "search", "history", "run"]
    assert template("looked.v1").variables == {"shown", "more"}
