"""What a forge says of change requests reaches a job with the key of a model through a process of its own, as data."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from agent_ci import requested
from agent_ci.core.notes.requests import Request
from agent_ci.core.notes.values import Issue
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.fetching import Fetching
from agent_ci.keeper import Desk, has_both
from tests.checkouts import NOBODY, Checkout
from tests.rewording.runs import KEY, answer, asked_about
from tests.servers.chat import ChatServer, Received, Step, says
from tests.servers.github import TOKEN, ForgeServer
from tests.servers.github_merged import merge

COMMIT = "0123456789" * 4
TOLD = Request("#7", "Sums", "A body.", ("mended",), "ada", frozenset({COMMIT}), (Issue("#3", "Wrong sums"),))
ROW = {"id": "#7", "title": "x", "body": "", "labels": [], "login": "", "commits": [], "issues": []}


def test_what_is_kept_is_read_again(tmp_path: Path) -> None:
    requested.keep({"#7": TOLD}, "the forge told", tmp_path / "there")
    assert requested.of(tmp_path / "there", ("#7", "#8")) == ({"#7": TOLD}, "the forge told")
    assert (tmp_path / "there").stat().st_mode & 0o77 == 0


def test_a_text_that_is_too_long_is_cut_when_it_is_kept_and_when_it_is_read(tmp_path: Path) -> None:
    requested.keep({"#7": Request("#7", "t", "b" * 60_000)}, "", tmp_path / "there")
    assert len(requested.of(tmp_path / "there", ("#7",))[0]["#7"].body) == 50_000
    rows = [
        {**ROW, "title": "t" * 5000, "body": "b" * 200_000, "labels": ["l" * 500] * 500, "commits": ["evil"] * 5000}
    ]
    (tmp_path / "there/requests.json").write_text(json.dumps({"sentence": "s" * 5000, "requests": rows * 3}))
    found, sentence = requested.of(tmp_path / "there", ("#7",))
    one = found["#7"]
    assert (len(one.title), len(one.body), len(one.labels), len(one.labels[0])) == (1000, 100_000, 100, 200)
    assert (one.commits, len(sentence)) == (frozenset(), 1000)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "[" * 100_000,
        json.dumps({"sentence": "s"}),
        json.dumps({"sentence": "s", "requests": {"#7": ROW}}),
        json.dumps({"sentence": "s", "requests": ["#7"]}),
        json.dumps({"sentence": "s", "requests": [{**ROW, "id": "#9"}]}),
        json.dumps({"sentence": "s", "requests": [{**ROW, "title": 7}]}),
        json.dumps({"sentence": "s", "requests": [{**ROW, "labels": "bug"}]}),
        json.dumps({"sentence": "s", "requests": [{**ROW, "issues": [{"id": "#3](javascript:x)", "title": "t"}]}]}),
        json.dumps({"sentence": "s", "requests": [{**ROW, "commits": [7]}]}),
    ],
)
def test_what_is_nothing_that_fetch_writes_is_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "requests.json").write_text(text)
    with pytest.raises(UnsupportedError):
        requested.of(tmp_path, ("#7",))


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text(json.dumps({"sentence": "s", "requests": [ROW]}))
    (tmp_path / "there").mkdir()
    (tmp_path / "there/requests.json").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsupportedError):
        requested.of(tmp_path / "there", ("#7",))


def test_fetch_tells_of_requests_only_without_the_key_of_a_model_and_only_of_numbers(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="must not hold the key"):
        Fetching({"AGENT_CI_API_KEY": KEY}, None, tmp_path / "new", ("#7",)).run()
    with pytest.raises(UsageError, match="no number of a change request"):
        Fetching({}, None, tmp_path / "new", ("--into",)).run()
    with pytest.raises(UsageError, match="needs a new folder"):
        Fetching({}, None, None, ("#7",)).run()
    assert Fetching({}, None, tmp_path / "new", ("#7",)).run() == ""
    assert requested.of(tmp_path / "new", ("#7",)) == ({}, "")


def test_the_keeper_asks_once_about_numbers_alone_and_only_with_a_token(tmp_path: Path) -> None:
    asked = {"what": "requests", "ids": ["#7", "--of=7"], "project": "--into=/"}
    without = Desk({"AGENT_CI_API_KEY": KEY}, io.BytesIO(), io.BytesIO(), new_folder=lambda: tmp_path / "a")
    assert without.answer_to(asked) == ""
    desk = Desk(
        {"GITHUB_TOKEN": TOKEN, "AGENT_CI_API_KEY": KEY}, io.BytesIO(), io.BytesIO(), {**NOBODY},
        new_folder=lambda: tmp_path / "b",
    )  # fmt: skip
    assert desk.answer_to({**asked, "ids": ["--of=7", "x"]}) == ""
    assert desk.answer_to(asked) == str(tmp_path / "b")
    assert requested.of(tmp_path / "b", ("#7",)) == ({}, "")
    assert desk.answer_to(asked) == ""


def test_a_keeper_is_there_where_a_key_and_a_token_are() -> None:
    both = {"AGENT_CI_API_KEY": KEY, "GITHUB_TOKEN": TOKEN}
    assert has_both(both)
    assert [has_both({name: both[name]}) for name in both] == [False, False]
    assert not has_both({**both, "AGENT_CI_KEEPER": "3"})


def test_a_model_is_told_what_the_forge_knows_in_a_job_with_both(tmp_path: Path, chat_server: ChatServer) -> None:
    checkout = Checkout.at(tmp_path / "work")
    settings = "changelog: {categories: [{title: Fixes, labels: [mended]}]}\n"
    checkout.commit({".github/release.yml": settings, "till/price.py": "a = 1\n"}, "Begin")
    checkout.git("tag", "v1.0.0")
    commit = checkout.commit({"till/price.py": "a = 7\n"}, "wip (#7)")
    checkout.git("clone", "--quiet", "--bare", str(checkout.root), str(tmp_path / "origin.git"))
    heard: list[Received] = []

    def reply(received: Received) -> Step:
        heard.append(received)
        return says(answer(dict.fromkeys(asked_about(received), ("Fixed", "Sums count each of the items."))))

    chat_server.play(always=reply)
    with ForgeServer(tmp_path / "origin.git") as server:
        checkout.git("remote", "add", "origin", server.git_url)
        merge(server.state, 7, "Sums of items", commit=commit, labels=["mended"], issues=[(3, "Wrong sums", "")])
        around = {**NOBODY, **server.variables, "GITHUB_ACTIONS": "true", "GITHUB_EVENT_NAME": "push"}
        around |= {
            "GITHUB_SHA": commit,
            "GITHUB_REF": "refs/heads/main",
            "GITHUB_TOKEN": TOKEN,
            "AGENT_CI_API_KEY": KEY,
        }
        argv = (sys.executable, "-m", "agent_ci", "changelog", "--model", "scripted", "--api-base", chat_server.url)
        done = subprocess.run(argv, cwd=checkout.root, env=around, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "the forge told of 1 of 1 change requests" in done.stderr
    assert len(server.seen) == 1
    (question,) = heard
    assert question.headers["authorization"] == f"Bearer {KEY}"
    assert ("mended" in question.text, "Wrong sums" in question.text) == (True, True)
    assert "### Fixed\n\n- Sums count each of the items. (" in done.stdout
    files = [path.read_text() for path in (checkout.root / ".agent-ci").iterdir()]
    assert not any(secret in text for text in (done.stdout, done.stderr, *files) for secret in (KEY, TOKEN))
