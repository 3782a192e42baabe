"""A function that a test called for nothing that the failing assertion is about is less suspect."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent_ci.proposers.search.kit.observed import Observed
from agent_ci.proposers.search.kit.operands import Operands
from agent_ci.proposers.search.kit.suspicion import with_operands
from agent_ci.sandbox_kit.source import Source

SHOP = """
def total(lines):
    return sum(map(price, lines))

def price(line):
    return line[0]

def label(lines):
    return shown(lines)

def shown(lines):
    return str(lines)

class Cart:
    def __init__(self):
        self.lines = []

    def add(self, line):
        self.lines.append(line)

    def names(self):
        return label(self.lines)

def filled(cart):
    cart.add((3, 1))

def empty():
    return Cart()
"""

TESTS = {
    "what an earlier assertion called": (
        ["assert label([]) == '[]'", "assert total([(3, 1)]) == 4"],
        {"label", "shown"},
    ),
    "unittest's as well": (
        ["self.assertEqual(label([]), '[]')", "self.assertEqual(total([(3, 1)]), 4)"],
        {"label", "shown"},
    ),
    "a variable is followed to what made it": (
        ["text = label([])", "found = total([(3, 1)])", "assert found == 4"],
        {"label", "shown"},
    ),
    "an object is followed to what changed it": (
        ["cart = Cart()", "filled(cart)", "label([])", "assert cart.names() == ''"],
        set(),
    ),
    "a method that changed it": (
        ["one = Cart()", "one.add((3, 1))", "filled([])", "assert total(one.lines) == 4"],
        {"filled"},
    ),
    "an attribute of the test case": (
        ["self.text = label([])", "self.sum = total([])", "self.assertEqual(self.sum, 4)"],
        {"label", "shown"},
    ),
    "a header around": (
        ["for line in label([]):", "    found = total([line])", "    assert found == 4"],
        set(),
    ),
    "what is called without its name as well": (["Cart.__init__(3)", "assert total([]) == 4"], set()),
    "an error": (["label([])", "total(None)"], {"label", "shown"}),
    "both operands": (["assert total([]) == label([])"], set()),
    "a helper of the test's file": (["label([])", "check(3)"], {"label", "shown"}),
    "a helper that needs it": (["label([])", "described(3)"], set()),
}
HELPERS = """
def check(wanted):
    assert total([]) == wanted

def described(wanted):
    assert label([]) == wanted
"""


@pytest.mark.parametrize(("lines", "expected"), TESTS.values(), ids=TESTS.keys())
def test_functions_beside_the_assertion_are_told(tmp_path: Path, lines: list[str], expected: set[str]) -> None:
    body = "".join(f"    {line}\n" for line in lines)
    (tmp_path / "test_shop.py").write_text(f"def test_it(self):\n{body}\n{HELPERS}")
    source = Source("shop.py", SHOP.encode())
    found = Operands({"shop.py": source}, tmp_path).beside("test_shop.py::test_it", "test_shop.py", 1 + len(lines))
    defined = {SHOP.splitlines()[line - 1] for line in found.get("shop.py", ()) if line > 0}
    names = {line.strip().removeprefix("def ").partition("(")[0] for line in defined if line.strip().startswith("def")}
    assert names == expected


@pytest.mark.parametrize(
    ("name", "path", "stopped"),
    [
        ("test_it", "", 0),
        ("test_it", "test_shop.py", 4),
        ("test_other", "test_shop.py", 3),
        ("test_it", "missing.py", 3),
        ("test_it", "broken.py", 1),
    ],
)
def test_nothing_is_told_of_a_test_that_cannot_be_read(tmp_path: Path, name: str, path: str, stopped: int) -> None:
    (tmp_path / "broken.py").write_text("def test_it(:\n")
    (tmp_path / "test_shop.py").write_text("def test_it():\n    label([])\n    assert total([]) == 4\n")
    assert (
        Operands({"shop.py": Source("shop.py", SHOP.encode())}, tmp_path).beside(f"x.py::{name}[1]", path, stopped)
        == {}
    )


def test_suspicion_is_less_by_the_share_of_failing_tests_for_which_it_was_beside(tmp_path: Path) -> None:
    text = "def test_a():\n    label([])\n    assert total([]) == 4\n\ndef test_b():\n    assert label([]) == 4\n"
    (tmp_path / "test_shop.py").write_text(text)
    source = Source("shop.py", SHOP.encode())
    one = {"lines": {"shop.py": [3, 6, 9, 12]}, "frames": []}
    seen = Observed(
        {
            "test_shop.py::test_a": {**one, "stopped": ["test_shop.py", 3]},
            "test_shop.py::test_b": {**one, "stopped": ["test_shop.py", 6]},
        }
    )
    scores = {"shop.py": {3: 1.0, 6: 0.8, 9: 1.0, 12: 0.5, 20: 0.1}}
    operands = Operands({"shop.py": source}, tmp_path)
    assert with_operands(scores, seen, operands, 0.5) == {"shop.py": {3: 1.0, 6: 0.8, 9: 0.75, 12: 0.375, 20: 0.1}}
