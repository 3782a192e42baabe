"""Zip archives as jobs leave them, and as somebody packs them who means harm."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Mapping

REPORT = b'<?xml version="1.0"?>\n<testsuite name="s"><testcase classname="c" name="n"/></testsuite>'


def packed(files: Mapping[str, bytes]) -> bytes:
    """An archive of *files*."""
    return packed_of(*files.items())


def packed_of(*files: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive of *files*, of which several may have one path, packed with *packing*."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", packing) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about the same path twice
        for name, content in files:
            archive.writestr(name, content)
    return target.getvalue()


def linked(name: str = "report.xml", target: str = "/etc/passwd") -> bytes:
    """An archive whose file *name* is a link to *target*."""
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w") as archive:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, target)
    return written.getvalue()


def damaged(name: str, packing: int) -> bytes:
    """An archive with the file *name*, whose packed bytes are none of *packing*."""
    archive, start = packed_of((name, REPORT), packing=packing), 34 + len(name)  # LZMA begins with its version
    return archive[:start] + b"\xff" * 20 + archive[start + 20 :]


HOSTILE: Mapping[str, bytes] = {
    "a way out": packed({"../../etc/cron.d/x": b"x"}),
    "an absolute path": packed({"/etc/passwd": b"x"}),
    "a path of Windows": packed({"..\\x": b"x"}),
    "a drive": packed({"C:/x": b"x"}),
    "a line break in a name": packed({"a\nb": b"x"}),
    "a link": linked(),
    "one path twice": packed_of(("a.xml", REPORT), ("a.xml", REPORT)),
    "a bomb": packed({"bomb.xml": bytes(30_000_000)}),
    "a small bomb": packed({"bomb.xml": REPORT + b" " * 19_000_000}),
    "many small ones that are large together": packed({f"{n}.xml": bytes(19_000_000) for n in range(6)}),
    "thousands of files": packed({f"{n}.xml": b"" for n in range(2001)}),
    "another packing": packed_of(("a.xml", REPORT), packing=zipfile.ZIP_BZIP2),
    "another packing, and broken": damaged("a.xml", zipfile.ZIP_LZMA),
    "broken": damaged("a.xml", zipfile.ZIP_DEFLATED),
    "no archive": b"PK\x03\x04 no",
    "half an archive": packed({"a.xml": b"x" * 1000})[:-30],
}
