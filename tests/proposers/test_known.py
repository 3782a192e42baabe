from __future__ import annotations

from pathlib import Path
from typing import cast

from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Cost, Evidence, Reply
from agent_ci.memory import ProvenFix, remember
from agent_ci.ports import Workbench
from agent_ci.proposers.known import Known

CASE = TestCase("test_a.py::test", Status.FAILED, "KeyError: 'a'")
MINE = fingerprint((CASE,))


def offers(path: Path, *fixes: ProvenFix) -> list[Reply]:
    """What is offered for CASE when *fixes* were remembered in *path*."""
    for fix in fixes:
        remember(path, fix)
    evidence = Evidence("fix", "red", targets=(CASE,))
    return list(Known(path).propose(evidence, (), cast("Workbench", None)))  # it looks at nothing


def test_only_fixes_of_the_same_failure_are_offered_newest_first(tmp_path: Path) -> None:
    fixes = (ProvenFix(MINE, "old"), ProvenFix("other", "foreign"), ProvenFix(MINE, "new", "a slip"))
    found = offers(tmp_path / "memory.jsonl", *fixes)
    assert [(reply.proposer, reply.text, reply.cause) for reply in found] == [
        ("known", "new", "a slip"),
        ("known", "old", ""),
    ]
    assert {reply.cost for reply in found} == {Cost()}


def test_the_same_change_is_offered_once(tmp_path: Path) -> None:
    fixes = (ProvenFix(MINE, "diff", "said so"), ProvenFix(MINE, "diff", "said otherwise"))
    assert [reply.text for reply in offers(tmp_path / "memory.jsonl", *fixes)] == ["diff"]


def test_without_a_memory_nothing_is_offered(tmp_path: Path) -> None:
    assert offers(tmp_path / "memory.jsonl") == []
