"""What earlier runs proved, and what failed in them: the only module that reads and writes these two files."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from agent_ci.core.untrusted import text, texts
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular

MAX_BYTES = 8_000_000
_MOST_FIXES = 500
_MOST_IDEAS = 5  # of one failure that are told of
_MOST_TOLD = 50  # ideas that one run tells another process of
_MOST_OBJECTIONS = 10  # to one idea
_LONGEST_IDEA = 4000  # characters of a change, or of an objection, that is told of again
_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_Row = TypeVar("_Row")
FILE_NAME = "memory.jsonl"
TRIED = "tried.jsonl"


@dataclass(frozen=True, slots=True)
class ProvenFix:
    """One fix that was proven once: the failure's fingerprint, the diff, and what was said to be the cause.

    ``doubts`` are the reasons there were to have a person look at it.
    """

    fingerprint: str
    diff: str
    cause: str = ""
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Idea:
    """One change that a model offered in vain: the failure's fingerprint, the offer, and what spoke against it."""

    fingerprint: str
    offered: str
    objections: tuple[str, ...]

    def passed(self, through: Callable[[str], str]) -> Idea:
        """The same with every text passed *through* what takes secrets out, and no longer than what is told again."""
        said = tuple(through(objection)[:_LONGEST_IDEA] for objection in self.objections[:_MOST_OBJECTIONS])
        return replace(self, offered=through(self.offered)[:_LONGEST_IDEA], objections=said)


def tried(path: Path) -> tuple[Idea, ...]:
    """The ideas in *path*, oldest first."""
    return tuple(idea for row in _rows(path) if (idea := _idea(row)))


def last_of_each(ideas: Iterable[Idea]) -> tuple[Idea, ...]:
    """Of *ideas*, which are told oldest first, the last few of each failure, each where it stands last."""
    found: list[Idea] = []
    for idea in dict.fromkeys(reversed([*ideas])):
        if sum(one.fingerprint == idea.fingerprint for one in found) < _MOST_IDEAS:
            found.append(idea)
    return tuple(reversed(found))


def told(rows: object, through: Callable[[str], str]) -> tuple[Idea, ...]:
    """The ideas that another process tells of in *rows*, ``passed`` *through*; what is no row of ours is left out."""
    found = (_idea(row) for row in (rows[:_MOST_TOLD] if isinstance(rows, list) else ()))
    return last_of_each(idea.passed(through) for idea in found if idea and _FINGERPRINT.fullmatch(idea.fingerprint))


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


def packed(fixes: Sequence[ProvenFix | Idea]) -> bytes:
    """The newest of *fixes* as the content of a file."""
    return b"".join(_newest(fixes))


def unpacked(raw: bytes) -> tuple[ProvenFix, ...]:
    """The fixes that ``packed`` made *raw* of. Raises ValueError, with what is wrong, for any other content."""
    return _unpacked(
        raw,
        lambda fingerprint, diff, cause, doubts=None: ProvenFix(
            text(fingerprint), text(diff), text(cause), texts([] if doubts is None else doubts)
        ),
    )


def unpacked_ideas(raw: bytes) -> tuple[Idea, ...]:
    """The ideas that ``packed`` made *raw* of. Raises ValueError, with what is wrong, for any other content."""
    return _unpacked(
        raw, lambda fingerprint, offered, objections: Idea(text(fingerprint), text(offered), texts(objections))
    )


def _unpacked(raw: bytes, made: Callable[..., _Row]) -> tuple[_Row, ...]:
    lines = raw.decode("utf-8").splitlines()
    if len(raw) > MAX_BYTES or len(lines) > _MOST_FIXES:
        raise ValueError(f"it holds more than {_MOST_FIXES} rows or {MAX_BYTES} bytes")
    try:
        return tuple(made(**json.loads(line)) for line in lines)
    except (TypeError, RecursionError) as error:
        raise ValueError("a line is no row of ours") from error


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
        doubts = tuple(map(str, row.get("doubts", ())))
        return ProvenFix(str(row["fingerprint"]), str(row["diff"]), str(row.get("cause", "")), doubts)
    except (TypeError, KeyError, AttributeError):
        return None


def _idea(row: Any) -> Idea | None:
    try:
        return Idea(str(row["fingerprint"]), str(row["offered"]), tuple(map(str, row["objections"])))
    except (TypeError, KeyError):
        return None
