"""No commit of a range is missing from the ledger, none is there twice, and nothing is left out without a reason."""

from __future__ import annotations

import random
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.commits import Log
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Commit, Dropped, Person, Range
from bench.changelog.made import Made
from tests.notes.histories import History


def revisions(folder: Path, *span: str) -> list[str]:
    return subprocess.run(
        ["git", "rev-list", *span], cwd=folder, check=True, capture_output=True, text=True
    ).stdout.split()


@pytest.mark.parametrize("seed", range(12))
def test_the_ledger_of_any_history_holds_each_commit_once(tmp_path: Path, seed: int) -> None:
    folder = tmp_path / "project"
    Made(80, seed=seed).write(folder)
    chance = random.Random(seed)  # noqa: S311 - the same for each run
    every = revisions(folder, "main")
    for since in ("", *chance.sample(every[1:], 3)):
        made = ledger(Log(folder, is_bare=True).range(since, every[0]))
        told = [commit for entry in made.entries for commit in entry.commits]
        dropped = [commit for one in made.dropped for commit in one.commits]
        assert sorted(told + dropped) == sorted(revisions(folder, "main", *((f"^{since}",) if since else ())))
        assert made.faults == ()


def test_the_same_history_gives_the_same_ledger(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    Made(80, seed=3).write(folder)
    log = Log(folder, is_bare=True)
    assert len({repr(ledger(log.range("", "main"))) for _ in range(10)}) == 1


def test_a_commit_that_is_missing_twice_or_foreign_is_a_fault(tmp_path: Path) -> None:
    history = History.at(tmp_path / "project")
    history.commit("Add colours (#7)")
    history.commit("Fix a crash (#8)")
    made = history.account()
    first, second = made.entries
    assert replace(made, entries=(first,)).faults == (f"{second.commits[0][:12]} is neither told of nor dropped",)
    assert replace(made, entries=(first, second, second)).faults == (
        f"{second.commits[0][:12]} is accounted for twice",
    )
    foreign = Dropped(("f" * 40,), "it is from elsewhere")
    assert replace(made, dropped=(foreign,)).faults == ("ffffffffffff is not in the range",)
    unexplained = Dropped(second.commits, "")
    assert replace(made, entries=(first,), dropped=(unexplained,)).faults == (
        f"{second.commits[0][:12]} is dropped without a reason",
    )


def test_a_long_history_with_many_tags_is_read_in_time(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    Made(10_000, tags=1_000).write(folder)
    log = Log(folder, is_bare=True)
    started = time.process_time()
    assert len(log.tags("main")) > 600
    made = ledger(log.range("", "main"))
    assert time.process_time() - started < 15
    assert len(made.range.commits) == len(revisions(folder, "main"))
    assert made.faults == ()


HOSTILE = {
    "spaces": " " * 100_000,
    "a co-author of spaces": "co-authored-by:" + " " * 100_000,
    "blocks without an end": "```release-note\n" * 20_000,
    "overrides without an end": "BEGIN_COMMIT_OVERRIDE\n" * 20_000,
    "a block of spaces": f"```release-note\n{' ' * 100_000}x\n```",
    "numbers": f"```release-note\n{'(#1 ' * 30_000}\n```",
    "links": f"```release-note\n{'https://x.example/pull/' * 10_000}\n```",
    "numbers one by one": f"```release-note\nfix {'#1 ' * 170}x\n```",
    "numbers that touch": f"```release-note\nfix {'#1' * 250}\n```",
    "a role of dots": f"```release-note\n:a:`{'.' * 50_000}\n```",
    "beginnings of roles": f"```release-note\n{'-:' * 50_000}\n```",
    "comments": "```release-note\n" + "<!--" * 30_000 + "\n```",
    "trailers": "Changelog:\n" * 20_000,
    "reverts": "This reverts commit 0123456\n" * 5_000,
    "requests of GitLab": "See merge request " + "!" * 100_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_message_takes_long_to_read(text: str) -> None:
    titles = ("Add colours", f'Revert "{text}', f"bump {text}", f"a{text}(#7", f"Merge {text}")
    messages = (f"{title}\n\n{text}" for title in titles)
    ada = Person("Ada", "ada@example.org")
    commits = {f"{n:040}": Commit(f"{n:040}", (), ada, message, ("src/a.py",)) for n, message in enumerate(messages)}
    started = time.process_time()
    assert ledger(Range("", "main", commits, tuple(commits))).faults == ()
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "line", [" " * 100_000, "- " + " " * 100_000 + "x", "#" * 100_000, "- (#1" * 30_000, f"- x {'#1 ' * 60}x"]
)
def test_no_changelog_takes_long_to_read(line: str) -> None:
    ada = Person("Ada", "ada@example.org")
    one = Commit("a" * 40, (), ada, "Add colours (#7)", ("CHANGES.md", "src/a.py", "newsfragments/7.fix.rst"))
    files = {"CHANGES.md": f"{line}\n- x\n{line}", "newsfragments/7.fix.rst": line}
    started = time.process_time()
    ledger(Range("", "main", {one.id: one}, (one.id,), written={one.id: files}))
    assert time.process_time() - started < 2
