"""A workspace for runners: a folder with files, and the real sandbox's way to run things in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

import pytest

from agent_ci.core.limits import Limits
from agent_ci.ports import Workspace
from agent_ci.sandboxes.none import NoSandbox
from tests.trees import Files


@pytest.fixture
def workspace() -> Iterator[Callable[[Mapping[str, str]], Workspace]]:
    with ExitStack() as stack:
        sandbox = NoSandbox({"PATH": os.environ["PATH"]})
        yield lambda content: stack.enter_context(sandbox.open(Files(content)))


@pytest.fixture
def cramped() -> Iterator[Callable[[Mapping[str, str]], Workspace]]:
    """The same, with no more than a megabyte of disk."""
    with ExitStack() as stack:
        sandbox = NoSandbox({"PATH": os.environ["PATH"]}, limits=Limits(disk_bytes=1_000_000))
        yield lambda content: stack.enter_context(sandbox.open(Files(content)))
