"""Which statements outside of functions the likeliest functions use: constants, tables, attributes of their class."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from agent_ci.core.localising.blocks import Block, blocks
from agent_ci.core.names import parse

Scored = tuple[str, Block, float]
"""A piece of the file of a path, with its score."""

_WORD = re.compile(r"[^\W\d]\w*")
_BOUND = re.compile(r"[ \t]*([^\W\d]\w*)[ \t]*(?::[^=\n]+)?=(?!=)")
_CLOSING = ")]}"


def used_outside(users: Iterable[Scored], texts: Mapping[str, str]) -> Iterator[Scored]:
    """The statements of *texts* that bind a name which one of *users* reads, each with the best score of its users.

    A name at the margin is meant where it is bound in the user's own file or in a module that this imports it from, a
    name in a class where the user is a method of it.
    """
    best: dict[tuple[str, Block], float] = {}
    bound: dict[str, list[tuple[str, str, Block]]] = {}
    for path, user, score in users:
        if path not in bound:
            own = ((path, name, one) for name, one in _statements(path, texts[path]))
            bound[path] = [*own, *_imported(path, texts)]
        rows = texts[path].split("\n")
        words = set(_WORD.findall("\n".join(rows[user.first - 1 : user.last])))
        owner = user.name.rpartition(".")[0]
        for where, name, one in bound[path]:
            if name in words and one.name in ("", owner):
                best[where, one] = max(score, best.get((where, one), 0.0))
    yield from ((path, one, score) for (path, one), score in best.items())


def _imported(path: str, texts: Mapping[str, str]) -> Iterator[tuple[str, str, Block]]:
    """The statements that bind what the Python file at *path* imports by name, by their own files and names."""
    tree = parse(texts[path]) if path.endswith(".py") else None
    for node in tree.body if tree else ():
        if not isinstance(node, ast.ImportFrom) or not node.module:
            continue
        names = {alias.name for alias in node.names}
        for other in _files_of(node.module, texts):
            found = _statements(other, texts[other])
            yield from ((other, name, one) for name, one in found if name in names and not one.name)


def _files_of(module: str, texts: Mapping[str, str]) -> Iterator[str]:
    """The files of *texts* that are called like *module*."""
    name = module.replace(".", "/")
    endings = (f"/{name}.py", f"/{name}/__init__.py")
    return (path for path in texts if f"/{path}".endswith(endings))


def _statements(path: str, text: str) -> Iterator[tuple[str, Block]]:
    """What binds a name outside of functions, by that name, each as a piece of its own."""
    rows = text.split("\n")
    for block in blocks(path, text):
        if block.is_function:
            continue
        for first, last in _spans(rows, block):
            if bound := _BOUND.match(rows[first - 1]):
                yield bound[1], Block(block.name, first, last, first, header=block.header)


def _spans(rows: Sequence[str], block: Block) -> Iterator[tuple[int, int]]:
    """The first and last lines of the statements of *block*, which begin at the margin of the first of them."""
    margin = len(rows[block.first - 1]) - len(rows[block.first - 1].lstrip())
    code = [line for line in block.lines if (said := rows[line - 1].strip()) and not said.startswith("#")]
    starts = [
        line
        for line in code
        if len(rows[line - 1]) - len(rows[line - 1].lstrip()) <= margin and rows[line - 1].lstrip()[0] not in _CLOSING
    ]
    for first, after in pairwise((*starts, block.last + 1)):
        yield first, max(line for line in code if first <= line < after)
