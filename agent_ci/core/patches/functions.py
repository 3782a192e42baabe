"""How a reply gives whole Python functions in the place of those that a file has, and which ones it means."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agent_ci.core.localising.blocks import Block, blocks
from agent_ci.core.names import parse
from agent_ci.core.patches.headers import RejectedPatch
from agent_ci.core.patches.hunk import Hunk
from agent_ci.core.patches.replacing import replacement
from agent_ci.core.paths import path_objection

_PLACE = re.compile(r"(?<![\w./-])([\w./-]+\.pyi?)(?:::([\w.]+))?(?![\w/-])")
_PYTHON = ("", "python", "python3", "py")
_ELIDED = re.compile(r"\s*#\s*(\.\.\.|…)")
_MOST_NAMED = 5
_Definition = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Function:
    """A whole function as a reply gives it: ``lines`` from the margin, with or without its decorators.

    ``name`` is qualified where the reply says in which class it is. ``inside`` are the lines that begin inside of
    strings, by their index and as they stand there: their blanks are part of what they say.
    """

    name: str
    lines: tuple[str, ...]
    inside: tuple[tuple[int, str], ...] = ()

    def hunk(self, path: str, bodies: Sequence[str]) -> Hunk:
        """The hunk that puts it into the file *path* with the lines *bodies*; decorators stay where it gives none.

        Raises RejectedPatch where the file does not have exactly one such function.
        """
        found = self._only(path, "\n".join(bodies))
        definition = re.compile(rf"\s*(async\s+)?def\s+{re.escape(self.name.rpartition('.')[2])}\b")
        first = next(line for line in found.lines if definition.match(bodies[line - 1]))
        start = found.first if self.lines[0].startswith("@") else first
        margin = bodies[first - 1][: len(bodies[first - 1]) - len(bodies[first - 1].lstrip())]
        kept = dict(self.inside)
        new = [kept.get(number, margin + line if line else "") for number, line in enumerate(self.lines)]
        return replacement(bodies[start - 1 : found.last], new, at=start)

    def _only(self, path: str, text: str) -> Block:
        functions = [block for block in blocks(path, text) if block.is_function]
        found = [block for block in functions if self.name in (block.name, block.name.rpartition(".")[2])]
        if len(found) == 1:
            return found[0]
        if not found:
            raise RejectedPatch(
                f"{path} has no function {self.name} outside of other functions; "
                "correct the path or the name, or answer with a unified diff"
            )
        names = list(dict.fromkeys(block.name for block in found))[:_MOST_NAMED]
        how = f"write {path}::{names[0]} above the block, or " if len(names) > 1 else ""
        raise RejectedPatch(
            f"{path} has {len(found)} functions that {self.name} may mean ({', '.join(names)}); {how}"
            "answer with a unified diff"
        )


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a reply: prose, or what stands in a fence with ``info`` behind it."""

    lines: Sequence[str]
    is_fenced: bool
    info: str = ""


def read_functions(pieces: Sequence[Piece]) -> tuple[tuple[str, Function], ...]:
    """The functions in the fenced blocks of a reply, each with its path; none where no block is made of functions.

    Raises RejectedPatch where it is not clear which file a function is in, or what else a block is for.
    """
    fenced = [number for number, piece in enumerate(pieces) if piece.is_fenced and _is_python(piece)]
    read = {number: _functions(_without_place(pieces[number].lines)) for number in fenced}
    if not any(read.values()):
        return ()
    found: dict[tuple[str, str], Function] = {}
    for number, functions in read.items():
        if not functions:
            raise RejectedPatch(
                "a fenced block holds something else than whole functions, and there is no diff; "
                "give each function whole, or answer with a unified diff"
            )
        place = _place(pieces, number)
        if place is None:
            raise RejectedPatch(
                f"the reply holds no diff, and the function {functions[0].name} without its file; write the path of "
                "the file on the line above the block, or answer with a unified diff"
            )
        for function in functions:
            path, named = place[1], _named(function, place[2] or "")
            if found.setdefault((path, named.name), named) != named:
                raise RejectedPatch(f"the reply holds two versions of {named.name} in {path}; give one")
    return tuple((path, function) for (path, _), function in found.items())


