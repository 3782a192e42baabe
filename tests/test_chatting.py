"""Who may ask for what in a comment, that it is answered once, and that nothing of it reaches a workflow but a word."""

from __future__ import annotations

import random
import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from agent_ci.chatting import NOTHING, Chat, as_variables
from agent_ci.core.asked_change import read_change
from agent_ci.core.chat import STOPPED
from agent_ci.errors import ForgeUnavailableError, UnsupportedError, UsageError
from tests.chats import Talk, without_waiting
from tests.servers.chat import Step

LOST = Step(status=0)
EVIL = 'x";$(touch${IFS}pwned);`id`&number=9#'


@pytest.fixture
def talk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Talk]:
    without_waiting(monkeypatch)
    with Talk.opened(tmp_path) as made:
        yield made


def assert_silent(talk: Talk, event: object) -> None:
    assert talk.told(event)[1] == NOTHING
    assert (talk.server.writes, talk.answers, talk.reactions) == ([], [], [])


@pytest.mark.parametrize("name", ["fix", "explain", "undo"])
def test_a_person_who_may_write_starts_a_job_on_the_head_that_the_forge_names(talk: Talk, name: str) -> None:
    _, outputs = talk.told(talk.comment(f"please\n\n/agent-ci {name} @everyone"))
    change = read_change(outputs["change"])
    assert (outputs["command"], outputs["head"]) == (name, talk.head)
    assert (change.number, change.head, change.branch, change.from_fork) == (talk.number, talk.head, "topic", False)
    [answer] = talk.answers
    assert talk.reactions == ["eyes"]
    assert talk.head[:12] in answer
    assert "everyone" not in answer
    assert f"{talk.server.url}/owner/shop/actions/runs/1" in answer


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("none", False),
        ("read", False),
        ("triage", False),
        ("write", True),
        ("maintain", True),
        ("admin", True),
        ("a role of the organisation's own that is built on write", True),
        (None, False),
    ],
)
def test_who_may_is_asked_of_the_forge_and_never_of_the_event(talk: Talk, role: str | None, *, may: bool) -> None:
    talk.server.state.permissions = {} if role is None else {"eve": role}
    event = talk.comment("/agent-ci fix", by="eve")
    event["comment"] |= {"author_association": "OWNER"}
    if may:
        assert talk.told(event)[1]["command"] == "fix"
    else:
        assert_silent(talk, event)


def test_the_author_of_a_fork_starts_nothing_and_a_person_who_may_write_is_told_why(talk: Talk) -> None:
    talk.server.state.pulls[talk.number]["head"]["repo"] = {"full_name": "mallory/shop"}
    assert_silent(talk, talk.comment("/agent-ci fix", by="mallory"))
    assert talk.told(talk.comment("/agent-ci fix"))[1] == NOTHING
    [answer] = talk.answers
    assert "comes from a fork" in answer


REFUSED: dict[str, dict[str, Any]] = {
    "a comment that was edited": {"action": "edited"},
    "a comment on an issue": {"issue": {"number": 1}},
    "a number that is none": {"issue": {"number": "1; rm", "pull_request": {"url": "x"}}},
    "an issue of words": {"issue": [1]},
    "a comment of words": {"comment": "x"},
    "an id that is none": {"comment": {"id": "7/../9", "body": "/agent-ci fix"}},
    "an id of nothing": {"comment": {"id": 77, "body": "/agent-ci fix"}},
    "the number of another pull request": {"issue": {"number": 99, "pull_request": {"url": "x"}}},
}


@pytest.mark.parametrize("changed", REFUSED.values(), ids=REFUSED)
def test_any_other_event_is_not_answered(talk: Talk, changed: dict[str, Any]) -> None:
    assert_silent(talk, talk.comment("/agent-ci fix", **changed))


def test_a_comment_on_one_change_orders_nothing_on_another(talk: Talk) -> None:
    other = talk.server.state.open_request("main")
    assert_silent(talk, talk.comment("/agent-ci stop", issue={"number": other, "pull_request": {"url": "x"}}))


@pytest.mark.parametrize("login", ["ada[bot]", "github-actions[bot]", "../ada", ""])
def test_programs_and_we_ourselves_are_not_answered(talk: Talk, login: str) -> None:
    talk.server.state.permissions[login] = "admin"
    event = talk.comment("/agent-ci fix", by=login)
    comment = talk.server.state.comments[event["comment"]["id"]]
    assert talk.told(event)[1] == NOTHING
    assert talk.server.writes == []
    assert comment["user"]["login"] == login


