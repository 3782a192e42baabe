"""What a test asserts, read from its syntax: nothing, nothing that could fail, mocks alone, or something real."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import TypeGuard

from agent_ci.core.worth.tests_file import Function, TestFunction, is_test_name

_BROAD = frozenset({"Exception", "BaseException"})
_SWALLOWING = frozenset({"Exception", "BaseException", "AssertionError"})
_RAISES = frozenset({"raises", "assertRaises", "assertRaisesRegex", "warns", "assertWarns", "deprecated_call"})
_NOT_NONE = frozenset({"assertIsNotNone", "assertIsInstance"})
_TRUTH = frozenset({"assertTrue", "assertFalse", "assertEqual", "assertEquals", "assertIs"})
_ENDS = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_SKIPS = frozenset({"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure", "importorskip", "skipTest"})
_MOCKED = frozenset(
    {"called", "call_count", "call_args", "call_args_list", "mock_calls", "method_calls", "await_count"}
)
_OF_MOCKS = frozenset({"assert_called", "assert_not_called", "assert_any_call", "assert_has_calls", "assert_awaited"})


def objection(test: TestFunction, tree: ast.Module) -> str:
    """Why *test*, which stands in *tree*, could not fail in a way that means something; empty where it could."""
    if mark := _skipped(test, tree):
        return f"it is skipped or expected to fail ({mark})"
    nodes = [*_nodes(test.node, _helpers(tree))]
    idle = {id(inner) for node in nodes for step in _never_reached(node) for inner in ast.walk(step)}
    claims = [claim for node in nodes if id(node) not in idle for claim in _claims(node)]
    faults = {
        "it takes any exception for the one that it wants": any(map(_is_broad, nodes)),
        "what it asserts is caught by the test itself": any(map(_swallows, nodes)),
        "it asserts nothing": not claims,
        "what it asserts holds whatever the code does, or for every value of a kind": all(map(_is_vacuous, claims)),
        "it asserts only that its own mocks were called": all(
            _is_vacuous(claim) or _is_of_mocks(claim) for claim in claims
        ),
    }
    return next((sentence for sentence, is_so in faults.items() if is_so), "")


def raised(test: TestFunction) -> Iterator[tuple[str, ast.With | ast.AsyncWith]]:
    """The names of the exceptions that *test* expects, each with the block that raises it."""
    for node in ast.walk(test.node):
        if isinstance(node, ast.With | ast.AsyncWith):
            for call in (item.context_expr for item in node.items):
                if isinstance(call, ast.Call) and _last(call.func) in _RAISES and call.args:
                    kinds = call.args[0].elts if isinstance(call.args[0], ast.Tuple) else [call.args[0]]
                    yield from ((_last(kind), node) for kind in kinds)


def _helpers(tree: ast.Module) -> Mapping[str, Function]:
    return {node.name: node for node in tree.body if isinstance(node, Function) and not is_test_name(node.name)}


def _nodes(node: ast.AST, helpers: Mapping[str, Function]) -> Iterator[ast.AST]:
    """What stands in a test, and in the functions of the file that it calls."""
    waiting, seen = [node], set[str]()
    while waiting:
        for inner in ast.walk(waiting.pop()):
            yield inner
            name = inner.func.id if isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) else ""
            if name in helpers and name not in seen:
                seen.add(name)
                waiting.append(helpers[name])


def _never_reached(node: ast.AST) -> Iterator[ast.stmt]:
    """The statements right inside *node* that never run, as can be seen without running anything."""
    for name in ("body", "orelse", "finalbody"):
        steps = getattr(node, name, None)
        steps = steps if isinstance(steps, list) else []
        ends = (place for place, step in enumerate(steps) if isinstance(step, _ENDS))
        yield from steps[next(ends, len(steps)) + 1 :]
    if isinstance(node, ast.If | ast.While) and isinstance(node.test, ast.Constant):
        yield from node.orelse if node.test.value else node.body
    if isinstance(node, ast.For | ast.AsyncFor) and _is_empty(node.iter):
        yield from node.body


def _is_empty(node: ast.expr) -> bool:
    """Whether *node* is a literal without items, or a ``range(0)``."""
    match node:
        case ast.List(elts=[]) | ast.Tuple(elts=[]) | ast.Dict(keys=[]) | ast.Constant(value="" | b""):
            return True
        case ast.Call(func=ast.Name(id="range"), args=[ast.Constant(value=0)]):
            return True
        case ast.Call(func=ast.Name(id="set" | "list" | "tuple" | "dict" | "frozenset"), args=[], keywords=[]):
            return True
    return False


def _skipped(test: TestFunction, tree: ast.Module) -> str:
    """The mark or call that keeps *test* from running, or from failing."""
    classes = (node for node in tree.body if isinstance(node, ast.ClassDef) and test.name.startswith(f"{node.name}."))
    marks = [*test.node.decorator_list, *(mark for node in classes for mark in node.decorator_list)]
    marks += [node.value for node in tree.body if _is_mark_of_all(node) and node.value]
    rows = [*test.table.rows] if test.table else []
    found = (inner for mark in (*marks, *rows, test.node) for inner in ast.walk(mark))
    own = {*_skips_by_name(tree)}
    for node in found:
        is_skip = isinstance(node, ast.Attribute) and node.attr in _SKIPS
        if is_skip or (isinstance(node, ast.Name) and node.id in own):
            return ast.unparse(node)
    return ""


def _skips_by_name(tree: ast.Module) -> Iterator[str]:
    """The names that ``from unittest import skip`` and the like bind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module in ("unittest", "unittest.case", "pytest"):
            yield from (alias.asname or alias.name for alias in node.names if alias.name in _SKIPS)