def _is_python(piece: Piece) -> bool:
    words = piece.info.split()
    is_named = not words or words[0].lower() in _PYTHON or bool(_PLACE.fullmatch(words[0]))
    return is_named and any(line.strip() for line in piece.lines)


def _place(pieces: Sequence[Piece], number: int) -> re.Match[str] | None:
    """The one path that the fence, the first line in it or the last line above it names."""
    above = pieces[number - 1].lines if number and not pieces[number - 1].is_fenced else ()
    last = next((line for line in reversed(above) if line.strip()), "")
    first = next((line for line in pieces[number].lines if line.strip()), "")
    for text in (pieces[number].info, first if first.startswith("#") else "", last):
        found = {match[0]: match for match in _PLACE.finditer(text)}
        if len(found) == 1:
            [match] = found.values()
            if objection := path_objection(match[1]):
                raise RejectedPatch(objection)
            return match
    return None


def _without_place(lines: Sequence[str]) -> Sequence[str]:
    at = next((at for at, line in enumerate(lines) if line.strip()), 0)
    is_place = lines[at].startswith("#") and bool(_PLACE.search(lines[at]))
    return lines[at + 1 :] if is_place else lines


def _named(function: Function, qualified: str) -> Function:
    is_its = qualified.rpartition(".")[2] == function.name
    return Function(qualified if is_its else function.name, function.lines, function.inside)


def _functions(lines: Sequence[str]) -> tuple[Function, ...]:
    """The functions that *lines* are made of, and of nothing else; none where there is anything else."""
    first = next((line for line in lines if line.strip()), "")
    margin = first[: len(first) - len(first.lstrip())]
    rows = [line.removeprefix(margin) for line in lines]
    tree = parse("\n".join(rows))
    if tree is None or not tree.body or not all(isinstance(node, _Definition) for node in tree.body):
        return ()
    found = tuple(_function(node, rows, lines) for node in tree.body if isinstance(node, _Definition))
    if sum(len(function.lines) for function in found) != sum(1 for row in _between(tree, rows) if row):
        return ()
    for row in rows:
        if _ELIDED.match(row) or "\r" in row:
            raise RejectedPatch(
                f"the line {row.strip()[:80]!r} stands for other lines or holds a carriage return; "
                "give the function whole"
            )
    return found


def _between(tree: ast.Module, rows: Sequence[str]) -> Iterator[bool]:
    """For each row whether it says something or is part of a function."""
    inside = {line for node in tree.body for line in range(_first(node), (node.end_lineno or node.lineno) + 1)}
    return (bool(row.strip()) or number in inside for number, row in enumerate(rows, start=1))


def _first(node: ast.stmt) -> int:
    marks = node.decorator_list if isinstance(node, _Definition) else []
    return min([node.lineno, *(mark.lineno for mark in marks)])


def _function(node: _Definition, rows: Sequence[str], raw: Sequence[str]) -> Function:
    first, last = _first(node), node.end_lineno or node.lineno
    docstring = node.body[0].value if isinstance(node.body[0], ast.Expr) else None
    strings = [one for one in ast.walk(node) if isinstance(one, ast.Constant | ast.JoinedStr) and one is not docstring]
    inside = {
        line - first
        for one in strings
        if isinstance(one, ast.JoinedStr) or isinstance(one.value, str | bytes)
        for line in range(one.lineno + 1, (one.end_lineno or one.lineno) + 1)
    }
    kept = tuple((number, raw[first - 1 + number]) for number in sorted(inside))
    return Function(node.name, tuple(rows[first - 1 : last]), kept)
