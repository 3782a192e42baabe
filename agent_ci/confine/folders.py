"""The throw-away folders that repository code writes in, and how they go away, also after a run that was killed."""

from __future__ import annotations

import contextlib
import functools
import os
import shutil
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci import git, process
from agent_ci.confine import ownership
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.ports import Tree

_PREFIX = "agent-ci-"
_OWNER = "owner"
_MAX_OWNER_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Folders:
    """One copy of a tree and the folders beside it. ``user`` is whose they are, where that is not us."""

    scratch: Path
    user: int | None = None

    @property
    def root(self) -> Path:
        """The copy."""
        return self.scratch / "repository"

    @property
    def outbox(self) -> Path:
        """Where reports are written."""
        return self.scratch / "outbox"

    @property
    def home(self) -> Path:
        """The home folder of the code, empty at first."""
        return self.scratch / "home"

    @property
    def tmp(self) -> Path:
        """The folder for temporary files, empty at first."""
        return self.scratch / "tmp"

    @property
    def writable(self) -> tuple[Path, ...]:
        """All four."""
        return (self.root, self.outbox, self.home, self.tmp)

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables that name them."""
        return {"HOME": str(self.home), "TMPDIR": str(self.tmp)}

    def hand_over(self) -> None:
        """Give what we wrote since to the other user, if there is one; call it before each run.

        A file with a second name is left as it is: it may be one from elsewhere.
        """
        if self.user is None:
            return
        for folder in self.writable:
            os.chown(folder, self.user, self.user)
        for entry in walked(self.writable):
            facts = entry.stat(follow_symlinks=False)
            if facts.st_uid != self.user and (facts.st_nlink == 1 or stat.S_ISDIR(facts.st_mode)):
                os.chown(entry.path, self.user, self.user, follow_symlinks=False)


@dataclass(frozen=True)
class Place:
    """What the workspaces of all tiers have in common: where their folders are."""

    own: Folders

    @property
    def root(self) -> Path:
        """The copy."""
        return self.own.root

    @property
    def outbox(self) -> Path:
        """Where reports are written."""
        return self.own.outbox


@contextlib.contextmanager
def opened(tree: Tree, *, has_git: bool = False, user: int | None = None) -> Iterator[Folders]:
    """Fresh folders with a copy of *tree*, for code that runs as *user*; gone afterwards, whatever was left in them.

    With *has_git*, the copy is a repository of its own with one commit; its history and settings are not the user's.
    """
    above = Path(tempfile.gettempdir())
    _clear_leftovers(above)
    folders = Folders(Path(tempfile.mkdtemp(prefix=_PREFIX, dir=above)), user)
    try:
        (folders.scratch / _OWNER).write_text(ownership.signature(), encoding="utf-8")
        folders.scratch.chmod(0o700 if user is None else 0o711)
        for folder in folders.writable:
            folder.mkdir(mode=0o700)
        tree.export(folders.root)
        if has_git:
            git.create(folders.root, "The commit that is judged")
        folders.hand_over()
        yield folders
    finally:
        remove(folders.scratch)


def remove(folder: Path) -> None:
    """Remove *folder*, also where the code took permissions away or nested folders deeper than we can recurse."""
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if folder.exists():
        for tool in (("chmod", "-R", "u+rwx"), ("rm", "-rf")):
            with contextlib.suppress(process.ToolError):
                process.call((*tool, "--", str(folder)), cwd=folder.parent, environment={"PATH": os.defpath})


def remove_files_of(user: int, folder: Path) -> None:
    """Remove what *user* left in *folder*, which others use as well."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.stat(follow_symlinks=False).st_uid != user:
                continue
            if entry.is_dir(follow_symlinks=False):
                remove(Path(entry.path))
            else:
                Path(entry.path).unlink(missing_ok=True)


def walked(folders: Iterable[Path]) -> Iterator[os.DirEntry[str]]:
    """Everything below *folders*, without following links; what cannot be read, or is being removed, is left out."""
    waiting = [str(folder) for folder in folders]
    while waiting:
        with contextlib.suppress(OSError), os.scandir(waiting.pop()) as entries:
            for entry in entries:
                yield entry
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)


@functools.cache
def _clear_leftovers(above: Path) -> None:
    """Once per process: remove what runs of ours left in *above* whose process was killed."""
    for folder in above.glob(f"{_PREFIX}*"):
        if _is_leftover(folder):
            remove(folder)


def _is_leftover(folder: Path) -> bool:
    """Whether we signed *folder* and the process that did so is gone."""
    try:
        with open_regular(folder / _OWNER, max_bytes=_MAX_OWNER_BYTES) as file:
            owners = {os.fstat(file.fileno()).st_uid, folder.lstat().st_uid}
            signed = file.read(_MAX_OWNER_BYTES).decode("utf-8", "replace")
    except (UnsupportedError, OSError):
        return False
    return owners == {os.geteuid()} and ownership.is_over(signed)
