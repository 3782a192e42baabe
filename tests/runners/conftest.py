"""A workspace for runners: a folder with files, and the real sandbox's way to run things in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_ci.ports import Workspace
from agent_ci.sandboxes.none import NoSandbox
from tests.red import write


@dataclass(frozen=True)
class Files:
    """A tree that is written down here."""

    content: Mapping[str, str]
    id: str = "0" * 40

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self.content))

    def read(self, path: str) -> bytes:
        return self.content[path].encode()

    def export(self, into: Path) -> None:
        write(into, self.content)


@pytest.fixture
def workspace() -> Iterator[Callable[[Mapping[str, str]], Workspace]]:
    with ExitStack() as stack:
        sandbox = NoSandbox({"PATH": os.environ["PATH"]})
        yield lambda content: stack.enter_context(sandbox.open(Files(content)))
