"""What the source of a failing test says that it wants."""

from __future__ import annotations

from pathlib import Path

from agent_ci.proposers.search.kit.wanted import Wanted, read_wanted

TEXT = """
import pytest, unittest

@pytest.mark.parametrize("given", [(1, "one"), (-2, "two")])
def test_words(given):
    assert name(given) == "anonymous"
    with pytest.raises(KeyError):
        name(None)

class Case(unittest.TestCase):
    def test_none(self):
        self.assertEqual(first([]), None)

def test_other():
    assert other() == "not asked for"
"""


def test_compared_values_come_before_those_of_the_table(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(TEXT)
    wanted = read_wanted(["test_x.py::test_words[given0]"], tmp_path)
    assert wanted.values[:2] == ("'anonymous'", "'given'")
    assert {"1", "-2", "'two'"} <= set(wanted.values)
    assert wanted.errors == ("KeyError",)
    assert "not asked for" not in wanted.words


def test_methods_of_unittest_are_read_as_well(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_text(TEXT)
    assert read_wanted(["test_x.py::Case::test_none"], tmp_path).values == ("None",)


def test_a_file_that_cannot_be_read_wants_nothing(tmp_path: Path) -> None:
    (tmp_path / "test_x.py").write_bytes(b"\xff\xfe def")
    (tmp_path / "test_z.py").write_text("def test_a(:\n")
    (tmp_path / "test_large.py").write_text("def test_a():\n    assert f() == 1\n" + "#" * 1_000_001)
    ids = ["test_x.py::test_a", "test_y.py::test_a", "test_z.py::test_a", "test_large.py::test_a"]
    assert read_wanted(ids, tmp_path) == Wanted()
