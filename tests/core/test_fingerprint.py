from __future__ import annotations

import pytest

from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.grouping import shape
from agent_ci.core.report import Status, TestCase


def case(message: str, id_: str = "test_a.py::test", traceback: str = "") -> TestCase:
    return TestCase(id_, Status.FAILED, message, traceback)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("object at 0x7f3a9c is wrong", "object at 0x55de01 is wrong"),
        ("no file /home/a/build/x.txt", "no file /builds/team/x/y.txt"),
        ("took 1.25 s", "took 30 s"),
        ("a  b", "a\tb"),
        ("wrong\nsecond line", "wrong\nanother second line"),
    ],
    ids=["address", "path", "number", "space", "later-lines"],
)
def test_what_varies_from_run_to_run_makes_no_difference(one: str, other: str) -> None:
    assert fingerprint((case(one),)) == fingerprint((case(other),))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (case("KeyError: 'a'"), case("KeyError: 'b'")),
        (case("x"), case("x", "test_a.py::test_other")),
        (
            case("collection failure", traceback="E   NameError: a"),
            case("collection failure", traceback="E   KeyError"),
        ),
    ],
    ids=["message", "test", "error-at-import"],
)
def test_another_failure_has_another_fingerprint(one: TestCase, other: TestCase) -> None:
    assert fingerprint((one,)) != fingerprint((other,))


def test_the_order_of_the_cases_makes_no_difference() -> None:
    one, other = case("x", "test_a.py::one"), case("y", "test_a.py::other")
    assert fingerprint((one, other)) == fingerprint((other, one))


def test_a_fingerprint_is_sixteen_hexadecimal_digits_whatever_was_said() -> None:
    assert int(fingerprint((case("\udcff\0"),)), 16) >= 0
    assert len(fingerprint(())) == 16


def test_a_shape_names_the_kinds_of_what_it_leaves_out() -> None:
    assert shape("\n  <X at 0xff> in /a/b.py took 1.5 s\nmore") == "<X at <address>> in <path> took <number> s"
