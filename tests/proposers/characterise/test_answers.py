"""What of that which the sandbox wrote is believed, and which expressions may stand in a test."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

from agent_ci.proposers.characterise.answers import read_answer
from agent_ci.proposers.characterise.kit.targets import targets_of
from agent_ci.proposers.characterise.plain import is_plain

SOURCE = """
def price(amount, percent=0):
    return amount

class Cart:
    def add(self, item):
        self.items.append(item)
"""
TARGETS = targets_of(ast.parse(SOURCE))


def rows(*facts: object) -> bytes:
    return b"\n".join(json.dumps(one).encode() for one in facts)


def case(value: str = "1", /, **changed: object) -> dict[str, object]:
    call = {"target": "price", "arguments": [["amount", "1"]], "receiver": "", "before": [], "origin": "made"}
    outcome = {"kind": "returns", "value": value, "message": "", "after": [], "finish": ""}
    return {"case": {"call": {**call, **changed}, "outcome": outcome, "pairs": [[1, 2]], "kills": ["x"]}}


def again(value: str = "1") -> dict[str, object]:
    outcome = {"kind": "returns", "value": value, "message": "", "after": [], "finish": ""}
    return {"again": {"number": 0, "outcome": outcome}}


def answer(folder: Path, *facts: object, replay: object) -> int:
    (folder / "found.jsonl").write_bytes(rows(*facts))
    (folder / "again.jsonl").write_bytes(rows(replay))
    read = read_answer(folder / "found.jsonl", (folder / "again.jsonl",), root=folder, targets=TARGETS)
    return len(read.cases)


def test_what_comes_out_again_is_believed(tmp_path: Path) -> None:
    assert answer(tmp_path, case(), replay=again()) == 1


def test_only_what_is_said_to_be_new_is(tmp_path: Path) -> None:
    def is_new(**said: object) -> bool:
        (tmp_path / "found.jsonl").write_bytes(rows({"case": {**case()["case"], **said}}))  # type: ignore[dict-item]
        return read_answer(tmp_path / "found.jsonl", (), root=tmp_path, targets=TARGETS).cases[0].is_new

    assert [is_new(), is_new(new=True), is_new(new="yes")] == [False, True, False]


def test_what_differs_elsewhere_is_dropped(tmp_path: Path) -> None:
    assert answer(tmp_path, case(), replay=again("2")) == 0


@pytest.mark.parametrize(
    "facts",
    [
        case(target="nothing"),
        case(arguments=[["amount", "__import__('os').system('x')"]]),
        case(arguments=[["amount", "(1).__class__"]]),
        case(arguments=[["other", "1"]]),
        case(arguments="1"),
        case(before=["x; y"]),
        case("[x for x in y]"),
        case("1" * 900),
        {"case": 3},
        [1],
    ],
    ids=["target", "import", "dunder", "parameter", "shape", "statements", "loop", "long", "number", "list"],
)
def test_a_line_that_breaks_a_rule_is_dropped(facts: object, tmp_path: Path) -> None:
    assert answer(tmp_path, facts, replay=again()) == 0


@pytest.mark.parametrize(
    ("value", "message", "told"),
    [
        ("IndexError", "out of\nrange", ["IndexError out of range"]),
        ("E" * 900, "", []),
        ("A\n## B", "", []),
    ],
    ids=["lines", "long", "heading"],
)
def test_what_a_possible_bug_says_is_one_short_line(value: str, message: str, told: list[str], tmp_path: Path) -> None:
    facts = case()["case"]
    assert isinstance(facts, dict)
    outcome = {"kind": "crash", "value": value, "message": message, "after": [], "finish": ""}
    (tmp_path / "found.jsonl").write_bytes(rows({"finding": {"call": facts["call"], "outcome": outcome, "want": ""}}))
    read = read_answer(tmp_path / "found.jsonl", (), root=tmp_path, targets=TARGETS)
    assert [f"{one.outcome.value} {one.outcome.message}" for one in read.suspicions] == told


def test_a_file_that_is_no_file_is_no_answer(tmp_path: Path) -> None:
    (tmp_path / "found.jsonl").symlink_to("/etc/passwd")
    assert read_answer(tmp_path / "found.jsonl", (), root=tmp_path, targets=TARGETS).cases == ()


NAMES = {
    **{name: ("shop.cart", name) for name in ("Order", "Line", "Colour")},
    "date": ("datetime", "date"),
    "Path": ("pathlib", "Path"),
    "re": ("re", ""),
    "cart": ("shop.cart", ""),
}


@pytest.mark.parametrize(
    "text",
    [
        *("1", "[-1, 'a']", "Order(lines=[Line(1)])", "Colour.RED", "{'a': (1,)}", "lambda x: x", "set()", "len"),
        *("frozenset({1})", 'float("nan")', "range(3)", "date(2024, 1, 1)", 're.compile("x")', "Order.of(1)"),
        *("str.upper", "ValueError", "1+2j"),
    ],
)
def test_plain_expressions_are_plain(text: str) -> None:
    assert is_plain(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        *("x if y else z", "f'{x}'", "_x", "a[0]", "await x", "(yield)", "x := 1", ""),
        *('exec("x")', 'eval("1")', 'open("x", "w")', "exec", "lambda x: exec(x)", 'type("x", (), {})'),
        *("lambda exec: exec(1)", "Other(1)", 'Path.unlink("x")', 'Path("x").unlink()', 'cart.os.system("x")'),
        *('re.purge("x")', "(lambda: 1)()", "-" * 600 + "1", "Order" + ".b" * 300, "1" + "+1" * 300),
    ],
)
def test_what_does_more_than_write_a_value_is_not_plain(text: str) -> None:
    assert not is_plain(text, NAMES)


@pytest.mark.parametrize(
    "changed",
    [
        {"arguments": [["amount", "-" * 600 + "1"]]},
        {"target": "Cart.add", "arguments": [["item", "1"]]},
        {"target": "Cart.add", "arguments": [["item", "1"]], "receiver": "Cart()", "before": ["1"]},
        {"target": "Cart.add", "arguments": [["item", "1"]], "receiver": "Cart()", "before": ["[1]"]},
        {"target": "Cart.add", "arguments": [["item", "1"]], "receiver": "Cart()", "before": ["exec(exec('x'))"]},
        {"arguments": [["amount", "system('x')"]]},
    ],
    ids=["deep", "no-receiver", "number", "list", "exec", "os"],
)
def test_a_forged_call_is_dropped(changed: dict[str, object], tmp_path: Path) -> None:
    names = {"names": {"system": ["os", "system"]}}
    assert answer(tmp_path, names, case("1", **changed), replay=again()) == 0
    honest = {"target": "Cart.add", "arguments": [["item", "1"]], "receiver": "Cart()", "before": ["add('tea')"]}
    assert answer(tmp_path, names, case("1", **honest), replay=again()) == 1
