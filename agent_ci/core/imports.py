"""Which files of a repository a Python file imports, by reading it."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath


def imported_files(source: str, path: str, *, paths: Iterable[str], roots: Iterable[str] = (".",)) -> tuple[str, ...]:
    """The files of *paths* that *source*, the file at *path*, imports, in its order, each once.

    *roots* are the folders, relative to the repository, that imports begin at. What cannot be parsed imports
    nothing.
    """
    known = frozenset(paths)
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    modules = (name for node in ast.walk(tree) for name in _modules(node, path))
    found = (file for name in modules for file in _places(name, roots) if file in known)
    return tuple(dict.fromkeys(found))


def _modules(node: ast.AST, path: str) -> Iterator[str]:
    """The dotted names that *node* may import: a name taken from a module may be a module itself."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        folders = PurePosixPath(path).parent.parts
        above = folders[: len(folders) - node.level + 1] if node.level else ()
        module = ".".join((*above, *([node.module] if node.module else [])))
        yield module
        yield from (f"{module}.{alias.name}" for alias in node.names)


def _places(name: str, roots: Iterable[str]) -> Iterator[str]:
    stem = name.replace(".", "/")
    for root in roots:
        base = stem if root == "." else f"{root.rstrip('/')}/{stem}"
        yield f"{base}.py"
        yield f"{base}/__init__.py"
