"""Plain git: what a checkout says about itself, and how a proven change reaches it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.core.parcel import Parcel
from agent_ci.errors import ForgeUnavailableError, RungRefusedError, StaleError, UnsupportedError
from agent_ci.forges.local import LocalGit
from tests.checkouts import Checkout, digest

Pack = Callable[[], Parcel]


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


@pytest.mark.parametrize("rung", ["pull-request", "suggestion"])
def test_what_is_not_offered_is_refused_and_nothing_is_touched(
    checkout: Checkout, forge: LocalGit, parcel: Pack, rung: str
) -> None:
    change, before = parcel(), digest(checkout.root)
    with pytest.raises(RungRefusedError, match="plain git has no"):
        forge.deliver(change, rung)
    assert digest(checkout.root) == before


def test_a_commit_moves_the_branch_by_exactly_the_proven_change(
    checkout: Checkout, forge: LocalGit, parcel: Pack
) -> None:
    checkout.write({"b.py": "b = 'in work'\n"})
    head = checkout.git("rev-parse", "HEAD")
    change = parcel()
    delivery = forge.deliver(change, "commit")
    assert delivery.rung == "commit"
    assert checkout.git("rev-parse", "main", "main^") == f"{delivery.reference}\n{head}"
    assert checkout.git("rev-parse", "main^{tree}") == change.patch.tree
    assert checkout.git("status", "--porcelain") == "M b.py"
    assert checkout.git("log", "-1", "--format=%s|%an") == "fix: a is one too small|agent-ci"


def test_without_a_branch_there_is_no_commit_and_the_way_out_is_named(
    checkout: Checkout, forge: LocalGit, parcel: Pack
) -> None:
    checkout.git("checkout", "--quiet", "--detach")
    head = checkout.git("rev-parse", "HEAD")
    with pytest.raises(ForgeUnavailableError, match=r"git switch BRANCH"):
        forge.deliver(parcel(), "commit")
    assert checkout.git("rev-parse", "HEAD") == head


def test_a_branch_that_moved_since_the_proof_is_stale(checkout: Checkout, forge: LocalGit, parcel: Pack) -> None:
    change = parcel()
    moved = checkout.commit({"b.py": "b = 2\n"})
    with pytest.raises(StaleError, match="moved"):
        forge.deliver(change, "commit")
    assert (checkout.git("rev-parse", "HEAD"), checkout.git("status", "--porcelain")) == (moved, "")


def test_a_file_in_work_is_not_overwritten(checkout: Checkout, forge: LocalGit, parcel: Pack) -> None:
    change = parcel()
    checkout.write({"a.py": "a = 'in work'\n"})
    with pytest.raises(StaleError, match="working tree"):
        forge.deliver(change, "commit")
    assert (checkout.root / "a.py").read_text() == "a = 'in work'\n"
