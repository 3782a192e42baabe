"""Two edits of one expression may say the same in other words, and one of them may be what nobody means."""

from __future__ import annotations

import ast

import pytest

from agent_ci.proposers.search.kit.meaning import is_far_fetched, means_the_same
from agent_ci.proposers.search.kit.operators import Candidate
from agent_ci.proposers.search.kit.watching import meeting
from agent_ci.sandbox_kit.source import Source, Splice

SAME = {
    "turned round": ("if {}: pass", "a < b", "b > a"),
    "turned round, with equals": ("if {}: pass", "a <= b", "b >= a"),
    "negated": ("if {}: pass", "not a == b", "a != b"),
    "an order negated": ("if {}: pass", "not a > b", "a <= b"),
    "compared with None": ("x = {}", "a is None", "a == None"),
    "a sign of a truth": ("if c and {}: pass", "a in b", "-(a in b)"),
    "negated twice": ("while {}: pass", "a", "not not a"),
    "a size that is not nothing": ("x = {}", "len(a) > 0", "len(a) != 0"),
    "a size below one": ("x = {}", "len(a) < 1", "len(a) == 0"),
}
OTHER = {
    "a boundary": ("if {}: pass", "a < b", "a <= b"),
    "a truth for its value": ("x = {}", "a", "not not a"),
    "a sign of a value": ("x = {}", "a in b", "-(a in b)"),
    "compared with False": ("if {}: pass", "a is False", "a == False"),
    "a size of two": ("x = {}", "len(a) > 1", "len(a) != 1"),
    "a number that is no size": ("x = {}", "a > 0", "a != 0"),
}


def said(statement: str, one: str, other: str) -> bool:
    source = Source("x.py", f"def f(a, b, c):\n    {statement.format('(wrong)')}\n".encode())
    start = source.data.index(b"wrong")
    first, second = (Candidate("x.py", Splice(start, start + 5, text), "unary", 2, 1.0) for text in (one, other))
    node = meeting(source, first, second)
    assert node is not None
    return means_the_same(source, node, first, second)


@pytest.mark.parametrize("case", SAME.values(), ids=SAME.keys())
def test_the_same_in_other_words(case: tuple[str, str, str]) -> None:
    assert said(*case)


@pytest.mark.parametrize("case", OTHER.values(), ids=OTHER.keys())
def test_something_else(case: tuple[str, str, str]) -> None:
    assert not said(*case)


FETCHED = {
    "an identity of numbers": ("a < 3", "==", "is", True),
    "an identity of any two": ("a < b", "!=", "is not", True),
    "an identity with a flag": ("a < False", "==", "is", False),
    "an identity with a constant": ("a < b.MISSING", "==", "is", False),
    "the other way round": ("a < b", "is", "==", False),
    "an identity beside an order": ("a < b", ">", "is not", True),
}


@pytest.mark.parametrize(("line", "first", "other", "is_far"), FETCHED.values(), ids=FETCHED.keys())
def test_an_identity_is_thought_of_where_something_is_but_once(
    line: str, first: str, other: str, *, is_far: bool
) -> None:
    source = Source("x.py", f"def f(a, b):\n    return {line}\n".encode())
    at = source.data.index(b"<")
    one, two = (Candidate("x.py", Splice(at, at + 1, sign), "comparison", 2, 1.0) for sign in (first, other))
    assert is_far_fetched(source, one, two) is is_far


@pytest.mark.parametrize(("rank", "is_far"), [(0.1, True), (0.3, False)])
def test_an_edit_that_is_much_less_likely_is_not_thought_of(rank: float, *, is_far: bool) -> None:
    source = Source("x.py", b"x = 1 < 2\n")
    one, two = (Candidate("x.py", Splice(6, 7, ">"), "comparison", 1, ranked) for ranked in (1.0, rank))
    assert is_far_fetched(source, one, two) is is_far


@pytest.mark.parametrize(("operator", "is_far"), [("off_by_one", True), ("variable", False)])
def test_one_more_is_not_thought_of_where_a_comparison_says_it(operator: str, *, is_far: bool) -> None:
    source = Source("x.py", b"x = 1 < 2\n")
    first = Candidate("x.py", Splice(6, 7, "<="), "comparison", 1, 1.0)
    assert is_far_fetched(source, first, Candidate("x.py", Splice(4, 5, "1 - 1"), operator, 1, 1.0)) is is_far


MEETINGS = {
    "a condition with all that decides": ("if not (a and b): pass", ("a", "b"), "not (a and b)"),
    "a part of it": ("if c and a < b: pass", ("a", "b"), "c and a < b"),
    "a value": ("x = c + (a - b)", ("a", "b"), "a - b"),
    "a call and not what is called": ("x = c.a.b(1)", ("c", "b"), "c.a.b(1)"),
    "a generator as the only argument": ("x = sum(a for b in c)", ("a", "c"), "sum(a for b in c)"),
}


@pytest.mark.parametrize(("line", "names", "expression"), MEETINGS.values(), ids=MEETINGS.keys())
def test_where_two_edits_meet(line: str, names: tuple[str, str], expression: str) -> None:
    source = Source("x.py", f"def f(a, b, c):\n    {line}\n".encode())
    start = source.data.index(b"    ")
    ends = [source.data.index(name.encode(), start + 4 if name != "b" else start + 6) for name in names]
    one, two = (Candidate("x.py", Splice(at, at + 1, "z"), "variable", 2, 1.0) for at in ends)
    node = meeting(source, one, two)
    assert node is not None
    assert ast.unparse(node) == ast.unparse(ast.parse(expression, mode="eval"))


@pytest.mark.parametrize("line", ["a = 1\n    b = 2", "for a in b:\n        pass", "a, b = 1, 2"])
def test_what_is_no_one_expression_that_is_read_does_not_meet(line: str) -> None:
    source = Source("x.py", f"def f(c):\n    {line}\n".encode())
    ends = (source.data.rindex(b"a ", 0, 22) if b"a " in source.data[:22] else 14, source.data.index(b"b", 15))
    one, two = (Candidate("x.py", Splice(at, at + 1, "z"), "variable", 2, 1.0) for at in ends)
    assert meeting(source, one, two) is None
