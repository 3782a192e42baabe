"""The user's checkout: it is read, and moved to a proven commit only when that is asked for."""

from __future__ import annotations

import base64
import contextlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from agent_ci import git
from agent_ci.errors import StaleError, UnsupportedError
from agent_ci.process import ToolError, ToolMissingError

if TYPE_CHECKING:
    from agent_ci.clone import Clone

# What the checkout's own settings say about its files; everything else in them could start programs.
_FILE_SETTINGS = ("core.autocrlf", "core.eol", "core.fileMode", "core.symlinks", "core.ignoreCase")


@dataclass(frozen=True)
class Remote:
    """Where a checkout came from: *url*, empty where nothing may be fetched, and the *settings* that let it in."""

    url: str = ""
    settings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), repr=False)

    @classmethod
    def with_password(cls, url: str, user: str, token: str) -> Remote:
        """The remote at *url*, an http(s) address, let in with *token* as the password of *user*.

        The header goes to this address alone, and no redirect is followed, which could carry it elsewhere. It is passed
        in the environment of git, and is in no argument and no file.
        """
        address = re.sub(r"(?<=://)[^/@]*@", "", url)
        basic = base64.b64encode(f"{user}:{token}".encode()).decode()
        header = f"http.{address}.extraheader"
        return cls(address, {header: f"Authorization: Basic {basic}", "http.followRedirects": "false"})

    @property
    def shown(self) -> str:
        """The URL without what may be a password."""
        return re.sub(r"(?<=://)[^/@]*@", "", self.url)


