"""What was proven is kept in refs of a real host over http, by whom that is trusted, and read from nowhere else."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from agent_ci import memory_ref
from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.errors import ForgeUnavailableError, UnsupportedError
from agent_ci.forges.github.actions import GitHubActions
from agent_ci.forges.gitlab.adapter import GitLabCI
from agent_ci.memory import MAX_BYTES, Idea, ProvenFix, packed
from agent_ci.memory_ref import BRANCHES, DEFAULT, Held, MemoryRef, add, recalled
from agent_ci.model.transport import Answer, Request
from agent_ci.proposers import model
from agent_ci.publishing import Publication
from agent_ci.remembering import Remembered, shared_lines
from tests.checkouts import Checkout
from tests.handed import part, publish, resealed
from tests.red import GOOD, QUICK, QUICK_FILES, WRONG, RedRepository
from tests.servers import git_http
from tests.servers.git_http import GitAnswer, GitRequest, GitServer, Hosted, ask_git

TOKEN = "glpat-Zq8mWx2Vb7Nk4Jd9"  # noqa: S105 - made up
MAIN = Context("git", "group/name", "", "c" * 40, branch="main", default_branch="main")
TOPIC = replace(MAIN, branch="topic")
FORK = replace(MAIN, from_fork=True)
FIX = ProvenFix("aaaa1111", "--- a/x\n+++ b/x\n", "a slip", ("one test alone runs it",))
OTHER = ProvenFix("bbbb2222", "a diff")
IDEA = Idea("b" * 16, "a diff", ("still red",))


@dataclass(frozen=True)
class Host:
    """A git host, and a forge that lets us push there with *password*."""

    server: GitServer
    hosted: Hosted
    password: str = TOKEN

    @property
    def writable(self) -> Remote:
        return Remote.with_password(f"{self.server.url}/name.git", "bot", self.password)

    def ref(self, name: str = DEFAULT) -> MemoryRef:
        return MemoryRef(self.writable, name)

    def heard(self, context: Context) -> tuple[list[str], list[str]]:
        """The fingerprints that a run about *context* is offered, and what it says about refs it cannot read."""
        said: list[str] = []
        return [fix.fingerprint for fix in recalled(self.writable, context, said.append).fixes], said

    def holds(self, raw: bytes, *, mode: str = "100644", name: str = "memory.jsonl", beside: str = "") -> None:
        """Have the ref of the default branch hold *raw*, as anybody could who may push there."""
        blob = self.hosted.git("hash-object", "-w", "--stdin", stdin=raw)
        fixes = self.hosted.git("hash-object", "-w", "--stdin", stdin=packed([FIX])) if beside else ""
        more = f"100644 blob {fixes}\t{beside}\n" if beside else ""
        tree = self.hosted.git("mktree", stdin=f"{mode} blob {blob}\t{name}\n{more}".encode())
        self.hosted.git("update-ref", DEFAULT, self.hosted.git("commit-tree", tree, "-m", "mine"))


@pytest.fixture
def host(checkout: Checkout, tmp_path: Path) -> Iterator[Host]:
    (tmp_path / "hosted").mkdir()
    hosted = Hosted.of(checkout, tmp_path / "hosted" / "name.git")
    hosted.set("uploadpack.allowFilter", "true")
    with GitServer(tmp_path / "hosted", bot=TOKEN, reader="only-reads-4711") as server:
        server.git.readers.add("reader")
        yield Host(server, hosted)


def test_each_level_of_trust_has_a_ref_and_the_default_branch_hears_of_no_other(host: Host) -> None:
    assert host.heard(MAIN) == ([], [])
    assert add(host, MAIN, fix=FIX) == f"the fix is kept in {DEFAULT} of {host.server.url}/name.git"
    add(host, TOPIC, fix=OTHER)
    add(host, TOPIC, fix=OTHER)
    assert {name for name in host.hosted.refs() if "agent-ci" in name} == {DEFAULT, BRANCHES}
    assert host.heard(MAIN) == (["aaaa1111"], [])
    assert host.heard(TOPIC) == host.heard(FORK) == (["bbbb2222", "aaaa1111"], [])
    assert host.hosted.git("rev-list", "--count", BRANCHES) == "1"
    assert len([ref for *_, ref in host.hosted.attempts if ref == BRANCHES]) == 1


def test_what_was_tried_in_vain_is_kept_beside_the_fixes_by_the_same_trust_and_the_last_of_each_failure(
    host: Host,
) -> None:
    ideas = tuple(Idea("a" * 16, f"diff {number}", ("still red",)) for number in range(7))
    told = add(host, MAIN, fix=FIX, ideas=ideas[:4])
    assert told == f"the fix and what was tried in vain is kept in {DEFAULT} of {host.server.url}/name.git"
    add(host, TOPIC, ideas=(IDEA,))
    add(host, MAIN, ideas=ideas[2:])
    add(host, MAIN, ideas=ideas[3:5])
    assert add(host, FORK, ideas=(IDEA,)) == "nothing is kept in the remote's memory for a change from a fork"
    assert host.ref().held() == Held(host.hosted.refs()[DEFAULT], (FIX,), ideas[2:])
    assert recalled(host.writable, MAIN, print).ideas == ideas[2:]
    assert recalled(host.writable, FORK, print).ideas == (IDEA, *ideas[2:])
    assert [len([ref for *_, ref in host.hosted.attempts if ref == name]) for name in (DEFAULT, BRANCHES)] == [2, 1]


def test_a_run_for_a_fork_keeps_nothing(host: Host) -> None:
    assert add(host, FORK, fix=FIX) == "nothing is kept in the remote's memory for a change from a fork"
    assert host.hosted.attempts == []


def test_without_the_right_to_write_nothing_is_kept(host: Host) -> None:
    assert "no token that may write" in add(object(), MAIN, fix=FIX)
    with pytest.raises(ForgeUnavailableError, match=f"{DEFAULT} of http.* could not be written: .*denied to reader"):
        add(replace(host, password="only-reads-4711"), MAIN, fix=FIX)  # noqa: S106 - made up


def test_of_runs_that_write_at_the_same_time_each_fix_is_kept(host: Host) -> None:
    fixes = [ProvenFix(f"{number:08d}", "a diff") for number in range(4)]
    host.server.git.before_push = lambda: add(host, MAIN, fix=OTHER)
    writers = [threading.Thread(target=add, args=(host, MAIN), kwargs={"fix": fix}) for fix in fixes]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert {fix.fingerprint for fix in host.ref().held().fixes} == {"bbbb2222", *(fix.fingerprint for fix in fixes)}


def test_a_push_whose_answer_is_lost_is_looked_for_and_one_that_always_fails_is_given_up(
    host: Host, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_ref, "_PAUSE", 0.0)
    host.server.git.faults.append(-500)
    add(host, MAIN, fix=FIX)
    assert host.ref().held().fixes == (FIX,)
    host.server.git.faults += [500] * 9
    with pytest.raises(ForgeUnavailableError, match="could not be written"):
        add(host, MAIN, fix=OTHER)
    assert len(host.server.git.faults) == 3


POISON = {
    "an executable": (packed([FIX]), {"mode": "100755"}),
    "a link": (b"/etc/passwd", {"mode": "120000"}),
    "another file": (packed([FIX]), {"name": "memory.json"}),
    "no rows": (b"hello\n", {}),
    "a row with more": (b'{"fingerprint": "a", "diff": "b", "cause": "c", "run": "d"}\n', {}),
    "a row of numbers": (b'{"fingerprint": 1, "diff": "b", "cause": "c"}\n', {}),
    "deep": (b"[" * 100_000, {}),
    "not UTF-8": (b"\xff\xfe", {}),
    "too many": (packed([FIX]) * 501, {}),
    "too large": (b" " * (MAX_BYTES + 1), {}),
    "ideas without fixes": (packed([IDEA]), {"name": "tried.jsonl"}),
    "ideas and a third file": (packed([IDEA]), {"name": "tried.jsonl", "beside": "other.jsonl"}),
    "fixes for ideas": (packed([FIX]), {"name": "tried.jsonl", "beside": "memory.jsonl"}),
    "ideas without objections": (
        b'{"fingerprint": "a", "offered": "b", "objections": "c"}\n',
        {"name": "tried.jsonl", "beside": "memory.jsonl"},
    ),
    "executable ideas": (packed([IDEA]), {"name": "tried.jsonl", "beside": "memory.jsonl", "mode": "100755"}),
}


@pytest.mark.parametrize(("raw", "how"), POISON.values(), ids=POISON)
def test_a_ref_with_something_else_is_refused_and_left(host: Host, raw: bytes, how: dict[str, str]) -> None:
    add(host, TOPIC, fix=OTHER)
    host.holds(raw, **how)
    before = host.hosted.refs()
    found, [said] = host.heard(TOPIC)
    assert (found, said.startswith(f"{DEFAULT} of http")) == (["bbbb2222"], True)
    assert "holds something that agent-ci did not write (" in said
    assert f"`git push origin :{DEFAULT}`" in said
    with pytest.raises(UnsupportedError, match="nothing is added"):
        add(host, MAIN, fix=FIX)
    assert host.hosted.refs() == before


def test_a_ref_that_is_too_large_does_not_come_over_the_wire(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    host.holds(os.urandom(MAX_BYTES + 1))
    sent: list[int] = []

    def ask(root: Path, request: GitRequest) -> GitAnswer:
        answer = ask_git(root, request)
        sent.append(len(answer.body))
        return answer

    monkeypatch.setattr(git_http, "ask_git", ask)
    with pytest.raises(UnsupportedError, match="it is larger than"):
        host.ref().held()
    assert sum(sent) < 100_000


def test_a_tag_and_a_remote_that_is_none_are_sentences(host: Host) -> None:
    host.hosted.git("update-ref", DEFAULT, host.hosted.git("hash-object", "-w", "--stdin", stdin=b"x"))
    assert "holds something that agent-ci did not write" in host.heard(MAIN)[1][0]
    said: list[str] = []
    assert recalled(Remote(), MAIN, said.append) == Held()
    assert said == [f"{DEFAULT} is not read: the checkout's origin is no http or https address"]
    assert recalled(Remote(f"{host.server.url}/absent.git"), MAIN, said.append) == Held()
    assert "could not be read" in said[1]


def test_a_job_on_a_forge_pushes_to_the_address_of_its_repository_with_its_token(checkout: Checkout) -> None:
    repository = Repository.at(checkout.root)
    with Clone.of(repository) as clone:
        job = {"GITHUB_REPOSITORY": "owner/name", "GITHUB_SERVER_URL": "https://ghe.example"}
        there = {"CI_SERVER_URL": "https://gl.example", "CI_PROJECT_PATH": "group/name"}
        assert GitHubActions(job, repository, clone).writable is None
        assert GitLabCI(there, repository, clone).writable is None
        remotes = [
            GitHubActions({**job, "GITHUB_TOKEN": TOKEN}, repository, clone).writable,
            GitLabCI({**there, "GITLAB_TOKEN": TOKEN}, repository, clone).writable,
        ]
    addresses = ["https://ghe.example/owner/name.git", "https://gl.example/group/name.git"]
    assert [remote and remote.url for remote in remotes] == addresses
    assert [remote and next(iter(remote.settings)) for remote in remotes] == [
        f"http.{address}.extraheader" for address in addresses
    ]


def test_what_was_delivered_repairs_the_next_run_in_a_fresh_checkout_and_can_be_forgotten(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {**QUICK_FILES, ".agent-ci.yml": "memory-ref: true\n"})
    proven = red.run(replies=(GOOD,), **QUICK)
    (tmp_path / "hosted").mkdir()
    hosted = Hosted.of(Checkout(red.path), tmp_path / "hosted" / "name.git")
    with GitServer(tmp_path / "hosted", bot=TOKEN) as server:
        url = f"{server.url}/name.git"
        job = {"CI": "true", "AGENT_CI_FORGE_TOKEN": TOKEN, "AGENT_CI_FORGE_URL": url}
        resealed(proven.out, **part(proven.out, "context", default_branch="main"))
        done = publish(red, proven.out, "--deliver", "pull-request", **job)
        assert (done.code, f"the fix is kept in {DEFAULT} of {url}" in done.stderr) == (0, True), done.stderr
        assert TOKEN not in done.stderr
        server.git.users.clear()
        Checkout(red.path).git("remote", "add", "origin", url)
        again = red.run(proposer=("known",), out=str(tmp_path / "fresh"), **QUICK)
        assert (again.outcome, again.document["attempts"][0]["proposer"]) == ("fixed", "known")
        where = ["--repository", str(red.path), "--out", str(tmp_path / "fresh2")]
        listed = told("list", *where, "--json")
        [row] = json.loads(listed)["fixes"]
        assert (row["ref"], row["files"]) == (DEFAULT, ["calc.py"])
        remembered = Remembered({}, {"repository": str(red.path), "out": str(tmp_path / "fresh2")})
        line = f"{row['fingerprint']}  calc.py, +1"
        empty = f"nothing is remembered in {BRANCHES} of {url}"
        in_ref, fix, other = shared_lines([*remembered.shared()])
        assert (in_ref, fix.startswith(line), other) == (f"in {DEFAULT} of {url}:", True, empty)
        assert told("forget", row["fingerprint"][:6], *where) == "1 fix forgotten\n"
        assert [one.fixes for one in remembered.shared()] == [(), ()]
        hosted.git("update-ref", DEFAULT, hosted.git("rev-parse", "main"))
        refused, _ = shared_lines([*remembered.shared()])
        assert "holds something that agent-ci did not write" in refused


def test_what_a_model_offered_in_vain_is_told_to_the_next_run_in_a_fresh_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def call(request: Request) -> Answer:
        asked.append(str(request.messages))
        return Answer(WRONG, "stop")

    monkeypatch.setattr(model, "call", call)
    red = RedRepository.make(tmp_path, {**QUICK_FILES, ".agent-ci.yml": "memory-ref: true\n"})
    given = {"proposer": ("model",), "model": "scripted", "max_attempts": 1, **QUICK}
    first = red.run(**given)
    [idea] = first.document["tried"]
    assert (first.outcome, idea["objections"]) == ("no_fix", ["calc::add is still red: 2 is not 3"])
    long = {**idea, "offered": idea["offered"] + "x" * 9000}
    resealed(first.out, tried=[long, {"offered": 1}, 2, {**idea, "fingerprint": "no fingerprint"}])
    (tmp_path / "hosted").mkdir()
    Hosted.of(Checkout(red.path), tmp_path / "hosted" / "name.git")
    with GitServer(tmp_path / "hosted", bot=TOKEN) as server:
        url, said = f"{server.url}/name.git", io.StringIO()
        job = {"PATH": os.environ["PATH"], "CI": "true", "AGENT_CI_FORGE_TOKEN": TOKEN, "AGENT_CI_FORGE_URL": url}
        here = {"repository": str(red.path), "out": str(tmp_path / "told")}
        Publication(job, here, said, first.out / "evidence.json").tell()
        assert f"what was tried in vain is kept in {DEFAULT} of {url}" in said.getvalue()
        server.git.users.clear()
        Checkout(red.path).git("remote", "add", "origin", url)
        red.run(**{**given, "out": str(tmp_path / "fresh")})
        assert ["an earlier run" in text for text in asked] == [False, True]
        assert "+    return a * b" in asked[1]
        [kept] = MemoryRef(Remote(url), DEFAULT).held().ideas
        assert (kept.fingerprint, len(kept.offered)) == (idea["fingerprint"], 4000)
        assert [*shared_lines([*Remembered(job, here).shared()])][:2] == [
            f"in {DEFAULT} of {url}:",
            f"{kept.fingerprint}  tried in vain: 1",
        ]
        assert Remembered(job, here).forget([kept.fingerprint[:6]]) == 0
        assert MemoryRef(Remote(url), DEFAULT).held().ideas == ()


def told(*words: str) -> str:
    command = [sys.executable, "-m", "agent_ci", "memory", *words]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
