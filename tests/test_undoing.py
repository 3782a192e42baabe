"""Exactly one repair is taken back, with real git: the right one, all of it, and nothing that came after it."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent_ci import git as plain_git
from agent_ci import registry
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.asked_change import AskedChange
from agent_ci.core.context import Context
from agent_ci.core.loops import Bounds, decide
from agent_ci.core.outcome import Outcome
from agent_ci.core.parcel import Parcel
from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError, RefusedError, RungRefusedError, StaleError, UsageError
from agent_ci.forges.local import LocalGit
from agent_ci.history import branch_history
from agent_ci.ports import Delivery
from agent_ci.undoing import Undoing
from tests.checkouts import Checkout

FAILURE = "0123456789abcdef"
TRAILERS = f"\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: {FAILURE}\nAgent-CI-Attempt: 1\n"
OURS = f"{plain_git.NAME} <{plain_git.EMAIL}>"
LINES = "".join(f"line {number}\n" for number in range(20))


def repair(checkout: Checkout, path: str = "long.txt", at: int = 3, subject: str = "fix: a line") -> str:
    lines = (checkout.root / path).read_text().splitlines(keepends=True)
    lines[at] = "repaired\n"
    checkout.write({path: "".join(lines)})
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--message", subject + TRAILERS, "--author", OURS)
    return checkout.git("rev-parse", "HEAD")


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit({"long.txt": LINES, ".gitignore": ".agent-ci/\n"})
    return made


def undone(checkout: Checkout, name: str = "", **given: object) -> tuple[Outcome, str]:
    return Undoing({}, {"repository": str(checkout.root), **given}, name).run()


def test_the_last_repair_is_taken_back_and_later_work_stays(checkout: Checkout) -> None:
    commit = repair(checkout)
    checkout.commit({"long.txt": (checkout.root / "long.txt").read_text().replace("line 15", "a person's")})
    outcome, sentence = undone(checkout)
    assert outcome is Outcome.DELIVERED
    assert sentence.startswith(f"commit {commit[:12]} is taken back: commit ")
    assert (checkout.root / "long.txt").read_text() == LINES.replace("line 15", "a person's")
    message = checkout.git("log", "-1", "--format=%B")
    assert message.startswith('Revert "fix: a line"\n')
    assert f"This reverts commit {commit}." in message
    assert checkout.git("status", "--porcelain") == ""


def test_what_takes_a_repair_back_is_signed_off_where_the_settings_ask_for_that(checkout: Checkout) -> None:
    checkout.commit({".agent-ci.yml": "sign-off: true\n"})
    repair(checkout)
    assert undone(checkout)[0] is Outcome.DELIVERED
    assert checkout.git("log", "-1", "--format=%B").rstrip().endswith(f"\nSigned-off-by: {OURS}")


def test_what_was_taken_back_is_not_repaired_again(checkout: Checkout) -> None:
    repair(checkout)
    undone(checkout)
    repository = Repository.at(checkout.root)
    with Clone.of(repository) as clone:
        history = branch_history(repository.head(), repository, clone)
    assert "took back the repair" in decide(FAILURE, history, Bounds(), now=0).reason


def test_the_last_repair_that_still_stands_is_the_last_one(checkout: Checkout) -> None:
    first, second = repair(checkout, at=3), repair(checkout, at=12)
    assert undone(checkout)[1].startswith(f"commit {second[:12]}")
    assert undone(checkout)[1].startswith(f"commit {first[:12]}")
    assert (checkout.root / "long.txt").read_text() == LINES
    with pytest.raises(UsageError, match="no repair by agent-ci"):
        undone(checkout)


def test_in_a_job_that_a_comment_started_it_is_the_branch_of_the_change_and_not_what_is_checked_out(
    checkout: Checkout,
) -> None:
    base = checkout.git("rev-parse", "HEAD")
    checkout.git("switch", "--quiet", "--create", "topic")
    commit = repair(checkout)
    checkout.git("switch", "--quiet", "main")
    change = AskedChange(12, commit, base, "topic", "main", from_fork=False)
    job = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "issue_comment", "AGENT_CI_CHANGE": change.encoded}
    outcome, sentence = Undoing(job, {"repository": str(checkout.root), "deliver": "patch"}).run()
    assert (outcome, sentence.startswith(f"commit {commit[:12]} is taken back")) == (Outcome.FIXED, True)


def test_a_file_that_the_repair_added_goes_and_one_that_it_removed_comes_back(checkout: Checkout) -> None:
    checkout.git("rm", "--quiet", "long.txt")
    checkout.write({"new.txt": "new\n"})
    checkout.git("add", "--all")
    checkout.git("commit", "--quiet", "--message", "fix: move" + TRAILERS, "--author", OURS)
    undone(checkout)
    assert (checkout.root / "long.txt").read_text() == LINES
    assert not (checkout.root / "new.txt").exists()


def test_a_repair_whose_lines_were_changed_since_is_refused_and_the_commit_is_named(checkout: Checkout) -> None:
    commit = repair(checkout)
    text = (checkout.root / "long.txt").read_text()
    checkout.commit({"long.txt": text.replace("line 15", "elsewhere")})
    later = checkout.commit({"long.txt": text.replace("repaired", "repaired better")})
    with pytest.raises(RefusedError, match=rf"same lines of long.txt \({later[:12]}\)"):
        undone(checkout, commit)
    assert "repaired better" in (checkout.root / "long.txt").read_text()


def test_a_commit_of_somebody_else_is_refused(checkout: Checkout) -> None:
    with pytest.raises(UsageError, match="was not made by agent-ci"):
        undone(checkout, "HEAD")


def test_a_repair_on_another_branch_is_refused(checkout: Checkout) -> None:
    checkout.git("switch", "--quiet", "--create", "other")
    commit = repair(checkout)
    checkout.git("switch", "--quiet", "main")
    with pytest.raises(UsageError, match="is not part of"):
        undone(checkout, commit)


@pytest.mark.parametrize("name", ["no-such-name", "--help", "#77"])
def test_a_name_that_means_nothing_is_refused(checkout: Checkout, name: str) -> None:
    with pytest.raises(UsageError):
        undone(checkout, name)


def test_a_change_that_is_gone_already_is_nothing_to_do(checkout: Checkout) -> None:
    commit = repair(checkout)
    checkout.commit({"long.txt": LINES})
    assert undone(checkout, commit)[0] is Outcome.NOTHING_TO_DO


@pytest.mark.parametrize("is_squashed", [True, False])
def test_the_repair_of_a_change_request_is_found_by_its_number(checkout: Checkout, *, is_squashed: bool) -> None:
    repair(checkout, at=1, subject="fix: before (#1)")
    if is_squashed:
        commit = repair(checkout, subject="fix: a line (#12)")
    else:
        checkout.git("switch", "--quiet", "--create", "topic")
        commit = repair(checkout)
        checkout.git("switch", "--quiet", "main")
        checkout.git("merge", "--quiet", "--no-ff", "--message", "Merge pull request #12 from a/topic", "topic")
    repair(checkout, at=15, subject="fix: later (#123)")
    assert undone(checkout, "#12")[1].startswith(f"commit {commit[:12]} is taken back")


def test_as_a_patch_it_is_a_file_and_the_checkout_stays(checkout: Checkout) -> None:
    commit = repair(checkout)
    outcome, sentence = undone(checkout, deliver="patch")
    assert (outcome, "undo.patch" in sentence) == (Outcome.FIXED, True)
    assert checkout.git("rev-parse", "HEAD") == commit
    checkout.git("am", "--quiet", ".agent-ci/undo.patch")
    assert (checkout.root / "long.txt").read_text() == LINES


@dataclass
class Asked:
    """A forge that records what it is handed, and refuses what it is told to refuse."""

    inner: LocalGit
    refuses: dict[str, Exception] = field(default_factory=dict)
    parcels: list[tuple[str, Parcel]] = field(default_factory=list)
    stories: list[Story] = field(default_factory=list)

    def context(self) -> Context:
        return self.inner.context()

    def deliver(self, parcel: Parcel, rung: str) -> Delivery:
        self.parcels.append((rung, parcel))
        if rung in self.refuses:
            raise self.refuses[rung]
        return Delivery(rung, f"{rung} was made")

    def tell(self, story: Story, _context: Context) -> str:
        self.stories.append(story)
        if "tell" in self.refuses:
            raise self.refuses["tell"]
        return "https://forge.example/1"


def asked(checkout: Checkout, monkeypatch: pytest.MonkeyPatch, **refuses: Exception) -> Asked:
    repository = Repository.at(checkout.root)
    forge = Asked(
        LocalGit({}, repository, Clone(repository.root)), {key.replace("_", "-"): e for key, e in refuses.items()}
    )
    monkeypatch.setattr(registry, "forge", lambda *_: forge)
    return forge


def test_a_protected_branch_gets_a_change_request_and_people_are_told(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = repair(checkout)
    forge = asked(checkout, monkeypatch, commit=RungRefusedError("protected"), suggestion=RungRefusedError("no"))
    outcome, sentence = undone(checkout)
    assert outcome is Outcome.DELIVERED
    assert [rung for rung, _ in forge.parcels] == ["commit", "suggestion", "pull-request"]
    assert len({parcel.fingerprint for _, parcel in forge.parcels} - {FAILURE}) == 1
    assert sentence.endswith("told at https://forge.example/1")
    assert commit[:12] in forge.stories[0].comment
    assert forge.stories[0].comment.startswith(forge.stories[0].marker)


def test_that_nobody_could_be_told_undoes_nothing(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    repair(checkout)
    asked(checkout, monkeypatch, tell=ForgeUnavailableError("no answer"))
    outcome, sentence = undone(checkout)
    assert (outcome, "no answer" in sentence) == (Outcome.DELIVERED, True)


def test_a_branch_that_moved_on_is_stale_and_the_patch_is_there(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    repair(checkout)
    asked(checkout, monkeypatch, commit=StaleError("moved on"))
    with pytest.raises(StaleError):
        undone(checkout)
    assert (checkout.root / ".agent-ci/undo.patch").is_file()


def test_a_key_of_a_model_beside_a_token_is_refused() -> None:
    with pytest.raises(UsageError, match="must not hold the key of a model"):
        Undoing({"AGENT_CI_FORGE_TOKEN": "t" * 20, "AGENT_CI_API_KEY": "k" * 20}, {})


def test_the_command_takes_it_back(checkout: Checkout) -> None:
    repair(checkout)
    command = (sys.executable, "-m", "agent_ci", "undo", "--repository", str(checkout.root))
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout.startswith("delivered: commit ")) == (0, True), done.stderr
    assert (checkout.root / "long.txt").read_text() == LINES
