"""Which calls are shown a fault, and how calls are found that notice what no plain one does."""

from __future__ import annotations

import ast
import importlib
import re
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from agent_ci.proposers.characterise.kit import exploring
from agent_ci.proposers.characterise.kit.acts import Call, Outcome
from agent_ci.proposers.characterise.kit.before import Before
from agent_ci.proposers.characterise.kit.calling import Caller, Setting
from agent_ci.proposers.characterise.kit.exploring import Case
from agent_ci.proposers.characterise.kit.guard import Guard
from agent_ci.proposers.characterise.kit.hunting import Found, Hunt
from agent_ci.proposers.characterise.kit.inventing import Inventor
from agent_ci.proposers.characterise.kit.killing import prepare_patterns, reaching
from agent_ci.proposers.characterise.kit.naming import Names
from agent_ci.proposers.characterise.kit.pools import Pools
from agent_ci.proposers.characterise.kit.showing import Shower
from agent_ci.proposers.characterise.kit.targets import targets_of
from agent_ci.sandbox_kit import children

SOURCE = """
STOCK = []


def price(amount: int, code: str = "") -> int:
    if amount > 3:
        return amount - 5
    if "sale" in code:
        return amount // 2
    return amount


def fill(amount: int) -> None:
    STOCK.append(amount)


def forget(amount: int) -> None:
    global STOCK
    STOCK = None


async def later(amount: int) -> int:
    return amount + 1


def leave(amount: int) -> int:
    raise SystemExit(amount)


def has(amount: int) -> bool:
    return amount in STOCK


def _short(code: str) -> str:
    return "long" if len(code) == 23 else "short"


def sort(code: str, mode: str = "any") -> str:
    return _short(code) if mode == "size" else mode


def is_tag_of(tag: str, name: str) -> bool:
    return tag == name + "-sale" and name in ("tea", "tea-sale")


fill(77)
"""
CONDITION, SALE, FILLING, SHORT = 6, 9, 14, 35  # lines


@dataclass(frozen=True)
class Asked:
    lines: frozenset[int]
    most_mutants: int = 60
    seed: int = 0
    deciding: frozenset[int] = frozenset()

    @property
    def guarded(self) -> frozenset[int]:
        return self.lines


def case(amount: str, outcome: str = "", *, target: str = "price", line: int = CONDITION) -> Case:
    return Case(Call(target, (("amount", amount),)), Outcome("returns", outcome or amount), frozenset({(0, line)}))


def told_in_fork(tmp_path: Path, work: Callable[[Setting, Hunt], Any], **asked: Any) -> Any:
    """What *work* gives of a hunt in a module of ours, in a process that may end."""
    (tmp_path / "hunted_module.py").write_text(SOURCE, "utf-8")
    asked_on_import = asked.pop("on_import", ())

    def inside(send: Any) -> None:
        sys.path.insert(0, str(tmp_path))
        module = importlib.import_module("hunted_module")
        tree = ast.parse(SOURCE)
        targets = targets_of(tree)
        shower, path = Shower(Names()), str(tmp_path / "hunted_module.py")
        caller = Caller(path, targets, shower, guard=Guard(), namespace=vars(module), root=str(tmp_path))
        pools = Pools(module, tree, targets, shower)

        @cache
        def invent(name: str) -> Inventor:
            return Inventor(targets[name], pools, [], seed="0")

        setting = Setting(module, tree, SOURCE, targets, caller)
        hunt = Hunt(
            Asked(frozenset(asked.pop("lines", ())), **asked),
            setting,
            frozenset(asked_on_import),
            lambda one: invent(one.name),
            lambda: False,
        )
        send({"told": work(setting, hunt)})

    (message,) = children.run(inside, seconds=60.0).messages
    return message["told"]


def test_calls_of_private_functions_are_shown_a_fault_last() -> None:
    cases = [case("1", "3", target="_inner"), case("1000", "3"), case("2", "3", line=99)]
    assert reaching(cases, CONDITION, frozenset(), most=4, private=frozenset({"_inner"})) == [1, 0]
    assert reaching(cases, CONDITION, frozenset(), most=4) == [0, 1]


def test_calls_that_come_to_nothing_are_shown_a_fault_after_those_that_tell() -> None:
    cases = [case("1", "0"), case("2", "2"), case("1000", "995")]
    assert reaching(cases, CONDITION, frozenset(), most=4) == [2, 0, 1]


def test_the_patterns_in_tables_are_compiled_before_the_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    monkeypatch.setattr(re, "compile", compiled.append)
    prepare_patterns({"RULES": [("(quiz)$", "plain"), {"a": "^b"}], "n": 3, "text": "(x"})
    assert compiled == ["(quiz)$", "^b", "(x"]
    monkeypatch.undo()
    prepare_patterns({"RULES": ["("]})  # what is no pattern raises nothing


def test_where_there_are_too_many_faults_each_line_gets_fewer(tmp_path: Path) -> None:
    lines = {*range(CONDITION, CONDITION + 5)}

    def count(_setting: Setting, hunt: Hunt) -> list[int]:
        return [one.line for one in hunt.faults]

    every = told_in_fork(tmp_path, count, lines=lines)
    fewer = told_in_fork(tmp_path, count, lines=lines, most_mutants=len(every) - 1)
    few = told_in_fork(tmp_path, count, lines=lines, most_mutants=3)
    most = max(Counter(every).values()) - 1
    assert Counter(fewer) == {line: min(count, most) for line, count in Counter(every).items()}
    assert len(few) <= 3


