"""A median that takes one of two middles."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
    ordered = sorted(values)
    if not ordered:
        raise ValueError("there is no median of nothing")
    return ordered[len(ordered) // 2]
"""
_SOURCE = f'''\
"""Figures about lists of numbers."""


def median(values):
    """The middle of *values*, or the mean of the two middles. Raises ValueError where there is none."""
{_WRONG}

def summary(values):
    """One line for a report."""
    return f"{{len(values)}} values from {{min(values)}} to {{max(values)}}, median {{median(values)}}"


def medians(columns):
    """The median of each column that has one, by name."""
    found = {{}}
    for name, values in columns.items():
        try:
            found[name] = median(values)
        except ValueError:
            continue
    return found


def changes(values):
    """The median of the differences between neighbours."""
    return median(abs(b - a) for a, b in zip(values, values[1:]))
'''
_TESTS = """\
from decimal import Decimal

import pytest
from figures import changes, median, medians, summary


def test_the_median_of_an_even_number():
    assert median([4, 1, 2, 3]) == 2.5


@pytest.mark.parametrize(("values", "middle"), [([7], 7), ([3, 1, 2], 2), ((9, 1, 5, 7, 3), 5)])
def test_the_median_of_an_odd_number(values, middle):
    assert median(values) == middle


def test_there_is_no_median_of_nothing():
    with pytest.raises(ValueError):
        median([])


def test_values_are_left_in_their_order():
    values = [3, 1, 2]
    median(values)
    assert values == [3, 1, 2]


def test_whole_numbers_are_shown_as_such():
    assert summary([3, 1, 2]) == "3 values from 1 to 3, median 2"


def test_columns_without_values_are_left_out():
    assert medians({"a": [3, 1, 2], "b": []}) == {"a": 2}


def test_amounts_are_exact():
    assert median([Decimal("0.1"), Decimal("0.1"), Decimal("0.1")]) == Decimal("0.1")


def test_amounts_of_an_even_number_are_decimals():
    assert isinstance(median([Decimal("0.1"), Decimal("0.1")]), Decimal)


def test_changes_between_neighbours():
    assert changes([1, 2, 4, 9]) == 2
"""
_PROJECT = Project(
    "figures.py",
    {"figures.py": _SOURCE, "test_figures.py": _TESTS},
    _WRONG,
    "test_figures.py::test_the_median_of_an_even_number",
)
_GUARDED = _WRONG.rpartition("    return")[0]
_TWO = "    middle = len(ordered) // 2\n    if len(ordered) % 2:\n        return ordered[middle]\n"
_MEAN = "    return (ordered[middle - 1] + ordered[middle]) / 2\n"

FIGURES: dict[str, Regression] = {
    "a list sorted in place": _PROJECT.regression(
        "an argument that is to be left alone",
        "    if not isinstance(values, list):\n        values = list(values)\n    values.sort()\n"
        + (_GUARDED.partition("\n")[2] + _TWO + _MEAN).replace("ordered", "values"),
        _GUARDED + _TWO + _MEAN,
    ),
    "the mean of both middles always": _PROJECT.regression(
        "whole numbers, which are shown as such",
        _GUARDED + "    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2\n",
        _GUARDED + "    low, high = ordered[(len(ordered) - 1) // 2], ordered[len(ordered) // 2]\n"
        "    return low if low == high else (low + high) / 2\n",
    ),
    "a half as a float": _PROJECT.regression(
        "decimals",
        _GUARDED + _TWO + "    return 0.5 * (ordered[middle - 1] + ordered[middle])\n",
        _GUARDED + _TWO + "    low, high = ordered[middle - 1 : middle + 1]\n    return low + (high - low) / 2\n",
    ),
    "a length asked of an iterator": _PROJECT.regression(
        "a caller that gives a generator",
        "    middle, odd = divmod(len(values), 2)\n"
        + _GUARDED
        + "    if odd:\n        return ordered[middle]\n"
        + _MEAN,
        _GUARDED + "    middle, odd = divmod(len(ordered), 2)\n    if odd:\n        return ordered[middle]\n" + _MEAN,
    ),
}
