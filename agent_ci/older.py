"""Asks git how files read before the latest commits that changed them, as far as their objects are here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from agent_ci import git
from agent_ci.clone import Clone
from agent_ci.process import ToolError

_COMMITS = 300  # that are looked at: the whole history of a file can take long to find
_BYTES = 4_000_000  # of all texts together
_FIELDS = 5  # of a raw row: two modes, two blobs, and what happened


def older_texts(
    clone: Clone, commit: str, paths: Iterable[str], *, most: int, longest: int
) -> Mapping[str, tuple[str, ...]]:
    """What each of *paths* read before the commits up to *commit* that changed it, the newest first, *most* of each.

    Texts of more than *longest* bytes, and what is no UTF-8, are left out. Merges count as one commit.
    """
    blobs: dict[str, list[str]] = defaultdict(list)
    wanted = frozenset(paths)
    for path, blob in _replaced(clone, commit) if wanted else ():
        if path in wanted and blob not in blobs[path] and len(blobs[path]) < most:
            blobs[path].append(blob)
    texts = _texts(clone, list(dict.fromkeys(blob for found in blobs.values() for blob in found)), longest)
    return {
        path: kept for path, found in blobs.items() if (kept := tuple(texts[blob] for blob in found if blob in texts))
    }


def _replaced(clone: Clone, commit: str) -> list[tuple[str, str]]:
    """Each file that one of the latest commits changed, with the blob that it had before, the newest first."""
    options = ("--first-parent", "--diff-merges=first-parent", "--no-renames", "--diff-filter=M", "--format=")
    try:
        raw = _git(clone, "log", "-z", "--raw", "--no-abbrev", f"--max-count={_COMMITS}", *options, commit)
    except ToolError:
        return []
    fields = [field.lstrip("\n") for field in git.text(raw).split("\0")]
    rows = [(fields[at].split(" "), fields[at + 1]) for at in range(len(fields) - 1) if fields[at].startswith(":")]
    return [(path, row[2]) for row, path in rows if len(row) == _FIELDS]


def _texts(clone: Clone, blobs: list[str], longest: int) -> dict[str, str]:
    sizes = _git(clone, "cat-file", "--batch-check=%(objectsize)", stdin=_feed(blobs)).splitlines()
    small, left = [], _BYTES
    for blob, told in zip(blobs, sizes, strict=True):
        if told.isdigit() and int(told) <= min(longest, left):  # else it is missing: a partial clone
            small.append(blob)
            left -= int(told)
    texts: dict[str, str] = {}
    for blob in small:
        try:
            texts[blob] = _git(clone, "cat-file", "blob", blob).decode("utf-8")
        except UnicodeDecodeError:
            continue
    return texts


def _feed(blobs: list[str]) -> bytes:
    return "".join(f"{blob}\n" for blob in blobs).encode("ascii")


def _git(clone: Clone, *arguments: str, stdin: bytes = b"") -> bytes:
    return git.run(clone.directory, *arguments, stdin=stdin, GIT_DIR=str(clone.directory))
