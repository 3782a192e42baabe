"""Runs inside the user's Python: knows of which lines it is asked what runs after them, and where functions return."""

from __future__ import annotations

import dis
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from types import CodeType

_FILE = Path(__file__).with_name("deciding.json")
_RETURNS = frozenset({"RETURN_VALUE", "RETURN_CONST"})


class Deciding:
    """The *lines* that decide, by the path of their file."""

    def __init__(self, lines: Mapping[str, Collection[int]]) -> None:
        self.lines = {path: frozenset(own) for path, own in lines.items()}
        # By identity: equal code of two files is equal. The code is held, so that the number stays its own.
        self._known: dict[int, tuple[CodeType, frozenset[int]]] = {}
        self._ends: dict[int, frozenset[int]] = {}

    @classmethod
    def told(cls) -> Deciding:
        """Those that were laid beside this file."""
        return cls(json.loads(_FILE.read_text("utf-8")) if _FILE.exists() else {})

    def of(self, code: CodeType, path: str) -> frozenset[int]:
        """Those of *code*, which is in the file *path*."""
        if path not in self.lines:
            return frozenset()
        if id(code) not in self._known:
            own = frozenset(line for _, _, line in code.co_lines() if line)
            self._known[id(code)] = (code, own & self.lines[path])
        return self._known[id(code)][1]

    def is_end(self, code: CodeType, offset: int) -> bool:
        """Whether *code*, which ``of`` was asked about, returns at *offset*: it could wait there, or raise."""
        if id(code) not in self._ends:
            steps = dis.get_instructions(code)
            self._ends[id(code)] = frozenset(step.offset for step in steps if step.opname in _RETURNS)
        return offset in self._ends[id(code)]
