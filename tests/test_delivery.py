from __future__ import annotations

import io
import os
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.outcome import Outcome
from agent_ci.core.parcel import Parcel
from agent_ci.core.run import Attempt, Reply, Verdict
from agent_ci.delivery import Carrier, Outgoing, deliver
from agent_ci.errors import AgentCIError, ForgeUnavailableError, NotAllowedError, RungRefusedError, StaleError
from agent_ci.pipeline import judge
from agent_ci.ports import Delivery
from agent_ci.session import Session
from bench.repositories import git
from tests.red import GOOD, QUICK, QUICK_FILES, WRONG, RedRepository


class Recorder:
    """A forge that notes how a change was to be delivered, and fails with the *errors* of the rungs that have one."""

    def __init__(self, **errors: AgentCIError) -> None:
        self.modes: list[str] = []
        self.errors = errors
        self.kept: list[bytes] = []
        self.kept_before: list[int] = []

    def keep(self, patch: bytes) -> None:
        self.kept.append(patch)

    def deliver(self, _parcel: Parcel, rung: str) -> Delivery:
        self.kept_before.append(len(self.kept))
        self.modes.append(rung)
        if error := self.errors.get(rung.replace("-", "_")):
            raise error
        return Delivery(rung, "done")


def delivered(  # noqa: PLR0913 - what differs between deliveries, each by name
    tmp_path: Path,
    forge: Recorder,
    *,
    doubts: tuple[str, ...] = (),
    unsure: tuple[str, ...] = (),
    mode: str = "patch",
    from_fork: bool = False,
    **variables: str,
) -> Outgoing:
    repository = RedRepository.make(tmp_path, QUICK_FILES)
    out = str(tmp_path / "out")
    given = {"repository": str(repository.path), "repeat": 2, "out": out, "sandbox": "none", **QUICK}
    session = Session({"PATH": os.environ["PATH"], **variables}, {**given, "deliver": mode}, io.StringIO())
    with session.opened() as (job, tools):
        evidence = job.gather(tools)
        reply = Reply("replay", GOOD, cause="the sign of canary-77d1f0a9c2 is wrong", doubts=unsure)
        judged = judge(job, tools, evidence, reply)
        proven = replace(judged, doubts=(*judged.doubts, *doubts))
        in_vain = Attempt(Reply("model", WRONG), objections=("still red",))
        verdict = Verdict(Outcome.FIXED, "", evidence, (in_vain, proven))
        there = replace(tools, context=replace(tools.context, from_fork=from_fork))
        carrier = Carrier(forge, session.outward, forge.keep)  # type: ignore[arg-type] # one method
        return deliver(verdict, carrier, there, session.settings)


@pytest.mark.parametrize("mode", ["commit", "pull-request"])
def test_a_change_that_leaves_doubts_waits_for_a_person(tmp_path: Path, mode: str) -> None:
    forge = Recorder()
    done = delivered(tmp_path, forge, doubts=("they differ",), mode=mode)
    assert forge.modes == ["suggestion"]
    assert done.patch is not None


def test_a_change_whose_proposer_is_not_sure_of_it_waits_for_a_person(tmp_path: Path) -> None:
    forge = Recorder()
    delivered(tmp_path, forge, unsure=("not sure",), mode="commit")
    assert forge.modes == ["suggestion"]


def test_what_was_doubted_once_is_doubted_when_it_is_known(tmp_path: Path) -> None:
    unsure, token = ("not sure of canary-77d1f0a9c2",), "canary-77d1f0a9c2"
    delivered(tmp_path, Recorder(), unsure=unsure, doubts=("they differ",), A_TOKEN=token)
    again = RedRepository(tmp_path / "repository", tmp_path).run(proposer=("known",), **QUICK)
    assert (again.document["attempts"][0]["proposer"], again.outcome) == ("known", "fixed")
    assert again.document["proof"]["doubts"] == ["not sure of ***", "they differ"]


def test_a_doubtful_change_that_cannot_be_suggested_stays_a_file(tmp_path: Path) -> None:
    forge = Recorder(suggestion=RungRefusedError("no change request is open"))
    done = delivered(tmp_path, forge, doubts=("they differ",), mode="commit")
    assert (forge.modes, done.delivery and done.delivery.rung) == (["suggestion"], "patch")


@pytest.mark.parametrize(("mode", "asked"), [("commit", ["commit"]), ("patch", []), ("none", [])])
def test_a_change_without_doubts_goes_where_it_was_asked_to(tmp_path: Path, mode: str, asked: list[str]) -> None:
    forge = Recorder()
    done = delivered(tmp_path, forge, mode=mode)
    assert (forge.modes, done.delivery and done.delivery.rung) == (asked, mode)


def test_the_patch_is_safe_before_the_first_rung_is_tried(tmp_path: Path) -> None:
    forge = Recorder(commit=RungRefusedError("protected"), suggestion=RungRefusedError("not in the diff"))
    done = delivered(tmp_path, forge, mode="commit")
    assert forge.kept == [done.patch]
    assert forge.kept_before == [1, 1, 1]


def test_a_refused_rung_falls_to_the_next_and_says_why(tmp_path: Path) -> None:
    forge = Recorder(commit=RungRefusedError("main is protected"), suggestion=RungRefusedError("not in the diff"))
    done = delivered(tmp_path, forge, mode="commit")
    assert forge.modes == ["commit", "suggestion", "pull-request"]
    assert done.delivery == Delivery("pull-request", "done (asked for as commit: main is protected; not in the diff)")
    assert done.verdict.outcome is Outcome.DELIVERED


