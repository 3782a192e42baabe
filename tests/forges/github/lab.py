"""A repository at a GitHub on loopback, a change on its way there, and time that passes only when somebody waits."""

from __future__ import annotations

import contextlib
import random
import shutil
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.core.parcel import Parcel
from agent_ci.delivery import parcel_of
from agent_ci.forges.github.actions import GitHubActions
from agent_ci.forges.github.project import Project
from agent_ci.http.api import Timing
from tests.checkouts import Checkout
from tests.servers.github import TOKEN, ForgeServer

FINGERPRINT = "a1b2c3d4e5f60718"
MESSAGE = f"fix: the sign\n\nIt was wrong.\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: {FINGERPRINT}\n"
SHOP = "".join(f"line {number}\n" for number in range(1, 41))
RED = SHOP.replace("line 20\n", "line twenty\n")
FIXED = {"shop.py": SHOP.encode()}


def make_template(folder: Path) -> Path:
    """The checkout and the bare repository that labs begin with, below *folder*."""
    checkout = Checkout.at(folder / "work")
    checkout.write({"run.sh": "exit 1\n"})
    (checkout.root / "run.sh").chmod(0o755)
    checkout.commit({"shop.py": SHOP, "old.py": "x = 1\n", ".github/workflows/ci.yml": "on: push\n"})
    checkout.git("checkout", "--quiet", "-b", "change")
    checkout.commit({"shop.py": RED})
    checkout.git("clone", "--quiet", "--bare", str(checkout.root), str(folder / "origin.git"))
    return folder


@dataclass
class Passing:
    """A clock that moves when somebody sleeps; threads share it."""

    seconds: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        with self.lock:
            self.seconds += seconds

    def timing(self, seed: int = 0) -> Timing:
        """The clocks for one API; writes need not wait for each other."""
        jitter = random.Random(seed).uniform  # noqa: S311 - for tests
        return Timing(lambda: 0.0, lambda: 1e9 + self.seconds, self.sleep, jitter, write_gap=0.0)


@dataclass
class Lab:
    """``change`` is a branch with the red ``head`` on top of ``base``, the end of ``main``."""

    server: ForgeServer
    repository: Repository
    clone: Clone
    base: str
    head: str
    passing: Passing = field(default_factory=Passing)

    @classmethod
    @contextlib.contextmanager
    def at(cls, folder: Path, template: Path) -> Iterator[Lab]:
        """A lab below the new *folder*, which becomes a copy of the *template*."""
        shutil.copytree(template, folder)
        repository = Repository.at(folder / "work")
        head = repository.head()
        with Clone.of(repository) as clone, ForgeServer(folder / "origin.git") as server:
            yield cls(server, repository, clone, repository.parents(head)[0], head)

    def environment(self, **variables: str) -> dict[str, str]:
        """That of a job that may write."""
        return {"GITHUB_ACTIONS": "true", "GITHUB_TOKEN": TOKEN, **self.server.variables, **variables}

    def forge(self, seed: int = 0, **variables: str) -> GitHubActions:
        """The adapter in such a job."""
        return GitHubActions(self.environment(**variables), self.repository, self.clone, self.passing.timing(seed))

    def project(self, **variables: str) -> Project:
        """The repository as the lookups see it."""
        return Project.of(self.environment(**variables), self.passing.timing())

    def parcel(self, files: Mapping[str, bytes | None] = FIXED, **changes: object) -> Parcel:
        """The proven change of *files* on the head."""
        tree = self.clone.tree(self.head).id
        patch = self.clone.patch(tree, self.clone.edit(tree, files))
        context = Context("github", "owner/shop", "", self.head, branch="change", default_branch="main")
        return replace(parcel_of(patch, self.clone, context, MESSAGE, FINGERPRINT), **changes)  # type: ignore[arg-type]

    def context(self, number: int | None = None) -> Context:
        """What a run on the head knows of itself."""
        event = Event.CHANGE_REQUEST if number else Event.PUSH
        return Context("github", "owner/shop", "", self.head, branch="change", event=event, number=number)

    def person_pushes(self, branch: str = "change") -> str:
        """Somebody commits to *branch* at the forge; the new head."""
        bare = self.server.state.bare
        head = bare.head(branch)
        tree = bare.tree(head, [("100644", "person.py", bare.blob(b"x = 2\n"))])
        commit = bare.commit(tree, [head], "a person's")
        bare.move(branch, commit, expected=head)
        return commit

    def tip(self, branch: str = "change") -> dict[str, object]:
        """The commit at the end of *branch* at the forge."""
        return self.server.state.bare.described(f"refs/heads/{branch}")[0]
