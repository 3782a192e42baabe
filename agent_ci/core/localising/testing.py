"""Which lines of their files are the failing tests, with the helpers that they use, and which passing ones are near."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.localising.blocks import Block, blocks
from agent_ci.core.localising.choosing import cost_of, part_of, told_of
from agent_ci.core.localising.ranking import Place
from agent_ci.core.names import parse

_WORD = re.compile(r"[^\W\d]\w*")
_ASSIGNED = re.compile(r"^\s*([^\W\d]\w*)\s*(?::[^=\n]+)?=", re.MULTILINE)
_SET_UP = frozenset({"setUp", "setUpClass", "setup_method", "setup_class", "setup"})
_LEAST = 60  # tokens; less of a test explains nothing
_LONGEST_IMPORT = 12  # lines


def function_of(id_: str, path: str, text: str) -> Block | None:
    """The function of *text*, the file at *path*, that the test *id_* is; None where that cannot be told."""
    names = id_.partition("::")[2].partition("[")[0].replace("::", ".") or id_.partition("[")[0]
    found = [block for block in blocks(path, text) if block.is_function]
    return next(
        (block for block in found if block.name == names),
        next((block for block in found if names.endswith(f".{block.name}")), None),
    )


def lines_of_tests(
    tests: Sequence[tuple[str, Block]], texts: Mapping[str, str], named: Mapping[str, Iterable[int]], *, tokens: int
) -> dict[str, frozenset[int]]:
    """The lines (1-based) of *tests* by path, then of what they use of their files, in so many *tokens*.

    Of a test that is too long, what is around the lines *named* by the failure is taken.
    """
    taken: dict[str, set[int]] = {}
    for path, block in tests:
        rows = texts[path].split("\n")
        told = {*told_of(block), *block.header} - taken.get(path, set())
        if cost_of(told, rows) > tokens:
            heat = {line: 1.0 for line in named.get(path, ()) if line in block.lines}
            told = set(part_of(Place(path, block, 1.0, heat), rows, tokens)) if tokens >= _LEAST else set()
        taken.setdefault(path, set()).update(told)
        tokens -= cost_of(told, rows)
    for path, block in tests:
        rows = texts[path].split("\n")
        direct = _used(path, texts[path], block)
        for lines in map(told_of, dict.fromkeys((*direct, *_used(path, texts[path], block, direct)))):
            cost = cost_of(lines - taken[path], rows)
            if cost <= tokens and taken[path]:
                taken[path].update(lines)
                tokens -= cost
    for path, own in taken.items():
        rows = texts[path].split("\n")
        own.update(imports_for(texts[path], _text(rows, own)) if path.endswith(".py") else ())
    return {path: frozenset(lines) for path, lines in taken.items() if lines}


def _used(path: str, text: str, test: Block, others: Iterable[Block] = ()) -> tuple[Block, ...]:
    """What *test* and *others* use of its own file: functions and fixtures, tables, what is set up before it."""
    rows = text.split("\n")
    words = {word for one in (test, *others) for word in _WORD.findall(_text(rows, told_of(one)))}
    owner = test.name.rpartition(".")[0]
    found = []
    for block in blocks(path, text):
        around, _, last = block.name.rpartition(".")
        names = {last} if block.is_function else {*_ASSIGNED.findall(_text(rows, block.lines))}
        is_set_up = last in _SET_UP and around == owner
        if block != test and (is_set_up or names & words) and not last.startswith("test"):
            found.append(block)
    return tuple(found)


def imports_for(text: str, shown: str) -> Iterator[int]:
    """The lines of the imports at the top level of *text*, Python, that *shown*, a part of it, uses."""
    tree = parse(text)
    words = set(_WORD.findall(shown))
    for node in tree.body if tree else ():
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
            if names & words and (node.end_lineno or node.lineno) - node.lineno < _LONGEST_IMPORT:
                yield from range(node.lineno, (node.end_lineno or node.lineno) + 1)


def passing_beside(
    place: Place, coverage: Coverage | None, failing: Iterable[str], texts: Mapping[str, str]
) -> Iterator[tuple[str, Block]]:
    """The tests that pass and execute *place*, the shortest first."""
    if coverage is None or not place.block.is_function:
        return
    red = frozenset(failing)
    lines = frozenset(range(place.block.body, place.block.last + 1))
    found: dict[tuple[str, Block], None] = {}
    for id_, files in coverage.tests.items():
        path = id_.partition("::")[0]
        if id_ not in red and id_ != IMPORTS and files.get(place.path, frozenset()) & lines and path in texts:
            block = function_of(id_, path, texts[path])
            if block:
                found[path, block] = None
    yield from sorted(found, key=lambda one: (one[1].last - one[1].first, one[0], one[1].first))


def _text(rows: Sequence[str], numbers: Iterable[int]) -> str:
    return "\n".join(rows[number - 1] for number in sorted(numbers))
