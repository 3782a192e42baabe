"""What annotations ask for: names of type checkers, protocols, other abstract types, whole numbers for floats."""

from __future__ import annotations

import ast
import importlib
import itertools
import numbers
import sys
import types
from collections.abc import Hashable, Sized
from decimal import Decimal
from pathlib import Path
from typing import Protocol, SupportsInt

import pytest

from agent_ci.proposers.characterise.kit.concrete import concrete
from agent_ci.proposers.characterise.kit.hints import hints_of
from agent_ci.proposers.characterise.kit.naming import Names
from agent_ci.proposers.characterise.kit.pools import Pools
from agent_ci.proposers.characterise.kit.showing import Shower
from agent_ci.proposers.characterise.kit.targets import targets_of

FOR_CHECKERS = """
from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from decimal import Decimal
    from heavy_elsewhere import Missing
    from typing import TypeAlias

    Number: TypeAlias = Decimal | int


def f(amount: Number, other: Missing, size: int) -> Number:
    return amount
"""
SHAPES = """
from dataclasses import dataclass
from typing import Protocol, SupportsInt


class HasArea(Protocol):
    name: str

    def area(self) -> float: ...


@dataclass
class Box:
    name: str

    def area(self) -> float:
        return 1.0


class Line:
    def area(self) -> float:
        return 0.0


class Part:
    def __init__(self, major: SupportsInt) -> None:
        self.major = int(major)

    def next(self) -> int:
        return self.major + 1


def larger(shape: HasArea) -> bool:
    return shape.area() > 1
"""


class Nothing(Protocol):
    def nobody_has_this(self) -> None: ...


@pytest.fixture
def pools(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Pools:
    source: str = request.param
    (tmp_path / "annotated_here.py").write_text(source, encoding="utf-8")
    (tmp_path / "heavy_elsewhere.py").write_text("Missing = int\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "annotated_here", raising=False)
    module = importlib.import_module("annotated_here")
    monkeypatch.setitem(sys.modules, "annotated_here", module)
    tree = ast.parse(source)
    return Pools(module, tree, targets_of(tree), Shower(Names()))


def values(pools: Pools, name: str) -> list[str]:
    target = pools.targets[name]
    return pools.of(target, target.parameters[0])


@pytest.mark.parametrize("pools", [FOR_CHECKERS], indirect=True)
def test_an_alias_that_only_a_type_checker_sees_is_read_and_a_missing_name_costs_only_its_own(pools: Pools) -> None:
    found = hints_of(pools.module, pools.targets["f"])
    assert found == {"amount": Decimal | int, "size": int, "return": Decimal | int}
    assert {"2", 'Decimal("10.50")'} <= {*values(pools, "f")}
    assert "heavy_elsewhere" not in sys.modules  # what no run of the module loads, we do not either


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (SupportsInt, [int, float, Decimal]),
        (numbers.Number, [int, float, Decimal]),
        (Hashable, [int, str, float]),
        (Sized, [str, list, dict]),
        (Nothing, []),
    ],
)
def test_usual_types_stand_in_for_abstract_ones(kind: type, expected: list[type]) -> None:
    assert concrete(kind, types.ModuleType("empty"))[:3] == expected


@pytest.mark.parametrize("pools", [SHAPES], indirect=True)
def test_a_class_of_the_module_stands_in_for_a_protocol_that_it_has_all_members_of(pools: Pools) -> None:
    chosen = concrete(pools.module.HasArea, pools.module)
    assert chosen == [pools.module.Box]
    assert values(pools, "larger")[0].startswith("Box(")


@pytest.mark.parametrize("pools", [SHAPES], indirect=True)
def test_an_object_is_made_where_its_constructor_asks_for_a_protocol(pools: Pools) -> None:
    assert pools.objects(pools.module.Part)[:2] == ["Part(2)", "Part(3)"]


@pytest.mark.parametrize("pools", ["def f(amount: float) -> bool:\n    return amount % 5 > 1\n"], indirect=True)
def test_a_float_may_be_a_whole_number_and_every_remainder_is_tried(pools: Pools) -> None:
    found = values(pools, "f")
    assert {"0.0", "1.5", "2", "3", "4"} <= {*found}
    assert all(float(text) == int(text) for text in itertools.filterfalse(lambda one: "." in one or "e" in one, found))
