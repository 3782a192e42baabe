"""A file is read as its functions and what stands between them, with nothing lost that could be repaired."""

from __future__ import annotations

import pytest

from agent_ci.core.localising.blocks import blocks

SHOP = '''"""A shop."""
import os

RATES = {
    "a": 1,
    "b": 2,
    "c": 3,
    "d": 4,
    "e": 5,
    "f": 6,
}
DEFAULT = "a"
LAST = "f"


class Basket(dict):
    """What is bought."""

    tax = 3

    @property
    def total(self):
        """The sum.

        In cents.
        """
        def inner():
            return 1

        return inner()

    class Line:
        def price(self): return 1


if os.name == "nt":
    def only_here():
        return 2
'''


def test_functions_carry_their_decorators_docstrings_and_classes_and_tables_stand_apart() -> None:
    found = {(one.name, one.first): one for one in blocks("shop.py", SHOP)}
    assert [*found] == [
        ("", 4),
        ("", 12),
        ("Basket", 19),
        ("Basket.total", 21),
        ("Basket.Line.price", 33),
        ("only_here", 37),
    ]
    total = found["Basket.total", 21]
    assert (total.last, total.body, total.docstring, total.header) == (30, 27, (23, 26), (16,))
    assert found["Basket.Line.price", 33].header == (16, 32)
    assert (found["", 4].last, found["", 12].last, found["", 4].is_function) == (11, 13, False)


def test_every_line_of_code_but_imports_is_in_one_piece_at_most() -> None:
    lines = [line for one in blocks("shop.py", SHOP) for line in one.lines]
    assert len(lines) == len(set(lines))
    rows = SHOP.split("\n")
    left = [rows[line - 1].strip() for line in range(1, len(rows)) if line not in lines and rows[line - 1].strip()]
    assert left == [
        '"""A shop."""',
        "import os",
        "class Basket(dict):",
        '"""What is bought."""',
        "class Line:",
        'if os.name == "nt":',
    ]


ELSEWHERE = {
    "go": ("a.go", "package a\n\nfunc Sum(a int) int {\n\treturn a\n}\n", [("Sum", 3, 5)]),
    "javascript": ("a.js", "const a = 1\n\nfunction sum(a) {\n  return a\n}\n", [("sum", 3, 5)]),
    "another language": (
        "a.rb",
        "A = 1\n\ndef sum\n  1\nend\n\ndef two\n  2\nend\n",
        [("", 1, 2), ("", 3, 6), ("", 7, 10)],
    ),
    "no Python": ("a.py", "def broken(:\n    x\n\ny = 1\n", [("", 1, 3), ("", 4, 5)]),
    "nothing": ("a.txt", "\n\n", []),
}


@pytest.mark.parametrize(("path", "text", "expected"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_other_files_are_cut_where_it_can_be_told(path: str, text: str, expected: list[tuple[str, int, int]]) -> None:
    assert [(one.name, one.first, one.last) for one in blocks(path, text)] == expected
