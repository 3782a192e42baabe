"""What people see at GitHub: one comment that is kept up to date, one check with its notes, and no word too many."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent_ci.core.note import Note
from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError, NotAllowedError
from tests.forges.github.lab import Lab
from tests.servers.chat import Step
from tests.servers.github import TOKEN
from tests.servers.github_state import Account

MARKER = "<!-- agent-ci -->"
STORY = Story(MARKER, f"{MARKER}\nfixed")
CHECK = {"name": "agent-ci", "conclusion": "success", "text": "all green"}


def bodies(lab: Lab) -> list[str]:
    return [str(comment["body"]) for comment in lab.server.state.comments.values()]


def test_a_comment_is_made_once_and_then_edited_in_place(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    first = lab.forge().tell(STORY, lab.context(number))
    assert first.endswith(f"/issues/{number}#issuecomment-2")
    later = Story(MARKER, f"{MARKER}\nflaky")
    assert lab.forge().tell(later, lab.context(number)) == first
    assert bodies(lab) == [f"{MARKER}\nflaky"]
    lab.forge().tell(later, lab.context(number))
    assert [write.method for write in lab.server.writes] == ["POST", "PATCH"]


def test_it_is_found_behind_hundreds_of_other_comments(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    for index in range(1000, 1250):
        user = {"login": "ada", "type": "User"}
        lab.server.state.comments[index] = {"id": index, "issue": number, "body": "hello", "user": user}
    first = lab.forge().tell(STORY, lab.context(number))
    assert lab.forge().tell(STORY, lab.context(number)) == first
    assert len(bodies(lab)) == 251


def test_a_strangers_comment_with_our_marker_is_not_touched(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    mallory = {"id": 900, "issue": number, "body": f"{MARKER}\nbuy", "user": {"login": "mallory", "type": "User"}}
    lab.server.state.comments[900] = dict(mallory)
    lab.forge().tell(STORY, lab.context(number))
    assert (lab.server.state.comments[900], len(bodies(lab))) == (mallory, 2)


def test_a_quiet_story_says_nothing_unless_something_was_said_before(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    quiet = replace(STORY, is_quiet=True)
    assert (lab.forge().tell(quiet, lab.context(number)), bodies(lab)) == ("", [])
    lab.forge().tell(Story(MARKER, f"{MARKER}\nred"), lab.context(number))
    lab.forge().tell(quiet, lab.context(number))
    assert bodies(lab) == [STORY.comment]


def test_a_quiet_story_makes_no_check_and_brings_one_that_is_there_up_to_date(lab: Lab) -> None:
    red = replace(STORY, check={"name": "agent-ci", "conclusion": "failure", "title": "red", "text": "red"})
    quiet = replace(red, is_quiet=True, check={**red.check, "conclusion": "success"})
    lab.forge().tell(quiet, lab.context())
    assert lab.server.state.checks == {}
    for story in (red, quiet):
        lab.forge().tell(story, lab.context())
    assert [check["conclusion"] for check in lab.server.state.checks.values()] == ["success"]


@pytest.mark.parametrize(("requests", "comments"), [(0, 0), (1, 1), (2, 0)])
def test_on_a_push_the_one_open_request_of_the_branch_is_told(lab: Lab, requests: int, comments: int) -> None:
    bases = ("main", "release")
    for base in bases[:requests]:
        lab.server.state.open_request("change", base)
    closed = lab.server.state.open_request("change", "old")
    lab.server.state.close(closed)
    lab.forge().tell(STORY, lab.context())
    assert len(bodies(lab)) == comments


@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_a_lost_answer_makes_no_second_comment(lab: Lab, method: str, *, after: bool) -> None:
    number = lab.server.state.open_request("change")
    if method == "PATCH":
        lab.forge().tell(Story(MARKER, f"{MARKER}\nred"), lab.context(number))
    lab.server.breaks(method, "comments", Step(status=0), after=after)
    lab.forge().tell(STORY, lab.context(number))
    assert bodies(lab) == [STORY.comment]


def test_a_check_has_all_its_notes_fifty_at_a_time(lab: Lab) -> None:
    notes = tuple(Note("shop.py", line, line, "failure", "red", f"note {line}") for line in range(1, 121))
    told = replace(STORY, check=CHECK, notes=notes)
    lab.forge().tell(told, replace(lab.context(), run_url="https://example.org/run"))
    [check] = lab.server.state.checks.values()
    assert [note["message"] for note in check["annotations"]] == [f"note {line}" for line in range(1, 121)]
    assert (check["name"], check["conclusion"], check["head_sha"]) == ("agent-ci", "success", lab.head)
    assert check["details_url"] == "https://example.org/run"


def test_a_check_is_brought_up_to_date_and_not_made_twice(lab: Lab) -> None:
    lab.forge().tell(replace(STORY, check=CHECK), lab.context())
    lab.forge().tell(replace(STORY, check={**CHECK, "conclusion": "failure"}), lab.context())
    assert [check["conclusion"] for check in lab.server.state.checks.values()] == ["failure"]


@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
def test_a_lost_answer_makes_no_second_check(lab: Lab, *, after: bool) -> None:
    lab.server.breaks("POST", "check-runs", Step(status=0), after=after)
    lab.forge().tell(replace(STORY, check=CHECK), lab.context())
    assert len(lab.server.state.checks) == 1


def test_a_level_that_github_does_not_know_is_said_before_it_is_asked(lab: Lab) -> None:
    note = Note("shop.py", 1, 1, "error", "red", "note")
    with pytest.raises(ForgeUnavailableError, match="level 'error'"):
        lab.forge().tell(replace(STORY, check=CHECK, notes=(note,)), lab.context())
    assert lab.server.writes == []


def test_a_missing_right_is_named(lab: Lab) -> None:
    number = lab.server.state.open_request("change")
    lab.server.tokens[TOKEN] = Account(rights=frozenset())
    with pytest.raises(NotAllowedError, match="issues: write"):
        lab.forge().tell(STORY, lab.context(number))


def test_without_a_token_nothing_is_told(lab: Lab) -> None:
    assert lab.forge(GITHUB_TOKEN="").tell(STORY, lab.context(1)) == ""
    assert lab.server.seen == []
