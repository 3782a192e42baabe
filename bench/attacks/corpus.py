"""Every numbered attack, read from the files of ``tests/attacks/``."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

from bench.attacks.case import Attack

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "attacks"
NUMBERS = range(1, 146)


def attacks() -> tuple[Attack, ...]:
    """All attacks in the order of their numbers."""
    return tuple(_read())


def _read() -> Iterator[Attack]:
    for path in sorted(FOLDER.glob("ac_*.py")):
        yield import_module(f"tests.attacks.{path.stem}").ATTACK
