"""Which parts of a Python file are not worth a fault: no test could notice it, or none should."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from ..sandbox_kit.source import Source, first_line

_PRAGMA = re.compile(rb"#\s*pragma:\s*no\s*(?:mutate|cover)\b")
_LOGS = frozenset({"log", "logger", "logging", "_log", "_logger", "LOG", "LOGGER"})
_LEVELS = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log"})
_WARNS = frozenset({"warnings.warn", "warnings.warn_explicit"})
_TYPES = frozenset({"TypeVar", "ParamSpec", "NewType", "TypeVarTuple"})
_SILENT = (ast.Import, ast.ImportFrom, ast.Global, ast.Nonlocal)
_ALIASES = frozenset({"Literal", "Union", "Optional", "Callable", "Annotated", "Type"})


def arid_nodes(tree: ast.Module) -> AbstractSet[ast.AST]:
    """The nodes that are left alone, with all that is in them."""
    readers = {node for node in ast.walk(tree) if isinstance(node, ast.If) and _is_for_readers(node.test)}
    return readers | {below for root in _roots(tree) for below in ast.walk(root)}


def arid_lines(file: Source) -> frozenset[int]:
    """The lines (1-based) that a comment takes out, with the whole body where it stands on the line of a header."""
    marked = {number for number, line in enumerate(file.lines, 1) if _PRAGMA.search(line)}
    found = set(marked)
    for node in ast.walk(file.tree):
        body = getattr(node, "body", None)
        if isinstance(node, ast.stmt) and isinstance(body, list) and body:
            header = range(first_line(node), max(body[0].lineno, node.lineno + 1))
            if marked & set(header):
                found.update(range(first_line(node), (body[-1].end_lineno or node.lineno) + 1))
    return frozenset(found)


def _roots(tree: ast.Module) -> Iterator[ast.AST]:
    for node in ast.walk(tree):
        yield from (
            part for name in ("annotation", "returns") if isinstance(part := getattr(node, name, None), ast.AST)
        )
        if isinstance(node, _SILENT) or _is_silent_statement(node):
            yield node
        elif isinstance(node, ast.If) and _is_for_readers(node.test):
            yield node.test
            yield from node.body
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield from [node] if _is_overload(node) else node.decorator_list


def _is_silent_statement(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return _is_inert(node.value) or _is_logging(node.value)
    if isinstance(node, ast.Assign):
        is_type = isinstance(node.value, ast.Call) and _dotted(node.value.func).rpartition(".")[2] in _TYPES
        is_alias = isinstance(node.value, ast.Subscript) and _dotted(node.value.value).rpartition(".")[2] in _ALIASES
        return is_type or is_alias or any(_is_dunder(target) for target in node.targets)
    return False


def _is_inert(value: ast.expr) -> bool:
    """A docstring, or another constant that stands alone."""
    return isinstance(value, ast.Constant)


def _is_logging(value: ast.expr) -> bool:
    if not isinstance(value, ast.Call):
        return False
    name = _dotted(value.func)
    if name in _WARNS:
        return True
    *owners, method = name.split(".")
    return method in _LEVELS and bool(owners) and owners[-1] in _LOGS


def _is_dunder(target: ast.expr) -> bool:
    return isinstance(target, ast.Name) and target.id.startswith("__") and target.id.endswith("__")


def _is_for_readers(test: ast.expr) -> bool:
    """``TYPE_CHECKING``, and ``__name__ == "__main__"``."""
    name = _dotted(test.left if isinstance(test, ast.Compare) else test)
    return name in ("TYPE_CHECKING", "typing.TYPE_CHECKING", "__name__")


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    names = {_dotted(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    return bool(names & {"overload", "abstractmethod"})


def _dotted(node: ast.expr) -> str:
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join(reversed([*parts, node.id])) if isinstance(node, ast.Name) else ""
