"""A file of tests as the candidates in it: each test function, and each row of a table that one runs over."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from agent_ci.core.names import parse

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Table:
    """The rows that a test is parametrized with, as they stand there, and the texts that name them where there are."""

    rows: tuple[ast.expr, ...]
    ids: tuple[ast.expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """A test *function* by its qualified name, or the *row* (from 0) of its table; ``words`` are for a person."""

    function: str
    row: int | None = None
    words: str = ""

    @property
    def name(self) -> str:
        """The name for a person."""
        return self.function if self.row is None else f"{self.function}[{self.words}]"


@dataclass(frozen=True)
class TestFunction:
    """One test: its qualified name, its syntax, and the table that it runs over, where that is a single plain one."""

    name: str
    node: Function
    table: Table | None = None

    __test__ = False

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """What of it may be kept or dropped on its own."""
        if self.table is None:
            return (Candidate(self.name),)
        rows = enumerate(self.table.rows)
        return tuple(Candidate(self.name, number, _shown(row)) for number, row in rows)


@dataclass(frozen=True)
class TestsFile:
    """The tests in one text. Nothing of it was run."""

    text: str
    tree: ast.Module
    tests: tuple[TestFunction, ...] = field(default=())

    __test__ = False

    @classmethod
    def read(cls, text: str) -> TestsFile | None:
        """The tests in *text*; None where it is no Python, or where lines end in a way that is counted differently."""
        tree = None if has_lone_returns(text) else parse(text)
        return cls(text, tree, tuple(_tests(tree, ""))) if tree else None

    @property
    def candidates(self) -> tuple[Candidate, ...]:
        """All that may be kept or dropped, in the order of the file."""
        return tuple(candidate for test in self.tests for candidate in test.candidates)

    def with_ids(self, path: str, ids: Sequence[str]) -> Mapping[Candidate, tuple[str, ...]]:
        """The ids of the cases that each candidate is, among *ids* in the order in which *path* was collected."""
        by_function: dict[str, list[str]] = {}
        for id_, name in self._named(path, ids):
            by_function.setdefault(name, []).append(id_)
        found: dict[Candidate, tuple[str, ...]] = {}
        for test in self.tests:
            own = by_function.get(test.name, [])
            if test.table and len(own) == len(test.table.rows):
                found |= {candidate: (id_,) for candidate, id_ in zip(test.candidates, own, strict=True)}
            elif own:
                found |= dict.fromkeys(test.candidates, tuple(own))
        return found

    def strangers(self, path: str, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of *ids* that are cases of the file *path*, and of none of the tests that are known here.

        A test in an ``if``, in a class within a class, with a second name or from another module is one.
        """
        names = {test.name for test in self.tests}
        return tuple(id_ for id_, name in self._named(path, ids) if name not in names)

    def _named(self, path: str, ids: Iterable[str]) -> Iterator[tuple[str, str]]:
        """Those of *ids* that are cases of the file *path*, each with the qualified name of the test that it runs."""
        inherited = self._inherited
        for id_ in ids:
            file, _, rest = id_.partition("::")
            if file == path and rest:
                name = rest.partition("[")[0].replace("::", ".")
                yield id_, inherited.get(name, name)

    @cached_property
    def _inherited(self) -> Mapping[str, str]:
        """The qualified name of each test that a class has from another one of the file, by the name it runs under."""
        classes: dict[str, dict[str, str]] = {}
        for node in self.tree.body:
            if isinstance(node, ast.ClassDef):
                bases = [classes.get(base.id, {}) for base in node.bases if isinstance(base, ast.Name)]
                own = {child.name: f"{node.name}.{child.name}" for child in node.body if isinstance(child, Function)}
                classes[node.name] = {name: test for base in bases[::-1] for name, test in base.items()} | own
        return {f"{node}.{name}": test for node, tests in classes.items() for name, test in tests.items()}


def has_lone_returns(text: str) -> bool:
    """Whether *text* has a carriage return without a newline: Python ends a line there, and nothing else here does."""
    return "\r" in text.replace("\r\n", "")


def is_test_name(name: str) -> bool:
    """Whether pytest and unittest collect a function called *name*, where nothing is configured."""
    return name.startswith("test")


def _tests(node: ast.AST, prefix: str) -> Iterator[TestFunction]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function) and is_test_name(child.name):
            yield TestFunction(prefix + child.name, child, _table(child))
        elif isinstance(child, ast.ClassDef) and not prefix:
            yield from _tests(child, f"{child.name}.")


def _table(node: Function) -> Table | None:
    """The rows of the only mark ``parametrize`` of *node*; None where there are more marks, none, or no plain list."""
    marks = [mark for mark in node.decorator_list if isinstance(mark, ast.Call) and _is_parametrize(mark.func)]
    if len(marks) != 1:
        return None
    told = {keyword.arg: keyword.value for keyword in marks[0].keywords}
    values = marks[0].args[1] if len(marks[0].args) > 1 else told.get("argvalues")
    rows = _items(values)
    ids = _items(told["ids"]) if "ids" in told else ()
    is_plain = rows and not any(isinstance(row, ast.Starred) for row in rows)
    if not is_plain or ("ids" in told and len(ids) != len(rows)):
        return None
    return Table(rows, ids)


def _items(node: ast.expr | None) -> tuple[ast.expr, ...]:
    return tuple(node.elts) if isinstance(node, ast.List | ast.Tuple) else ()


def _is_parametrize(node: ast.expr) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == "parametrize"


_LONGEST = 80


def _shown(row: ast.expr) -> str:
    words = " ".join(ast.unparse(row).split())
    if len(words) <= _LONGEST:
        return words
    return f"{words[: _LONGEST - 10]}... {hashlib.sha256(words.encode()).hexdigest()[:6]}"  # long rows begin alike
