from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True)
class Committed:
    """A workbench whose tree has the files *names*."""

    names: tuple[str, ...]

    @property
    def tree(self) -> Committed:
        return self

    def paths(self) -> tuple[str, ...]:
        return self.names


def offers(path: Path, *fixes: ProvenFix, committed: tuple[str, ...] = ("a.py",)) -> list[Reply]:
    """What is offered for CASE when *fixes* were remembered in *path*, and the files *committed* are in the commit."""
    for fix in fixes:
        remember(path, fix)
    evidence = Evidence("fix", "red", targets=(CASE,))
    return list(Known(path, path.parent).propose(evidence, (), cast("Workbench", Committed(committed))))


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


def test_what_was_doubted_once_is_doubted_again(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    path.write_text(f'{{"fingerprint": "{MINE}", "diff": "of an older release"}}\n', encoding="utf-8")
    found = offers(path, ProvenFix(MINE, "doubted", "a slip", ("one test alone runs it", "it is long")))
    assert [(reply.text, reply.doubts) for reply in found] == [
        ("doubted", ("one test alone runs it", "it is long")),
        ("of an older release", ()),
    ]


def test_a_change_that_was_doubted_by_any_run_stays_doubted(tmp_path: Path) -> None:
    doubted, sure = ProvenFix(MINE, "diff", "a slip", ("it is long",)), ProvenFix(MINE, "diff", "said anew")
    for number, order in enumerate(((doubted, sure), (sure, doubted))):
        (reply,) = offers(tmp_path / f"{number}.jsonl", *order)
        assert (reply.doubts, reply.cause) == (("it is long",), order[-1].cause)


def test_without_a_memory_nothing_is_offered(tmp_path: Path) -> None:
    assert offers(tmp_path / "memory.jsonl") == []


def test_a_memory_that_came_with_the_commit_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "memory.jsonl"
    assert offers(path, ProvenFix(MINE, "diff"), committed=("a.py", "memory.jsonl")) == []
    assert len(offers(path, committed=("kept/memory.jsonl",))) == 1
