"""What a repair touches is found in its files: pieces that were there, and no more than the failing tests need."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from bench.context.truth import minimal, touched

OLD = """import os

TABLE = [1]


def one(n):
    \"\"\"One.\"\"\"
    if n:
        return 1


def two():
    return 2
"""
CHANGES = {
    "a line": (OLD.replace("return 2", "return 3"), [("two", {13})]),
    "a line put in": (OLD.replace("    return 2", "    print()\n    return 2"), [("two", {12, 13})]),
    "a line at the end": (OLD + "    print()\n", [("two", {13})]),
    "a new function": (OLD + "\n\ndef three():\n    return 3\n", []),
    "a table": (OLD.replace("[1]", "[1, 2]"), [("", {3})]),
    "an import": (OLD.replace("import os", "import os\nimport sys"), []),
    "words": (OLD.replace("One.", "Just one."), []),
    "a comment": (OLD.replace("return 2", "return 2  # always"), []),
    "two": (OLD.replace("return 1", "return 4").replace("return 2", "return 3"), [("one", {9}), ("two", {13})]),
}


@pytest.mark.parametrize(("new", "expected"), CHANGES.values(), ids=CHANGES)
def test_a_repair_touches_the_pieces_whose_program_it_changes(new: str, expected: list[tuple[str, set[int]]]) -> None:
    found = touched({"a.py": OLD}, {"a.py": new})
    assert [(one.block.name, set(one.lines)) for one in found] == expected


def test_what_the_failing_tests_do_not_need_is_no_part_of_the_repair() -> None:
    new = OLD.replace("[1]", "[7]").replace("return 1", "return 4").replace("return 2", "return 3")

    def repairs(texts: Mapping[str, str]) -> bool:
        return "return 3" in texts["a.py"]

    assert minimal({"a.py": OLD}, {"a.py": new}, repairs) == {"a.py": OLD.replace("return 2", "return 3")}
