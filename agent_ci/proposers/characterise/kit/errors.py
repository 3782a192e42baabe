"""Whether an error was meant: raised by a ``raise`` of the repository's own source, or come across."""

from __future__ import annotations

import ast
import sys
import traceback
from functools import lru_cache
from itertools import islice
from pathlib import Path

ACCIDENTS = (
    *(TypeError, AttributeError, LookupError, NameError, RecursionError, ZeroDivisionError, UnicodeError),
    *(OverflowError, MemoryError, ImportError, SystemError),
)
"""Errors that, where nobody raised them on purpose, are more likely a mistake than an answer."""

_MOST_FILES = 60  # that are read ahead


def prepare(root: str, path: str) -> None:
    """Read where the file at *path* and the other modules below *root* that are loaded raise errors.

    A fork has what was read before it, and would else read a whole file for each error that it comes across.
    """
    files = (str(getattr(module, "__file__", "") or "") for module in list(sys.modules.values()))
    below = (file for file in files if file.endswith(".py") and _is_below(root, file))
    for file in islice(dict.fromkeys((path, *below)), _MOST_FILES):
        _raises(file)


def is_deliberate(error: BaseException, root: str) -> bool:
    """Whether the last line that ran is a ``raise`` in a file below *root*."""
    frames = traceback.extract_tb(error.__traceback__, limit=-1)
    last = frames[-1] if frames else None
    if last is None or not _is_below(root, last.filename):
        return False
    return last.lineno in _raises(last.filename)


def _is_below(root: str, path: str) -> bool:
    """Whether *path* is a file of the repository at *root*, and not installed."""
    return path.startswith(f"{root}/") and "site-packages" not in path


@lru_cache(maxsize=1000)
def _raises(path: str) -> frozenset[int]:
    """The lines (1-based) of the file at *path* that belong to a ``raise``."""
    try:
        tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError, RecursionError):
        return frozenset()
    nodes = [node for node in ast.walk(tree) if isinstance(node, ast.Raise)]
    return frozenset(line for node in nodes for line in range(node.lineno, (node.end_lineno or node.lineno) + 1))
