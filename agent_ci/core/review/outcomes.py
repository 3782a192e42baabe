"""What a Python function may answer with, under which conditions, as far as reading it tells."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.review.errors import is_constant
from agent_ci.core.review.expectations import canonical
from agent_ci.core.review.python_names import FUNCTIONS, Function, inner_statements, last_name


@dataclass(frozen=True)
class Outcome:
    """A literal that a function answers with: ``tests`` are the conditions that lead there, None for any other."""

    node: ast.AST
    literal: str
    tests: tuple[ast.expr | None, ...]
    raises: bool = False

    @property
    def key(self) -> str:
        """The answer and its conditions as text, which stays the same wherever it is moved to."""
        return f"{self.literal} {[ast.unparse(test) if test else '' for test in self.tests]}"


def functions(tree: ast.Module) -> Iterator[tuple[str, Function]]:
    """Every function of *tree* by its qualified name, those of one name numbered."""
    seen: Counter[str] = Counter()
    waiting: list[tuple[str, ast.stmt]] = [("", statement) for statement in tree.body]
    while waiting:
        prefix, node = waiting.pop()
        name = f"{prefix}{node.name}." if isinstance(node, (*FUNCTIONS, ast.ClassDef)) else prefix
        if isinstance(node, FUNCTIONS):
            seen[name] += 1
            yield f"{name}{seen[name]}", node
        waiting += [(name, inner) for inner in inner_statements(node)]


def outcomes(function: Function) -> Iterator[Outcome]:
    """Every literal that *function* returns, yields or holds, and every error that it raises."""
    waiting: list[tuple[ast.stmt, tuple[ast.expr | None, ...]]] = [(node, ()) for node in function.body]
    while waiting:
        node, tests = waiting.pop()
        if isinstance(node, (*FUNCTIONS, ast.ClassDef)):
            continue
        if isinstance(node, ast.Return | ast.Assign | ast.AnnAssign | ast.Expr) and node.value is not None:
            value = node.value.value if isinstance(node.value, ast.Yield) else node.value
            if value is not None and (not isinstance(node, ast.Expr) or isinstance(node.value, ast.Yield)):
                yield from _values(value, tests)
        elif isinstance(node, ast.Raise):
            yield Outcome(node, "", tests, raises=True)
        waiting += _inside(node, tests)


def _inside(node: ast.stmt, tests: tuple[ast.expr | None, ...]) -> list[tuple[ast.stmt, tuple[ast.expr | None, ...]]]:
    """The statements in *node*, each with the conditions that lead to it."""
    if isinstance(node, ast.If):
        return [
            *((each, tests if is_true(node.test) else (*tests, node.test)) for each in node.body),
            *((each, (*tests, None)) for each in node.orelse),
        ]
    if isinstance(node, ast.Match):
        return [(each, (*tests, as_test(node.subject, case))) for case in node.cases for each in case.body]
    if isinstance(node, ast.With | ast.AsyncWith):
        return [(each, tests) for each in node.body]
    if isinstance(node, ast.Try | ast.TryStar):
        inside = [(each, tests) for each in (*node.body, *node.orelse, *node.finalbody)]
        handled: list[tuple[ast.stmt, tuple[ast.expr | None, ...]]] = [
            (each, (*tests, None)) for handler in node.handlers for each in handler.body
        ]
        return inside + handled
    return [(each, (*tests, None)) for each in inner_statements(node)]


def as_test(subject: ast.expr, case: ast.match_case) -> ast.expr | None:
    """The comparison that a ``case`` makes."""
    patterns = case.pattern.patterns if isinstance(case.pattern, ast.MatchOr) else [case.pattern]
    values = [value for pattern in patterns if (value := _as_value(pattern)) is not None]
    if len(values) != len(patterns):
        return None
    if len(values) == 1:
        return ast.Compare(subject, [ast.Eq()], [values[0]], lineno=values[0].lineno, col_offset=0)
    choices = ast.Tuple(values, ast.Load())
    return ast.Compare(subject, [ast.In()], [choices], lineno=values[0].lineno, col_offset=0)


def _as_value(pattern: ast.pattern) -> ast.expr | None:
    """The value that *pattern* asks for; None where it takes more than one."""
    if isinstance(pattern, ast.MatchValue):
        return pattern.value
    if isinstance(pattern, ast.MatchSequence) and pattern.patterns:
        parts = [part for inner in pattern.patterns if (part := _as_value(inner)) is not None]
        return ast.List(parts, ast.Load(), lineno=pattern.lineno) if len(parts) == len(pattern.patterns) else None
    return None


def _values(value: ast.expr, tests: tuple[ast.expr | None, ...]) -> Iterator[Outcome]:
    """The literals that *value* may come to."""
    if isinstance(value, ast.IfExp):
        yield from _values(value.body, (*tests, value.test))
        yield from _values(value.orelse, (*tests, None))
    elif isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or):
        for part in value.values:
            yield from _values(part, (*tests, None) if canonical(part) else tests)
    elif isinstance(value, ast.BoolOp):
        if literal := canonical(value.values[-1]):
            yield Outcome(value, literal, (*tests, *value.values[:-1]))
    elif literal := canonical(value):
        yield Outcome(value, literal, tests)


def answers(function: Function) -> Iterator[str]:
    """What *function* returns, each as a literal or as empty for what is computed."""
    assigned: dict[str, list[str]] = {}
    body = [node for statement in function.body for node in ast.walk(statement)]
    for node in body:
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            assigned.setdefault(node.id, []).append("")
    for node in body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if assigned[name] == [""]:
                assigned[name] = [canonical(node.value)]
    for node in body:
        if isinstance(node, ast.Return) and node.value is not None:
            held = assigned.get(node.value.id, [""]) if isinstance(node.value, ast.Name) else [canonical(node.value)]
            yield held[0] if len(held) == 1 else ""
        elif isinstance(node, ast.Yield | ast.YieldFrom):
            yield ""


def conditions(function: Function) -> Iterator[ast.expr]:
    """Everything that *function* decides by."""
    for node in ast.walk(function):
        if isinstance(node, ast.If | ast.IfExp | ast.While):
            yield node.test
        elif isinstance(node, ast.Match):
            yield from (test for case in node.cases if (test := as_test(node.subject, case)))


def comparisons(test: ast.expr) -> list[ast.expr]:
    """The parts of *test* that are joined by ``and`` and ``or``."""
    waiting, found = [test], []
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.BoolOp):
            waiting += node.values
        else:
            found.append(node)
    return found


def compared(part: ast.expr) -> tuple[str, frozenset[str]]:
    """What *part* compares by equality or membership, and the literals it compares it with."""
    if isinstance(part, ast.Call) and is_prefix(part) and isinstance(part.func, ast.Attribute):
        return ast.unparse(part.func.value), frozenset(filter(None, [canonical(part.args[0])]))
    if not isinstance(part, ast.Compare) or len(part.ops) != 1:
        return "", frozenset()
    left, right = part.left, part.comparators[0]
    if isinstance(part.ops[0], ast.Eq | ast.Is) and is_constant(left):
        left, right = right, left
    literal = canonical(right)
    if not literal or not isinstance(part.ops[0], ast.Eq | ast.Is | ast.In) or not _is_plain(left):
        return "", frozenset()
    is_member = isinstance(part.ops[0], ast.In)
    if is_member or isinstance(left, ast.Tuple | ast.List):
        elements = right.keys if isinstance(right, ast.Dict) else getattr(right, "elts", [])
        return ast.unparse(left), frozenset(canonical(element) for element in elements if element)
    return ast.unparse(left), frozenset({literal})


def _is_plain(node: ast.expr) -> bool:
    """Whether *node* is an argument as it came, or as good as that: no arithmetic on it."""
    return not any(isinstance(part, ast.BinOp | ast.BoolOp | ast.IfExp) for part in ast.walk(node))


def is_prefix(part: ast.expr) -> bool:
    """Whether *part* asks how a text starts or ends."""
    is_method = isinstance(part, ast.Call) and isinstance(part.func, ast.Attribute) and len(part.args) == 1
    return is_method and last_name(part.func) in ("startswith", "endswith") if isinstance(part, ast.Call) else False


def is_true(test: ast.expr) -> bool:
    """Whether *test* always holds: a true constant, or a thing compared with itself."""
    if isinstance(test, ast.Compare) and len(test.comparators) == 1 and isinstance(test.ops[0], ast.Eq | ast.Is):
        return ast.dump(test.left) == ast.dump(test.comparators[0])
    return isinstance(test, ast.Constant) and bool(test.value)
