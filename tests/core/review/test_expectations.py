"""What failing tests say in other languages than Python is found in their tables, constants and messages."""

from __future__ import annotations

import pytest

from agent_ci.core.report import Status, TestCase
from agent_ci.core.review.expectations import Expectations, from_text

_SUITE = """\
const { area } = require("../src/area");

const door = { name: "door", wide: 90, high: 210 };
const roof = { name: "roof" };

describe("area", () => {
  test.each([
    [{ name: "window", wide: 110 }, 13200],
    [[], 700],
  ])("of %j it is %i", (thing, expected) => {
    expect(area(thing)).toBe(expected);
  });

  test("of a door", () => {
    expect(area(door)).toBe(18900);
  });
});
"""


def told(name: str, message: str = "") -> Expectations:
    case = TestCase(name, Status.FAILED, name=name, file="a.test.js", message=message)
    return Expectations.of([case], {"a.test.js": _SUITE})


def test_the_rows_of_a_table_are_told_by_the_name_that_one_of_them_has() -> None:
    found = told('area of {"name":"window","wide":110} it is 13200')
    assert ("'window'" in found.inputs, {"13200", "700"} <= found.expected, "18900" in found.expected) == (
        True,
        True,
        False,
    )


def test_a_constant_that_the_test_names_is_told_and_another_one_is_not() -> None:
    found = told("area of a door")
    assert ({"'door'", "210"} <= found.inputs, "'roof'" in found.inputs, "18900" in found.expected) == (
        True,
        False,
        True,
    )


@pytest.mark.parametrize(
    "message",
    [
        "Expected: 18900\nReceived: 3007",
        "want 18900\n  got: 3007",
        "area_test.go:8: got 3007, want 18900",
        "expected:<18900> but was:<3007>",
        "Not equal:\n\texpected: 18900\n\tactual  : 3007",
    ],
)
def test_what_came_instead_is_received(message: str) -> None:
    assert told("area of a door", message).received == {"3007"}


@pytest.mark.parametrize(
    ("text", "literal"),
    [
        ("['a', \"b\"].join('-')", "'a-b'"),
        ("'a' + 'b'", "'ab'"),
        ("20 * 3 + 1", "61"),
        ("['a', b].join('-')", ""),
    ],
)
def test_what_is_made_of_literals_alone_is_a_literal(text: str, literal: str) -> None:
    assert from_text(text) == literal


def test_a_test_whose_file_the_report_does_not_name_is_found_by_its_name() -> None:
    texts = {
        "shop.py": "def total(lines):\n    return 1\n",
        "test_other.py": "def test_totals():\n    assert 1 == 7654\n",
        "test_shop.py": "class TotalTest:\n    def test_total(self):\n        self.assertEqual(total([5]), 1249)\n",
    }
    case = TestCase("shop.TotalTest::test_total", Status.FAILED, name="test_total", classname="shop.TotalTest")
    assert "1249" in Expectations.of((case,), texts).expected
    assert "7654" not in Expectations.of((case,), texts).expected
