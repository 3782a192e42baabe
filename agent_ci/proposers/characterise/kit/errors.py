"""Whether an error was meant: raised by a ``raise`` of the repository's own source, or come across."""

from __future__ import annotations

import ast
import traceback
from functools import lru_cache
from pathlib import Path

ACCIDENTS = (
    *(TypeError, AttributeError, LookupError, NameError, RecursionError, ZeroDivisionError, UnicodeError),
    *(OverflowError, MemoryError, ImportError, SystemError),
)
"""Errors that, where nobody raised them on purpose, are more likely a mistake than an answer."""


def is_deliberate(error: BaseException, root: str) -> bool:
    """Whether the last line that ran is a ``raise`` in a file below *root*."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    last = frames[-1] if frames else None
    if last is None or not last.filename.startswith(f"{root}/") or "site-packages" in last.filename:
        return False
    return last.lineno in _raises(last.filename)


@lru_cache(maxsize=1000)
def _raises(path: str) -> frozenset[int]:
    """The lines (1-based) of the file at *path* that belong to a ``raise``."""
    try:
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return frozenset()
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    return frozenset(line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))
