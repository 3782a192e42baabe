from __future__ import annotations

import time

import pytest

from agent_ci.core.python_edits import Span, replaced, syntax_repairs, unified


def test_spans_are_replaced_by_bytes_whatever_their_order() -> None:
    spans = [Span(2, 3, 4, "yy"), Span(1, 0, 1, "z"), Span(2, 10, 11, "")]
    assert replaced("a\né=a + é.b\n", spans) == "z\né=yy + é.\n"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("a\nb\n", "a\nc\n", "@@ -1,2 +1,2 @@\n a\n-b\n+c\n"),
        ("a", "b", "@@ -1 +1 @@\n-a\n\\ No newline at end of file\n+b\n\\ No newline at end of file\n"),
        ("a\x0cb\x1c\u2028\n", "a\n", "@@ -1 +1 @@\n-a\x0cb\x1c\u2028\n+a\n"),
        ("a\n\n", "b\n\n", "@@ -1,2 +1,2 @@\n-a\n+b\n \n"),
    ],
    ids=["plain", "no-final-newline", "only-line-feeds-end-lines", "final-blank-line"],
)
def test_a_diff_is_what_git_reads(old: str, new: str, expected: str) -> None:
    assert unified("x.py", old, new) == f"--- a/x.py\n+++ b/x.py\n{expected}"


def test_equal_texts_have_no_diff() -> None:
    assert unified("x.py", "a\n", "a\n") == ""


COLON, OPEN, CLOSED = "expected ':'", "'(' was never closed", "unmatched ')'"
INDENT, TABS = (
    "unindent does not match any outer indentation level",
    "inconsistent use of tabs and spaces in indentation",
)


@pytest.mark.parametrize(
    ("text", "line", "message", "expected"),
    [
        ("if x\n    y\n", 1, COLON, "if x:\n    y\n"),
        ("try\n    y\nfinally:\n    z\n", 1, COLON, "try:\n    y\nfinally:\n    z\n"),
        ("async def f() # x\n    pass\n", 1, COLON, "async def f(): # x\n    pass\n"),
        ("async def f()  # x\n    pass\n", 1, COLON, "async def f():  # x\n    pass\n"),
        ("x = f(1\n\ny = 2\n", 1, OPEN, "x = f(1)\n\ny = 2\n"),
        ("x = [\n    f(1,\n    2,\n]\n", 2, OPEN, "x = [\n    f(1),\n    2,\n]\n"),
        ("def f(a:\n    pass\n", 1, OPEN, "def f(a):\n    pass\n"),
        ("x = f(1\ny = 2\n", 2, "invalid syntax", "x = f(1)\ny = 2\n"),
        ("x = f(1))  # x\n", 1, CLOSED, "x = f(1)  # x\n"),
        ("x = {1: 2]}\n", 1, "closing parenthesis ']' does not match", ""),
        ("if x:\n    a\n   b\n", 3, INDENT, "if x:\n    a\n    b\n"),
        ("if x:\n    a\n\tb\n", 3, TABS, "if x:\n    a\n    b\n"),
        ("if x:\n\tif y:\n\t\ta\n        b\n", 4, TABS, "if x:\n    if y:\n        a\n        b\n"),
        ("x = = 1\n", 1, "invalid syntax", ""),
        ("def f():\n", 1, "expected an indented block", ""),
        ("x = 1\n", 7, "nonsense", ""),
    ],
    ids=[
        *("colon", "colon-of-try", "one-space-comment", "colon-before-comment", "bracket", "bracket-before-comma"),
        *("bracket-before-colon", "bracket-one-line-above", "surplus", "wrong-bracket", "indentation", "tab", "tabs"),
        *("two-slips", "no-body", "line-outside"),
    ],
)
def test_a_simple_slip_is_repaired(text: str, line: int, message: str, expected: str) -> None:
    first = next((new for new, _ in syntax_repairs(text, line, message)), "")
    assert first == expected


def test_a_repair_that_only_parses_is_not_offered() -> None:
    assert list(syntax_repairs("class A:\n    x = 1\n  return x\n", 3, INDENT)) == []


def test_a_tab_is_never_taken_for_one_space() -> None:
    assert {new for new, _ in syntax_repairs("if x:\n    a\n\tb\n", 3, TABS)} == {"if x:\n    a\n    b\n"}


def test_the_fault_is_told_with_its_line() -> None:
    assert [fault for _, fault in syntax_repairs("x = f(1\ny = 2\n", 2, "invalid syntax")] == [
        "line 1 lacks a closing bracket at its end"
    ]


def test_a_line_of_spaces_costs_no_time() -> None:
    started = time.monotonic()
    assert list(syntax_repairs("if x" + " " * 500_000 + "y", 1, COLON)) == []
    assert time.monotonic() - started < 5
