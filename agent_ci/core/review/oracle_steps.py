"""Which steps of a Python function newly skip, wait, retry or drop errors, and which of its values were changed."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from agent_ci.core.review.oracle_expressions import dotted
from agent_ci.core.review.oracle_reading import Function

_CALLS = {
    "pytest.skip": "skips",
    "pytest.xfail": "declares itself a failure",
    "pytest.exit": "ends the whole run",
    "pytest.importorskip": "skips where a module is missing",
    "self.skipTest": "skips",
    "SkipTest": "skips",
    "unittest.SkipTest": "skips",
    "sys.exit": "ends the whole run",
    "os._exit": "ends the whole run",
    "time.sleep": "waits",
    "sleep": "waits",
    "asyncio.sleep": "waits",
    "contextlib.suppress": "drops errors",
    "suppress": "drops errors",
    "hypothesis.assume": "leaves out inputs",
    "assume": "leaves out inputs",
    "request.node.add_marker": "marks itself",
    "request.applymarker": "marks itself",
}
_WARNINGS = frozenset({"warnings.filterwarnings", "warnings.simplefilter", "simplefilter", "filterwarnings"})


def new_steps(old: ast.AST, new: ast.AST) -> Iterator[tuple[int, str]]:
    """Each step of *new* that *old* has not, with its line, as a clause that follows the name of the case."""
    had = Counter(what for _, what in _steps(old))
    for line, what in _steps(new):
        had[what] -= 1
        if had[what] < 0:
            yield line, f"{what}; leave it to run as it did"


def _steps(function: ast.AST) -> Iterator[tuple[int, str]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            name = dotted(node.func)
            if name in _CALLS:
                yield node.lineno, f"{_CALLS[name]} with `{name}`"
            elif name in _WARNINGS and node.args and getattr(node.args[0], "value", "") == "ignore":
                yield node.lineno, f"drops warnings with `{name}`"
        elif isinstance(node, (ast.For, ast.AsyncFor, ast.While)):
            if any(isinstance(inner, ast.Try) and inner.handlers for inner in node.body):
                yield node.lineno, "retries in a loop"
        elif isinstance(node, ast.ExceptHandler) and all(_is_idle(inner) for inner in node.body):
            yield node.lineno, f"drops errors with `except {ast.unparse(node.type) if node.type else ''}".rstrip() + "`"


def _is_idle(statement: ast.stmt) -> bool:
    idle_return = isinstance(statement, ast.Return) and isinstance(statement.value, (ast.Constant, type(None)))
    return isinstance(statement, (ast.Pass, ast.Continue, ast.Break)) or idle_return


def new_values(old: Function, new: Function) -> Iterator[tuple[int, str, str]]:
    """Where *new* differs from *old* in values that are written down, and in nothing else: line, old and new value."""
    ours, theirs = _Blanked(new), _Blanked(old)
    if ours.skeleton != theirs.skeleton or len(ours.values) != len(theirs.values):
        return
    for now, was in zip(ours.values, theirs.values, strict=True):
        if (type(now.value), now.value) != (type(was.value), was.value):
            yield now.lineno, f"`{_short(ast.unparse(was))}`", f"`{_short(ast.unparse(now))}`"


class _Blanked:
    """The statements of a function without its values and its docstring: ``skeleton``, and the values in order."""

    def __init__(self, function: Function) -> None:
        self.values: list[ast.Constant] = []
        body = function.body[1:] if ast.get_docstring(function) is not None else function.body
        self.skeleton = "\n".join(self._blank(node) for node in body)

    def _blank(self, node: ast.AST) -> str:
        if isinstance(node, ast.Constant):
            self.values.append(node)
            return "_"
        if isinstance(node, ast.keyword) and node.arg in {"reason", "msg", "id", "ids"}:
            return node.arg
        if isinstance(node, ast.Assert):  # its message is for people, its values are compared as claims
            return "assert"
        inner = ",".join(self._blank(child) for child in ast.iter_child_nodes(node))
        own = getattr(node, "attr", None) or getattr(node, "id", None) or getattr(node, "arg", None) or ""
        return f"{type(node).__name__}:{own}({inner})"


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004 - what fits into a sentence
