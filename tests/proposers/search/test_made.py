"""An edit is ours where an operator makes it for these failing tests, of several places where one makes each."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from agent_ci.proposers.search.answers import Answer, Survivor
from agent_ci.proposers.search.kit.clues import Clues
from agent_ci.proposers.search.kit.made import Maker
from agent_ci.proposers.search.kit.operators import EARLIER, PAIR
from agent_ci.proposers.search.kit.spec import Spec
from agent_ci.proposers.search.remaking import made_again
from agent_ci.sandbox_kit.source import Splice
from tests.proposers.search.conftest import FolderTree, FolderWorkbench

TEXT = "def span(low, high):\n    size = high + low\n    return (size,\n            'wrld')\n"
TEST = "from span import span\n\ndef test_span():\n    assert span(1, 3) == (2, 'world')\n"
BEFORE = TEXT.replace("high + low", "abs(high - low)")


def edit(old: str, new: str, operator: str, **facts: object) -> dict[str, Any]:
    start = TEXT.index(old)
    line = TEXT[:start].count("\n") + 1
    made = {"path": "span.py", "start": start, "end": start + len(old), "replacement": new, "operator": operator}
    return {**made, "line": line, "parts": [], **facts}


def both(*parts: Mapping[str, Any], replacement: str = "") -> dict[str, Any]:
    first, last = parts[0], parts[-1]
    between = TEXT[first["end"] : last["start"]]
    text = replacement or f"{first['replacement']}{between}{last['replacement']}"
    return {**first, "end": last["end"], "replacement": text, "operator": PAIR, "parts": list(parts)}


MINUS, WORD = edit("+", "-", "arithmetic"), edit("'wrld'", "'world'", "guided_text")
OLD = edit("    size = high + low\n", "    size = abs(high - low)\n", EARLIER)
EVIL = "high - low + (__import__('os').getpid() < 0)"

EDITS = {
    "an operator's": (MINUS, True),
    "one that a message guides, on another line of the statement": (WORD, True),
    "a line as it was before the change": (OLD, True),
    "two at once": (both(MINUS, WORD), True),
    "another text": (edit("high + low", EVIL, "arithmetic"), False),
    "another operator's": ({**MINUS, "operator": "comparison"}, False),
    "another place's": ({**MINUS, "line": 3}, False),
    "a line as it never was": (edit("high + low", EVIL, EARLIER), False),
    "two at once that say more": (both(MINUS, WORD, replacement=f"- low\n    {EVIL}"), False),
    "two at once, of which one is none": (both(MINUS, edit("'wrld'", "evil()", "guided_text")), False),
    "a pair without parts": ({**both(MINUS, WORD), "parts": []}, False),
    "a file that is not there": ({**MINUS, "path": "other.py"}, False),
}


@pytest.mark.parametrize(("told", "is_ours"), EDITS.values(), ids=EDITS.keys())
def test_an_edit_is_made_once_more_from_what_the_tests_gave_away(
    tmp_path: Path, told: dict[str, Any], *, is_ours: bool
) -> None:
    (tmp_path / "span.py").write_text(TEXT)
    (tmp_path / "test_span.py").write_text(TEST)
    ids = ("test_span.py::test_span",)
    spec = Spec(ids, (), ("span.py",), (), (), 0, 100, 5, 10.0, 0.0, {"span.py": BEFORE})
    clues = Clues(("AssertionError: assert (2, 'wrld') == (2, 'world')",), (), ids)
    assert Maker(spec, clues, tmp_path).makes(told) is is_ours


@pytest.mark.parametrize("said", ["", "5", "{}", "[true]", "[1, 1]", "[" * 999, "x" * 2_000])
def test_what_is_no_answer_about_each_edit_makes_none_of_them_ours(tmp_path: Path, said: str) -> None:
    python = tmp_path / "python"
    python.write_text(f'#!/bin/sh\nfor last in "$@"; do :; done\nprintf %s {shlex.quote(said)} > "$last"\n')
    python.chmod(0o755)
    survivor = Survivor("span.py", Splice(0, 1, "x"), "arithmetic", 1)
    bench = FolderWorkbench(FolderTree(tmp_path))
    answer = made_again(Answer(survivors=(survivor, survivor)), {}, str(python), bench)
    assert (answer.survivors, answer.fault[:20]) == ((), "2 of the edits that ")


def test_clues_are_few_and_what_is_no_list_of_texts_is_none() -> None:
    red = {f"t{n}": {"error": "x" * 4_000 + str(n % 50), "suggestions": ["a", "a"]} for n in range(2_000)}
    clues = Clues.of(red)
    assert (len(clues.errors), clues.suggestions, len(clues.ids)) == (24, ("a",), 500)
    assert Clues.read(clues.facts) == clues
    assert Clues.read({"errors": [1, "a"], "ids": {"b": 1}}) == Clues(("a",))
    assert Clues.read("x") == Clues()