def test_a_fault_that_no_call_notices_is_looked_for_near_those_that_reach_it(tmp_path: Path) -> None:
    def noticed(_setting: Setting, hunt: Hunt) -> list[bool]:
        found = Found([case("1"), case("7", "2")])
        hunt.run(found)
        return [bool(found.noticed[one.id]) for one in hunt.faults]

    told = told_in_fork(tmp_path, noticed, lines={CONDITION})
    assert len(told) > 1
    assert all(told)  # the boundary as well, which neither 1 nor 7 tells


def test_a_fault_in_what_runs_on_import_is_shown_to_the_calls_that_depend_on_it(tmp_path: Path) -> None:
    def noticed(_setting: Setting, hunt: Hunt) -> list[list[int]]:
        cases = [case(str(number), str(number == 77), target="has", line=1) for number in range(400)]
        found = Found(cases)
        hunt.run(found)
        return [found.noticed[one.id] for one in hunt.faults]

    told = told_in_fork(tmp_path, noticed, lines={FILLING}, on_import=["fill"])
    assert told == [[77]]  # 400 are too many to show each to every fault


def test_what_a_private_function_is_given_is_tried_with_the_public_ones_that_lead_to_it(tmp_path: Path) -> None:
    def plain(setting: Setting, hunt: Hunt) -> list[bool]:
        calls = [
            Call("_short", (("code", f'"{"letter " * 3}ab"'),)),
            Call("sort", (("code", '"ab"'), ("mode", '"size"'))),
        ]
        found = Found([*exploring.run(calls, setting.caller)])
        hunt.run(found)
        return [
            any(found.cases[number].call.target == "sort" for number in found.noticed[one.id]) for one in hunt.faults
        ]

    told = told_in_fork(tmp_path, plain, lines={SHORT})
    assert len(told) > 1
    assert all(told)


def test_what_only_an_odd_call_notices_a_plain_one_is_found_for(tmp_path: Path) -> None:
    def plain(setting: Setting, hunt: Hunt) -> list[str]:
        odd = Call("price", (("amount", "-1840316"), ("code", '"~\\tsale\\u200b 77"')), origin="varied")
        found = Found([*exploring.run([odd], setting.caller)])
        hunt.run(found)
        return [dict(one.call.arguments)["code"] for one in found.cases if one.call.origin == "made"]

    assert told_in_fork(tmp_path, plain, lines={SALE}) == ['"sale"']


@pytest.mark.parametrize(
    ("earlier", "differ"),
    [
        (SOURCE.replace("amount > 3", "amount > 7"), [False, True, False]),
        (SOURCE.replace("amount: int, code", "amount, code"), [False, False, False]),
        (SOURCE.replace("async def later", "async def sooner"), [False, False, True]),
        ("raise ValueError\n", [False, False, False]),
        ("no Python", [False, False, False]),
        ("", [False, False, False]),
    ],
    ids=["a limit", "an annotation", "a name", "what does not load", "no Python", "not known"],
)
def test_what_came_to_something_else_before_the_change_is_told(
    tmp_path: Path, earlier: str, differ: list[bool]
) -> None:
    def told(setting: Setting, hunt: Hunt) -> list[bool]:
        calls = [
            Call("price", (("amount", "1"),)),
            Call("price", (("amount", "7"),)),
            Call("later", (("amount", "1"),)),
        ]
        cases = [*exploring.run(calls, setting.caller)]
        found = Before(earlier, setting, frozenset({CONDITION}), hunt.is_late).differing(cases)
        return [case.call.key in found for case in cases]

    assert told_in_fork(tmp_path, told) == differ


def test_what_tells_a_change_apart_is_looked_for_near_what_runs_it(tmp_path: Path) -> None:
    def told(setting: Setting, hunt: Hunt) -> list[str]:
        before = Before(SOURCE.replace("amount > 3", "amount > 4"), setting, frozenset({CONDITION}), hunt.is_late)
        inventor = hunt.inventor(setting.targets["price"])
        return [dict(one.call.arguments)["amount"] for one in before.told_apart([case("1"), case("7", "2")], inventor)]

    assert {*told_in_fork(tmp_path, told)} == {"4"}


def test_texts_of_which_one_begins_with_the_other_tell_a_change_apart(tmp_path: Path) -> None:
    def told(setting: Setting, hunt: Hunt) -> list[list[str]]:
        before = Before(SOURCE.replace("tag == name", "tag != name"), setting, frozenset({99}), hunt.is_late)
        inventor = hunt.inventor(setting.targets["is_tag_of"])
        return [[text for _, text in one.call.arguments] for one in before.told_apart([], inventor)]

    assert ['"tea-sale"', '"tea"'] in told_in_fork(tmp_path, told)  # and no case is given to look near


def test_what_a_call_does_to_the_module_is_seen_and_what_ends_the_program_is_told(tmp_path: Path) -> None:
    def kinds(setting: Setting, _hunt: Hunt) -> list[str]:
        names = ("fill", "forget", "fill", "later", "later", "leave")
        calls = [Call(name, (("amount", "1"),)) for name in names]
        return [setting.caller.make(call)[0].kind for call in calls]

    told = told_in_fork(tmp_path, kinds)
    assert told == ["global", "global", "crash", "returns", "returns", "exits"]
