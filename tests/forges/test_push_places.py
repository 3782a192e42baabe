"""Delivery by push from every kind of checkout, and whether there is one at all."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci import git
from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.errors import ForgeUnavailableError, RungRefusedError, StaleError
from agent_ci.forges.local import LocalGit
from agent_ci.forges.push import Push
from tests.checkouts import Checkout, with_a_submodule
from tests.forges.push_lab import MESSAGE, RIGHT, TOKEN, Lab, show
from tests.servers.git_http import GitServer


@pytest.fixture
def lab(checkout: Checkout, tmp_path: Path) -> Iterator[Lab]:
    (tmp_path / "hosted" / "group").mkdir(parents=True)
    with GitServer(tmp_path / "hosted", bot=TOKEN, owner="hunter2hunter2") as server:
        yield Lab(checkout, tmp_path, server)


def shallow(lab: Lab, root: Path) -> Checkout:
    lab.checkout.git("clone", "--quiet", "--depth=1", f"file://{lab.hosted.path}", str(root))
    return Checkout(root)


def detached(lab: Lab, root: Path) -> Checkout:
    lab.checkout.git("clone", "--quiet", str(lab.hosted.path), str(root))
    Checkout(root).git("checkout", "--quiet", "--detach")
    return Checkout(root)


def forge_merge(lab: Lab, root: Path) -> Checkout:
    """What is checked out is a merge that the forge made to try the change, as refs/pull/1/merge is."""
    made = detached(lab, root)
    lab.hosted.add("target", {"c.py": "c = 1\n"})
    made.git("fetch", "--quiet", str(lab.hosted.path), "target")
    made.git("checkout", "--quiet", "FETCH_HEAD")
    made.git("merge", "--quiet", "--no-ff", "-m", "Merge", "origin/main")
    return made


@pytest.mark.parametrize("kind", [shallow, detached, forge_merge])
def test_every_kind_of_checkout_delivers(lab: Lab, tmp_path: Path, kind: Callable[[Lab, Path], Checkout]) -> None:
    lab.hosted.add("main", {"b.py": "b = 2\n"})
    head = lab.hosted.head("main")
    lab.hosted.git("branch", "target", "main~1")
    repository = Repository.at(kind(lab, tmp_path / "checkout").root)
    with Clone.of(repository) as clone:
        parcel = lab.parcel(clone, commit=head)
        done = lab.push(clone).onto_branch(parcel)
        assert lab.hosted.git("rev-parse", "main", "main^").split() == [done.commit, head]
        assert lab.push(clone).onto_own_branch(parcel).is_new
    assert lab.hosted.is_unforced()
    lab.hosted.git("fsck", "--strict", "--no-dangling")


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"4d7a" * 16 + b"\nsize 12345\n"


def test_bytes_arrive_as_they_are(lab: Lab) -> None:
    files = {
        ".gitattributes": b"*.bin filter=lfs diff=lfs merge=lfs -text\n*.txt text eol=crlf\n",
        "large.bin": POINTER,
        "dos.txt": b"one\r\ntwo\r\n",
        "latin.txt": "\u00fcber\n".encode("latin-1"),
    }
    lab.checkout.write(files)
    lab.checkout.git("-c", "filter.lfs.clean=cat", "-c", "core.autocrlf=false", "add", "--all")
    lab.checkout.git("commit", "--quiet", "-m", "files")
    with_a_submodule(lab.checkout)
    lab.hosted.git("fetch", "--quiet", str(lab.checkout.root), "+main:main")
    with Clone.of(lab.repository) as clone:
        changed: dict[str, bytes | None] = {"dos.txt": b"one\r\n2\r\n", "latin.txt": "\u00e4ber\n".encode("latin-1")}
        parcel = lab.parcel(clone, changed)
        done = lab.push(clone).onto_branch(parcel)
    raw = Checkout(lab.hosted.path).raw
    assert {name: raw("cat-file", "blob", f"{done.commit}:{name}") for name in changed} == changed
    rows = lab.hosted.git("diff-tree", "-r", "--name-only", parcel.commit, done.commit).splitlines()
    assert rows == ["dos.txt", "latin.txt"]


def test_an_ext_address_starts_nothing(lab: Lab, clone: Clone, tmp_path: Path) -> None:
    remote = Remote(f"ext::sh -c 'touch {tmp_path}/PWNED'")
    with pytest.raises(ForgeUnavailableError):
        Push(remote, clone, RIGHT).onto_branch(lab.parcel(clone))
    assert not (tmp_path / "PWNED").exists()


def in_ci(lab: Lab, clone: Clone, **variables: str) -> LocalGit:
    return LocalGit({"CI": "true", **variables}, lab.repository, clone)


def test_plain_git_pushes_in_ci_with_a_token_and_an_address(lab: Lab, clone: Clone) -> None:
    forge = in_ci(lab, clone, AGENT_CI_FORGE_TOKEN=TOKEN, AGENT_CI_FORGE_URL=lab.address)
    parcel = lab.parcel(clone)
    done, again = forge.deliver(parcel, "commit"), forge.deliver(parcel, "commit")
    assert done.reference == again.reference == lab.hosted.head("main")
    assert done.sentence == f"commit {done.reference[:12]} is on the branch main of {lab.address}"
    assert "was there before" in again.sentence
    asked = forge.deliver(parcel, "pull-request")
    assert asked.sentence.endswith("open a change request from it onto main")
    assert lab.hosted.head(asked.reference)
    with pytest.raises(RungRefusedError, match="no suggestions"):
        forge.deliver(parcel, "suggestion")


def test_a_laptop_keeps_its_commit_to_itself(lab: Lab, clone: Clone) -> None:
    before = lab.hosted.refs()
    variables = {"AGENT_CI_FORGE_TOKEN": TOKEN, "AGENT_CI_FORGE_URL": lab.address}
    done = LocalGit(variables, lab.repository, clone).deliver(lab.parcel(clone), "commit")
    assert "not pushed" in done.sentence
    assert (lab.repository.head(), lab.hosted.refs()) == (done.reference, before)


def test_the_checkouts_origin_gets_no_token(lab: Lab, clone: Clone) -> None:
    lab.checkout.git("remote", "add", "origin", f"{lab.server.url}/evil.git")
    with pytest.raises(RungRefusedError, match="set AGENT_CI_FORGE_URL"):
        in_ci(lab, clone, AGENT_CI_FORGE_TOKEN=TOKEN).deliver(lab.parcel(clone), "commit")


def test_the_user_and_no_password_of_an_address_are_kept() -> None:
    remote = Remote.with_password("https://x-token-auth:old@example.org/a.git", "x-token-auth", TOKEN)
    assert (remote.url, "old" in repr(remote)) == ("https://example.org/a.git", False)
    assert [*remote.settings] == ["http.https://example.org/a.git.extraheader", "http.followRedirects"]


def test_uncommitted_files_in_the_proof_are_not_pushed(lab: Lab, clone: Clone) -> None:
    parcel = lab.parcel(clone)
    other = clone.edit(parcel.patch.base_tree, {"n.py": b"n = 1\n"})
    moved = replace(parcel, patch=replace(parcel.patch, base_tree=other))
    with pytest.raises(RungRefusedError, match="uncommitted"):
        lab.push(clone).onto_branch(moved)
    assert lab.hosted.attempts == []


def test_the_commits_of_a_person_with_our_words_are_not_taken_for_ours(lab: Lab, clone: Clone) -> None:
    parcel = lab.parcel(clone)
    lab.hosted.add("main", {"a.py": "a = 2\n"}, MESSAGE)
    assert git.EMAIL not in show(lab.hosted, "main")
    with pytest.raises(StaleError):
        lab.push(clone).onto_branch(parcel)