@dataclass(frozen=True)
class Repository:
    """The user's checkout. Everything here reads, except ``fast_forward``, which is asked for by name.

    ``origin`` is where it came from, where that is not for its own settings to say.
    """

    root: Path
    origin: Remote | None = None

    @classmethod
    def at(cls, folder: Path) -> Repository:
        """The repository that *folder* is in. Raises UnsupportedError where there is none, ToolError without git."""
        if not folder.is_dir():
            raise UnsupportedError(f"{folder} is not a folder; pass --repository with the path of a git checkout")
        try:
            top = git.run(folder, "rev-parse", "--show-toplevel")
        except ToolMissingError:
            raise
        except ToolError as error:
            raise UnsupportedError(
                f"{folder} is not inside a git checkout; agent-ci works on committed files, so run "
                f"`git init` and commit first, or pass --repository ({error})"
            ) from error
        root = Path(git.text(top).removesuffix("\n"))
        if not (folder.resolve().is_relative_to(root.resolve()) and (root / ".git").exists()):
            raise UnsupportedError(
                f"{folder} belongs to a git checkout whose files lie elsewhere ({root}, by core.worktree); "
                "run agent-ci in that folder"
            )
        return cls(root)

    @classmethod
    def without_files(cls, folder: Path, origin: Remote) -> Repository:
        """A new repository in the empty *folder* that has the objects fetched from *origin*, and no file of them."""
        git.run(folder, "init", "--quiet", "--template=", "--initial-branch=none")
        return cls(folder, origin)

    def detach(self, commit: str) -> None:
        """Have HEAD name *commit*, without a branch and without its files."""
        git.run(self.root, "update-ref", "--no-deref", "HEAD", commit)

    def commit(self, revision: str) -> str | None:
        """The commit id that *revision* names, None where it names none here."""
        try:
            found = git.run(self.root, "rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}")
        except ToolError:
            return None
        return git.text(found).strip()

    def head(self) -> str:
        """The id of the commit that is checked out. Raises UnsupportedError where there is none yet."""
        found = self.commit("HEAD")
        if found is None:
            raise UnsupportedError(f"{self.root} has no commit yet; commit the files that should be repaired")
        return found

    def branch(self) -> str:
        """The branch that is checked out; empty for a detached head."""
        return self._symbolic("HEAD").removeprefix("refs/heads/")

    def default_branch(self) -> str:
        """The remote's default branch, else a local ``main`` or ``master``; empty where neither is known."""
        remote = self._symbolic("refs/remotes/origin/HEAD").removeprefix("refs/remotes/origin/")
        names = (remote, *(name for name in ("main", "master") if self.commit(f"refs/heads/{name}")))
        return next((name for name in names if name), "")

    def remote_url(self) -> str:
        """The URL of ``origin``, empty where there is none."""
        return self._setting("remote.origin.url")

    def remote(self) -> Remote:
        """The checkout's ``origin`` with the header that CI left for it; nothing where ssh would have to be started."""
        if self.origin:
            return self.origin
        url = self.remote_url()
        if not url.startswith(("https://", "http://", "file://", "/")):
            return Remote()
        host = re.match(r"https?://(?:[^/@]*@)?[^/]+/", url)
        names = [f"http.{place}.extraheader" for place in (url, host[0] if host else "") if place]
        headers = {name: value for name in names if (value := self._setting(name))}
        return Remote(url, headers)

    def parents(self, commit: str) -> tuple[str, ...]:
        """The ids of *commit*'s parents; empty also where a shallow checkout ends."""
        row = git.text(git.run(self.root, "rev-list", "--parents", "--max-count=1", "--end-of-options", commit)).split()
        return tuple(row[1:])

    def merge_base(self, one: str, other: str) -> str | None:
        """The best common ancestor, None where none is known here (a shallow clone may have cut it off)."""
        try:
            return git.text(git.run(self.root, "merge-base", "--end-of-options", one, other)).strip() or None
        except ToolError:
            return None

    def commits_between(self, good: str, bad: str) -> tuple[str, ...]:
        """The commits after *good* up to *bad* along first parents, oldest first; none where *good* is no ancestor."""
        if self.merge_base(good, bad) != good:
            return ()
        return tuple(git.text(git.run(self.root, "rev-list", "--first-parent", "--reverse", bad, f"^{good}")).split())

    def subject_and_author(self, commit: str) -> tuple[str, str]:
        """The first line of *commit*'s message, and who wrote it."""
        row = git.run(self.root, "log", "-1", "--format=%s%x00%an", "--no-show-signature", "--end-of-options", commit)
        subject, _, author = git.text(row).strip("\n").partition("\0")
        return subject, author

    def is_shallow(self) -> bool:
        """Whether the history was cut off when it was fetched."""
        return git.run(self.root, "rev-parse", "--is-shallow-repository").strip() == b"true"

    def is_dirty(self) -> bool:
        """Whether tracked files differ from the checked-out commit, or untracked ones wait to be added."""
        return bool(self._git("status", "--porcelain", "--untracked-files=normal", "--ignore-submodules=all").strip())

    def judged_commit(self, named: str, *, is_forge_merge: bool) -> str:
        """The commit of a change itself: *named* where it is here, else what HEAD merged, else HEAD.

        With *is_forge_merge*, HEAD is a commit that a forge made to try the change on its target; the change
        is its second parent, unless the history was cut off there.
        """
        merged = self.parents(self.head())[1:2] if is_forge_merge else ()
        found = self.commit(named) if named else None
        return found or (merged[0] if merged else self.head())

    def first_commit(self, names: tuple[str, ...]) -> str | None:
        """The id of the first commit or ref of *names* that is here, else the first name as it is; None for none."""
        named = [name for name in names if name]
        here = (self.commit(name) for name in named)
        return next((commit for commit in here if commit), named[0] if named else None)

    def fast_forward(self, clone: Clone, commit: str, *, expected: str) -> None:
        """Bring *commit* from *clone* and move the checked-out branch and files to it.

        Raises StaleError where the branch is no longer at *expected*, or local changes stand in the way.
        """
        if (head := self.head()) != expected:
            moved = f"the branch moved on from {expected[:12]} while the fix was made; run agent-ci again"
            raise StaleError(moved, head)
        with contextlib.suppress(ToolError):  # it fails where a file differs, which may not be one of ours
            self._git("update-index", "-q", "--refresh")
        lent = str(clone.directory / "objects")
        try:
            self._git("read-tree", "--dry-run", "-m", "-u", expected, commit, GIT_ALTERNATE_OBJECT_DIRECTORIES=lent)
        except ToolError as error:
            raise StaleError(f"the fix cannot be put onto the working tree: {error}") from error
        # plumbing only: fetch and merge would listen to the checkout's remotes, strategies and submodules
        git.run(self.root, "unpack-objects", "-q", stdin=clone.pack(commit, since=expected))
        # the branch before the files: of two runs only one can move it, and the other has touched no file by then
        try:
            self._git("update-ref", "-m", "agent-ci: add a proven change", "HEAD", commit, expected)
        except ToolError as error:
            head = self.head()
            raise StaleError(
                f"the branch cannot be moved to the fix: {error}", head if head != expected else ""
            ) from error
        try:
            self._git("read-tree", "-m", "-u", expected, commit)
        except ToolError as error:
            self._git("update-ref", "-m", "agent-ci: the files are in work", "HEAD", expected, commit)
            raise StaleError(f"the fix cannot be put onto the working tree: {error}") from error

    def left_out_paths(self) -> bytes:
        """The tracked files that a sparse checkout leaves out of the working tree, each ended by a NUL."""
        rows = git.run(self.root, "ls-files", "-t", "-z", "--full-name").split(b"\0")
        return b"".join(row[2:] + b"\0" for row in rows if row.startswith(b"S "))

    def file_settings(self) -> Mapping[str, str]:
        """What the checkout's settings say about line ends, modes and links of its files."""
        found = ((name, self._setting(name)) for name in _FILE_SETTINGS)
        return {name: value for name, value in found if value}

    def _git(self, *arguments: str, **variables: str) -> bytes:
        """Run a command that reads or writes the user's files, with every filter program switched off."""
        return git.run(self.root, *arguments, stdin=b"", settings=self._filters_off(), **variables)

    def _filters_off(self) -> Mapping[str, str]:
        try:
            raw = git.run(self.root, "config", "--null", "--name-only", "--get-regexp", "^filter[.]")
        except ToolError:
            return {}
        filters = {name.rpartition(".")[0] for name in git.text(raw).split("\0") if name}
        off = {"clean": "", "smudge": "", "process": "", "required": "false"}
        return {f"{name}.{key}": value for name in filters for key, value in off.items()}

    def _setting(self, name: str) -> str:
        with contextlib.suppress(ToolError):
            return git.text(git.run(self.root, "config", "--get", name)).strip()
        return ""

    def _symbolic(self, name: str) -> str:
        with contextlib.suppress(ToolError):
            return git.text(git.run(self.root, "symbolic-ref", "--quiet", name)).strip()
        return ""
