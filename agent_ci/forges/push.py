"""How a proven change reaches a branch of a remote: by a push that moves it from the proven commit, or not at all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NoReturn

from agent_ci import git
from agent_ci.checkout import Remote
from agent_ci.clone import Clone, Logged
from agent_ci.core.message import named_failure
from agent_ci.core.parcel import Parcel
from agent_ci.core.push_refusal import Refusal, Refused, read_refusal
from agent_ci.errors import ForgeUnavailableError, NotAllowedError, RungRefusedError, StaleError
from agent_ci.process import ToolError

_FORK = "the change comes from another repository, whose branches are not ours to write to"
_UNSAID = frozenset({Refusal.MOVED, Refusal.UNKNOWN})
"""After these the push may have happened all the same, by us or by another run of ours."""


@dataclass(frozen=True, slots=True)
class Pushed:
    """The *commit* on the remote's branch that has the change; *is_new* is False where it was there before."""

    commit: str
    is_new: bool


@dataclass(frozen=True)
class Push:
    """Pushes from *clone* to *remote*. *right* is the sentence that names what a token needs to be allowed to."""

    remote: Remote
    clone: Clone
    right: str

    def onto_branch(self, parcel: Parcel) -> Pushed:
        """Put the change on top of the branch that was judged.

        Raises RungRefusedError where the remote does not take it there, NotAllowedError where the token may not write,
        StaleError where the branch is not at the proven commit any more, ForgeUnavailableError without an answer.
        """
        if not parcel.branch:
            raise RungRefusedError("no branch is judged here, so there is none to commit to")
        self._check(parcel)
        head = self._head(parcel.branch)
        if head != parcel.commit:
            return self._found(parcel, parcel.branch, head) or self._moved(parcel, head)
        return self._push(parcel, parcel.branch, expected=head, parent=head)

    def onto_own_branch(self, parcel: Parcel) -> Pushed:
        """Put the change on the branch of its own, from the proven commit, or on top of what we pushed there before.

        Raises RungRefusedError also where somebody else's commits are on that branch; the others as ``onto_branch``.
        """
        self._check(parcel)
        head = self._head(parcel.own_branch)
        if not head:
            return self._push(parcel, parcel.own_branch, expected="", parent=parcel.commit)
        there = self._commits(parcel, parcel.own_branch, head)
        if is_ours(there, parcel):
            return Pushed(head, is_new=False)
        if not there or any(commit.email != git.EMAIL for commit in there):
            raise RungRefusedError(f"the branch {parcel.own_branch} is there with other commits than ours, and is left")
        return self._push(parcel, parcel.own_branch, expected=head, parent=head)

    def _check(self, parcel: Parcel) -> None:
        if parcel.from_fork:
            raise RungRefusedError(_FORK)
        if self.clone.tree(parcel.commit).id != parcel.patch.base_tree:
            raise RungRefusedError(
                f"the proof was made on other files than those of the commit {parcel.commit[:12]}, uncommitted ones "
                "among them; commit them and run agent-ci again"
            )

    def _push(self, parcel: Parcel, branch: str, *, expected: str, parent: str) -> Pushed:
        commit = self.clone.commit(parcel.patch.tree, parent=parent, message=parcel.message)
        try:
            self.clone.push(self.remote, commit, branch=branch, expected=expected)
        except ToolError as error:
            refused = read_refusal(error.said or str(error))
            head = self._head(branch) if refused.kind in _UNSAID else ""
            if head and (found := self._found(parcel, branch, head)):
                return found
            self._raise(refused, branch, self._readable(head) if branch == parcel.branch else "")
        return Pushed(commit, is_new=True)

    def _found(self, parcel: Parcel, branch: str, head: str) -> Pushed | None:
        """The change where an earlier or another run put it on *branch*, which is at *head*."""
        there = self._commits(parcel, branch, head) if head else ()
        return next((Pushed(one.id, is_new=False) for one in there if is_ours((one,), parcel)), None)

    def _commits(self, parcel: Parcel, branch: str, head: str) -> tuple[Logged, ...]:
        try:
            if self.clone.fetch(self.remote, f"refs/heads/{branch}") != head:
                return ()  # it moves while we look
            return self.clone.after(parcel.commit, head)
        except ToolError as error:
            self._raise(read_refusal(error.said or str(error)), branch)

    def _head(self, branch: str) -> str:
        try:
            return self.clone.head_at(self.remote, branch)
        except ToolError as error:
            self._raise(read_refusal(error.said or str(error)), branch)

    def _readable(self, head: str) -> str:
        """*head* where its files are here; empty where they are not, as of a branch that moves while we look."""
        return head if head and self.clone.has(head) else ""

    def _moved(self, parcel: Parcel, head: str) -> NoReturn:
        raise StaleError(
            f"the branch {parcel.branch} is not at {parcel.commit[:12]} any more, on which the fix was proven, and "
            "nothing is put on top of commits that the proof has not seen; run agent-ci again on its new head",
            self._readable(head),
        )

    def _raise(self, refused: Refused, branch: str, head: str = "") -> NoReturn:
        where, words = f"{branch} of {self.remote.shown}", refused.words
        match refused.kind:
            case Refusal.MOVED:
                raise StaleError(
                    f"{where} moved while the fix was pushed, so it was not; run agent-ci again ({words})", head
                )
            case Refusal.PROTECTED:
                raise RungRefusedError(f"the branch {branch} is protected ({words})")
            case Refusal.WORKFLOW:
                raise RungRefusedError(f"the token may not change workflow files ({words})")
            case Refusal.SIZE:
                raise RungRefusedError(f"the change is too large for {self.remote.shown} ({words})")
            case Refusal.HOOK:
                raise RungRefusedError(f"{self.remote.shown} declined the push to {branch} ({words})")
            case Refusal.RIGHTS:
                raise NotAllowedError(f"the token may not push to {where}: {self.right} ({words})")
            case Refusal.LOGIN:
                raise ForgeUnavailableError(
                    f"{self.remote.shown} does not accept the token: it is wrong, expired or for another host; "
                    f"{self.right}"
                )
            case Refusal.MISSING:
                raise ForgeUnavailableError(
                    f"there is no repository at {self.remote.shown}, or the token may not see it: {self.right}"
                )
            case _:
                raise ForgeUnavailableError(f"{where} could not be reached or written: {words}")


def is_ours(commits: tuple[Logged, ...], parcel: Parcel) -> bool:
    """Whether the newest of *commits* is one of ours with the files and for the failure of *parcel*."""
    newest = commits[0] if commits else None
    return bool(
        newest
        and newest.email == git.EMAIL
        and newest.tree == parcel.patch.tree
        and named_failure(newest.message) == parcel.fingerprint
    )
