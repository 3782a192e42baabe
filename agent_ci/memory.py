"""What earlier runs proved, and what failed in them: the only module that reads and writes these two files."""

from __future__ import annotations

import json
from collections.abc import Container, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular

MAX_BYTES = 8_000_000
_MOST_FIXES = 500
_MOST_IDEAS = 5  # of one failure that are told of
FILE_NAME = "memory.jsonl"
TRIED = "tried.jsonl"


@dataclass(frozen=True, slots=True)
class ProvenFix:
    """One fix that was proven once: the failure's fingerprint, the diff, and what was said to be the cause."""

    fingerprint: str
    diff: str
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Idea:
    """One change that a model offered in vain: the failure's fingerprint, the offer, and what spoke against it."""

    fingerprint: str
    offered: str
    objections: tuple[str, ...]


def tried(path: Path, fingerprint: str = "") -> tuple[Idea, ...]:
    """The ideas in *path*, oldest first; the last few about one failure where its *fingerprint* is given."""
    found = tuple(idea for row in _rows(path) if (idea := _idea(row)))
    return tuple(idea for idea in found if idea.fingerprint == fingerprint)[-_MOST_IDEAS:] if fingerprint else found


def note_tried(path: Path, ideas: Sequence[Idea]) -> None:
    """Add *ideas* to *path*, each once; as ``remember`` where the file is full or cannot be written."""
    with suppress(OSError):
        keep(path, [*(old for old in tried(path) if old not in ideas), *dict.fromkeys(ideas)])


def recall(path: Path) -> tuple[ProvenFix, ...]:
    """The fixes in *path*, oldest first. A missing, damaged or foreign file is an empty memory, never an error."""
    return tuple(fix for row in _rows(path) if (fix := _read(row)))


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


def keep(path: Path, fixes: Sequence[ProvenFix | Idea]) -> None:
    """Have *path* hold the newest of *fixes* and nothing else. Raises OSError where it cannot be written."""
    unfinished = path.with_suffix(".part")
    unfinished.unlink(missing_ok=True)
    with unfinished.open("xb") as file:  # "x" never writes through a link that a commit left here
        file.writelines(_newest(fixes))
    unfinished.replace(path)


def packed(fixes: Sequence[ProvenFix]) -> bytes:
    """The newest of *fixes* as the content of a file."""
    return b"".join(_newest(fixes))


def unpacked(raw: bytes) -> tuple[ProvenFix, ...]:
    """The fixes that ``packed`` made *raw* of. Raises ValueError, with what is wrong, for any other content."""
    lines = raw.decode("utf-8").splitlines()
    if len(raw) > MAX_BYTES or len(lines) > _MOST_FIXES:
        raise ValueError(f"it holds more than {_MOST_FIXES} fixes or {MAX_BYTES} bytes")
    return tuple(map(_strictly, lines))


def _strictly(line: str) -> ProvenFix:
    try:
        row = json.loads(line)
    except RecursionError as error:
        raise ValueError("a line is no row of ours") from error
    if not isinstance(row, dict) or row.keys() != {"fingerprint", "diff", "cause"}:
        raise ValueError("a line is no row of ours")
    if not all(isinstance(value, str) for value in row.values()):
        raise ValueError("a row holds something other than texts")
    return ProvenFix(**row)


def _newest(fixes: Sequence[ProvenFix | Idea]) -> list[bytes]:
    """The lines of the last of *fixes*, as many as ``recall`` reads again."""
    lines = [f"{json.dumps(asdict(fix))}\n".encode() for fix in fixes[-_MOST_FIXES:]]
    while sum(map(len, lines)) > MAX_BYTES:
        del lines[0]
    return lines


def _rows(path: Path) -> Iterator[Any]:
    """What each line of *path* holds; nothing for a missing, damaged or foreign file."""
    try:
        with open_regular(path, max_bytes=MAX_BYTES) as file:
            lines = file.read(MAX_BYTES).decode("utf-8", "replace").splitlines()
    except (UnsupportedError, OSError):
        return
    for line in lines:
        with suppress(ValueError, RecursionError):
            yield json.loads(line)


def _read(row: Any) -> ProvenFix | None:
    try:
        return ProvenFix(str(row["fingerprint"]), str(row["diff"]), str(row.get("cause", "")))
    except (TypeError, KeyError, AttributeError):
        return None


def _idea(row: Any) -> Idea | None:
    try:
        return Idea(str(row["fingerprint"]), str(row["offered"]), tuple(map(str, row["objections"])))
    except (TypeError, KeyError):
        return None
