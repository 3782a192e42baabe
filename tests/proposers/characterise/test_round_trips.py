"""Which functions undo each other, which values come back, and the tests that say so."""

from __future__ import annotations

import ast
import enum
import importlib
import json
import sys
import types
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import pytest

from agent_ci.core.test_style import Style
from agent_ci.proposers.characterise.answers import read_answer
from agent_ci.proposers.characterise.kit.acts import Call
from agent_ci.proposers.characterise.kit.calling import Caller, Setting
from agent_ci.proposers.characterise.kit.guard import Guard
from agent_ci.proposers.characterise.kit.naming import Names
from agent_ci.proposers.characterise.kit.pairing import pairs_of
from agent_ci.proposers.characterise.kit.round_trips import RoundTrips
from agent_ci.proposers.characterise.kit.showing import Shower
from agent_ci.proposers.characterise.kit.strategies import hint_of, strategy
from agent_ci.proposers.characterise.kit.targets import targets_of
from agent_ci.proposers.characterise.proposer import Characterise
from agent_ci.proposers.characterise.undoing import RoundTrip, is_strategy
from agent_ci.proposers.characterise.writing import written
from bench.tests.project import made
from bench.tests.workbench import reply_of, text_of

SOURCE = """
from dataclasses import dataclass


def encode(text: str) -> str:
    return ",".join(str(ord(sign)) for sign in text)


def decode(code: str) -> str:
    return "".join(chr(int(part)) for part in code.split(",")) if code else ""


def to_base(number: int) -> str:
    if number < 0:
        raise ValueError("no negative number")
    digits = ""
    while number:
        number, digit = divmod(number, 3)
        digits = str(digit) + digits
    return digits or "0"


def from_base(text: str) -> int:
    return int(text, 3)


def pack(items: list[str]) -> str:
    return "|".join(items)


def unpack(text: str) -> list[str]:
    return text.split("|")


def dumps(value: int) -> str:
    return "x"


def loads(text: str) -> int:
    return -7


@dataclass
class Point:
    x: int

    def to_dict(self) -> dict[str, int]:
        return {"x": self.x}

    @classmethod
    def from_dict(cls, data: dict[str, int]) -> "Point":
        return cls(data["x"])
"""
TARGETS = targets_of(ast.parse(SOURCE))
STYLE = Style("tests/test_codes.py", "codes")


class Color(enum.Enum):
    RED = 1


@dataclass
class Place:
    x: int


def names(source: str) -> list[tuple[str, str]]:
    return [(pair.there.name, pair.back.name) for pair in pairs_of(targets_of(ast.parse(source)))]


@pytest.mark.parametrize(
    "there_and_back",
    [
        "encode decode", "dumps loads", "format_day parse_day", "to_text from_text", "day_to_text day_from_text",
        "b64encode b64decode", "serialize deserialize", "quote unquote", "pack unpack", "urlencode urldecode",
    ],
)  # fmt: skip
def test_names_that_undo_each_other_are_a_pair(there_and_back: str) -> None:
    there, back = there_and_back.split()
    source = f"def {back}(text, strict=True): ...\ndef {there}(value): ...\n"
    assert names(source) == [(there, back)]


@pytest.mark.parametrize(
    "source",
    [
        "def encode(a): ...\ndef decoded(b): ...\n",
        "def encode(a, b): ...\ndef decode(c): ...\n",
        "def encode(a): ...\ndef decode(): ...\n",
        "def _encode(a): ...\ndef _decode(b): ...\n",
        "class A:\n    def encode(self, a): ...\n    def decode(self, b): ...\n",
        "def auto(a): ...\ndef aufrom(b): ...\n",
    ],
    ids=["another word", "two values", "no value", "private", "by an object", "inside of a word"],
)
def test_others_are_none(source: str) -> None:
    assert names(source) == []


def test_what_an_object_is_made_of_and_made_from_is_a_pair() -> None:
    assert ("Point.to_dict", "Point.from_dict") in names(SOURCE)


@pytest.mark.parametrize(
    ("hint", "text"),
    [
        (int, "strategies.integers()"),
        (list[bool], "strategies.lists(strategies.booleans(), max_size=5)"),
        (dict[int, bytes], "strategies.dictionaries(strategies.integers(), strategies.binary(), max_size=5)"),
        (int | None, "strategies.one_of(strategies.integers(), strategies.none())"),
        (tuple[int, bool], "strategies.tuples(strategies.integers(), strategies.booleans())"),
        (Literal["a", 1], 'strategies.sampled_from(["a", 1])'),
        (Color, "strategies.sampled_from(Color)"),
        (Place, "strategies.builds(Place)"),
        (list[object], ""),
        (tuple[int, ...], ""),
        (Any, ""),
        (None, ""),
    ],
)
def test_a_type_says_which_values_are_made(hint: Any, text: str) -> None:
    found = strategy(hint, 0, Shower(Names()))
    known = {name: ("tests.codes", name) for name in ("Color", "Place")}
    assert (found, is_strategy(found, known)) == (text, bool(text))


@pytest.mark.parametrize(
    ("values", "hint"),
    [
        (["a", "b"], str),
        ([1, True], None),
        ([[1], [2, 3]], list[int]),
        ([{"a": 1}], dict[str, int]),
        ([[]], None),
        ([object()], None),
        ([], None),
    ],
)
def test_without_one_the_values_that_are_there_say_it(values: list[Any], hint: Any) -> None:
    assert hint_of(values) == hint


