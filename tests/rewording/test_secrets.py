"""Where notes are in a model's words, keys and tokens are only where they are needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

import pytest

from agent_ci import registry, rewording
from tests.checkouts import NOBODY, Checkout
from tests.rewording.runs import GOOD, KEY, TOKEN, answer, asked_about, drafted
from tests.servers.chat import ChatServer, Received, Step, says


def test_a_secret_that_a_model_makes_up_is_in_no_file(checkout: Checkout, chat_server: ChatServer) -> None:
    checkout.commit({"till/price.py": f"x = '{TOKEN}'\n"}, "Mend logging in (#12)")
    chat_server.play(always=says(answer({"#12": ("Fixed", f"Mends logging in with `{TOKEN}`.")})))
    run = drafted(checkout, chat_server)
    assert run.words["#12"] == "model"
    assert [path.name for path in run.out.iterdir() if TOKEN in path.read_text() and path.name != "fix.patch"] == []
    assert TOKEN not in run.read("fix.patch")


def test_the_providers_own_key_is_lent_for_the_call_and_no_token_is(
    checkout: Checkout, chat_server: ChatServer
) -> None:
    seen: list[dict[str, str]] = []

    def look(received: Received) -> Step:
        seen.append({name: value for name, value in os.environ.items() if value in (KEY, TOKEN)})
        return says(answer({id_: GOOD[id_] for id_ in asked_about(received)}))

    chat_server.play(always=look)
    drafted(checkout, chat_server, {**NOBODY, "OPENAI_API_KEY": KEY, "GITLAB_TOKEN": TOKEN})
    assert seen == [{"OPENAI_API_KEY": KEY, "AGENT_CI_API_KEY": KEY}]
    assert [name for name, value in os.environ.items() if value in (KEY, TOKEN)] == []


def test_where_there_is_the_key_of_a_model_nothing_sees_a_right_to_write(
    checkout: Checkout, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Mapping[str, str]] = []
    forge, made = registry.forge, rewording.Rewording.__init__

    def seen_forge(environment: Mapping[str, str], *arguments: Any) -> Any:
        seen.append(environment)
        return forge(environment, *arguments)

    def seen_rewording(self: rewording.Rewording, settings: Any, environment: Mapping[str, str], *more: Any) -> None:
        seen.extend((environment, dict(os.environ)))
        made(self, settings, environment, *more)

    monkeypatch.setattr(registry, "forge", seen_forge)
    monkeypatch.setattr(rewording.Rewording, "__init__", seen_rewording)
    chat_server.play(says(answer(GOOD)))
    run = drafted(checkout, chat_server, {**NOBODY, "GITHUB_TOKEN": TOKEN, "CI_JOB_TOKEN": TOKEN})
    assert len(chat_server.requests) == 1
    assert run.words["#7"] == "model"
    assert "GITHUB_TOKEN is not used: this job holds the key of a model (AGENT_CI_API_KEY)" in run.said
    assert len(seen) == 3
    assert [one for one in seen if TOKEN in one.values()] == []