def test_our_own_account_is_not_answered_where_it_is_a_persons(talk: Talk) -> None:
    talk.server.tokens = {next(iter(talk.server.tokens)): type(next(iter(talk.server.tokens.values())))("ada")}
    assert talk.told(talk.comment("/agent-ci fix"))[1] == NOTHING
    assert talk.server.writes == []


def test_a_text_that_is_not_the_comments_any_more_starts_nothing(talk: Talk) -> None:
    event = talk.comment("/agent-ci fix")
    talk.server.state.comments[event["comment"]["id"]] = {**event["comment"], "body": "never mind"}
    assert_silent(talk, event)
    forged = talk.comment("nothing to see")
    forged["comment"] = {**forged["comment"], "body": "/agent-ci fix"}
    assert_silent(talk, forged)


@pytest.mark.parametrize("text", ["> /agent-ci fix", "```\n/agent-ci fix\n```", "hello", "> no\n/agent-ci stop"])
def test_a_comment_that_only_shows_a_command_costs_no_request(talk: Talk, text: str) -> None:
    assert_silent(talk, talk.comment(text))
    assert talk.server.seen == []


HOSTILE = (
    "/agent-ci fix; touch pwned",
    "/agent-ci fix $(touch pwned)",
    "/agent-ci fix\n::set-output name=command::undo\n##[command]x",
    "/agent-ci fix `id` <img src=x onerror=alert(1)> @everyone #1",
    "/agent-ci dance](https://evil.example) <!--",
    "/agent-ci fix\ncommand<<EOF\nundo\nEOF",
    "/agent-ci \u202efix",
    "/agent-ci " + "a" * 70_000,
)


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_of_a_comment_is_repeated_or_told_to_the_jobs_that_follow(talk: Talk, text: str) -> None:
    _, outputs = talk.told(talk.comment(text))
    assert outputs["command"] in ("", "fix")
    assert all(re.fullmatch(r"[A-Za-z0-9%&+=._-]*", value) for value in outputs.values())
    said = "\n".join(talk.answers)
    assert not any(word in said for word in ("pwned", "everyone", "evil", "onerror", "::", "##[", "EOF", "\u202e"))


def test_a_branch_with_a_hostile_name_is_a_word_like_any_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    without_waiting(monkeypatch)
    with Talk.opened(tmp_path, EVIL) as talk:
        _, outputs = talk.told(talk.comment("/agent-ci fix"))
        assert read_change(outputs["change"]).branch == EVIL
        assert read_change(outputs["change"]).number == talk.number
        assert "pwned" not in talk.answers[0]
    (tmp_path / "chat.env").write_text(as_variables(outputs), encoding="utf-8")
    sourced = subprocess.run(
        ["sh", "-euc", "set -a; . ./chat.env; set +a; exec env | grep ^AGENT_CI_COMMAND="],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=10,
    )  # fmt: skip
    assert not (tmp_path / "pwned").exists()
    assert "AGENT_CI_COMMAND=fix" in sourced.stdout


def test_stop_sets_a_label_that_fix_takes_off(talk: Talk) -> None:
    for _ in range(2):
        assert talk.told(talk.comment("/agent-ci stop"))[1] == NOTHING
        assert talk.labels == [STOPPED]
    assert talk.told(talk.comment("/agent-ci explain"))[1]["command"] == "explain"
    assert talk.labels == [STOPPED]
    for _ in range(2):
        assert talk.told(talk.comment("/agent-ci fix"))[1]["command"] == "fix"
        assert talk.labels == []


def test_an_old_stop_that_is_told_again_does_not_stop_what_a_person_has_started_since(talk: Talk) -> None:
    stop = talk.comment("/agent-ci stop")
    talk.told(stop, run=1)
    talk.told(talk.comment("/agent-ci fix"), run=2)
    talk.told(stop, run=3)
    assert (talk.labels, len(talk.answers)) == ([], 2)


def test_a_closed_change_is_answered_and_nothing_is_started(talk: Talk) -> None:
    talk.server.state.close(talk.number)
    assert talk.told(talk.comment("/agent-ci fix"))[1] == NOTHING
    assert "not open any more" in talk.answers[0]


