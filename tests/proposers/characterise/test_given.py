"""What calls are given: values of the type that is asked for, those first that tests of the repository pass."""

from __future__ import annotations

import ast
import json
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from agent_ci.proposers.characterise.kit import nodes
from agent_ci.proposers.characterise.kit.acts import Call
from agent_ci.proposers.characterise.kit.calling import Caller
from agent_ci.proposers.characterise.kit.guard import Guard
from agent_ci.proposers.characterise.kit.inventing import Inventor
from agent_ci.proposers.characterise.kit.naming import Names
from agent_ci.proposers.characterise.kit.pools import Pools
from agent_ci.proposers.characterise.kit.recording import record
from agent_ci.proposers.characterise.kit.samples import around
from agent_ci.proposers.characterise.kit.showing import Giver, Shower, UnshownError
from agent_ci.proposers.characterise.kit.targets import targets_of
from agent_ci.proposers.characterise.plain import is_plain

TYPED = """
import ast
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from elsewhere_here import Knot


@dataclass(frozen=True)
class Parcel:
    weight: int
    city: str = "Berlin"
    fragile: bool = False
    notes: str = "none"

    @classmethod
    def read(cls, text: str) -> "Parcel | None":
        return cls(len(text)) if text else None

    def doubled(self) -> int:
        return self.weight * 2


def count(tree: ast.expr) -> int: ...
def apply(function: Callable[[str, int], bool]) -> bool: ...
def tie(knot: Knot) -> int: ...
def lost(thing: "NotToBeFound") -> int: ...
def ship(parcel: Parcel) -> int: ...
def look(folder: Path) -> int: ...
def split(names: tuple[str, ...]) -> int: ...
def checked(amount: int) -> int:
    if not isinstance(amount, int):
        raise TypeError
    return amount
"""


@pytest.fixture
def pools(monkeypatch: pytest.MonkeyPatch) -> Pools:
    elsewhere, module = types.ModuleType("elsewhere_here"), types.ModuleType("typed_here")
    monkeypatch.setitem(sys.modules, "elsewhere_here", elsewhere)
    monkeypatch.setitem(sys.modules, "typed_here", module)
    exec("class Knot:\n    def __init__(self, rope, turns): ...\n", vars(elsewhere))  # noqa: S102 - a module of ours
    exec(TYPED, vars(module))  # noqa: S102 - the same
    tree = ast.parse(TYPED)
    return Pools(module, tree, targets_of(tree), Shower(Names()))


def given(pools: Pools, name: str) -> list[str]:
    target = pools.targets[name]
    return pools.of(target, target.parameters[0])


def test_a_syntax_tree_is_parsed_from_a_small_program(pools: Pools) -> None:
    texts = given(pools, "count")
    assert texts[0] == 'ast.parse("apply(value, 1)", mode="eval").body'
    assert all(isinstance(eval(text, {"ast": ast}), ast.expr) for text in texts)  # noqa: S307 - our own texts
    assert all(is_plain(text, {"ast": ("ast", "")}) for text in texts)


@pytest.mark.parametrize("name", ["tie", "lost"])
def test_nothing_is_given_where_no_value_is_known_to_be_right(pools: Pools, name: str) -> None:
    assert not given(pools, name)


def test_a_typed_callback_takes_and_gives_what_is_asked_for(pools: Pools) -> None:
    assert given(pools, "apply") == ["lambda one, other: True", "lambda one, other: False"]


def test_no_value_of_another_type_is_tried_where_an_annotation_forbids_it(pools: Pools) -> None:
    assert not list(Inventor(pools.targets["checked"], pools, [], seed="0").odd())


def test_an_object_is_given_no_more_than_a_few_things_that_it_need_not_have(pools: Pools) -> None:
    calls = [ast.parse(text, mode="eval").body for text in given(pools, "ship")]
    made = [one for one in calls if isinstance(one, ast.Call) and isinstance(one.func, ast.Name)]
    assert len(made) > 1
    assert all(len(one.keywords) <= 3 for one in made)
    assert not any("Berlin" in ast.unparse(one) for one in made)  # that is what it is anyway


