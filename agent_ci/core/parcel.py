"""A proven change on its way to where it is wanted: what a forge is handed, and nothing about how it was made."""

from __future__ import annotations

from dataclasses import dataclass

from agent_ci.core.change import Patch


@dataclass(frozen=True, slots=True)
class Content:
    """What one file becomes: its git *mode* and its bytes, or None where the change removes it."""

    path: str
    mode: str
    content: bytes | None


@dataclass(frozen=True, slots=True)
class Parcel:
    """A change that was proven on *commit*, the head of *branch*, and goes on top of it.

    ``patch`` is the change in git's words and ``contents`` the same as whole files, in the same order. ``message`` is
    the whole message of its commit, fit to leave, trailers included. ``fingerprint`` names the failure that it
    repairs, by which a delivery is found again. ``number`` is the change request's, None elsewhere, and ``target``
    the branch that the change request, or a commit of ours, is to be merged into. ``from_fork`` is True where
    *branch* is a branch of another repository.
    """

    commit: str
    patch: Patch
    contents: tuple[Content, ...]
    message: str
    fingerprint: str
    branch: str = ""
    number: int | None = None
    target: str = ""
    from_fork: bool = False
    title: str = ""
    body: str = ""

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.split("\n", 1)[0]

    @property
    def marker(self) -> str:
        """A line that is not shown and names the failure, by which what was said of it is found again."""
        return f"<!-- agent-ci:{self.fingerprint} -->"

    @property
    def own_branch(self) -> str:
        """The branch that a change request of ours is made from: the same for the same change and the same failure."""
        return f"agent-ci/fix-{self.fingerprint[:12]}-{self.commit[:8]}"
