"""What earlier runs proved: the only module that reads and writes the file of proven fixes."""

from __future__ import annotations

import json
from collections.abc import Container
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular

_MAX_BYTES = 8_000_000
_MOST_FIXES = 500
FILE_NAME = "memory.jsonl"


@dataclass(frozen=True, slots=True)
class ProvenFix:
    """One fix that was proven once: the failure's fingerprint, the diff, and what was said to be the cause."""

    fingerprint: str
    diff: str
    cause: str = ""


def recall(path: Path) -> tuple[ProvenFix, ...]:
    """The fixes in *path*, oldest first. A missing, damaged or foreign file is an empty memory, never an error."""
    try:
        with open_regular(path, max_bytes=_MAX_BYTES) as file:
            lines = file.read(_MAX_BYTES).decode("utf-8", "replace").splitlines()
    except (UnsupportedError, OSError):
        return ()
    return tuple(fix for line in lines if (fix := _read(line)))


def is_of_the_change(path: Path, root: Path, committed: Container[str]) -> bool:
    """Whether the memory in *path* came with the commit that is checked out in *root*, whose files are *committed*.

    Whoever made that commit would have written it, so that it is neither believed nor added to.
    """
    return path.is_relative_to(root) and path.relative_to(root).as_posix() in committed


def remember(path: Path, fix: ProvenFix) -> None:
    """Add *fix* to *path*, once; the oldest go when there are many or they are large together.

    Where the file cannot be written nothing is remembered, and nothing else suffers: a proof is worth more.
    """
    with suppress(OSError):
        keep(path, [*(old for old in recall(path) if old != fix), fix])


def keep(path: Path, fixes: list[ProvenFix]) -> None:
    """Have *path* hold the newest of *fixes* and nothing else. Raises OSError where it cannot be written."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with unfinished.open("xb") as file:  # "x" never writes through a link that a commit left here
        file.writelines(_newest(fixes))
    unfinished.replace(path)


def _newest(fixes: list[ProvenFix]) -> list[bytes]:
    """The lines of the last of *fixes*, as many as ``recall`` reads again."""
    lines = [f"{json.dumps(asdict(fix))}\n".encode() for fix in fixes[-_MOST_FIXES:]]
    while sum(map(len, lines)) > _MAX_BYTES:
        del lines[0]
    return lines


def _read(line: str) -> ProvenFix | None:
    try:
        row = json.loads(line)
        return ProvenFix(str(row["fingerprint"]), str(row["diff"]), str(row.get("cause", "")))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None
