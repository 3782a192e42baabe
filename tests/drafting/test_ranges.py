"""The notes tell of all that was committed since the release before, or the run says what is missing."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from agent_ci.core.notes.rendering import NOTHING
from agent_ci.errors import UnsupportedError, UsageError
from tests.checkouts import NOBODY, Checkout
from tests.drafting.runs import change, drafted, written


def shallow(checkout: Checkout, folder: Path) -> Checkout:
    """A clone as the actions of a CI make it: one commit, and no tag."""
    subprocess.run(
        ["git", "clone", "--quiet", "--depth=1", f"file://{checkout.root}", str(folder)],
        env=NOBODY,
        check=True,
        capture_output=True,
    )
    return Checkout(folder)


def test_a_clone_of_one_commit_is_completed_where_its_remote_answers(checkout: Checkout, tmp_path: Path) -> None:
    clone = shallow(checkout, tmp_path / "shallow")
    document = drafted(clone, release="v1.1.0")
    assert "- Fix the sum" in document["notes"]
    assert "- Begin" not in document["notes"]
    assert document["release"]["since"] == "v1.0.0"


def test_a_clone_of_one_commit_is_refused_where_no_remote_answers(checkout: Checkout, tmp_path: Path) -> None:
    clone = shallow(checkout, tmp_path / "shallow")
    clone.git("remote", "set-url", "origin", str(tmp_path / "gone"))
    with pytest.raises(UnsupportedError, match=r"fetch-depth: 0 .*GIT_DEPTH: 0"):
        drafted(clone, release="v1.1.0")
    assert not (clone.root / ".agent-ci/notes.md").exists()


def test_without_a_tag_everything_is_new(checkout: Checkout) -> None:
    checkout.git("tag", "--delete", "v1.0.0")
    document = drafted(checkout)
    assert document["release"]["since"] == ""
    assert "Begin" in document["notes"]
    assert "Fix the sum" in document["notes"]


def test_a_tag_on_another_branch_is_no_beginning(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "-b", "maintenance", "v1.0.0")
    change(checkout, "Fix it there")
    checkout.git("tag", "v1.0.1")
    checkout.git("checkout", "--quiet", "main")
    assert drafted(checkout)["release"]["since"] == "v1.0.0"


def test_a_history_that_was_rewritten_counts_what_cannot_be_reached_any_more_as_new(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "--orphan", "again")
    change(checkout, "Begin again")
    document = drafted(checkout)
    assert "Begin again" in document["notes"]
    assert document["release"]["commits"] == 1
    assert drafted(checkout, since="v1.0.0")["release"]["commits"] == 1


def test_a_beginning_that_is_nowhere_is_refused(checkout: Checkout) -> None:
    with pytest.raises(UsageError, match="names no commit here"):
        drafted(checkout, since="v0.9")


def test_nothing_new_is_said_in_one_line_with_a_link(checkout: Checkout) -> None:
    checkout.git("tag", "v1.1.0")
    document = drafted(checkout, since="v1.1.0")
    assert (document["outcome"], document["exit_code"]) == ("nothing_to_do", 0)
    head = checkout.git("rev-parse", "HEAD")[:12]
    link = f"[Everything that changed](https://forge.example/shop/till/compare/v1.1.0...{head})"
    assert written(checkout, "notes.md") == f"## Unreleased\n\n{NOTHING}\n\n{link}\n"


def test_names_in_another_encoding_and_merges_without_numbers_are_told_of(checkout: Checkout) -> None:
    checkout.git("checkout", "--quiet", "-b", "side")
    who = b"J\xf6rg <j@e.example> 1 +0000"
    raw = b"tree %b\nparent %b\nauthor " + who + b"\ncommitter " + who + b"\n\nAdd \xfc\n"
    checkout.write({"till/new.py": "b = 2\n"})
    checkout.git("add", "--all")
    tree, head = checkout.git("write-tree").encode(), checkout.git("rev-parse", "HEAD").encode()
    made = checkout.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw % (tree, head))
    checkout.git("reset", "--quiet", "--hard", made)
    checkout.git("checkout", "--quiet", "main")
    checkout.merge("side")
    document = drafted(checkout, release="v1.1.0")
    assert document["outcome"] == "fixed"
    assert document["notes"].count("\n- ") == 2
    assert "Contributors: Ada, J" in document["notes"]
    assert written(checkout, "notes.md")
    checkout.git("am", "--quiet", "--keep-cr", ".agent-ci/fix.patch")
