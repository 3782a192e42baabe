"""Which pieces of a file a repair changes, and which of its changes are needed for that."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from agent_ci.core.localising.blocks import Block, blocks

_IS_RELEASE = re.compile(r"\s*(#|$|__version__|__all__|__date__|VERSION|version\b)")


@dataclass(frozen=True)
class Touched:
    """A *block* of the file *path* of which the repair changes *lines*, or puts new ones between two of them."""

    path: str
    block: Block
    lines: frozenset[int]


def touched(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Touched, ...]:
    """The pieces of the files *before* that the files *after*, of the same paths, change in more than words.

    A new function touches nothing that is there, and imports are no piece.
    """
    return tuple(one for path in sorted(after) for one in _touched_in(path, before.get(path, ""), after[path]))


def _touched_in(path: str, old: str, new: str) -> Iterator[Touched]:
    lines: dict[Block, set[int]] = {}
    pieces = blocks(path, old)
    for change in _Change.between(old, new):
        lines_there = range(change.first + 1, change.last + 1)
        for block in pieces:
            found = {line for line in lines_there if line in block.lines}
            if not lines_there and _is_inside(change, block, old):
                found = {line for line in (change.first, change.first + 1) if line in block.lines}
            if found:
                lines.setdefault(block, set()).update(found)
    kept = {block.name: _syntax(path, new, block.name) for block in lines if block.is_function}
    rows = old.split("\n")
    for block, found in lines.items():
        if not block.is_function and all(_IS_RELEASE.match(rows[line - 1]) for line in found):
            continue
        if not block.is_function or kept[block.name] != _syntax(path, old, block.name):
            yield Touched(path, block, frozenset(found & _said_in(block)))


def _is_inside(change: _Change, block: Block, text: str) -> bool:
    """Whether the lines that *change* puts in belong to *block*: between two of its lines, or deeper after its last."""
    if change.first != block.last:
        return block.first <= change.first < block.last
    head = text.split("\n")[block.first - 1]
    new = next((row for row in change.rows if row.strip()), "")
    return block.is_function and len(new) - len(new.lstrip()) > len(head) - len(head.lstrip())


def _syntax(path: str, text: str, name: str) -> tuple[str, ...]:
    """What the functions called *name* do, without what they say about themselves."""
    rows = text.split("\n")
    found = []
    for block in blocks(path, text):
        if block.is_function and block.name == name:
            body = "\n".join(rows[line - 1] for line in sorted(_said_in(block)))
            found.append(_dumped(body))
    return tuple(found)


def _said_in(block: Block) -> frozenset[int]:
    """The lines of *block* without those of its docstring."""
    first, last = block.docstring
    return frozenset(line for line in block.lines if not first <= line <= last)


def _dumped(body: str) -> str:
    indent = len(body) - len(body.lstrip())
    plain = "\n".join(row[indent:] for row in body.split("\n"))
    try:
        return ast.dump(ast.parse(plain))
    except SyntaxError:
        return plain


def minimal(
    before: Mapping[str, str], after: Mapping[str, str], repairs: Callable[[Mapping[str, str]], bool]
) -> dict[str, str]:
    """The files *after* without each change that is not needed: that *repairs* holds without, the last ones first."""
    kept = {path: text for path, text in after.items() if text != before.get(path, "")}
    for path in [*kept]:
        changes = [*_Change.between(before.get(path, ""), after[path])]
        for change in reversed([*changes]):
            fewer = [one for one in changes if one != change]
            text = _applied(before.get(path, ""), fewer)
            if repairs({**kept, path: text}):
                changes = fewer
                kept[path] = text
    return kept


@dataclass(frozen=True)
class _Change:
    """Lines *first* to *last* (0-based, the end excluded) that become *rows*."""

    first: int
    last: int
    rows: tuple[str, ...]

    @classmethod
    def between(cls, old: str, new: str) -> Iterator[_Change]:
        rows = new.split("\n")
        matcher = difflib.SequenceMatcher(None, old.split("\n"), rows, autojunk=False)
        for what, first, last, start, end in matcher.get_opcodes():
            if what != "equal":
                yield cls(first, last, tuple(rows[start:end]))


def _applied(old: str, changes: Iterable[_Change]) -> str:
    rows = old.split("\n")
    for change in sorted(changes, key=lambda one: -one.first):
        rows[change.first : change.last] = change.rows
    return "\n".join(rows)
