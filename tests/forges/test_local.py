"""Plain git: what a checkout says about itself, and how a proven change reaches it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.core.run import Verdict
from agent_ci.errors import ForgeUnavailableError, StaleError, UnsupportedError
from agent_ci.forges.local import LocalGit
from tests.checkouts import Checkout, digest

Prove = Callable[[], Verdict]


@pytest.fixture
def forge(repository: Repository, clone: Clone) -> LocalGit:
    return LocalGit({"USER": "ada"}, repository, clone)


def test_the_context_is_what_is_checked_out(checkout: Checkout, forge: LocalGit) -> None:
    checkout.git("checkout", "--quiet", "-b", "side/\u00fc")
    assert forge.context() == Context(
        forge="git",
        repository="work",
        workspace=str(checkout.root),
        commit=checkout.git("rev-parse", "HEAD"),
        branch="side/\u00fc",
        default_branch="main",
        event=Event.LOCAL,
        actor="ada",
    )


def test_a_detached_head_has_a_commit_and_no_branch(checkout: Checkout, forge: LocalGit) -> None:
    checkout.git("checkout", "--quiet", "--detach")
    context = forge.context()
    assert (context.branch, context.commit) == ("", checkout.git("rev-parse", "HEAD"))


def test_an_unborn_branch_is_refused_in_one_sentence(tmp_path: Path, clone: Clone) -> None:
    unborn = Repository.at(Checkout.at(tmp_path / "unborn").root)
    with pytest.raises(UnsupportedError, match="no commit yet"):
        LocalGit({}, unborn, clone).context()


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://github.com/owner/name.git", "owner/name"),
        ("https://x-access-token:ghs_secret@github.com/owner/name", "owner/name"),
        ("https://user:p:a@ss@gitlab.example.org:8443/group/sub/name/", "group/sub/name"),
        ("git@github.com:owner/name.git", "owner/name"),
        ("ssh://git@host:22/owner/name.git", "owner/name"),
        ("host:owner/name", "owner/name"),
        ("/srv/git/name.git", "work"),
        ("file:///srv/git/name.git", "work"),
        ("../name", "work"),
        ("", "work"),
    ],
)
def test_the_repository_is_named_without_host_or_password(
    checkout: Checkout, forge: LocalGit, url: str, name: str
) -> None:
    checkout.git("config", "remote.origin.url", url)
    assert forge.context().repository == name


def test_nothing_is_delivered_where_nothing_was_asked_for_or_proven(forge: LocalGit, proven: Prove) -> None:
    verdict = proven()
    assert forge.deliver(verdict, "none").rung == "none"
    assert forge.deliver(Verdict(verdict.outcome, "", verdict.evidence), "commit").rung == "none"


def test_a_patch_is_left_to_the_person_and_the_checkout_is_not_touched(
    checkout: Checkout, forge: LocalGit, proven: Prove
) -> None:
    verdict = proven()
    before = digest(checkout.root)
    delivery = forge.deliver(verdict, "patch")
    assert (delivery.rung, digest(checkout.root)) == ("patch", before)
    assert "git am --keep-cr .agent-ci/fix.patch" in delivery.sentence


@pytest.mark.parametrize("mode", ["pull-request", "suggestion"])
def test_what_is_not_offered_falls_to_the_patch_and_says_so(forge: LocalGit, proven: Prove, mode: str) -> None:
    delivery = forge.deliver(proven(), mode)
    assert delivery.rung == "patch"
    assert f"delivery as {mode} is not part of this release" in delivery.sentence


def test_a_commit_moves_the_branch_by_exactly_the_proven_change(
    checkout: Checkout, forge: LocalGit, proven: Prove
) -> None:
    checkout.write({"b.py": "b = 'in work'\n"})
    head = checkout.git("rev-parse", "HEAD")
    verdict = proven()
    delivery = forge.deliver(verdict, "commit")
    assert delivery.rung == "commit"
    assert checkout.git("rev-parse", "main", "main^") == f"{delivery.reference}\n{head}"
    assert verdict.proof is not None
    assert verdict.proof.patch is not None
    assert checkout.git("rev-parse", "main^{tree}") == verdict.proof.patch.tree
    assert checkout.git("status", "--porcelain") == "M b.py"
    assert checkout.git("log", "-1", "--format=%s|%an|%(trailers:key=Agent-CI-Attempt,valueonly)").strip() == (
        "fix: a is one too small|agent-ci|1"
    )


def test_commits_in_a_row_are_numbered(checkout: Checkout, forge: LocalGit, proven: Prove) -> None:
    forge.deliver(proven(), "commit")
    checkout.write({"a.py": "a = 3\n"})
    checkout.git(
        "commit", "--quiet", "--all", "--message", "x", "--author", "agent-ci <agent-ci@users.noreply.github.com>"
    )
    forge.deliver(proven(), "commit")
    assert checkout.git("log", "-1", "--format=%(trailers:key=Agent-CI-Attempt,valueonly)").strip() == "3"


def test_without_a_branch_there_is_no_commit_and_the_way_out_is_named(
    checkout: Checkout, forge: LocalGit, proven: Prove
) -> None:
    checkout.git("checkout", "--quiet", "--detach")
    head = checkout.git("rev-parse", "HEAD")
    with pytest.raises(ForgeUnavailableError, match=r"git switch BRANCH.*git am --keep-cr"):
        forge.deliver(proven(), "commit")
    assert checkout.git("rev-parse", "HEAD") == head


def test_a_branch_that_moved_since_the_proof_is_stale(checkout: Checkout, forge: LocalGit, proven: Prove) -> None:
    verdict = proven()
    moved = checkout.commit({"b.py": "b = 2\n"})
    with pytest.raises(StaleError, match="moved"):
        forge.deliver(verdict, "commit")
    assert (checkout.git("rev-parse", "HEAD"), checkout.git("status", "--porcelain")) == (moved, "")


def test_a_file_in_work_is_not_overwritten(checkout: Checkout, forge: LocalGit, proven: Prove) -> None:
    verdict = proven()
    checkout.write({"a.py": "a = 'in work'\n"})
    with pytest.raises(StaleError, match="working tree"):
        forge.deliver(verdict, "commit")
    assert (checkout.root / "a.py").read_text() == "a = 'in work'\n"
