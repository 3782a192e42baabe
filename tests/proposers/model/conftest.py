"""Every test here talks to a scripted model, with litellm imported once, and prints nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from agent_ci.model.transport import Request, Timeouts, call
from tests.proposers.model.talk import (
    KEY,
    Talk,
)
from tests.servers.chat import ChatServer, says


@pytest.fixture
def talk(chat_server: ChatServer) -> Talk:
    return Talk(chat_server)


@pytest.fixture(scope="module", autouse=True)
def warm_litellm() -> None:
    """The first call of a process loads half of litellm, which takes longer than FAST allows."""
    with ChatServer() as server:
        server.play(says("hello"))
        call(Request("scripted", (("user", "hi"),), 10, 0, Timeouts(), server.url, KEY))


@pytest.fixture(autouse=True)
def silence(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Standard output is for results: neither we nor litellm print to either stream."""
    yield
    assert capfd.readouterr() == ("", "")
