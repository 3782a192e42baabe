"""Whether a repair takes back all that a change did: then either the change was a slip, or the test is out of date."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Mapping

from agent_ci.core.paths import is_test_path

_PROSE = (".md", ".rst", ".adoc")
_COMMENT = re.compile(r"(//|#|/?\*)")
_Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def is_undone(
    paths: Iterable[str], base: Mapping[str, str], changed: Mapping[str, str], repaired: Mapping[str, str]
) -> bool:
    """Whether nothing is left of what *changed* made of *base* in the files at *paths*, once they are *repaired*.

    Tests and prose do not count, nor do comments and blank lines, nor docstrings. It is not where nothing was changed.
    """
    code = [path for path in paths if not (is_test_path(path) or path.endswith(_PROSE))]
    before = {path: _meaning(path, base.get(path, "")) for path in code}
    touched = [path for path in code if _meaning(path, changed.get(path, "")) != before[path]]
    return bool(touched) and all(_meaning(path, repaired.get(path, "")) == before[path] for path in touched)


def _meaning(path: str, text: str) -> str:
    """What of *text* a program can see, as far as that can be told cheaply."""
    if path.endswith(".py"):
        try:
            return ast.dump(_without_docstrings(ast.parse(text)))
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return text
    rows = (row.strip() for row in text.splitlines())
    return "\n".join(row for row in rows if row and not _COMMENT.match(row))


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, _Documented) and ast.get_docstring(node, clean=False) is not None:
            del node.body[0]
    return tree
