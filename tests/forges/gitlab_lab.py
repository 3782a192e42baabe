"""A merge request on a GitLab of the tests, the change that was proven on its head, and jobs that deliver it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.core.parcel import Parcel
from agent_ci.delivery import parcel_of
from agent_ci.forges.gitlab.adapter import GitLabCI
from agent_ci.forges.gitlab.project import Project
from agent_ci.http.api import Timing
from tests.checkouts import Checkout
from tests.servers.gitlab import GitLabServer

TOKEN = "glpat-Zq8mWx2Vb7Nk4Jd9"  # noqa: S105 - made up
FINGERPRINT = "0123456789abcdef"
MESSAGE = f"fix: a is one too small\n\nWhat failed.\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: {FINGERPRINT}\n"
LINES = "".join(f"line {number}\n" for number in range(1, 41))
CHANGED = LINES.replace("line 10\n", "line ten\n").replace("line 20\n", "line twenty\n")
FIXED = CHANGED.replace("line ten\n", "line 10!\n").replace("line 21\n", "line 21\nline 21b\n")
FAST = Timing(sleep=lambda _: None, write_gap=0.0)


class GitLabLab:
    """The merge request !1 of the branch ``change`` onto ``main``, and its clone."""

    def __init__(self, server: GitLabServer, repository: Repository, clone: Clone) -> None:
        self.server, self.repository, self.clone = server, repository, clone
        self.hosted = server.hosted
        self.number = server.open_request("change", "main")
        self.head = self.hosted.head("change")

    @classmethod
    @contextmanager
    def opened(cls, folder: Path) -> Iterator[GitLabLab]:
        """A new one in the empty *folder*."""
        checkout = Checkout.at(folder / "work")
        checkout.commit({"a.txt": LINES, "b.py": "b = 1\n"})
        checkout.git("checkout", "--quiet", "-b", "change")
        checkout.commit({"a.txt": CHANGED})
        repository = Repository.at(checkout.root)
        with GitLabServer(checkout, folder / "hosted", TOKEN) as server, Clone.of(repository) as clone:
            yield cls(server, repository, clone)

    def context(self, **fields: object) -> Context:
        """The merge request's context."""
        made = Context(
            "gitlab", "group/name", "/w", self.head, branch="change", event=Event.CHANGE_REQUEST, number=self.number
        )
        return replace(made, **fields)  # type: ignore[arg-type] # the context's own names

    def parcel(
        self, files: Mapping[str, bytes | None] | None = None, clone: Clone | None = None, **fields: object
    ) -> Parcel:
        """The proven change; *fields* of the parcel that are to be others."""
        here = clone or self.clone
        base = here.tree(self.head).id
        patch = here.patch(base, here.edit(base, files or {"a.txt": FIXED.encode()}))
        made = parcel_of(patch, here, self.context(), MESSAGE, FINGERPRINT)
        return replace(made, **fields)  # type: ignore[arg-type] # the parcel's own names

    def forge(self, clone: Clone | None = None, timing: Timing = FAST, **variables: str) -> GitLabCI:
        """The adapter in a job that has the token; a variable that is empty is none."""
        given = {**self.server.variables, "GITLAB_TOKEN": TOKEN, **variables}
        return GitLabCI(
            {name: text for name, text in given.items() if text}, self.repository, clone or self.clone, timing
        )

    @property
    def project(self) -> Project:
        """The project with the token."""
        return Project.of({**self.server.variables, "GITLAB_TOKEN": TOKEN}, FAST)

    @property
    def bodies(self) -> list[str]:
        """What stands on the merge request."""
        return [note["body"] for note in self.server.notes(self.number)]
