"""Git's listings are read with any name in them."""

from __future__ import annotations

from agent_ci.core.change import ChangedFile
from agent_ci.core.listing import TreeRow, read_changes, read_tree


def test_names_may_hold_anything_but_nul() -> None:
    listing = "100644 blob aa\ta\tb\nc\x00160000 commit bb\t:1\x00"
    assert read_tree(listing) == (TreeRow("100644", "aa", "a\tb\nc"), TreeRow("160000", "bb", ":1"))


def test_rows_and_counts_are_joined_by_path() -> None:
    rows = (":100644 100755 aa bb M", ":odd\tname\n", ":000000 100644 00 cc A", "x.bin")
    counts = ("3\t1\t:odd\tname\n", "-\t-\tx.bin")
    listing = "".join(f"{field}\0" for field in (*rows, *counts))
    assert read_changes(listing) == (
        ChangedFile(":odd\tname\n", "M", "100644", "100755", 3, 1),
        ChangedFile("x.bin", "A", "000000", "100644", is_binary=True),
    )


def test_nothing_is_nothing() -> None:
    assert (read_tree(""), read_changes("")) == ((), ())
