"""What the trusted side asks for: a module, the lines that tests are wanted of, and limits."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Spec:
    """``path`` and ``module`` name the module under test, ``lines`` (1-based) what of it tests are wanted of.

    The ``deciding`` lines have branches around what follows them that no test takes, and faults are put into both.
    ``tests`` are test files that use it, ``arguments`` what pytest is given besides. Per target about ``trials`` calls
    are made, at most ``most_mutants`` faults are put in, and ``seconds`` is an outer limit. ``earlier`` is what the
    module read before the change, empty where that is not known. ``is_property`` where the repository itself needs
    hypothesis.
    """

    path: str
    module: str
    lines: frozenset[int]
    deciding: frozenset[int]
    tests: tuple[str, ...]
    arguments: tuple[str, ...]
    seed: int
    trials: int
    most_mutants: int
    seconds: float
    earlier: str = ""
    is_property: bool = False

    @property
    def guarded(self) -> frozenset[int]:
        """All lines in which tests are to notice faults."""
        return self.lines | self.deciding

    @classmethod
    def read(cls, path: Path) -> Spec:
        """The spec in the file *path*."""
        facts = json.loads(path.read_text(encoding="utf-8"))
        sequences = {"lines": frozenset, "deciding": frozenset, "tests": tuple, "arguments": tuple}
        return cls(**{name: sequences[name](value) if name in sequences else value for name, value in facts.items()})
