"""What a zip archive that a stranger packed holds: plain files inside of it, within limits, or nothing at all."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath

from agent_ci.errors import UnsupportedError

MOST_BYTES = 100_000_000
"""What an archive may have packed, and what its files that are wanted may have together."""

_FILE_BYTES = 20_000_000
_ENTRIES = 2000
_RATIO = 200  # XML of a test report packs to a thirtieth; only what was made for it packs to less than a hundredth
_UNSUSPICIOUS = 1_000_000  # bytes below which the ratio says nothing
_PACKINGS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # what forges pack with; others take memory as they are told
_HEADER = b"PK\x01\x02"  # one in front of each entry of the directory
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


def unpacked(
    packed: bytes, is_wanted: Callable[[str], bool], *, most: int = MOST_BYTES
) -> tuple[tuple[str, bytes], ...]:
    """The path and the content of each file in a zip archive whose path *is_wanted*; nothing else is unpacked.

    Raises UnsupportedError for the whole archive where any of its entries is a link, lies outside or comes twice, where
    there are more than 2000, or where a wanted one is packed otherwise than forges do, has more than 20 MB, or all
    together more than *most* bytes or 200 times of what is packed. Sizes are counted while unpacking, and never
    believed. An archive in it stays closed.
    """
    if len(packed) > MOST_BYTES or packed.count(_HEADER) > 10 * _ENTRIES:
        raise UnsupportedError(f"the archive is too large: {len(packed)} bytes, {packed.count(_HEADER)} entries")
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            allowed = min(most, max(_UNSUSPICIOUS, _RATIO * len(packed)))
            return tuple(_read(archive, allowed, is_wanted))
    except _BROKEN as error:
        raise UnsupportedError(f"the archive cannot be read: {error}") from error


def _read(archive: zipfile.ZipFile, allowed: int, is_wanted: Callable[[str], bool]) -> Iterator[tuple[str, bytes]]:
    entries = archive.infolist()
    if len(entries) > _ENTRIES:
        raise UnsupportedError(f"the archive has {len(entries)} entries; up to {_ENTRIES} are read")
    if len({entry.filename for entry in entries}) < len(entries):
        raise UnsupportedError("the archive holds the same path twice, so that nobody knows which one is meant")
    for entry in entries:
        _check(entry)
    total = 0
    for entry in (entry for entry in entries if not entry.is_dir() and is_wanted(entry.filename)):
        if entry.compress_type not in _PACKINGS:
            raise UnsupportedError(
                f"the archive holds {entry.filename!r} packed in a way that is not read; use deflate"
            )
        with archive.open(entry) as file:
            content = file.read(_FILE_BYTES + 1)
        total += len(content)
        if len(content) > _FILE_BYTES or total > allowed:
            raise UnsupportedError(f"the archive is too large: {entry.filename!r} ends beyond what is read")
        yield entry.filename, content


def _check(entry: zipfile.ZipInfo) -> None:
    """Raise UnsupportedError for an entry that is no file or folder inside of the archive."""
    path = PurePosixPath(entry.filename)
    is_outside = path.is_absolute() or ".." in path.parts or "\\" in entry.filename or ":" in (path.parts or (":",))[0]
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if is_outside or not entry.filename.isprintable() or kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsupportedError(f"the archive holds {entry.filename!r}, which is no plain file inside of it")