def test_where_every_rung_is_refused_the_file_is_left(tmp_path: Path) -> None:
    refused = RungRefusedError("this is no forge")
    done = delivered(tmp_path, Recorder(commit=refused, suggestion=refused, pull_request=refused), mode="commit")
    assert done.delivery is not None
    assert done.delivery.rung == "patch"
    assert "git am --keep-cr .agent-ci/fix.patch" in done.delivery.sentence
    assert done.delivery.sentence.endswith("(asked for as commit: this is no forge)")
    assert done.verdict.outcome is Outcome.FIXED


def test_missing_rights_are_no_success(tmp_path: Path) -> None:
    missing = NotAllowedError("the token lacks the right contents: write")
    refused = RungRefusedError("no change request is open")
    done = delivered(tmp_path, Recorder(commit=missing, suggestion=refused, pull_request=missing), mode="commit")
    assert done.verdict.outcome is Outcome.FORGE_UNAVAILABLE
    assert "contents: write; the proven change is in" in done.verdict.reason
    assert done.patch is not None


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(StaleError("it moved on"), Outcome.STALE), (ForgeUnavailableError("no answer"), Outcome.FORGE_UNAVAILABLE)],
)
def test_what_is_no_refusal_ends_the_descent_and_keeps_the_patch(
    tmp_path: Path, error: AgentCIError, outcome: Outcome
) -> None:
    forge = Recorder(commit=error)
    done = delivered(tmp_path, forge, mode="commit")
    assert (forge.modes, done.verdict.outcome, len(forge.kept)) == (["commit"], outcome, 1)


def test_a_commit_is_signed_off_where_the_settings_ask_for_that(tmp_path: Path) -> None:
    line = "\nSigned-off-by: agent-ci <agent-ci@users.noreply.github.com>\n"
    for is_signed in (False, True):
        files = {**QUICK_FILES, ".agent-ci.yml": f"sign-off: {str(is_signed).lower()}\n"}
        run = RedRepository.make(tmp_path / str(is_signed), files).run(replies=(GOOD,), **QUICK)
        assert (line in run.patch) is is_signed
        assert run.document["patch_file"]["message"].endswith(line) is is_signed


def test_our_repairs_since_a_persons_commit_are_numbered(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, QUICK_FILES)
    message = f"fix: something else\n\nAgent-CI-Fingerprint: {'0' * 16}\nAgent-CI-Attempt: 1"
    git(repository.path, "commit", "-q", "--allow-empty", "-m", message)
    run = repository.run(replies=(GOOD,), **QUICK)
    assert "\nAgent-CI-Attempt: 2\n" in run.document["patch_file"]["message"]
    assert "\nAgent-CI-Attempt: 2\n" in (run.out / "fix.patch").read_text()


@pytest.mark.parametrize("mode", ["commit", "patch"])
def test_a_change_that_holds_a_secret_goes_nowhere_and_is_no_proof(tmp_path: Path, mode: str) -> None:
    forge = Recorder()
    done = delivered(tmp_path, forge, mode=mode, A_TOKEN="return a + b")  # noqa: S106 - the repair's own text
    assert (forge.modes, forge.kept, done.patch, done.verdict.proof) == ([], [], None, None)
    assert done.verdict.outcome is Outcome.POLICY_REFUSED
    assert "the value of A_TOKEN, so that it is neither written nor delivered" in done.verdict.reason
    assert done.verdict.attempts[1].objections == (f"{done.verdict.reason} [new-secret]",)
    assert not (tmp_path / "out" / "memory.jsonl").exists()


def test_a_secret_in_the_words_of_a_proposer_is_removed_from_the_message_and_the_memory(tmp_path: Path) -> None:
    done = delivered(tmp_path, Recorder(), A_TOKEN="canary-77d1f0a9c2")  # noqa: S106 - made up
    assert done.patch is not None
    assert b"the sign of *** is wrong" in done.patch
    assert "canary" not in (tmp_path / "out" / "memory.jsonl").read_text()


def test_what_was_proven_for_a_fork_is_not_remembered_for_others(tmp_path: Path) -> None:
    assert delivered(tmp_path, Recorder(), from_fork=True).patch is not None
    assert not {"memory.jsonl", "tried.jsonl"} & {path.name for path in (tmp_path / "out").iterdir()}
    assert delivered(tmp_path / "trusted", Recorder()).patch is not None
    assert {"memory.jsonl", "tried.jsonl"} <= {path.name for path in (tmp_path / "trusted" / "out").iterdir()}


def test_a_memory_that_a_commit_brings_is_neither_read_nor_added_to(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, QUICK_FILES)
    first = repository.run(replies=(GOOD,), out=".agent-ci", **QUICK)
    kept = repository.path / ".agent-ci" / "memory.jsonl"
    planted = kept.read_bytes() + b"a line that is lost when it is written anew\n"
    kept.write_bytes(planted)
    git(repository.path, "add", "-f", ".agent-ci/memory.jsonl")
    git(repository.path, "commit", "-q", "-m", "a memory")
    again = repository.run(proposer=("known",), out=".agent-ci", **QUICK)
    fixed = repository.run(replies=(GOOD,), out=".agent-ci", **QUICK)
    assert (first.outcome, again.outcome, again.document["attempts"], fixed.outcome) == ("fixed", "no_fix", [], "fixed")
    assert kept.read_bytes() == planted


def test_a_partial_repair_is_handed_over_as_a_plain_diff(tmp_path: Path) -> None:
    two = {**QUICK_FILES, "calc.py": "def add(a, b):\n    return a - b\n\n\ndef double(a):\n    return a * 3\n"}
    repository = RedRepository.make(tmp_path, two)
    run = repository.run(replies=(GOOD,), **QUICK)
    assert run.document["patch_file"]["name"] == "partial.patch"
    git(repository.path, "apply", "--check", str(run.out / "partial.patch"))
