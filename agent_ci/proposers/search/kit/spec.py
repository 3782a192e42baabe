"""What the trusted side asks for, read from spec.json."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Spec:
    """One search. Paths are relative to the current folder.

    ``seconds`` is wall clock for all of it, ``cpu_seconds`` processor time, which is not limited where that is 0.
    ``targets`` are the ids of red cases (a file's id stands for a file that cannot be collected), ``passing``
    those of green ones, ``suspects`` the files that may be edited, ``messages`` what the red cases said,
    ``earlier`` the text of changed files from before the change, by path, ``older`` that of files from before the last
    commits that changed them, the newest first, and ``before`` what an earlier search of the same tree for the same
    cases left.
    """

    targets: tuple[str, ...]
    passing: tuple[str, ...]
    suspects: tuple[str, ...]
    arguments: tuple[str, ...]
    messages: tuple[str, ...]
    seed: int
    max_candidates: int
    max_survivors: int
    seconds: float
    cpu_seconds: float
    earlier: Mapping[str, str]
    before: Mapping[str, Any] = field(default_factory=dict)
    older: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> Spec:
        """The spec that *path* holds."""
        facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
        return cls(**{**facts, **{key: tuple(value) for key, value in facts.items() if isinstance(value, list)}})

    @property
    def target_files(self) -> tuple[str, ...]:
        """The files of the red cases, each once."""
        return files_of(self.targets)


def files_of(ids: tuple[str, ...]) -> tuple[str, ...]:
    """The files of node ids, each once, in order."""
    return tuple(dict.fromkeys(id_.partition("::")[0] for id_ in ids))