@pytest.mark.parametrize(
    "text",
    [
        "strategies.text(open('x'))",
        "strategies.shell()",
        "strategies.builds(exit)",
        "strategies.builds(Point, x=strategies.integers())",
        "strategies.text().map(print)",
        "strategies.sampled_from([__import__('os')])",
        "strategies.lists(lambda: 1)",
        "other.text()",
        "strategies.text",
        "(" * 300,
    ],
)
def test_of_the_sandboxs_words_only_plain_strategies_stand_in_a_test(text: str) -> None:
    assert not is_strategy(text, {"Point": ("codes", "Point")})


def told(folder: Path, there: str, *given: str, is_property: bool = True, origin: str = "made") -> Mapping[str, Any]:
    """What is told of the pair that begins with *there*, for its values *given*."""
    path = folder / "codes_to_and_fro.py"
    path.write_text(SOURCE, "utf-8")
    sys.path.insert(0, str(folder))
    try:
        sys.modules.pop(path.stem, None)
        module: types.ModuleType = importlib.import_module(path.stem)
    finally:
        sys.path.remove(str(folder))
    caller = Caller(str(path), TARGETS, Shower(Names()), guard=Guard(), namespace=vars(module), root=str(folder))
    setting = Setting(module, ast.parse(SOURCE), SOURCE, TARGETS, caller)
    rows: dict[str, Any] = {}
    (pair,) = (pair for pair in pairs_of(TARGETS) if pair.there.name == there)
    calls = [Call(there, ((pair.into.name, text),) if pair.into else (), "" if pair.into else text) for text in given]
    calls = [replace(call, origin=origin) for call in calls]
    RoundTrips(setting, rows.__setitem__, is_property=is_property).run(pair, calls)
    return rows


def test_values_that_are_refused_make_way_for_fewer(tmp_path: Path) -> None:
    assert told(tmp_path, "to_base", "4")["trip"]["strategy"] == "strategies.integers(min_value=0)"
    assert told(tmp_path, "Point.to_dict", "Point(1)")["trip"]["strategy"] == "strategies.builds(Point)"


def test_a_value_that_hypothesis_finds_not_to_come_back_is_told_and_no_test(tmp_path: Path) -> None:
    rows = told(tmp_path, "pack", '["a", "b"]')
    assert [*rows] == ["broken"]
    assert rows["broken"]["call"]["arguments"] == [["items", "[]"]]
    (tmp_path / "found.jsonl").write_text(json.dumps(rows), "utf-8")
    (broken,) = read_answer(tmp_path / "found.jsonl", (), root=tmp_path, targets=TARGETS).broken
    bug = broken.bug("codes.py", TARGETS)
    assert bug is not None
    assert bug.reproducer == "unpack(pack([]))"
    assert bug.message == '`unpack(pack([]))` gives [""] and not [], though `unpack` undoes `pack` for other values'


@pytest.mark.parametrize(
    ("there", "given", "origin", "kind"),
    [
        ("pack", ('["a"]', '["b"]'), "made", "trip"),
        ("pack", ('["a"]', '["b"]', "[]"), "made", "broken"),
        ("pack", ('["a"]', '["b"]', "[]"), "varied", "trip"),
        ("pack", ('["a"]',), "made", ""),
        ("dumps", ("1", "2"), "made", ""),
        ("to_base", ("-1", "-2"), "made", ""),
    ],
    ids=["two", "one that does not come back", "one that nobody passes", "too few", "none comes back", "refused"],
)
def test_without_hypothesis_the_values_there_are_have_to_come_back(
    tmp_path: Path, there: str, given: tuple[str, ...], origin: str, kind: str
) -> None:
    assert "".join(told(tmp_path, there, *given, is_property=False, origin=origin)) == kind


TRIP = RoundTrip(TARGETS["encode"], TARGETS["decode"], "text", "strategies.text()")
POINTS = RoundTrip(TARGETS["Point.to_dict"], TARGETS["Point.from_dict"], values=("Point(1)", "Point(2)"))


def test_a_property_has_a_deadline_and_is_the_same_each_time() -> None:
    text = written((), TARGETS, {}, style=replace(STYLE, is_annotated=True), delivery="0" * 12, trips=[TRIP])
    assert "from hypothesis import given, settings, strategies\n\nfrom codes import decode, encode\n" in text
    assert text.endswith(
        "@given(text=strategies.text())\n@settings(derandomize=True, deadline=1000)\n"
        "def test_decode_undoes_encode(text: str) -> None:\n    assert decode(encode(text)) == text\n"
    )


def test_a_table_has_the_values_in_the_words_of_the_framework() -> None:
    text = written((), TARGETS, {}, style=STYLE, delivery="0" * 12, trips=[POINTS])
    assert '@pytest.mark.parametrize("point", [Point(1), Point(2)])\ndef test_point_from_dict_undoes_to_dict(' in text
    style = replace(STYLE, framework="unittest", imports="module")
    text = written((), TARGETS, {}, style=style, delivery="0" * 12, trips=[POINTS])
    assert (
        "        for point in [codes.Point(1), codes.Point(2)]:\n            with self.subTest(point=point):\n"
        "                self.assertEqual(codes.Point.from_dict(point.to_dict()), point)\n" in text
    )


def test_a_property_is_written_where_the_repository_needs_hypothesis() -> None:
    source = SOURCE[SOURCE.index("def to_base") : SOURCE.index("def pack")]
    quick = Characterise(trials=20, most_mutants=5)
    text = text_of(reply_of(made("codes", "codes.py", {"codes.py": source, "requirements.txt": "hypothesis\n"}), quick))
    assert "@given(number=strategies.integers(min_value=0))" in text
    without = text_of(reply_of(made("codes", "codes.py", {"codes.py": source}), quick))
    assert '@pytest.mark.parametrize("number", [' in without
    assert "hypothesis" not in without
