"""Root causes that are named: what they stand for here, and what a name that stands for nothing is told."""

from __future__ import annotations

import pytest

from agent_ci.core.chosen import matching, of_groups, told_of
from agent_ci.core.grouping import groups
from agent_ci.core.report import Status, TestCase
from agent_ci.errors import UsageError


def red(id_: str, message: str, place: str = "") -> TestCase:
    traceback = f"{place}:3: in run\n    raise\n" if place else ""
    return TestCase(id_, Status.FAILED, message, traceback, classname="", name=id_.rpartition("::")[2])


HERE = (
    red("test_a.py::test_1", "KeyError: 'a'", "shop/a.py"),
    red("test_a.py::test_2", "KeyError: 'a'", "shop/a.py"),
    red("test_b.py::test_3", "ValueError: b", "shop/b.py"),
)
TOLD = tuple(red(case.id, case.message) for case in HERE)  # the same failures, with no traceback to see a place in
NAMES = {group.cases[0].id: group.fingerprint for group in groups(HERE)}
TOLD_NAMES = {group.cases[0].id: group.fingerprint for group in groups(TOLD)}


def test_the_cases_of_a_named_root_cause_are_chosen_and_no_others() -> None:
    assert of_groups(HERE, (), (NAMES["test_b.py::test_3"],)) == HERE[2:]
    assert of_groups(HERE, (), tuple(NAMES.values())) == HERE
    assert of_groups(HERE, (), ()) == HERE


def test_a_root_cause_may_be_named_as_a_report_of_another_dialect_does() -> None:
    name = TOLD_NAMES["test_b.py::test_3"]
    assert name not in NAMES.values()
    assert of_groups(HERE, TOLD, (name,)) == HERE[2:]
    assert told_of(TOLD, (name,)) == TOLD[2:]
    assert told_of(TOLD, ()) == TOLD


def test_a_reported_root_cause_that_does_not_show_here_chooses_nothing() -> None:
    gone = (*TOLD, red("test_c.py::test_4", "OSError: c"))
    name = groups(gone[3:])[0].fingerprint
    assert of_groups(HERE, gone, (name,)) == ()


def test_a_name_that_nothing_has_is_a_usage_error_that_names_the_nearest() -> None:
    name = NAMES["test_b.py::test_3"]
    wrong = ("0" if name[0] != "0" else "1") + name[1:]
    with pytest.raises(UsageError, match=f"did you mean '{name}'"):
        of_groups(HERE, (), (wrong,))
    with pytest.raises(UsageError, match="nothing fails here"):
        of_groups((), (), (wrong,))


def test_many_known_names_are_not_all_listed() -> None:
    cases = tuple(red(f"test_{number}.py::test_it", "KeyError: 1", f"shop/m{number}.py") for number in range(12))
    with pytest.raises(UsageError, match="and 4 more"):
        of_groups(cases, (), ("nothing like it",))


def test_cases_match_by_id_or_by_class_and_name() -> None:
    other = TestCase("elsewhere", Status.FAILED, classname="", name="test_3")
    assert matching(HERE, (other,)) == HERE[2:]
    assert matching(HERE, HERE[:1]) == HERE[:1]
