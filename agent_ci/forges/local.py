"""Plain git on one machine: reads the context from the checkout, delivers as a patch file or a commit on its branch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from agent_ci import kept
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context, Event
from agent_ci.core.message import commit_message
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.run import Verdict
from agent_ci.errors import ForgeUnavailableError, StaleError
from agent_ci.ports import Delivery

_APPLY = (
    "apply it with `git apply .agent-ci/fix.patch`, or as a commit with `git am --keep-cr .agent-ci/fix.patch` "
    "(--keep-cr keeps the line ends of CRLF files)"
)


@dataclass(frozen=True)
class LocalGit:
    """A checkout without a forge. ``environment`` says who runs it, ``clone`` is where commits are made.

    ``run`` names the run in the commit: a URL where a forge has one.
    """

    environment: Mapping[str, str]
    repository: Repository
    clone: Clone
    run: str = ""

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

    def deliver(self, verdict: Verdict, mode: str) -> Delivery:
        """Deliver the proven change of *verdict* as *mode* says, without leaving this machine.

        What plain git cannot offer falls to the next rung, ``patch``, and the sentence says so. Raises
        ForgeUnavailableError where there is no branch to commit to, and StaleError where the branch or its
        files are not those that the proof was made on.
        """
        if mode == "none" or verdict.proof is None:
            reason = "as asked" if verdict.proof else "nothing was proven"
            return Delivery("none", f"nothing was delivered: {reason}")
        if mode == "commit":
            outward = kept.outward(self.environment)
            return _commit(verdict, outward, repository=self.repository, clone=self.clone, run=self.run)
        if mode == "patch":
            return Delivery("patch", f"the proven change is a file: {_APPLY}")
        return Delivery("patch", f"delivery as {mode} is not part of this release, so the change is a file: {_APPLY}")


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


def _commit(verdict: Verdict, outward: Outward, *, repository: Repository, clone: Clone, run: str) -> Delivery:
    branch, head = repository.branch(), repository.head()
    if not branch:
        raise ForgeUnavailableError(
            "no branch is checked out here (detached HEAD), so a commit would be on none; check out the branch "
            f"first (`git switch BRANCH`) and run agent-ci again, or {_APPLY}"
        )
    message = outward.to(Sink.COMMIT, commit_message(verdict, run=run, attempt=repository.our_commits_at_head() + 1))
    commit = clone.commit(_proven_tree(verdict, head, clone), parent=head, message=message)
    repository.fast_forward(clone, commit, expected=head)
    return Delivery(
        "commit",
        f"commit {commit[:12]} is on branch {branch} of this checkout, not pushed; `git show` shows it",
        commit,
    )


def _proven_tree(verdict: Verdict, head: str, clone: Clone) -> str:
    """The tree to commit. Raises StaleError where it would hold more than the proven change on top of *head*."""
    assert verdict.proof is not None  # noqa: S101 - the caller looked
    assert verdict.proof.patch is not None  # noqa: S101 - a proof has a patch
    patch = verdict.proof.patch
    if clone.tree(head).id != patch.base_tree:
        raise StaleError(
            f"the proof was made on other files than those of {head[:12]}, which is checked out: the branch moved "
            f"on, or uncommitted files were part of the proof; commit them and run agent-ci again, or {_APPLY}"
        )
    return patch.tree
