"""A checkout, its clone, and a real git host over http that it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.core.parcel import Parcel
from agent_ci.delivery import parcel_of
from agent_ci.forges.push import Push
from tests.checkouts import Checkout
from tests.servers.git_http import GitServer, Hosted

FINGERPRINT = "0123456789abcdef"
MESSAGE = f"fix: a is one too small\n\nWhat failed.\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: {FINGERPRINT}\n"
LATER = MESSAGE.replace("What failed.", "What failed, told by another run.")
TOKEN = "glpat-Zq8mWx2Vb7Nk4Jd9"  # noqa: S105 - made up
RIGHT = "give it the right to write"


class Lab:
    """A checkout, its clone, and the host that it came from."""

    def __init__(self, checkout: Checkout, folder: Path, server: GitServer) -> None:
        self.checkout = checkout
        self.hosted = Hosted.of(checkout, folder / "hosted" / "group" / "name.git")
        self.server = server
        self.repository = Repository.at(checkout.root)

    @property
    def address(self) -> str:
        return f"{self.server.url}/group/name.git"

    def parcel(self, clone: Clone, files: Mapping[str, bytes | None] | None = None, **fields: object) -> Parcel:
        head = str(fields.pop("commit", "")) or self.repository.head()
        base = clone.tree(head).id
        patch = clone.patch(base, clone.edit(base, files or {"a.py": b"a = 2\n"}))
        context = Context("git", "work", str(self.repository.root), head, branch="main", default_branch="main")
        made = parcel_of(patch, clone, context, MESSAGE, FINGERPRINT)
        return replace(made, **fields)  # type: ignore[arg-type] # the parcel's own names

    def push(self, clone: Clone, password: str = TOKEN) -> Push:
        return Push(Remote.with_password(self.address, "bot", password), clone, RIGHT)


def show(hosted: Hosted, commit: str) -> str:
    return hosted.git("show", "--format=%an <%ae>%n%P%n%s", "--raw", "--no-abbrev", commit)
