"""Which tests would freeze a mistake: a crash that nobody meant, or an answer that the documentation contradicts."""

from __future__ import annotations

import ast
import doctest
from collections.abc import Iterator, Mapping

from agent_ci.core.names import parse
from agent_ci.core.untested import definitions
from agent_ci.core.worth import assertions
from agent_ci.core.worth.tests_file import TestFunction
from agent_ci.core.worth.values import PossibleBug

ACCIDENTS = frozenset({
    "TypeError", "AttributeError", "KeyError", "IndexError", "NameError", "UnboundLocalError", "RecursionError",
    "ZeroDivisionError", "AssertionError", "LookupError", "ArithmeticError", "MemoryError", "SystemError",
})  # fmt: skip
"""What code raises by accident, unless it says ``raise``."""


def frozen(test: TestFunction, path: str, source: str) -> PossibleBug | None:
    """What *test* would freeze of the module *path*, whose text is *source*; None where nothing shows.

    It expects an exception by accident which no line of the module raises on purpose, or another answer than an example
    in a docstring gives for the same call.
    """
    meant = frozenset(_raised_on_purpose(source))
    for name, block in assertions.raised(test):
        if name in ACCIDENTS and name not in meant:
            call = "\n".join(ast.unparse(step) for step in block.body)
            told = f"{call} ends in {name}, which nothing there raises on purpose"
            return PossibleBug(path, _called(block, source), told, call)
    examples = dict(_examples(source))
    for node in ast.walk(test.node):
        if isinstance(node, ast.Assert) and (pair := _answered(node.test)):
            asked, answer = pair
            said = examples.get(_plain(asked), answer)
            if said != answer:
                told = f"{_plain(asked)} gives {answer}, and its docstring says {said}"
                return PossibleBug(path, _called(node, source), told, _plain(asked))
    return None


def _raised_on_purpose(source: str) -> Iterator[str]:
    """The names of the exceptions that a line of *source* raises."""
    tree = parse(source)
    for node in ast.walk(tree) if tree else ():
        if isinstance(node, ast.Raise) and node.exc is not None:
            kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
            yield ast.unparse(kind).rpartition(".")[2]


def _called(node: ast.AST, source: str) -> str:
    """The function of *source* that *node* calls first."""
    known: Mapping[str, str] = {one.name.rpartition(".")[2]: one.name for one in definitions(source)}
    for inner in ast.walk(node):
        if isinstance(inner, ast.Call):
            name = ast.unparse(inner.func).rpartition(".")[2]
            if name in known:
                return known[name]
    return ""


def _answered(test: ast.expr) -> tuple[ast.expr, str] | None:
    """The call and the literal that *test* says are equal; None where it says something else."""
    if not isinstance(test, ast.Compare) or len(test.ops) != 1 or not isinstance(test.ops[0], ast.Eq | ast.Is):
        return None
    left, right = test.left, test.comparators[0]
    if isinstance(right, ast.Call) and not isinstance(left, ast.Call):
        left, right = right, left
    literal = _literal(ast.unparse(right))
    return (left, literal) if isinstance(left, ast.Call) and literal else None


def _examples(source: str) -> Iterator[tuple[str, str]]:
    """The calls in docstrings, with the literals that they are said to give."""
    parser = doctest.DocTestParser()
    tree = parse(source)
    nodes = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree) if tree else ():
        text = ast.get_docstring(node) if isinstance(node, nodes) else None
        if not text:
            continue
        try:
            found = parser.get_examples(text)
        except ValueError:  # a docstring that only looks like examples
            continue
        for example in found:
            call = parse(example.source.strip())
            answer = _literal(example.want.strip())
            if answer and call and len(call.body) == 1 and isinstance(call.body[0], ast.Expr):
                yield _plain(call.body[0].value), answer


def _plain(call: ast.expr) -> str:
    """*call* as written without the module in front of the function's name."""
    if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name):
        arguments = ast.unparse(ast.Call(ast.Name(call.func.attr), call.args, call.keywords))
        return arguments if call.func.value.id.islower() else ast.unparse(call)
    return ast.unparse(call)


def _literal(text: str) -> str:
    """*text* in one spelling, where it is a literal; else empty."""
    try:
        return repr(ast.literal_eval(text))
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return ""
