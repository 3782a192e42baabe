"""What every test may ask for by name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.servers.chat import ChatServer


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """An endpoint on loopback that plays a model from a script."""
    with ChatServer() as server:
        yield server