def test_what_we_cannot_do_is_answered_with_what_was_meant(talk: Talk) -> None:
    talk.told(talk.comment("/agent-ci stpo"))
    talk.told(talk.comment("/agent-ci tests"))
    assert "did you mean 'stop'?" in talk.answers[0]
    assert "does not do that in answer to a comment yet" in talk.answers[1]
    assert (talk.reactions, talk.labels) == (["eyes", "eyes"], [])


def test_a_run_that_is_repeated_goes_on_and_another_one_of_the_same_comment_does_not(talk: Talk) -> None:
    event = talk.comment("/agent-ci fix")
    commands = [talk.told(event, run=run)[1]["command"] for run in (5, 5, 6, 5)]
    assert commands == ["fix", "fix", "", "fix"]
    assert (len(talk.answers), talk.reactions) == (1, ["eyes"])


def test_two_hundred_deliveries_at_random_are_one_reaction_one_answer_and_one_start(talk: Talk) -> None:
    draw = random.Random(7)  # noqa: S311 - a test that is repeatable
    events = [talk.comment(f"/agent-ci {draw.choice(('fix', 'explain', 'undo'))}") for _ in range(15)]
    at_once = [index for index in range(len(events)) for _ in range(8)]
    deliveries = list(enumerate([*at_once, *draw.choices(range(len(events)), k=200 - len(at_once))]))

    def started(delivery: tuple[int, int]) -> int | None:
        run, index = delivery
        return index if talk.told(events[index], run)[1]["command"] else None

    with ThreadPoolExecutor(8) as pool:
        found = [index for index in pool.map(started, deliveries) if index is not None]
    assert (len(talk.answers), len(talk.reactions)) == (len(events), len(events))
    assert sorted(found) == list(range(len(events)))


@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
def test_a_lost_answer_makes_nothing_twice(talk: Talk, *, after: bool) -> None:
    talk.server.breaks("POST", "/reactions", LOST, after=after)
    talk.server.breaks("POST", r"/issues/\d+/comments", LOST, after=after)
    talk.server.breaks("POST", r"/issues/\d+/labels", LOST, after=after)
    talk.told(talk.comment("/agent-ci stop"))
    assert (talk.reactions, len(talk.answers), talk.labels) == (["eyes"], 1, [STOPPED])


def test_a_stop_that_could_not_be_kept_is_not_said_to_be(talk: Talk) -> None:
    talk.server.breaks("POST", r"/issues/\d+/labels", Step(b"{}", status=403))
    with pytest.raises(ForgeUnavailableError):
        talk.told(talk.comment("/agent-ci stop"))
    assert talk.answers == []


def test_the_key_of_a_model_is_refused(talk: Talk) -> None:
    with pytest.raises(UsageError, match="must not hold the key of a model, and AGENT_CI_API_KEY"):
        Chat(talk.environment({}, AGENT_CI_API_KEY="sk-canary-5d1b70"))


def test_elsewhere_than_in_a_job_that_a_comment_started_it_says_so(talk: Talk, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="in a job of GitHub or GitLab"):
        Chat({}).run()
    with pytest.raises(UsageError, match="GITHUB_EVENT_PATH names no file"):
        Chat({"GITHUB_ACTIONS": "true"}).run()
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(UnsupportedError, match="not valid JSON"):
        Chat({**talk.environment({}), "GITHUB_EVENT_PATH": str(tmp_path / "broken.json")}).run()


def test_the_command_writes_outputs_and_the_secret_is_in_none(talk: Talk, tmp_path: Path) -> None:
    (tmp_path / "output").touch()
    environment = talk.environment(talk.comment("/agent-ci fix"), GITHUB_OUTPUT=str(tmp_path / "output"))
    done = subprocess.run(
        [sys.executable, "-m", "agent_ci", "chat"],
        env=environment, capture_output=True, text=True, check=False, timeout=60, cwd=tmp_path,
    )  # fmt: skip
    written = (tmp_path / "output").read_text(encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[:2] == ["AGENT_CI_COMMAND=fix", f"AGENT_CI_HEAD={talk.head}"]
    assert re.findall(r"^([a-z]+)<<", written, re.MULTILINE) == ["command", "head", "change"]
    assert environment["GITHUB_TOKEN"] not in written + done.stdout + done.stderr + "".join(talk.answers)
