"""No isolation beyond a throw-away copy, a scrubbed environment and the end of every process."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agent_ci import git, process
from agent_ci.ports import Command, Completed, Isolation, Tree

_ISOLATION = Isolation(
    tier="none",
    lacks=(
        "repository code can read every file that this user can read",
        "repository code can reach the network",
        "memory, processes and disk are not limited",
    ),
)


@dataclass(frozen=True)
class _Copy:
    root: Path
    outbox: Path
    environment: Mapping[str, str]
    observe: Callable[[Completed], None]

    def run(self, command: Command) -> Completed:
        environment = {**self.environment, **command.environment}
        done = process.run(command.argv, cwd=self.root, environment=environment, timeout=command.timeout)
        self.observe(done)
        return done


@dataclass(frozen=True)
class NoSandbox:
    """Runs repository code as this user, in a copy.

    *environment* is all that the code gets to see; *observe* is told of every process that ended. With
    *has_git*, the copy is a repository of its own with one commit; its history and settings are not the user's.
    """

    environment: Mapping[str, str]
    observe: Callable[[Completed], None] = lambda _: None
    has_git: bool = False

    @property
    def isolation(self) -> Isolation:
        """What this sandbox really separates: next to nothing, and it says so."""
        return _ISOLATION

    @contextmanager
    def open(self, tree: Tree) -> Iterator[_Copy]:
        """A fresh copy of *tree* with its own home, temporary folder and outbox."""
        with tempfile.TemporaryDirectory(prefix="agent-ci-", ignore_cleanup_errors=True) as scratch:
            folders = {name: Path(scratch, name) for name in ("repository", "outbox", "home", "tmp")}
            for folder in folders.values():
                folder.mkdir()
            tree.export(folders["repository"])
            if self.has_git:
                git.create(folders["repository"], "The commit that is judged")
            own = {"HOME": str(folders["home"]), "TMPDIR": str(folders["tmp"])}
            yield _Copy(folders["repository"], folders["outbox"], {**self.environment, **own}, self.observe)
