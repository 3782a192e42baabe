"""Where Python source drops an error, or makes an object that equals or holds anything."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agent_ci.core.review.added import Finding
from agent_ci.core.review.python_names import (
    FUNCTIONS,
    Function,
    Names,
    Place,
    header,
    parameters,
    places,
    string,
)
from agent_ci.core.rules import ALWAYS_EQUAL, SWALLOWED_ERROR

_NARROW = "catch only the error that is expected here, or let it rise"
_COMPARE = "compare what the objects hold"
_BROAD = frozenset({"Exception", "BaseException", "AssertionError", "builtins.Exception", "builtins.BaseException"})
_COMPARISONS = frozenset({"__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__", "__contains__"})
_CLAIMS = _COMPARISONS | {"__bool__", "__hash__", "__instancecheck__", "__subclasscheck__"}
_MOCKS = frozenset({"Mock", "MagicMock", "AsyncMock", "ANY"})


def findings(tree: ast.Module) -> Iterator[Finding]:
    """Every handler in *tree* that drops an error, and every object that equals anything."""
    names = Names.of(tree)
    for place in places(tree):
        node = place.statement
        for line, what in (*_dropping(node, names), *_suppressing(node, names)):
            # the function and not the text is the key: a handler that is made narrower or reworded is no new one
            yield Finding(SWALLOWED_ERROR, line, f"drops in {place.function}", f"{what}; {_NARROW}")
        for line, what in _claiming(place, names):
            yield Finding(ALWAYS_EQUAL, line, f"{what} in {place.classes[-1:]}", f"{what}; {_COMPARE}")


def _dropping(node: ast.stmt, names: Names) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Try | ast.TryStar):
        for handler in node.handlers:
            if _is_broad(handler.type, names) and all(map(_does_nothing, handler.body)):
                yield handler.lineno, "every error is caught here and dropped"
        if any(isinstance(statement, ast.Return | ast.Break | ast.Continue) for statement in node.finalbody):
            yield node.finalbody[0].lineno, "leaving a `finally` drops the error that is on its way"
    elif isinstance(node, FUNCTIONS) and node.name in ("__exit__", "__aexit__"):
        returned = [inner for inner in node.body if isinstance(inner, ast.Return) and inner.value]
        if returned and all(isinstance(inner.value, ast.Constant) and inner.value.value for inner in returned):
            yield node.lineno, f"`{node.name}` drops every error"


def _is_broad(kind: ast.expr | None, names: Names) -> bool:
    if kind is None:
        return True
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(names.dotted(each) in _BROAD for each in kinds)


def _does_nothing(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.Pass | ast.Continue | ast.Break):
        return True
    if isinstance(statement, ast.Return | ast.Assign | ast.Expr):
        return statement.value is None or is_constant(statement.value)
    return False


def is_constant(node: ast.expr) -> bool:
    """Whether *node* is the same whatever happened: a literal, also an empty or nested one."""
    try:
        ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError):
        return False
    return True


def _suppressing(node: ast.stmt, names: Names) -> Iterator[tuple[int, str]]:
    for part in header(node):
        if not isinstance(part, ast.Call) or names.dotted(part.func) not in ("contextlib.suppress", "suppress"):
            continue
        if any(_is_broad(argument, names) for argument in part.args):
            yield node.lineno, "every error is suppressed here"


def _claiming(place: Place, names: Names) -> Iterator[tuple[int, str]]:
    node = place.statement
    if isinstance(node, FUNCTIONS) and place.classes and node.name in _CLAIMS and _is_blind(node):
        yield node.lineno, f"`{node.name}` answers without looking"
    if isinstance(node, ast.Assign) and place.classes and _is_blind_lambda(node.value):
        name = getattr(node.targets[0], "id", "")
        if name in _CLAIMS:
            yield node.lineno, f"`{name}` answers without looking"
    for part in header(node):
        if isinstance(part, ast.Dict):
            for key, value in zip(part.keys, part.values, strict=True):
                if key and string(key) in _CLAIMS and _is_blind_lambda(value):
                    yield part.lineno, f"`{string(key)}` answers without looking"
        elif isinstance(part, ast.Attribute | ast.Name):
            module, _, name = names.dotted(part).rpartition(".")
            if name in _MOCKS and module in ("unittest.mock", "mock"):
                yield part.lineno, f"`{name}` stands in for a real object"


def _is_blind(function: Function) -> bool:
    """Whether the answer of *function* depends on nothing: on no argument, or on nothing at all."""
    body = [node for statement in function.body for node in ast.walk(statement)]
    answers = [node.value for node in body if isinstance(node, ast.Return) and node.value]
    real = [answer for answer in answers if not (isinstance(answer, ast.Name) and answer.id == "NotImplemented")]
    if not real:
        return False
    if all(map(_is_settled, real)):
        return True
    seen = {node.id for node in body if isinstance(node, ast.Name)}
    return function.name in _COMPARISONS and seen.isdisjoint(parameters(function))


def _is_settled(answer: ast.expr) -> bool:
    if isinstance(answer, ast.BoolOp) and isinstance(answer.op, ast.Or):
        return any(isinstance(value, ast.Constant) and value.value for value in answer.values)
    return isinstance(answer, ast.Constant)


def _is_blind_lambda(value: ast.expr) -> bool:
    return isinstance(value, ast.Lambda) and _is_settled(value.body)
