"""Delivery by push: a real git host over http, its hooks and its races, and what becomes of each."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.checkout import Remote
from agent_ci.clone import Clone
from agent_ci.errors import AgentCIError, ForgeUnavailableError, NotAllowedError, RungRefusedError, StaleError
from agent_ci.forges.push import Push, Pushed
from agent_ci.process import ToolError
from tests.checkouts import Checkout
from tests.forges.push_lab import LATER, RIGHT, TOKEN, Lab, show
from tests.servers.git_http import GitServer, QuietHandler, QuietServer, send


@pytest.fixture
def lab(checkout: Checkout, tmp_path: Path) -> Iterator[Lab]:
    (tmp_path / "hosted" / "group").mkdir(parents=True)
    with GitServer(tmp_path / "hosted", bot=TOKEN, owner="hunter2hunter2") as server:
        yield Lab(checkout, tmp_path, server)


def test_a_commit_is_pushed_onto_the_commit_that_was_proven(lab: Lab, clone: Clone) -> None:
    parcel = lab.parcel(clone)
    done = lab.push(clone).onto_branch(parcel)
    assert (done.is_new, lab.hosted.head("main")) == (True, done.commit)
    assert lab.hosted.git("rev-parse", "main^{tree}", "main^") == f"{parcel.patch.tree}\n{parcel.commit}"
    assert show(lab.hosted, "main").startswith("agent-ci <agent-ci@users.noreply.github.com>")
    assert lab.hosted.attempts == [(parcel.commit, done.commit, "refs/heads/main")]
    assert lab.repository.head() == parcel.commit  # the checkout is left alone


def test_pushed_twice_is_pushed_once(lab: Lab, clone: Clone) -> None:
    parcel, push = lab.parcel(clone), lab.push(clone)
    first, again = push.onto_branch(parcel), push.onto_branch(parcel)
    assert (again.commit, again.is_new) == (first.commit, False)
    own, own_again = push.onto_own_branch(parcel), push.onto_own_branch(parcel)
    assert (own_again.commit, own_again.is_new) == (own.commit, False)
    assert len(lab.hosted.attempts) == 2


def test_an_earlier_delivery_is_found_below_a_persons_commits(lab: Lab, clone: Clone) -> None:
    parcel, push = lab.parcel(clone), lab.push(clone)
    first = push.onto_branch(parcel)
    lab.hosted.add("main", {"b.py": "b = 5\n"})
    assert push.onto_branch(parcel).commit == first.commit


@pytest.mark.parametrize("moves", ["add", "replace"])
def test_a_branch_that_moved_on_before_delivery_is_left_as_it_is(lab: Lab, clone: Clone, moves: str) -> None:
    lab.checkout.commit({"b.py": "b = 2\n"})
    lab.hosted.git("fetch", "--quiet", str(lab.checkout.root), "+main:main")
    parcel = lab.parcel(clone)
    theirs = getattr(lab.hosted, moves)("main", {"b.py": "b = 5\n"})
    with pytest.raises(StaleError, match="nothing is put on top of commits that the proof has not seen"):
        lab.push(clone).onto_branch(parcel)
    assert (lab.hosted.head("main"), lab.hosted.attempts) == (theirs, [])


@pytest.mark.parametrize("when", ["before_listing", "before_push"])
@pytest.mark.parametrize("moves", ["add", "replace"])
def test_a_branch_that_moves_during_the_push_is_left_as_it_is(lab: Lab, clone: Clone, moves: str, when: str) -> None:
    lab.checkout.commit({"b.py": "b = 2\n"})
    lab.hosted.git("fetch", "--quiet", str(lab.checkout.root), "+main:main")
    parcel, theirs = lab.parcel(clone), []
    setattr(lab.server.git, when, lambda: theirs.append(getattr(lab.hosted, moves)("main", {"b.py": "b = 5\n"})))
    with pytest.raises(StaleError, match="moved while the fix was pushed"):
        lab.push(clone).onto_branch(parcel)
    assert ([lab.hosted.head("main")], lab.hosted.is_unforced()) == (theirs, True)


def test_a_deleted_branch_is_not_made_again(lab: Lab, clone: Clone) -> None:
    parcel = lab.parcel(clone)
    lab.hosted.git("update-ref", "-d", "refs/heads/main")
    with pytest.raises(StaleError):
        lab.push(clone).onto_branch(parcel)
    assert lab.hosted.refs() == {}


def test_two_runs_at_once_push_one_commit(lab: Lab, clone: Clone) -> None:
    found: list[str] = []

    def deliver(here: Clone) -> None:
        found.append(lab.push(here).onto_branch(lab.parcel(here)).commit)

    with Clone.of(lab.repository) as second:
        runs = [threading.Thread(target=deliver, args=(here,)) for here in (clone, second)]
        for run in runs:
            run.start()
        for run in runs:
            run.join(60)
    assert found == [lab.hosted.head("main")] * 2
    assert lab.hosted.git("rev-list", "--count", f"{lab.repository.head()}..main") == "1"


def test_a_run_that_loses_the_race_to_another_of_ours_finds_its_commit(lab: Lab, clone: Clone) -> None:
    won: list[Pushed] = []
    with Clone.of(lab.repository) as other:
        tree = lab.parcel(other)
        lab.server.git.before_push = lambda: won.append(lab.push(other).onto_branch(replace(tree, message=LATER)))
        lost = lab.push(clone).onto_branch(lab.parcel(clone))
    assert ([lost.commit], lost.is_new) == ([one.commit for one in won], False)


@pytest.mark.parametrize(
    ("style", "words"), [("github", "GH006: Protected branch"), ("gitlab", "protected branches on this project")]
)
def test_a_protected_branch_is_a_refused_rung_and_the_own_branch_is_not(
    lab: Lab, clone: Clone, style: str, words: str
) -> None:
    lab.hosted.protect("main", style=style)
    before, parcel = lab.hosted.head("main"), lab.parcel(clone)
    with pytest.raises(RungRefusedError, match=f"the branch main is protected.*{words}"):
        lab.push(clone).onto_branch(parcel)
    done = lab.push(clone).onto_own_branch(parcel)
    assert lab.hosted.refs() == {"refs/heads/main": before, f"refs/heads/{parcel.own_branch}": done.commit}


def test_a_workflow_file_is_a_refused_rung(lab: Lab, clone: Clone) -> None:
    parcel = lab.parcel(clone, {".github/workflows/ci.yml": b"on: push\n"})
    with pytest.raises(RungRefusedError, match="may not change workflow files"):
        lab.push(clone).onto_branch(parcel)
    assert lab.hosted.head("main") == parcel.commit


def test_a_hook_that_declines_is_a_refused_rung_in_its_own_words(lab: Lab, clone: Clone) -> None:
    lab.hosted.declines("Commit message does not follow the pattern 'JIRA-[0-9]+'")
    with pytest.raises(RungRefusedError, match=r"declined the push to main \(Commit message does not follow"):
        lab.push(clone).onto_branch(lab.parcel(clone))


@pytest.mark.parametrize(
    ("fault", "error", "words"),
    [
        (403, NotAllowedError, RIGHT),
        (401, ForgeUnavailableError, "does not accept the token"),
        (413, RungRefusedError, "too large"),
        (500, ForgeUnavailableError, "could not be reached or written"),
        (503, ForgeUnavailableError, "could not be reached or written"),
    ],
)
def test_a_status_of_the_host_has_its_own_end(
    lab: Lab, clone: Clone, fault: int, error: type[AgentCIError], words: str
) -> None:
    lab.server.git.faults = [fault]
    parcel = lab.parcel(clone)
    with pytest.raises(error, match=words) as caught:
        lab.push(clone).onto_branch(parcel)
    assert type(caught.value) is error
    assert TOKEN not in str(caught.value)
    assert lab.hosted.head("main") == parcel.commit


def test_a_push_whose_answer_was_lost_is_found_to_have_happened(lab: Lab, clone: Clone) -> None:
    lab.server.git.faults = [-502]
    done = lab.push(clone).onto_branch(lab.parcel(clone))
    assert (done.is_new, done.commit) == (False, lab.hosted.head("main"))


def test_a_reader_is_told_which_right_is_missing(lab: Lab, clone: Clone) -> None:
    lab.server.git.readers.add("bot")
    with pytest.raises(NotAllowedError, match=f"{RIGHT}.*denied to bot"):
        lab.push(clone).onto_branch(lab.parcel(clone))


def test_a_wrong_token_is_no_refused_rung(lab: Lab, clone: Clone) -> None:
    with pytest.raises(ForgeUnavailableError, match="does not accept the token") as caught:
        lab.push(clone, "wrong-token-0815").onto_branch(lab.parcel(clone))
    assert not isinstance(caught.value, RungRefusedError)
    assert "wrong-token" not in str(caught.value)


def test_an_unknown_repository_and_a_dead_host_are_named(lab: Lab, clone: Clone) -> None:
    parcel = lab.parcel(clone)
    missing = Remote.with_password(f"{lab.server.url}/group/other.git", "bot", TOKEN)
    with pytest.raises(ForgeUnavailableError, match=r"no repository at .*/group/other\.git"):
        Push(missing, clone, RIGHT).onto_branch(parcel)
    with pytest.raises(ForgeUnavailableError, match="could not be reached"):
        Push(Remote.with_password("http://127.0.0.1:9/x.git", "bot", TOKEN), clone, RIGHT).onto_branch(parcel)


def test_the_token_does_not_follow_a_redirect(lab: Lab, clone: Clone) -> None:
    seen: list[str] = []

    class Other(QuietHandler):
        def do_GET(self) -> None:  # noqa: N802 - the base class's name
            seen.append(self.headers.get("Authorization", ""))
            send(self, 404, b"", ())

    with QuietServer(Other) as other:

        class Redirecting(QuietHandler):
            def do_GET(self) -> None:  # noqa: N802 - the base class's name
                send(self, 301, b"", (("Location", f"{other.url}{self.path}"),))

        with QuietServer(Redirecting) as first, pytest.raises(ForgeUnavailableError):
            Push(Remote.with_password(f"{first.url}/x.git", "bot", TOKEN), clone, RIGHT).onto_branch(lab.parcel(clone))
    assert seen == []


def test_the_token_is_in_no_argument_and_no_file(lab: Lab, clone: Clone, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []
    true_run = subprocess.run

    def spy(argv: tuple[str, ...], **options: object) -> object:
        started.append(tuple(argv))
        return true_run(argv, **options)  # type: ignore[call-overload] # as it came

    monkeypatch.setattr(subprocess, "run", spy)
    lab.push(clone).onto_branch(lab.parcel(clone))
    said = " ".join(word for argv in started for word in argv)
    header = next(value for name, value in lab.push(clone).remote.settings.items() if name.endswith("extraheader"))
    kept = b"".join(path.read_bytes() for path in clone.directory.rglob("*") if path.is_file())
    secrets = (TOKEN, header.rpartition(" ")[2])
    assert "push" in said
    assert not any(secret in said or secret.encode() in kept for secret in secrets)


def test_a_large_change_is_sent_in_chunks(lab: Lab, clone: Clone) -> None:
    noise = b"".join(f"{number * 2654435761 % 2**64:016x}\n".encode() for number in range(200_000))
    done = lab.push(clone).onto_branch(lab.parcel(clone, {"large.txt": noise}))
    assert lab.hosted.git("cat-file", "-s", f"{done.commit}:large.txt") == str(len(noise))


def test_a_change_of_a_fork_goes_to_no_branch(lab: Lab, clone: Clone) -> None:
    parcel, before = lab.parcel(clone, from_fork=True), lab.hosted.refs()
    for way in (lab.push(clone).onto_branch, lab.push(clone).onto_own_branch):
        with pytest.raises(RungRefusedError, match="comes from another repository"):
            way(parcel)
    assert (lab.hosted.refs(), lab.hosted.attempts) == (before, [])


def test_the_own_branch_is_renewed_on_top_of_what_was_pushed_before(lab: Lab, clone: Clone) -> None:
    push = lab.push(clone)
    first = push.onto_own_branch(lab.parcel(clone))
    better = lab.parcel(clone, {"a.py": b"a = 3\n"})
    second = push.onto_own_branch(better)
    branch = better.own_branch
    assert lab.hosted.git("rev-parse", branch, f"{branch}^", f"{branch}^{{tree}}").split() == [
        second.commit, first.commit, better.patch.tree,
    ]  # fmt: skip
    assert lab.hosted.is_unforced()


def test_a_person_who_works_on_the_own_branch_is_left_alone(lab: Lab, clone: Clone) -> None:
    parcel, push = lab.parcel(clone), lab.push(clone)
    push.onto_own_branch(parcel)
    theirs = lab.hosted.add(parcel.own_branch, {"a.py": "a = 4\n"})
    with pytest.raises(RungRefusedError, match="other commits than ours, and is left"):
        push.onto_own_branch(parcel)
    assert lab.hosted.head(parcel.own_branch) == theirs


@pytest.mark.parametrize("name", ["", "-x", "a..b", "a:refs/heads/main", "a b", "*", "x.lock", "@{1}"])
def test_a_branch_that_git_takes_for_none_is_refused(lab: Lab, clone: Clone, name: str) -> None:
    before = lab.hosted.refs()
    with pytest.raises(AgentCIError):
        lab.push(clone).onto_branch(lab.parcel(clone, branch=name))
    assert lab.hosted.refs() == before


def test_a_commit_that_does_not_follow_is_not_pushed(lab: Lab, clone: Clone) -> None:
    parcel = lab.parcel(clone)
    theirs = lab.hosted.add("main", {"b.py": "b = 5\n"})
    remote = lab.push(clone).remote
    clone.fetch(remote, "refs/heads/main")
    beside = clone.commit(parcel.patch.tree, parent=parcel.commit, message="beside\n")
    with pytest.raises(ToolError, match="does not follow"):
        clone.push(remote, beside, branch="main", expected=theirs)
    assert (lab.hosted.head("main"), lab.hosted.attempts) == (theirs, [])