def test_an_object_is_read_by_the_class_method_that_says_so(pools: Pools) -> None:
    assert given(pools, "ship")[0].startswith("Parcel.read(")


def test_what_cannot_change_is_not_used_before_it_is_called(pools: Pools) -> None:
    partner = pools.targets["Parcel.doubled"]
    inventor = Inventor(partner, pools, [partner], seed="0")
    assert {inventor.mixed().before for _ in range(20)} == {()}


def test_a_call_of_no_object_is_no_accident_of_the_code(pools: Pools) -> None:
    scope = vars(pools.module)
    caller = Caller("typed_here.py", pools.targets, pools.shower, guard=Guard(), namespace=scope, root="/nowhere")
    outcomes = [caller.make(Call("Parcel.doubled", (), f"Parcel.read({text})"))[0] for text in ('"abc"', '""')]
    assert [(one.kind, one.value) for one in outcomes] == [("returns", "6"), ("unbuilt", "")]


def test_objects_that_tests_pass_come_instead_of_made_up_ones(pools: Pools) -> None:
    texts = [f"Parcel(weight={number})" for number in (3, 5, 8)]
    pools.seen["Parcel", ""] = texts
    assert given(pools, "ship") == texts


def test_a_tuple_is_written_as_one_and_a_folder_is_no_file(pools: Pools) -> None:
    assert {"()", '("Hello World",)'} & {*given(pools, "split")}
    assert not any(text.startswith("tuple(") for text in given(pools, "split"))
    assert given(pools, "look")[0] == 'Path("docs")'


def test_signs_that_the_code_names_stand_beside_words() -> None:
    assert around(["=", "x", "{", 3])[:2] == ["name=value", "=name"]


# Nodes


def test_a_node_is_shown_to_be_passed_and_never_to_be_compared_with() -> None:
    node = ast.parse("f(x)", mode="eval").body
    assert Giver(Names()).text(node) == 'ast.parse("f(x)", mode="eval").body'
    with pytest.raises(UnshownError):
        Shower(Names()).text(node)


@pytest.mark.parametrize("node", [ast.Load(), ast.parse("x = 1\n" * 99)])
def test_a_node_without_a_short_program_is_not_shown(node: ast.AST) -> None:
    with pytest.raises(nodes.NoProgramError):
        nodes.made_of(node)


def test_recorded_nodes_are_known_by_their_class() -> None:
    assert nodes.is_for(nodes.key_of(ast.Name), ast.expr)
    assert not nodes.is_for(nodes.key_of(ast.Name), ast.stmt)
    assert not nodes.is_for("Parcel", ast.expr)


# What tests pass


SHOP = """
from dataclasses import dataclass


@dataclass(frozen=True)
class Tea:
    name: str
    grams: int = 100


def price(tea, shelf):
    return tea.grams


def untested(tea: Tea) -> int:
    return 1
"""
TESTS = """
import tempfile

from recorded_shop import Tea, price


class Mine(Tea):
    pass


def test_price():
    assert price(Tea("oolong", 50), "top") == 50
    assert price(Mine("oolong"), tempfile.gettempdir()) == 100
"""


def test_what_tests_pass_anywhere_is_kept_by_class_and_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "recorded_shop.py").write_text(SHOP, "utf-8")
    (tmp_path / "test_recorded_shop.py").write_text(TESTS, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    targets = targets_of(ast.parse(SHOP))
    result = tmp_path / "recorded.json"
    tracing = sys.getprofile()
    record(tmp_path / "recorded_shop.py", targets, ["test_recorded_shop.py"], [], result)
    sys.setprofile(tracing)
    told: dict[str, Any] = json.loads(result.read_text("utf-8"))
    assert told["objects"] == {"Tea": ['Tea(name="oolong", grams=50)']}
    assert told["passed"] == {"Tea.name": ['"oolong"'], "Tea.grams": ["50"], "shelf": ['"top"']}
