"""Tests are cut out of a file, and nothing else of it changes."""

from __future__ import annotations

from textwrap import dedent

import pytest

from agent_ci.core.worth.cutting import tidied, without
from agent_ci.core.worth.tests_file import TestsFile

TEXT = dedent('''\
    """Words."""
    from __future__ import annotations

    import random
    import pytest

    from shop import (
        parse,  # kept
        total,
    )

    LIMIT = 3


    def helper(x):
        return x + LIMIT


    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("é", 1),
            ("b", 2),  # two
            pytest.param("c", 3, id="x"),
        ],
        ids=["one", "two", "three"],
    )
    def test_parse(text, expected):
        assert parse(text) == expected


    # a word on it
    def test_total():
        assert total([]) == helper(-3)


    class TestIt:
        def setup_method(self):
            self.x = 1

        def test_a(self):
            assert total(self.x) == 1

        def test_b(self):
            assert random.random() < 2


    @pytest.mark.parametrize("n", [1, (2), 3], ids=["a", "b", "c"])
    def test_n(n):
        assert total(n)
''')


def cut(*names: str, text: str = TEXT) -> str:
    file = TestsFile.read(text)
    assert file
    found = [one for one in file.candidates if one.name in names]
    assert len(found) == len(names)
    return without(text, found)


@pytest.mark.parametrize(
    ("names", "before", "after"),
    [
        (["test_parse[('é', 1)]"], '        ("é", 1),\n        ("b"', '        ("b"'),
        (["test_parse[('b', 2)]"], '        ("b", 2),  # two\n        pytest', "        pytest"),
        (["test_parse[pytest.param('c', 3, id='x')]"], ',  # two\n        pytest.param("c", 3, id="x"),', ","),
        (["test_n[1]"], '[1, (2), 3], ids=["a", "b", "c"]', '[(2), 3], ids=["b", "c"]'),
        (["test_n[3]"], '[1, (2), 3], ids=["a", "b", "c"]', '[1, (2)], ids=["a", "b"]'),
    ],
    ids=["first", "middle", "last", "first-of-a-line", "last-of-a-line"],
)
def test_a_row_goes_with_its_name(names: list[str], before: str, after: str) -> None:
    lost = {"test_parse[('é', 1)]": '"one", ', "test_parse[('b', 2)]": '"two", '}.get(names[0], ', "three"')
    expected = TEXT.replace(before, after)
    if names[0].startswith("test_parse"):
        expected = expected.replace(lost, "", 1)
    assert cut(*names) == expected


ROWS = """import pytest


@pytest.mark.parametrize("n", %s)
def test_n(n):
    assert f(n)


def test_m():
    assert f(0)
"""


@pytest.mark.parametrize(
    ("table", "name", "left"),
    [
        ('[1, ("2" "3"), 4]', "test_n['23']", "[1, 4]"),
        ('[1, ("2" "3"), 4]', "test_n[4]", '[1, ("2" "3")]'),
        ("[(1), 2, (3)]", "test_n[1]", "[2, (3)]"),
        ("[(1), 2, (3)]", "test_n[3]", "[(1), 2]"),
        ("[(1), 2, (3)]", "test_n[2]", "[(1), (3)]"),
        ("(\n    (1),\n    ( (\n 2) ),\n)", "test_n[1]", "(\n    ( (\n 2) ),\n)"),
    ],
)
def test_the_parentheses_around_a_row_go_with_it(table: str, name: str, left: str) -> None:
    assert cut(name, text=ROWS % table) == ROWS % left


def test_a_row_that_cannot_be_taken_out_alone_goes_with_its_test() -> None:
    text = cut("test_n[2]", text=ROWS % "[(1), (  # why\n 2), 3]")
    assert text.strip() == "def test_m():\n    assert f(0)"


def test_what_only_the_cut_tests_needed_goes_as_well() -> None:
    text = cut("test_total", "TestIt.test_b")
    assert "helper" not in text
    assert "LIMIT" not in text
    assert "import random" not in text
    assert "# a word on it" not in text
    assert "def setup_method" in text
    assert (
        "import annotations\n\nimport pytest\n\nfrom shop import (\n    parse,  # kept\n    total,\n)\n\n\n@py" in text
    )


def test_a_class_without_tests_goes_as_a_whole_and_a_file_without_tests_is_empty() -> None:
    assert "TestIt" not in cut("TestIt.test_a", "TestIt.test_b")
    file = TestsFile.read(TEXT)
    assert file
    assert without(TEXT, file.candidates) == ""


def test_one_name_of_an_import_goes_alone() -> None:
    text = tidied(
        "from shop import (\n    a,\n    b,\n)\nfrom os import path, sep\n\n\ndef test_b():\n    assert b(sep)\n"
    )
    assert text == "from shop import (\n    b,\n)\nfrom os import sep\n\n\ndef test_b():\n    assert b(sep)\n"


@pytest.mark.parametrize(
    "kept",
    [
        "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef clean():\n    g()\n\n\ndef test_a(): ...\n",
        "import pytest\n\npytestmark = pytest.mark.slow\n\n\ndef test_a():\n    assert f()\n",
        "import pytest\n\n\n@pytest.fixture\ndef cart():\n    return 1\n\n\ndef test_a(cart):\n    assert cart\n",
        "def setup_module():\n    f()\n\n\ndef test_a():\n    assert f()\n",
        '__test__ = True\ncollect_ignore = []\npytest_plugins = ["a"]\n\n\ndef test_a():\n    assert f()\n',
        "from shop import *\n\n\ndef test_a():\n    assert f()\n",
        "not python (",
    ],
)
def test_what_may_be_needed_stays(kept: str) -> None:
    assert tidied(kept) == kept
    assert without(kept, []) == kept


def test_rows_find_their_ids_in_the_order_in_which_they_were_collected() -> None:
    file = TestsFile.read(TEXT)
    assert file
    ids = ["t.py::test_n[a]", "t.py::test_n[b]", "t.py::test_n[c]", "t.py::TestIt::test_a", "other.py::test_n[a]"]
    found = {one.name: own for one, own in file.with_ids("t.py", ids).items()}
    assert found == {
        "test_n[1]": ("t.py::test_n[a]",),
        "test_n[2]": ("t.py::test_n[b]",),
        "test_n[3]": ("t.py::test_n[c]",),
        "TestIt.test_a": ("t.py::TestIt::test_a",),
    }


def test_a_test_that_another_class_of_the_file_inherits_is_known_and_one_from_elsewhere_is_not() -> None:
    file = TestsFile.read(
        dedent("""
        class Base:
            def test_a(self): ...
            def test_b(self): ...

        class TestOne(Base):
            def test_b(self): ...

        class TestTwo(TestOne, Elsewhere):
            setting = 2
        """)
    )
    assert file
    names = ("TestOne::test_a", "TestOne::test_b", "TestTwo::test_a", "TestTwo::test_b", "TestTwo::test_c")
    ids = tuple(f"t.py::{name}" for name in names)
    assert file.strangers("t.py", ids) == ids[4:]
    found = {one.name: own for one, own in file.with_ids("t.py", ids).items()}
    assert found == {"Base.test_a": (ids[0], ids[2]), "TestOne.test_b": (ids[1], ids[3])}
