"""In which order calls are tried: what comes after each value of each parameter was tried once."""

from __future__ import annotations

import ast
import sys
from types import ModuleType
from typing import Any

import pytest

from agent_ci.proposers.characterise.kit import exploring
from agent_ci.proposers.characterise.kit.acts import Call, Outcome
from agent_ci.proposers.characterise.kit.exploring import Case
from agent_ci.proposers.characterise.kit.inventing import Inventor
from agent_ci.proposers.characterise.kit.naming import Names
from agent_ci.proposers.characterise.kit.pools import Pools
from agent_ci.proposers.characterise.kit.showing import Shower
from agent_ci.proposers.characterise.kit.targets import targets_of

SOURCE = """
from typing import Literal


def label(text: str, style: Literal["old", "brand-new"] = "old", strict: bool = False) -> str:
    if style == "brand-new":
        return f"<{text.strip()}>" if strict else text.strip()
    return text


def inner(text: str, strict: bool) -> str:
    return text


def other(word: str) -> str:
    return word
"""
NEW, STRICT = 7, 8  # lines


def inventor(monkeypatch: pytest.MonkeyPatch, name: str = "label") -> Inventor:
    module = ModuleType("explored_here")
    exec(SOURCE, vars(module))  # noqa: S102 - a module of ours
    monkeypatch.setitem(sys.modules, module.__name__, module)
    tree = ast.parse(SOURCE)
    targets = targets_of(tree)
    return Inventor(targets[name], Pools(module, tree, targets, Shower(Names())), [], seed="0")


def played(calls: list[Call], _caller: object) -> list[Case]:
    """What the calls come to, without making them."""
    return [Case(call, Outcome("returns", "1"), frozenset({(0, line) for line in ran(call)})) for call in calls]


def ran(call: Call) -> list[int]:
    given = dict(call.arguments)
    if given.get("style") != '"brand-new"':
        return [5]
    return [5, NEW, *([STRICT] if given.get("strict") else [])]


def made(monkeypatch: pytest.MonkeyPatch, wanted: set[int]) -> set[Any]:
    monkeypatch.setattr(exploring, "run", played)
    caller: Any = None  # nothing is called
    explored = exploring.explore(inventor(monkeypatch), caller, (), trials=600, wanted=frozenset(wanted))
    return {tuple(sorted(dict(case.call.arguments).items())) for case in explored.cases}


def test_each_value_is_tried_beside_the_options_that_wanted_lines_need(monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [dict(call.arguments)["text"] for call in inventor(monkeypatch).first()]
    beside = {(("style", '"brand-new"'), ("text", text)) for text in texts}
    both = {(("strict", "True"), ("style", '"brand-new"'), ("text", text)) for text in texts}
    assert beside | both <= made(monkeypatch, {NEW, STRICT})
    assert not both <= made(monkeypatch, {NEW})
    assert not beside <= made(monkeypatch, set())


def test_what_names_its_values_is_given_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    one = inventor(monkeypatch)
    call = Call("label", (("text", '"a"'), ("style", '"brand-new"')))
    found = [dict(one.near(call).arguments).get("style") for _ in range(200)]
    assert {*found} == {'"brand-new"', None}  # nothing, or the one that is no default
    simpler = [dict(each.arguments).get("style", "") for each in one.simpler(call)]
    assert {*simpler} <= {'"brand-new"', '"old"', ""}


def test_what_an_inner_function_is_given_is_passed_through_by_name_or_to_the_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    call = Call("label", (("text", '"a"'), ("style", '"brand-new"')))
    one = inventor(monkeypatch)
    by_name = one.taking(call, Call("inner", (("text", '" b "'), ("strict", "True"))))
    assert by_name.arguments == (("text", '" b "'), ("style", '"brand-new"'), ("strict", "True"))
    by_place = one.taking(call, Call("other", (("word", '" c "'),), origin="varied"))
    assert (by_place.arguments, by_place.origin) == ((("text", '" c "'), ("style", '"brand-new"')), "varied")


def test_one_text_in_other_quotes_is_the_same_call() -> None:
    assert (
        Call("f", (("x", "'a'"),), "C('b')", ("add('c')",)).key
        == Call("f", (("x", '"a"'),), 'C("b")', ('add("c")',)).key
    )
    assert Call("f", (("x", "'a'"),)).key != Call("f", (("x", "'b'"),)).key
