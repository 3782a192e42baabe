"""GitLab: the one note that is kept up to date, the status of a commit, and issues."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError, RungRefusedError
from agent_ci.forges.gitlab.issues import escalate, settle
from tests.forges.gitlab_lab import FINGERPRINT, GitLabLab
from tests.servers.gitlab import BOT, PERSON
from tests.servers.gitlab_values import Fault

MARKER = "<!-- agent-ci:story -->"
RED = Story(MARKER, f"{MARKER}\nThe build is red.\n")
GREEN = Story(MARKER, f"{MARKER}\nThe build is green again.\n", is_quiet=True)
CHECK = Story(MARKER, f"{MARKER}\n", check={"name": "agent-ci", "conclusion": "failure", "title": "no\nfix"})


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[GitLabLab]:
    with GitLabLab.opened(tmp_path) as made:
        yield made


def test_the_note_is_made_once_and_edited_in_place(lab: GitLabLab) -> None:
    where = lab.forge().tell(RED, lab.context())
    other = Story(MARKER, f"{MARKER}\nA fix is proven.\n")
    assert lab.forge().tell(other, lab.context()) == where
    assert lab.forge().tell(GREEN, lab.context()) == where
    [note] = lab.server.notes(lab.number)
    assert (note["body"], where.rpartition("#")[2]) == (GREEN.comment, f"note_{note['id']}")
    assert [method for method, _, _ in lab.server.writes] == ["POST", "PUT", "PUT"]


def test_what_has_not_changed_is_not_written_again(lab: GitLabLab) -> None:
    for _ in range(3):
        lab.forge().tell(RED, lab.context())
    assert len(lab.server.writes) == 1


def test_a_quiet_story_starts_no_note(lab: GitLabLab) -> None:
    assert lab.forge().tell(GREEN, lab.context()) == ""
    assert lab.server.writes == []


def test_a_note_of_somebody_else_with_our_marker_is_not_ours(lab: GitLabLab) -> None:
    theirs = lab.server.say(lab.number, RED.comment)
    lab.forge().tell(RED, lab.context())
    lab.server.say(lab.number, f"> {MARKER}\nquoted", BOT)
    lab.forge().tell(Story(MARKER, f"{MARKER}\nnew\n"), lab.context())
    assert theirs["body"] == RED.comment
    assert sorted(lab.bodies) == sorted([RED.comment, f"{MARKER}\nnew\n", f"> {MARKER}\nquoted"])


def test_the_note_is_found_behind_hundreds_of_others(lab: GitLabLab) -> None:
    lab.forge().tell(RED, lab.context())
    for number in range(250):
        lab.server.say(lab.number, f"comment {number}")
    lab.forge().tell(GREEN, lab.context())
    assert lab.bodies.count(GREEN.comment) == 1
    assert len(lab.bodies) == 251


def test_a_list_without_an_end_gets_no_note(lab: GitLabLab) -> None:
    lab.server.pages_loop = True
    with pytest.raises(ForgeUnavailableError, match="nothing was added"):
        lab.forge().tell(RED, lab.context())
    lab.server.pages_loop = False
    for number in range(3001):
        lab.server.say(lab.number, f"comment {number}")
    with pytest.raises(ForgeUnavailableError, match="nothing was added"):
        lab.forge().tell(RED, lab.context())
    assert lab.server.writes == []


@pytest.mark.parametrize("status", [0, 500, 502])
def test_a_note_whose_answer_was_lost_is_found(lab: GitLabLab, status: int) -> None:
    lab.server.faults = [Fault("POST", status, is_after=True)]
    lab.forge().tell(RED, lab.context())
    assert (lab.bodies, len(lab.server.writes)) == ([RED.comment], 1)


def test_a_missing_right_to_tell_is_no_refused_rung(lab: GitLabLab) -> None:
    lab.server.levels[BOT] = 20
    with pytest.raises(ForgeUnavailableError, match="403") as caught:
        lab.forge().tell(RED, lab.context())
    assert not isinstance(caught.value, RungRefusedError)


def test_a_push_to_the_branch_of_one_merge_request_is_told_of_there(lab: GitLabLab) -> None:
    push = lab.context(number=None)
    assert f"/merge_requests/{lab.number}#note_" in lab.forge().tell(RED, push)
    assert (lab.bodies, lab.server.statuses) == ([RED.comment], [])
    other = lab.server.open_request("change", "elsewhere")
    lab.hosted.git("branch", "elsewhere", "main")
    assert lab.forge().tell(RED, push) == ""  # of two, none is the one
    lab.server.requested[other]["source_project_id"] = 99
    assert f"/merge_requests/{lab.number}#note_" in lab.forge().tell(RED, push)


def test_a_push_is_told_of_by_a_status(lab: GitLabLab) -> None:
    lab.server.requested[lab.number]["state"] = "merged"
    context = lab.context(number=None, run_url="https://gitlab.example.org/-/jobs/5")
    where = lab.forge().tell(CHECK, context)
    assert where == f"{lab.server.url}/group/name/-/commit/{lab.head}"
    [status] = lab.server.statuses
    assert {name: status[name] for name in ("state", "name", "description", "target_url", "ref", "sha")} == {
        "state": "failed",
        "name": "agent-ci",
        "description": "no fix",
        "target_url": context.run_url,
        "ref": "change",
        "sha": lab.head,
    }
    assert lab.forge().tell(CHECK, context) == where  # GitLab refuses the same again, which is as good
    assert lab.forge().tell(RED, context) == ""
    assert len(lab.server.statuses) == 1


@pytest.mark.parametrize(
    ("conclusion", "state"),
    [
        ("success", "success"),
        ("neutral", "success"),
        ("cancelled", "canceled"),
        ("timed_out", "failed"),
        ("", "failed"),
    ],
)
def test_a_conclusion_becomes_a_state_that_gitlab_knows(lab: GitLabLab, conclusion: str, state: str) -> None:
    story = Story(MARKER, "", check={"name": "agent-ci", "conclusion": conclusion})
    lab.forge().tell(story, lab.context(number=None, branch=""))
    assert [status["state"] for status in lab.server.statuses] == [state]


def test_an_escalation_is_one_issue_for_a_failure(lab: GitLabLab) -> None:
    project = lab.project
    first, again = (escalate(project, FINGERPRINT, "red since Monday", "Nobody repaired it.") for _ in range(2))
    other = escalate(project, "f" * 16, "another", "x")
    assert (first, first == other) == (again, False)
    assert [issue["state"] for issue in lab.server.issues.values()] == ["opened", "opened"]
    lab.server.issues[1]["state"] = "closed"  # by a person
    assert escalate(project, FINGERPRINT, "red again", "x") != first


def test_an_issue_of_a_person_with_our_mark_is_left_alone(lab: GitLabLab) -> None:
    escalate(lab.project, FINGERPRINT, "red", "x")
    lab.server.issues[1]["author"] = lab.server.users[PERSON]
    escalate(lab.project, FINGERPRINT, "red", "x")
    assert len(lab.server.issues) == 2


def test_an_issue_is_closed_once_when_the_build_is_green_again(lab: GitLabLab) -> None:
    escalate(lab.project, FINGERPRINT, "red", "x")
    other = escalate(lab.project, "f" * 16, "another", "x")
    green = replace(GREEN, mended=(FINGERPRINT,))
    for _ in range(2):
        lab.forge().tell(green, lab.context())
    assert [one["web_url"] for one in lab.server.issues.values() if one["state"] == "opened"] == [other]
    assert len([method for method, path, _ in lab.server.writes if method == "PUT" and "/issues/" in path]) == 1
    assert not settle(lab.project, FINGERPRINT)
