from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent_ci.memory import FILE_NAME, TRIED, Idea, ProvenFix, note_tried, recall, remember, tried
from agent_ci.remembering import rows
from tests.checkouts import Checkout

DIFF = "diff --git a/shop/cart.py b/shop/cart.py\n--- a/shop/cart.py\n+++ b/shop/cart.py\n@@ -1 +1,2 @@\n-a\n+b\n+c\n"
FIXES = (ProvenFix("aaaa1111", DIFF, "`<` for `<=`"), ProvenFix("aaaa2222", DIFF), ProvenFix("bbbb3333", DIFF))


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit({"a.py": "", ".agent-ci.yml": "out: kept\n"})
    (made.root / "kept").mkdir()
    for fix in FIXES:
        remember(made.root / "kept" / FILE_NAME, fix)
    return made


def ask(checkout: Checkout, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "agent_ci", "memory", *words, "--repository", str(checkout.root)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


def left(checkout: Checkout) -> list[str]:
    return [fix.fingerprint for fix in recall(checkout.root / "kept" / FILE_NAME)]


def test_the_list_shows_the_newest_first_where_the_settings_say_that_runs_write(checkout: Checkout) -> None:
    listed = ask(checkout, "list")
    assert listed.stdout.splitlines() == [
        "bbbb3333  shop/cart.py, +2",
        "aaaa2222  shop/cart.py, +2",
        "aaaa1111  shop/cart.py, +2  `<` for `<=`",
    ]
    told = json.loads(ask(checkout, "list", "--json").stdout)
    assert told["fixes"][2] == {
        "fingerprint": "aaaa1111",
        "cause": "`<` for `<=`",
        "files": ["shop/cart.py"],
        "added": 2,
    }


def test_a_fix_that_deletes_a_file_tells_of_it_and_adds_nothing_by_that() -> None:
    deleted = "diff --git a/a.py b/a.py\ndeleted file mode 100644\n--- a/a.py\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    [row] = rows([ProvenFix("aaaa1111", deleted + DIFF.replace("+c", "+++ b/c"))])
    assert (row["files"], row["added"]) == (["a.py", "shop/cart.py"], 2)


def test_an_empty_memory_says_where_it_would_be(checkout: Checkout, tmp_path: Path) -> None:
    listed = ask(checkout, "list", "--out", str(tmp_path))
    assert (listed.returncode, listed.stdout) == (0, f"nothing is remembered in {tmp_path / FILE_NAME}\n")


def test_a_failure_is_forgotten_by_its_fingerprint_or_the_beginning_of_it(checkout: Checkout) -> None:
    tried_in = checkout.root / "kept" / TRIED
    ideas = [Idea("bbbb3333", DIFF, ("still red",)), Idea("bbbb3333", "another", ()), Idea("aaaa1111", DIFF, ())]
    note_tried(tried_in, ideas)
    assert ask(checkout, "list").stdout.splitlines()[3:] == [
        "aaaa1111  tried in vain: 1",
        "bbbb3333  tried in vain: 2",
    ]
    told = json.loads(ask(checkout, "list", "--json").stdout)
    assert told["tried"] == [{"fingerprint": "aaaa1111", "ideas": 1}, {"fingerprint": "bbbb3333", "ideas": 2}]
    assert ask(checkout, "forget", "bbbb", "aaaa2222").stdout == "2 fixes forgotten\n"
    assert left(checkout) == ["aaaa1111"]
    assert [idea.fingerprint for idea in tried(tried_in)] == ["aaaa1111"]
    assert ask(checkout, "forget", "--all").stdout == "1 fix forgotten\n"
    assert (left(checkout), tried(tried_in)) == ([], ())


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["aaaa1111", "aaaa"], "'aaaa' means 2 failures; give more of the fingerprint"),
        (["aaaa1112"], "'aaaa1112' is no failure in the memory; did you mean 'aaaa1111'?"),
        (["bbb"], "'bbb' is no failure in the memory"),
        ([], "name the failures to forget by their fingerprints, or give --all"),
        (["bbbb3333", "--all"], "name the failures to forget by their fingerprints, or give --all"),
    ],
)
def test_nothing_is_forgotten_by_a_name_that_is_not_one_failure(
    checkout: Checkout, words: list[str], sentence: str
) -> None:
    asked = ask(checkout, "forget", *words)
    assert (asked.returncode, asked.stdout) == (2, "")
    assert sentence in asked.stderr
    assert len(left(checkout)) == len(FIXES)


def test_a_memory_that_cannot_be_written_is_said_to_be_unchanged(checkout: Checkout) -> None:
    (checkout.root / "kept" / "memory.part").mkdir()
    asked = ask(checkout, "forget", "--all")
    assert asked.returncode == 2
    assert "so that nothing was forgotten" in asked.stderr
    assert len(left(checkout)) == len(FIXES)
