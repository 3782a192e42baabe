"""A table of one row becomes a plain test, where that says the same."""

from __future__ import annotations

import pytest

from agent_ci.core.worth.plain import without_small_tables

HEAD = "import pytest\n\n\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (
            """@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("é b", 1.5),
    ],
)
def test_it(word, expected):
    assert f(word) == expected
""",
            """def test_it():
    assert f("é b") == 1.5
""",
        ),
        (
            """@pytest.mark.slow
@pytest.mark.parametrize("n", [pytest.param(-1, id="x")])
def test_it(n, tmp_path) -> None:
    with pytest.raises(ValueError):
        f(n, tmp_path)
""",
            """@pytest.mark.slow
def test_it(tmp_path) -> None:
    with pytest.raises(ValueError):
        f(-1, tmp_path)
""",
        ),
        (
            """@pytest.mark.parametrize("n, e", [(-1, Line(2))])
def test_it(n, e):
    assert n.real == e.count
""",
            """def test_it():
    assert (-1).real == Line(2).count
""",
        ),
    ],
    ids=["two-names", "a-fixture-stays", "tight"],
)
def test_a_table_of_one_row_is_a_plain_test(before: str, after: str) -> None:
    assert without_small_tables(HEAD + before) == HEAD + after


@pytest.mark.parametrize(
    "kept",
    [
        '@pytest.mark.parametrize("n", [1, 2])\ndef test_it(n):\n    assert f(n) == 3\n',
        '@pytest.mark.parametrize("n", [1])\ndef test_it(n):\n    assert f(n) == n\n',
        '@pytest.mark.parametrize("n", [1])\ndef test_it(n):\n    n += 1\n    assert f(n)\n',
        '@pytest.mark.parametrize("n", [1])\ndef test_it(n):\n    assert [n for x in f()] == 1\n',
        '@pytest.mark.parametrize("n", [1])  # why\ndef test_it(n):\n    assert f(n) == 3\n',
        '@pytest.mark.parametrize("n, m", [(1, 2)])\ndef test_it(n, m):\n    assert f(n) == 3\n',
        '@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.slow)])\ndef test_it(n):\n    f(n)\n',
        '@pytest.mark.parametrize("n", [[\n    1,\n]])\ndef test_it(n):\n    assert f(n) == 3\n',
        f'@pytest.mark.parametrize("n", ["{"x" * 80}"])\ndef test_it(n):\n    assert f(n) == 3\n',
        '@pytest.mark.parametrize("n", [1])\n@pytest.mark.parametrize("m", [1, 2])\ndef test_it(n, m):\n    f(n, m)\n',
        '@pytest.mark.parametrize("a, b", [(1, 2)])\ndef test_it(\n    a, b\n):\n    assert f(a) == b\n',
        '@pytest.mark.parametrize("a, b", [(1, 2)])\ndef test_it(a,\n            b):\n    assert f(a) == b\n',
        '@pytest.mark.parametrize("a, b", [(1, 2)])\ndef test_it(a, b) -> set[\n    int\n]:\n    assert f(a) == b\n',
        '@pytest.mark.parametrize("n", [1 if X else 2])\ndef test_it(n):\n    assert f() == n\n',
        '@pytest.mark.parametrize("n", [X or 2])\ndef test_it(n):\n    assert f() == n\n',
        '@pytest.mark.parametrize("n", [X < 2])\ndef test_it(n):\n    assert f() == n\n',
        '@pytest.mark.parametrize("n", [lambda: 2])\ndef test_it(n):\n    assert n() == f()\n',
        '@pytest.mark.parametrize("n", [(X := 2)])\ndef test_it(n):\n    assert n == f()\n',
        '@pytest.mark.parametrize("n", [not X])\ndef test_it(n):\n    assert f() == n\n',
        '@pytest.mark.parametrize("n", [1], indirect=True)\ndef test_it(n):\n    assert f() == n\n',
        '@pytest.mark.parametrize("n", [1], True)\ndef test_it(n):\n    assert f() == n\n',
        '@pytest.mark.parametrize("n", [1], scope="module")\ndef test_it(n):\n    assert f() == n\n',
    ],
)
def test_where_it_would_not_say_the_same_or_be_harder_to_read_it_stays(kept: str) -> None:
    assert without_small_tables(HEAD + kept) == HEAD + kept
