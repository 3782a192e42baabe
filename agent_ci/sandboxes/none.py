"""No isolation beyond a throw-away copy, a scrubbed environment and the end of every process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from agent_ci import process
from agent_ci.confine import folders
from agent_ci.confine.folders import Place
from agent_ci.confine.watchdog import Watchdog
from agent_ci.core.limits import Limits
from agent_ci.ports import Command, Completed, Isolation, Tree

_LACKS = (
    "repository code can read every file that this user can read",
    "repository code can reach the network",
    "processes and processor time are not limited, memory and disk use are watched only",
)


@dataclass(frozen=True)
class _Copy(Place):
    sandbox: NoSandbox

    def run(self, command: Command) -> Completed:
        box = self.sandbox
        done = process.run(
            command.argv,
            cwd=self.root,
            environment={**box.environment, **self.own.environment, **command.environment},
            timeout=command.timeout,
            watch=Watchdog(box.limits, self.own),
        )
        box.observe(done)
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
    limits: Limits = field(default_factory=Limits)

    @property
    def isolation(self) -> Isolation:
        """What this sandbox really separates: next to nothing, and it says so."""
        return Isolation(
            tier="none",
            lacks=_LACKS,
            limits={
                "total_memory_bytes": self.limits.total_memory_bytes,
                "total_memory": "soft",
                "disk_bytes": self.limits.disk_bytes,
                "disk": "soft",
            },
        )

    @contextmanager
    def open(self, tree: Tree) -> Iterator[_Copy]:
        """A fresh copy of *tree* with its own home, temporary folder and outbox."""
        with folders.opened(tree, has_git=self.has_git) as own:
            yield _Copy(own, self)
