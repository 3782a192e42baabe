"""GitLab: who may ask for what in a note, that it is answered once, and what `fix` and `stop` do there."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from agent_ci import registry
from agent_ci.chatting import NOTHING, Chat, as_variables
from agent_ci.core.asked_change import read_change
from agent_ci.core.chat import STOPPED
from agent_ci.core.context import Event
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, UnsupportedError
from agent_ci.forges.gitlab.adapter import GitLabCI
from agent_ci.forges.gitlab.people import GitLabPeople
from agent_ci.http.api import Timing
from tests.forges.gitlab_lab import TOKEN, GitLabLab
from tests.servers.gitlab import BOT, PERSON
from tests.servers.gitlab_values import Fault


@dataclass
class Talk:
    """The merge request !1 of *lab*; events go to *folder*."""

    lab: GitLabLab
    folder: Path
    events: int = 0

    def note(self, text: str, author: int = PERSON, **changed: Any) -> dict[str, Any]:
        """The event of a new note."""
        made = self.lab.server.say(self.lab.number, text, author)
        attributes = {"id": made["id"], "note": text, "noteable_type": "MergeRequest", "action": "create"}
        request = {"iid": self.lab.number}
        event = {"object_kind": "note", "object_attributes": attributes, "merge_request": request}
        event["object_attributes"] = {**attributes, **changed}
        return event

    def told(self, event: object, pipeline: int = 1) -> Mapping[str, str]:
        """The outputs of a job that a webhook with *event* started."""
        self.events += 1
        path = self.folder / f"event-{self.events}.json"
        path.write_text(json.dumps(event), encoding="utf-8")
        given = {"CI_PIPELINE_SOURCE": "trigger", "CI_PIPELINE_ID": str(pipeline), "TRIGGER_PAYLOAD": str(path)}
        return Chat({**self.lab.server.variables, "GITLAB_TOKEN": TOKEN, **given}).run()[1]

    @property
    def answers(self) -> list[str]:
        notes = self.lab.server.notes(self.lab.number)
        return [note["body"] for note in notes if note["author"]["id"] == BOT]

    @property
    def labels(self) -> list[str]:
        return list(self.lab.server.request("1").get("labels", []))


def job(talk: Talk, **variables: str) -> GitLabCI:
    """The adapter in a job of the project."""
    given: dict[str, Any] = variables
    return talk.lab.forge(**given)


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    with GitLabLab.opened(tmp_path) as lab:
        monkeypatch.setattr(registry, "people", lambda _: GitLabPeople(lab.project))
        yield Talk(lab, tmp_path)


def test_fix_starts_the_pipeline_of_the_merge_request_and_is_answered(talk: Talk) -> None:
    event = talk.note("/agent-ci fix")
    assert [talk.told(event, pipeline)["command"] for pipeline in (1, 2)] == ["fix", ""]
    assert talk.lab.server.pipelines == [1]
    [answer] = talk.answers
    assert talk.lab.head[:12] in answer


def test_stop_is_a_label_that_runs_see_with_a_token_and_without_one_and_fix_takes_off(talk: Talk) -> None:
    variables = {"CI_MERGE_REQUEST_IID": "1", "CI_COMMIT_SHA": talk.lab.head}
    forge = job(talk, **variables)
    assert talk.told(talk.note("/agent-ci stop")) == NOTHING
    assert (talk.labels, forge.context().is_stopped, talk.lab.server.pipelines) == ([STOPPED], True, [])
    alone = job(talk, GITLAB_TOKEN="", CI_MERGE_REQUEST_LABELS=f"bug,{STOPPED}", **variables)
    assert alone.context().is_stopped
    assert talk.told(talk.note("/agent-ci fix"))["command"] == "fix"
    assert (talk.labels, forge.context().is_stopped) == ([], False)
    assert not job(talk, GITLAB_TOKEN="", **variables).context().is_stopped


@pytest.mark.parametrize("status", [403, 404])
def test_a_token_that_may_not_look_is_told_what_it_needs(status: int, talk: Talk) -> None:
    talk.told(talk.note("/agent-ci stop"))
    forge = job(talk, CI_MERGE_REQUEST_IID="1", CI_COMMIT_SHA=talk.lab.head)
    talk.lab.server.faults.append(Fault("GET .*/merge_requests/1$", status))
    with pytest.raises(NotAllowedError, match=r"stopped repairs is not known: .*the role Developer"):
        forge.context()
    assert forge.context().is_stopped


def test_the_look_for_the_label_is_short_and_a_delivery_has_all_its_time_after_it(talk: Talk) -> None:
    passed: list[float] = []
    clock = Timing(monotonic=lambda: sum(passed), sleep=passed.append, write_gap=0.0)
    forge = talk.lab.forge(timing=clock, CI_MERGE_REQUEST_IID="1", CI_COMMIT_SHA=talk.lab.head)
    busy = Fault("GET .*/merge_requests/1$", 429, headers=(("Retry-After", "30"),), times=2)
    talk.lab.server.faults.append(busy)
    with pytest.raises(ForgeUnavailableError):
        forge.context()
    assert passed == []
    busy.times = 0
    assert not forge.context().is_stopped
    passed.append(170.0)
    busy.times = 1
    assert forge.deliver(talk.lab.parcel(), "suggestion").rung == "suggestion"
    assert 30 <= sum(passed[1:]) < 60


def test_explain_is_not_had_here_and_undo_is_for_the_job_that_follows(talk: Talk) -> None:
    assert talk.told(talk.note("/agent-ci explain")) == NOTHING
    outputs = talk.told(talk.note("/agent-ci undo"))
    assert (outputs["command"], outputs["head"]) == ("undo", talk.lab.head)
    assert "was not started" in talk.answers[0]
    assert talk.lab.server.pipelines == []
    lines = dict(line.split("=", 1) for line in as_variables(outputs).splitlines())
    assert read_change(lines["AGENT_CI_CHANGE"]).number == talk.lab.number
    context = job(talk, CI_PIPELINE_SOURCE="trigger", **lines).context()
    assert (context.number, context.commit, context.branch, context.event) == (
        talk.lab.number, talk.lab.head, "change", Event.CHANGE_REQUEST,
    )  # fmt: skip
    assert job(talk, CI_PIPELINE_SOURCE="push", **lines).context().number is None
    with pytest.raises(UnsupportedError, match="AGENT_CI_CHANGE does not name"):
        job(talk, CI_PIPELINE_SOURCE="trigger", AGENT_CI_CHANGE="x").context()


@pytest.mark.parametrize(
    ("level", "may"), [(5, False), (10, False), (15, False), (20, False), (30, True), (40, True), (50, True)]
)
def test_who_may_is_asked_of_gitlab(talk: Talk, level: int, *, may: bool) -> None:
    talk.lab.server.levels[PERSON] = level
    assert (talk.told(talk.note("/agent-ci fix"))["command"] == "fix") is may
    assert bool(talk.lab.server.writes) is may


@pytest.mark.parametrize("change", [{"state": "blocked"}, {"bot": True}, {"username": "renovate[bot]"}, {"id": BOT}])
def test_programs_we_ourselves_and_who_is_blocked_are_not_answered(talk: Talk, change: dict[str, Any]) -> None:
    talk.lab.server.users[PERSON] |= change
    assert talk.told(talk.note("/agent-ci fix")) == NOTHING
    assert talk.lab.server.writes == []


def test_who_is_no_member_is_not_answered(talk: Talk) -> None:
    del talk.lab.server.levels[PERSON]
    assert talk.told(talk.note("/agent-ci fix")) == NOTHING
    assert talk.lab.server.writes == []


@pytest.mark.parametrize(
    "changed",
    [{"action": "update"}, {"noteable_type": "Issue"}, {"id": 424242}, {"id": "1/../2"}, {"note": "/agent-ci stop"}],
    ids=["edited", "on an issue", "an unknown note", "an id that is a path", "a text that is not the note's"],
)
def test_an_event_that_gitlab_does_not_bear_out_is_not_answered(talk: Talk, changed: dict[str, Any]) -> None:
    assert talk.told(talk.note("/agent-ci fix", **changed)) == NOTHING
    assert talk.lab.server.writes == []


def test_the_merge_request_of_a_fork_starts_nothing(talk: Talk) -> None:
    talk.lab.server.requested[1]["source_project_id"] = 99
    assert talk.told(talk.note("/agent-ci fix")) == NOTHING
    assert ("comes from a fork" in talk.answers[0], talk.lab.server.pipelines) == (True, [])


def test_deliveries_at_random_are_one_reaction_one_answer_and_one_start(talk: Talk) -> None:
    draw = random.Random(3)  # noqa: S311 - a test that is repeatable
    events = [talk.note(f"/agent-ci {name}") for name in ("fix", "undo", "dance")]
    deliveries = [(draw.choice(events), pipeline) for pipeline in range(60)]
    with ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda one: talk.told(*one)["command"], deliveries))
    awards = [note["award"] for note in talk.lab.server.notes(1) if note["author"]["id"] == PERSON]
    assert sorted(filter(None, told)) == ["fix", "undo"]
    assert (len(talk.answers), talk.lab.server.pipelines) == (3, [1])
    assert awards == [[(BOT, "eyes")]] * 3
