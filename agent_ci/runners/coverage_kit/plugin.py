"""Runs inside the user's pytest: has the lines that each test executes recorded, its fixtures' included."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

import pytest

from .collector import Recorder

TOLD = "AGENT_CI_COVERAGE"

# Taken out of the environment before any code of the repository is imported, and begun before that, too. A worker of
# pytest-xdist finds nothing there.
_told = json.loads(os.environ.pop(TOLD, "{}"))
_recorder = Recorder(_told["root"], _told["file"]) if _told else None


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Iterator[None]:
    """Have pytest-cov do nothing: two that trace one process disturb each other."""
    if getattr(early_config.known_args_namespace, "cov_source", None):
        early_config.known_args_namespace.cov_source = []
    yield


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """What runs until *item* is torn down is its own."""
    if _recorder:
        _recorder.enter(_id_of(item))
    yield
    if _recorder:
        _recorder.enter()


def _id_of(item: pytest.Item) -> str:
    """The node id of *item*, with its file relative to the root of the repository."""
    path = os.path.relpath(os.path.realpath(item.fspath), os.path.realpath(_told["root"])).replace(os.sep, "/")
    _, sign, names = item.nodeid.partition("::")
    return f"{path}{sign}{names}"


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_sessionfinish() -> Iterator[None]:
    """Write what was seen."""
    if _recorder:
        _recorder.finish()
    yield
