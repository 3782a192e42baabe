"""What a Python test file is made of: its cases, their rows and marks, its helpers and its plain values."""

from __future__ import annotations

import ast
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from agent_ci.core.review.oracle_expressions import Names, dotted, is_plain, shortened
from agent_ci.core.review.oracle_reading import Function, Setting, elements
from agent_ci.core.review.python_names import last_name

MAX_ROWS = 60
"""Rows of a case up to which its claims are written out for each."""
_MAX_TABLE = 3000
_MARK = re.compile(
    r"skip|xfail|flaky|rerun|retry|retries|repeat|timeout|expected_?failure|disabled?\b|slow|quarantine|manual"
    r"|usefixtures|filterwarnings",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Case:
    """One collected test: its qualified name, its function, and the decorators of it, its classes and its module."""

    name: str
    function: Function
    decorators: tuple[ast.expr, ...]
    scope: tuple[str, ...] = ()

    @cached_property
    def marks(self) -> Counter[str]:
        """The decorators that decide whether, how often and how long the case runs; without their reasons."""
        marks = (mark for decorator in self.decorators for mark in _marks(decorator))
        return Counter(re.sub(r"(, )?(reason|strict)=('[^']*'|\"[^\"]*\"|True)", "", mark) for mark in marks)

    @cached_property
    def tables(self) -> dict[str, ast.expr]:
        """The values of each parametrisation, by the names of its parameters: ``a,b``."""
        found: dict[str, ast.expr] = {}
        for decorator in self.decorators:
            if isinstance(decorator, ast.Call) and last_name(decorator.func) == "parametrize":
                given = dict(zip(("argnames", "argvalues"), decorator.args, strict=False))
                given |= {str(keyword.arg): keyword.value for keyword in decorator.keywords}
                if {"argnames", "argvalues"} <= given.keys():
                    found[_parameters(given["argnames"])] = given["argvalues"]
        return found


def _marks(decorator: ast.expr) -> Iterator[str]:
    name = last_name(decorator.func if isinstance(decorator, ast.Call) else decorator)
    if name != "parametrize":
        if _MARK.search(name):
            yield ast.unparse(decorator)
        return
    for node in ast.walk(decorator):
        if isinstance(node, ast.keyword) and node.arg == "marks" and _MARK.search(ast.unparse(node.value)):
            yield ast.unparse(node.value)


def _parameters(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value).replace(" ", "")
    parts = node.elts if isinstance(node, (ast.List, ast.Tuple)) else []
    return ",".join(str(getattr(part, "value", "")) for part in parts)


@dataclass(frozen=True)
class Suite:
    """One Python test file."""

    tree: ast.Module

    @cached_property
    def cases(self) -> dict[str, Case]:
        """The collected cases by qualified name; of two with one name the last, as Python sees it."""
        found: dict[str, Case] = {}
        _collect(self.tree.body, "", _pytestmarks(self.tree.body), (), found)
        return found

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions and methods that are no cases, by qualified name: helpers, fixtures, hooks."""
        cases = {id(case.function) for case in self.cases.values()}
        return {name: function for name, function in _functions(self.tree.body) if id(function) not in cases}

    @cached_property
    def setting(self) -> Setting:
        """What the cases may refer to."""
        stores = Counter(name for name, _ in self.values)
        names: Mapping[str, ast.expr] = {}
        for name, value in self.values:
            if stores[name] == 1:
                names = {**names, name: shortened(Names(names).write_out(value), _MAX_TABLE)}
        helpers = {name.rpartition(".")[2]: function for name, function in self.functions.items()}
        return Setting(Names(names), helpers)

    @cached_property
    def values(self) -> list[tuple[str, ast.expr]]:
        """The plain values and tables that the module gives names to."""
        return [
            (target.id, value) for target, value in _assignments(self.tree.body) if is_plain(value) or elements(value)
        ]

    @cached_property
    def environment(self) -> str:
        """All that is no case, as one text: where it is the same, equal cases claim the same."""
        parts = [ast.dump(function) for function in self.functions.values()]
        return "\n".join([*parts, *(f"{name} = {ast.dump(value)}" for name, value in self.values)])

    def rows(self, case: Case, key: str) -> list[ast.expr] | None:
        """The rows of the parametrisation *key*, without marks and ids; None where they are not written down."""
        found = elements(self.setting.names.write_out(case.tables[key]))
        return None if found is None else [_plain_row(row) for row in found]

    def bindings(self, case: Case) -> list[dict[str, ast.expr]]:
        """The parameters of *case* for every combination of its rows; one empty binding where there are too many."""
        tables = []
        for key in case.tables:
            rows, names = self.rows(case, key), key.split(",")
            if rows is None:
                return [{}]
            tables.append([_binding(names, row) for row in rows])
        every = list(itertools.islice(itertools.product(*tables), MAX_ROWS + 1))
        if len(every) > MAX_ROWS:
            return [{}]
        return [{name: value for part in parts for name, value in part.items()} for parts in every]


def _binding(names: list[str], row: ast.expr) -> dict[str, ast.expr]:
    if len(names) == 1:
        return {names[0]: row}
    return dict(zip(names, row.elts, strict=False)) if isinstance(row, (ast.Tuple, ast.List)) else {}


def _plain_row(row: ast.expr) -> ast.expr:
    """A row as a tuple or as its only value, however it is spelt."""
    if isinstance(row, ast.Call) and dotted(row.func) in {"pytest.param", "param"}:
        return row.args[0] if len(row.args) == 1 else ast.Tuple(row.args)
    return ast.Tuple(row.elts) if isinstance(row, ast.List) else row


def _pytestmarks(body: list[ast.stmt]) -> tuple[ast.expr, ...]:
    for target, value in _assignments(body):
        if target.id == "pytestmark":
            return tuple(value.elts) if isinstance(value, (ast.List, ast.Tuple)) else (value,)
    return ()


def _assignments(body: list[ast.stmt]) -> Iterator[tuple[ast.Name, ast.expr]]:
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name() as target], value=value):
                yield target, value
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                yield target, value


def _collect(
    body: list[ast.stmt],
    prefix: str,
    decorators: tuple[ast.expr, ...],
    scope: tuple[str, ...],
    found: dict[str, Case],
) -> None:
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() if statement.name.startswith("test"):
                if not any("fixture" in ast.unparse(decorator) for decorator in statement.decorator_list):
                    name = prefix + statement.name
                    found[name] = Case(name, statement, (*decorators, *statement.decorator_list), scope)
            case ast.ClassDef():
                inner = (*decorators, *statement.decorator_list, *_pytestmarks(statement.body))
                if _is_collected(statement):
                    _collect(statement.body, f"{prefix}{statement.name}.", inner, scope, found)
            case ast.If(test=test):
                condition = ast.unparse(test)
                _collect(statement.body, prefix, decorators, (*scope, condition), found)
                _collect(statement.orelse, prefix, decorators, (*scope, f"not {condition}"), found)
            case ast.Try():
                _collect([*statement.body, *statement.orelse], prefix, decorators, scope, found)
            case ast.Assign(targets=targets) | ast.Delete(targets=targets):
                for target in targets:  # a case that is overwritten is not collected
                    found.pop(prefix + getattr(target, "id", ""), None)


def _is_collected(statement: ast.ClassDef) -> bool:
    """Whether pytest collects the class: ``__init__`` and ``__test__ = False`` keep it out."""
    switched_off = any(
        target.id == "__test__" and isinstance(value, ast.Constant) and not value.value
        for target, value in _assignments(statement.body)
    )
    made = any(isinstance(inner, ast.FunctionDef) and inner.name == "__init__" for inner in statement.body)
    return not switched_off and (not made or bool(statement.bases))


def _functions(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, Function]]:
    for statement in body:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield prefix + statement.name, statement
            case ast.ClassDef():
                yield from _functions(statement.body, f"{prefix}{statement.name}.")
            case ast.If() | ast.Try():
                yield from _functions([*statement.body, *statement.orelse], prefix)
