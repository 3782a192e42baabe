"""The only opener for files that somebody else may have written or made, and the only writer where such code wrote."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from agent_ci.errors import UnsupportedError

_CHUNK = 2**16
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:/")
# O_NONBLOCK: opening a FIFO must not wait for its writer, who may never come.
_FILE_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_APPEND_FLAGS = os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
_NEW_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a FIFO"),
    (stat.S_ISSOCK, "a socket"),
    (stat.S_ISBLK, "a device"),
    (stat.S_ISCHR, "a device"),
)


@contextmanager
def open_regular(path: Path, *, root: Path | None = None, max_bytes: int) -> Iterator[BinaryIO]:
    """Open *path* to read it, if it is a regular file of at most *max_bytes* with no other name.

    With *root*, the path (relative to it, or below it) may pass through no symbolic link on its way down, so
    that a checkout cannot name a file outside itself; the root may be a link. Without it, only the file itself
    may be none. What was checked is what is read: each folder is held open while the next is looked up in it,
    which ``O_NOFOLLOW`` on the whole path does not do. Raises UnsupportedError with the reason.
    """
    if _ADDRESS.match(os.fspath(path)):
        raise UnsupportedError(f"{path} is a web address; download it in an earlier step and name the file")
    try:
        descriptor = _descriptor(path) if root is None else _descriptor_below(path, root)
    except (OSError, ValueError) as error:
        raise UnsupportedError(f"{path} {_why(error)}") from error
    objection = _objection(os.fstat(descriptor), max_bytes)
    if objection:
        os.close(descriptor)
        raise UnsupportedError(f"{path} {objection}")
    with os.fdopen(descriptor, "rb") as file:
        yield file


def append_regular(path: Path, content: bytes) -> None:
    """Add *content* to the end of *path*, which is there, is a regular file and has no other name.

    Raises UnsupportedError with the reason, and OSError where the disk takes no more.
    """
    try:
        descriptor = os.open(path, _APPEND_FLAGS)
    except (OSError, ValueError) as error:
        raise UnsupportedError(f"{path} {_why(error)}") from error
    with os.fdopen(descriptor, "ab") as file:
        objection = _objection(os.fstat(descriptor), sys.maxsize)
        if objection:
            raise UnsupportedError(f"{path} {objection}")
        file.write(content)


def make_folder(path: Path, *, root: Path) -> None:
    """Make the folder *path* below *root*, in one that is there; it may be there already, and is no link then.

    As all that follow, for folders in which repository code wrote: no link is followed on the way down, and none is
    written through. Raises UnsupportedError with the reason.
    """
    with _above(path, root) as (above, name):
        with suppress(FileExistsError):
            os.mkdir(name, dir_fd=above)
        os.close(os.open(name, _FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=above))


def is_there(path: Path, *, root: Path) -> bool:
    """Whether anything lies at *path* below *root*, a link that leads nowhere as well. Raises UnsupportedError."""
    with _above(path, root) as (above, name):
        try:
            os.stat(name, dir_fd=above, follow_symlinks=False)
        except FileNotFoundError:
            return False
    return True


def write_new(path: Path, content: bytes, *, root: Path) -> None:
    """Write *content* as a new file at *path* below *root*, instead of the file or link that is there.

    What was there keeps what it holds, under the other names that it may have. Raises UnsupportedError.
    """
    with _above(path, root) as (above, name):
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=above)
        with os.fdopen(os.open(name, _NEW_FLAGS, 0o666, dir_fd=above), "wb") as file:
            file.write(content)


def link_new(path: Path, target: Path, *, root: Path) -> None:
    """Make *path* below *root* a link to *target*, where nothing is there. Raises UnsupportedError."""
    with _above(path, root) as (above, name), suppress(FileExistsError):
        os.symlink(target, name, dir_fd=above)


def remove_file(path: Path, *, root: Path) -> None:
    """Remove the file or the link at *path* below *root*. Raises UnsupportedError."""
    with _above(path, root) as (above, name):
        os.unlink(name, dir_fd=above)


def chunks(file: BinaryIO, *, max_bytes: int) -> Iterator[bytes]:
    """The bytes of *file* from its beginning, in pieces of 64 KiB.

    Raises UnsupportedError after *max_bytes*: a file can grow after its size was checked.
    """
    file.seek(0)
    left = max_bytes
    while chunk := file.read(_CHUNK):
        left -= len(chunk)
        if left < 0:
            raise UnsupportedError(f"the file grew beyond {max_bytes:,} bytes while it was read")
        yield chunk


def _descriptor(path: Path) -> int:
    return os.open(path, _FILE_FLAGS)


def _descriptor_below(path: Path, root: Path) -> int:
    *folders, name = _parts_below(path, root)
    descriptor = _folder_below(folders, root)
    try:
        return os.open(name, _FILE_FLAGS, dir_fd=descriptor)
    finally:
        os.close(descriptor)


def _folder_below(folders: Iterable[str], root: Path) -> int:
    """The last of *folders*, each in the one before it and the first in *root*, open."""
    descriptor = os.open(root, _FOLDER_FLAGS)
    for folder in folders:
        try:
            below = os.open(folder, _FOLDER_FLAGS | os.O_NOFOLLOW, dir_fd=descriptor)
        finally:
            os.close(descriptor)
        descriptor = below
    return descriptor


@contextmanager
def _above(path: Path, root: Path) -> Iterator[tuple[int, str]]:
    """The folder that holds *path*, open, and the last part of *path*. Raises UnsupportedError, also for the caller."""
    *folders, name = _parts_below(path, root)
    try:
        descriptor = _folder_below(folders, root)
        try:
            yield descriptor, name
        finally:
            os.close(descriptor)
    except (OSError, ValueError) as error:
        raise UnsupportedError(f"{path} {_why(error)}") from error


def _parts_below(path: Path, root: Path) -> tuple[str, ...]:
    if path.is_relative_to(root):
        path = path.relative_to(root)
    if path.is_absolute() or not path.parts or ".." in path.parts:
        raise UnsupportedError(f"{path} lies outside {root}; name a file below it")
    return path.parts


def _why(error: OSError | ValueError) -> str:
    if not isinstance(error, OSError):
        return "has a name that no file can have"
    return _REASONS.get(error.errno or 0) or f"cannot be opened ({os.strerror(error.errno or 0).lower()})"


_REASONS = {
    errno.ENOENT: "does not exist",
    errno.ELOOP: "is a symbolic link, or is reached through one; name the file itself",
    errno.ENOTDIR: "is reached through a symbolic link or a file; name the file itself",
    errno.ENXIO: "is a socket or a device without a driver, and no regular file",
}


def _objection(facts: os.stat_result, max_bytes: int) -> str:
    kind = next((name for is_kind, name in _KINDS if is_kind(facts.st_mode)), "")
    if kind:
        return f"is {kind}, and no regular file"
    if facts.st_nlink != 1:
        return f"has {facts.st_nlink} names (hard links), so it may be a file from elsewhere; copy it"
    if facts.st_size > max_bytes:
        return f"has {facts.st_size:,} bytes, which is over the limit of {max_bytes:,}"
    return ""
