"""Plain git on one machine: reads the context from the checkout, delivers as a commit on its branch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.core.ladder import COMMIT
from agent_ci.core.parcel import Parcel
from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError, RungRefusedError, StaleError
from agent_ci.ports import Delivery


@dataclass(frozen=True)
class LocalGit:
    """A checkout without a forge. ``environment`` says who runs it, ``clone`` is where commits are made."""

    environment: Mapping[str, str]
    repository: Repository
    clone: Clone

    def context(self) -> Context:
        """The checked-out commit and branch; no base, since plain git has no event that names one."""
        root = self.repository.root
        return Context(
            forge="git",
            repository=_repository_name(self.repository.remote_url()) or root.name,
            workspace=str(root),
            commit=self.repository.head(),
            branch=self.repository.branch(),
            default_branch=self.repository.default_branch(),
            event=Event.LOCAL,
            actor=self.environment.get("USER", "") or self.environment.get("LOGNAME", ""),
        )

    def deliver(self, parcel: Parcel, rung: str) -> Delivery:
        """Put *parcel* onto the checked-out branch, which is all that plain git has without a forge.

        Raises RungRefusedError for another rung, ForgeUnavailableError where there is no branch to commit to, and
        StaleError where the branch or its files are not those that the proof was made on.
        """
        if rung != COMMIT:
            raise RungRefusedError("plain git has neither suggestions nor change requests")
        branch, head = self.repository.branch(), self.repository.head()
        if not branch:
            raise ForgeUnavailableError(
                "no branch is checked out here (detached HEAD), so a commit would be on none; check out the branch "
                "(`git switch BRANCH`) and run agent-ci again"
            )
        if self.clone.tree(head).id != parcel.patch.base_tree:
            raise StaleError(
                f"the proof was made on other files than those of {head[:12]}, which is checked out: the branch "
                "moved on, or uncommitted files were part of the proof; commit them and run agent-ci again"
            )
        commit = self.clone.commit(parcel.patch.tree, parent=head, message=parcel.message)
        self.repository.fast_forward(self.clone, commit, expected=head)
        where = f"branch {branch} of this checkout, not pushed; `git show` shows it"
        return Delivery(COMMIT, f"commit {commit[:12]} is on {where}", commit)

    def tell(self, _story: Story, _context: Context) -> str:
        """Nothing: plain git has no place where people look."""
        return ""


def _repository_name(url: str) -> str:
    """``owner/name`` of a remote's *url*, whose user and password are left out; empty for a plain path."""
    found = _REMOTE.fullmatch(url.rstrip("/").removesuffix(".git"))
    return found["path"] if found else ""


_REMOTE = re.compile(
    r"""
    (?:(?:https?|ssh|git)://[^/]+/ |  # https://user:password@host/owner/name
       (?:[^/@]+@)?[^/:]+:/?)         # git@host:owner/name
    (?P<path>[^@:/][^@:]*)
    """,
    re.VERBOSE | re.DOTALL,
)
