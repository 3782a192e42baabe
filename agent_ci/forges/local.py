"""Plain git without a forge: reads the context from the checkout, delivers as a commit on its branch or by a push."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci.checkout import Remote, Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.core.environment import FORGE_TOKEN
from agent_ci.core.ladder import COMMIT, SUGGESTION
from agent_ci.core.parcel import Parcel
from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError, RungRefusedError, StaleError
from agent_ci.forges.push import Push
from agent_ci.ports import Delivery

_ADDRESSES = (  # of the repository: ours, then Woodpecker's, Drone's, Bitbucket's, Azure's and Jenkins'
    "AGENT_CI_FORGE_URL",
    "CI_REPO_CLONE_URL",
    "DRONE_GIT_HTTP_URL",
    "BITBUCKET_GIT_HTTP_ORIGIN",
    "BUILD_REPOSITORY_URI",
    "GIT_URL",
)
_RIGHT = f"{FORGE_TOKEN} must be a token that may write the contents of this repository"
_USER = "x-access-token"  # hosts that take a token as a password do not look at the name, with few exceptions


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
        """Push *parcel* in a CI job that has a token for it; else put it onto the checked-out branch.

        The token is AGENT_CI_FORGE_TOKEN, which is looked at in CI only: a commit on a laptop stays there until a
        person pushes it. Raises RungRefusedError for a rung that there is not, ForgeUnavailableError where there is no
        branch to commit to, StaleError where the branch or its files are not those that the proof was made on, and
        what ``Push`` raises.
        """
        if rung == SUGGESTION:
            raise RungRefusedError("plain git has no suggestions")
        push = self._push()
        if push is None:
            return self._commit(parcel, rung)
        shown = push.remote.shown
        if rung == COMMIT:
            done = push.onto_branch(parcel)
            was = "is on" if done.is_new else "was there before, on"
            return Delivery(
                COMMIT, f"commit {done.commit[:12]} {was} the branch {parcel.branch} of {shown}", done.commit
            )
        done = push.onto_own_branch(parcel)
        was = "is pushed to" if done.is_new else "was pushed before to"
        todo = f"open a change request from it onto {parcel.target}" if parcel.target else "open a change request"
        return Delivery(rung, f"the branch {parcel.own_branch} {was} {shown}; {todo}", parcel.own_branch)

    @property
    def writable(self) -> Remote | None:
        """Where a CI job that has a token for it may push. Raises RungRefusedError where nothing says where to."""
        push = self._push()
        return push.remote if push else None

    def _push(self) -> Push | None:
        """How to push in this job, None where it is not to. Raises RungRefusedError where nothing says where to."""
        token, is_ci = self.environment.get(FORGE_TOKEN, ""), self.environment.get("CI", "").lower()
        if not token or is_ci in ("", "0", "false"):
            return None
        # never the checkout's origin: code of the repository that ran in it may have written another host there
        named = (self.environment.get(name, "") for name in _ADDRESSES)
        found = next((match for url in named if (match := _HTTP.match(url))), None)
        if found is None:
            raise RungRefusedError(
                f"there is a token in {FORGE_TOKEN}, and no variable that says where to push with it; "
                f"set {_ADDRESSES[0]} to the https address of this repository"
            )
        return Push(Remote.with_password(found.string, found["user"] or _USER, token), self.clone, _RIGHT)

    def _commit(self, parcel: Parcel, rung: str) -> Delivery:
        if rung != COMMIT:
            raise RungRefusedError(
                f"plain git has no change requests; in CI, with {FORGE_TOKEN}, a branch for one is pushed"
            )
        branch, head = self.repository.branch(), self.repository.head()
        if not branch:
            raise ForgeUnavailableError(
                "no branch is checked out here (detached HEAD), so a commit would be on none; check out the branch "
                "(`git switch BRANCH`) and run agent-ci again"
            )
        if self.clone.tree(head).id != parcel.patch.base_tree:
            raise StaleError(
                f"the proof was made on other files than those of {head[:12]}, which is checked out: the branch "
                "moved on, or uncommitted files were part of the proof; commit them and run agent-ci again",
                head if branch == parcel.branch and head != parcel.commit else "",
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


_HTTP = re.compile(r"https?://(?:(?P<user>[^/:@]*)(?::[^/@]*)?@)?")
_REMOTE = re.compile(
    r"""
    (?:(?:https?|ssh|git)://[^/]+/ |  # https://user:password@host/owner/name
       (?:[^/@]+@)?[^/:]+:/?)         # git@host:owner/name
    (?P<path>[^@:/][^@:]*)
    """,
    re.VERBOSE | re.DOTALL,
)
