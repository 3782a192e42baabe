"""What every test may ask for by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from tests.checkouts import Checkout
from tests.servers.chat import ChatServer


@pytest.fixture
def chat_server() -> Iterator[ChatServer]:
    """An endpoint on loopback that plays a model from a script."""
    with ChatServer() as server:
        yield server


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit({"a.py": "a = 1\n", "b.py": "b = 1\n"})
    return made


@pytest.fixture
def repository(checkout: Checkout) -> Repository:
    return Repository.at(checkout.root)


@pytest.fixture
def clone(repository: Repository) -> Iterator[Clone]:
    with Clone.of(repository) as made:
        yield made
