"""Where a search that ran out of time left off: kept beside the evidence, so that the next one goes on after it."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from agent_ci import memory
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.ports import Tree
from agent_ci.proposers.search.kit.operators import KNOWN
from agent_ci.proposers.search.kit.progress import FILE_NAME as PROGRESS
from agent_ci.proposers.search.kit.progress import MOST_DONE, MOST_PLACES, MOST_STONES, WIDTH

FILE_NAME = "searched.jsonl"
MAX_BYTES = 2_000_000
"""Of one checkpoint."""

_MOST = 6  # checkpoints in the file, the newest
UNENDED = frozenset({"time", "count"})
"""Why a search ended that another one goes on after."""

_MOST_NUMBERS = 3  # where a function begins and ends, and a count
_PARTS = ("proposers/search", "proposers/search/kit", "core/edits", "sandbox_kit")
_DONE = re.compile(f"([0-9a-f]{{{WIDTH}}}){{0,{MOST_DONE}}}")
_FIELDS: Mapping[str, type | tuple[type, ...]] = {
    "path": str, "start": int, "end": int, "replacement": str, "operator": str, "line": int, "rank": (int, float),
    "size": int, "repaired": list,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a search tried: the digests of edits one after the other, stepping stones, and refusals by place.

    All of it comes from a process that ran repository code. It can make the next search leave out edits of the same
    tree, and nothing else.
    """

    done: str = ""
    stones: tuple[Mapping[str, Any], ...] = ()
    refused: tuple[tuple[Any, ...], ...] = ()

    @property
    def tried(self) -> int:
        """How many edits need no trial any more."""
        return len(self.done) // WIDTH

    @classmethod
    def of(cls, done: Iterable[str], refused: Mapping[tuple[Any, ...], int]) -> Checkpoint:
        """The one after the edits *done*, by digest, with what each place *refused*."""
        names = "".join(islice(done, MOST_DONE))
        return cls(names, refused=tuple((*place, count) for place, count in refused.items())[:MOST_PLACES])

    @property
    def facts(self) -> dict[str, object]:
        """The same as JSON-like values."""
        return {"done": self.done, "stones": list(self.stones), "refused": [list(row) for row in self.refused]}

    @classmethod
    def read(cls, value: object) -> Checkpoint:
        """The checkpoint that *value*, which is JSON-like, holds. Raises ValueError for anything else."""
        match value:
            case {"done": str(done), "stones": list(stones), "refused": list(refused)}:
                is_whole = _DONE.fullmatch(done) and len(stones) <= MOST_STONES and len(refused) <= MOST_PLACES
                if is_whole and all(map(_is_stone, stones)) and all(map(_is_refusal, refused)):
                    return cls(done, tuple(stones), tuple(map(tuple, refused)))
        raise ValueError("it is no checkpoint of a search")


def _is_stone(value: object) -> bool:
    if not isinstance(value, dict) or value.keys() != _FIELDS.keys():
        return False
    are_right = all(isinstance(value[name], kind) for name, kind in _FIELDS.items())
    return are_right and value["operator"] in KNOWN and all(isinstance(id_, str) for id_ in value["repaired"])


def _is_refusal(value: object) -> bool:
    match value:
        case [str(), *numbers] if 1 <= len(numbers) <= _MOST_NUMBERS:
            return all(isinstance(number, int) and number >= 0 for number in numbers)
    return False


@dataclass(frozen=True)
class Checkpoints:
    """Those in the file *path*. One that came with the judged commit, checked out in *root*, is left alone.

    Where *is_kept* is False, as for a change from a fork, nothing is read or written either.
    """

    path: Path
    root: Path
    is_kept: bool = True

    def of(self, key: str, tree: Tree) -> tuple[Checkpoint, str]:
        """The checkpoint for *key*, and why it cannot be used where it is there and cannot; empty ones for none."""
        if not self._is_ours(tree):
            return Checkpoint(), ""
        rows, fault = self._rows()
        if key not in rows:
            return Checkpoint(), fault
        try:
            return Checkpoint.read(rows[key]), ""
        except ValueError as error:
            return Checkpoint(), f"what an earlier search left in {self.path.name} was ignored: {error}"

    def keep(self, key: str, checkpoint: Checkpoint | None, tree: Tree) -> None:
        """Have the file hold *checkpoint* for *key*, None to forget it. What cannot be written costs nothing else."""
        if not self._is_ours(tree):
            return
        rows, _ = self._rows()
        before = rows.pop(key, None)
        if checkpoint is None and before is None:
            return
        if checkpoint is not None:
            rows[key] = checkpoint.facts
        lines = [f"{json.dumps({'key': name, **facts})}\n" for name, facts in [*rows.items()][-_MOST:]]
        unfinished = self.path.with_suffix(".part")
        with suppress(OSError):
            unfinished.unlink(missing_ok=True)
            with unfinished.open("x", encoding="utf-8") as file:  # "x" never writes through a link
                file.writelines(line for line in lines if len(line) <= MAX_BYTES)
            unfinished.replace(self.path)

    def _is_ours(self, tree: Tree) -> bool:
        return self.is_kept and not memory.is_of_the_change(self.path, self.root, tree.paths())

    def _rows(self) -> tuple[dict[str, dict[str, Any]], str]:
        """What each line holds, by its key, and a sentence about the file where something else is in it."""
        try:
            with open_regular(self.path, max_bytes=_MOST * MAX_BYTES) as file:
                lines = file.read(_MOST * MAX_BYTES).decode("utf-8", "replace").splitlines()
        except FileNotFoundError:
            return {}, ""
        except (UnsupportedError, OSError) as error:
            return {}, f"{self.path.name} was ignored: {error}" if self.path.exists() else ""
        rows: dict[str, dict[str, Any]] = {}
        for line in lines[:_MOST]:
            with suppress(ValueError, RecursionError, KeyError, TypeError, AttributeError):
                row = json.loads(line)
                rows[str(row.pop("key"))] = row
        is_broken = len(rows) < len(lines)
        return rows, f"{self.path.name} is damaged, and what could not be read was ignored" if is_broken else ""


def left_in(outbox: Path) -> Checkpoint | None:
    """What a search in the sandbox left in the folder *outbox*; None where that is nothing that could be used."""
    try:
        with open_regular(outbox / PROGRESS, root=outbox, max_bytes=MAX_BYTES) as file:
            return Checkpoint.read(json.loads(file.read(MAX_BYTES)))
    except (UnsupportedError, OSError, ValueError, RecursionError):
        return None


def key_of(tree: str, targets: tuple[str, ...], *settings: object) -> str:
    """The name of a search: the tree's id, the failing tests, the version of the operators, and further *settings*."""
    named = json.dumps([tree, sorted(targets), _version(), *map(str, settings)])
    return hashlib.sha256(named.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def _version() -> str:
    """A digest of all that decides which edits there are and in which order they come."""
    package = Path(memory.__file__).parent
    found = hashlib.sha256()
    for part in _PARTS:
        for module in sorted(Path(package, part).glob("*.py")):
            found.update(f"{part}/{module.name}\0".encode() + module.read_bytes() + b"\0")
    return found.hexdigest()
