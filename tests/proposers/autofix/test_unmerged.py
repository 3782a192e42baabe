"""An unfinished merge is settled by each of its sides, and a person is asked which is meant."""

from __future__ import annotations

from pathlib import Path

from tests.proposers.autofix.test_messages import changes, replies

OPEN = "def f():\n<<<<<<< HEAD\n    return 1\n=======\n    return 2\n>>>>>>> topic\n"
TEST = "import a\ndef test(): assert a.f()\n"


def test_each_side_is_offered_for_every_file_and_none_without_a_doubt(tmp_path: Path) -> None:
    found = replies({"a.py": OPEN, "b.txt": OPEN, "test_it.py": TEST}, tmp_path)[:3]
    kept = (["    return 1"], ["    return 2"], ["    return 1", "    return 2"])
    for reply, rows in zip(found, kept, strict=True):
        gone = [row for row in changes(reply) if row.startswith("-")]
        assert [path for path in changes(reply) if path[0] not in "+-"] == ["a.py", "b.txt"]
        assert not [row for row in gone if row[1:] in rows]
        assert "`a.py:2`, `b.txt:2` holds git's marks" in reply.cause
    assert [reply.doubts[0].rpartition("keeps ")[2] for reply in found] == [
        "the version of HEAD", "the version of topic", "both versions, one after the other",
    ]  # fmt: skip


def test_a_test_is_not_settled_and_said_to_be_unfinished(tmp_path: Path) -> None:
    found = replies({"a.py": "def f(): pass\n", "test_it.py": OPEN.replace("def f", "def test")}, tmp_path)
    assert [reply.objection for reply in found] == ["a merge was committed unfinished in test_it.py, which is a test"]