def _is_mark_of_all(node: ast.stmt) -> TypeGuard[ast.Assign | ast.AnnAssign]:
    places = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return any(isinstance(name, ast.Name) and name.id == "pytestmark" for name in places)


def _claims(node: ast.AST) -> Iterator[ast.AST]:
    """*node* where it is an assertion."""
    name = _last(node.func) if isinstance(node, ast.Call) else ""
    if isinstance(node, ast.Assert) or name in _RAISES or name.startswith("assert"):
        yield node


def _is_vacuous(claim: ast.AST) -> bool:
    if isinstance(claim, ast.Assert):
        return _always_holds(claim.test)
    if isinstance(claim, ast.Call) and _last(claim.func) in _TRUTH:
        constants = all(isinstance(part, ast.Constant) for part in claim.args)
        same = len(claim.args) > 1 and ast.unparse(claim.args[0]) == ast.unparse(claim.args[1])
        return constants or same or (_last(claim.func) == "assertTrue" and _always_holds(claim.args[0]))
    return isinstance(claim, ast.Call) and _last(claim.func) in _NOT_NONE


def _always_holds(test: ast.expr) -> bool:
    """Whether *test* is true by itself, or says no more than what kind of value it is about."""
    if isinstance(test, ast.BoolOp):
        parts = [_always_holds(part) for part in test.values]
        return any(parts) if isinstance(test.op, ast.Or) else all(parts)
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Call):
        return _last(test.func) in ("isinstance", "hasattr", "callable", "issubclass")
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _says_little(test)
    return isinstance(test, ast.Tuple) and bool(test.elts)


def _says_little(test: ast.Compare) -> bool:
    left, operator, right = test.left, test.ops[0], test.comparators[0]
    if isinstance(operator, ast.IsNot | ast.NotEq) and ast.unparse(right) == "None":
        return True
    if isinstance(operator, ast.Eq | ast.Is | ast.LtE | ast.GtE) and ast.unparse(left) == ast.unparse(right):
        return True
    if isinstance(operator, ast.Eq | ast.Is) and isinstance(left, ast.Call) and _last(left.func) == "type":
        return True
    is_length = isinstance(left, ast.Call) and _last(left.func) == "len"
    return is_length and isinstance(operator, ast.GtE) and ast.unparse(right) == "0"


def _is_of_mocks(claim: ast.AST) -> bool:
    if isinstance(claim, ast.Assert):
        parts = {node.attr for node in ast.walk(claim.test) if isinstance(node, ast.Attribute)}
        return bool(parts & _MOCKED)
    return isinstance(claim, ast.Call) and _last(claim.func).startswith(tuple(_OF_MOCKS))


def _is_broad(node: ast.AST) -> bool:
    """Whether any exception at all is what the test wants, with no word of its message."""
    if not isinstance(node, ast.Call) or _last(node.func) not in ("raises", "assertRaises") or not node.args:
        return False
    is_told = any(keyword.arg == "match" for keyword in node.keywords)
    kinds = node.args[0].elts if isinstance(node.args[0], ast.Tuple) else [node.args[0]]
    return not is_told and any(_last(kind) in _BROAD for kind in kinds)


def _swallows(node: ast.AST) -> bool:
    """Whether *node* catches what the assertions in it raise, and does not raise it again."""
    if isinstance(node, ast.With | ast.AsyncWith):
        calls = [item.context_expr for item in node.items if isinstance(item.context_expr, ast.Call)]
        kinds = [kind for call in calls if _last(call.func) == "suppress" for kind in call.args]
        return any(_last(kind) in _SWALLOWING for kind in kinds) and any(_claims_in(node.body))
    if not isinstance(node, ast.Try) or not any(_claims_in(node.body)):
        return False
    for handler in node.handlers:
        caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
        is_caught = any(kind is None or _last(kind) in _SWALLOWING for kind in caught)
        if is_caught and not any(isinstance(inner, ast.Raise) for step in handler.body for inner in ast.walk(step)):
            return True
    return False


def _claims_in(body: list[ast.stmt]) -> Iterator[ast.AST]:
    yield from (claim for statement in body for node in ast.walk(statement) for claim in _claims(node))


def _last(node: ast.expr) -> str:
    """The last part of a dotted name; empty for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""
