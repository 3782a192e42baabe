"""What every test may ask for by name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from tests.checkouts import Checkout
from tests.servers.chat import ChatServer

if TYPE_CHECKING:
    from tests.handed import Handed
    from tests.red import RedRepository


def pytest_xdist_auto_num_workers() -> int:
    """Half as many again as there are cores: a quarter of the time goes into waiting for servers, limits and ends."""
    cores = len(os.sched_getaffinity(0))
    return cores + cores // 2


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


@pytest.fixture(scope="session")
def proof(tmp_path_factory: pytest.TempPathFactory) -> RedRepository:
    """A red repository with a proof in its output folder, made once and never changed."""
    from tests.red import GOOD, RedRepository  # noqa: PLC0415 - 0.6 s that hardly any test needs

    red = RedRepository.make(tmp_path_factory.mktemp("proof"))
    assert red.run(replies=(GOOD,)).outcome == "fixed"
    return red


@pytest.fixture
def handed(proof: RedRepository) -> Handed:
    """Makes a copy of the red repository, and of a folder with the two files that are handed over."""
    from tests.handed import copied  # noqa: PLC0415 - as above

    return lambda scratch: copied(proof, scratch)
