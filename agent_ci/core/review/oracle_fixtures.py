"""In what the surroundings of Python tests became weaker: their hooks, fixtures, helpers, and what collects them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from agent_ci.core.review.oracle_mocks import called, imported, is_same, known_in, replaced
from agent_ci.core.review.oracle_reading import Function
from agent_ci.core.review.oracle_steps import new_steps, new_values
from agent_ci.core.review.oracle_suite import Suite
from agent_ci.core.rules import MOCKED_SUBJECT, WEAKENED_TEST

_HARMLESS_HOOKS = frozenset(
    {
        "pytest_addoption",
        "pytest_assertrepr_compare",
        "pytest_make_parametrize_id",
        "pytest_report_header",
        "pytest_terminal_summary",
    }
)
_COLLECTION = frozenset({"collect_ignore", "collect_ignore_glob", "pytest_plugins", "__test__"})


def weaker_surroundings(path: str, old: Suite, new: Suite) -> Iterator[str]:
    """Every objection to what is no case in the file at *path*."""
    yield from _hooks(path, old, new)
    yield from _collection(path, old, new)
    for name, function in new.functions.items():
        if name in old.functions:
            yield from _function(path, name, old.functions[name], function)
        elif _is_automatic(function):
            yield from _steps(path, name, ast.Pass(), function)
    yield from _module_steps(path, old, new)
    yield from _mocks(path, old, new)


def _hooks(path: str, old: Suite, new: Suite) -> Iterator[str]:
    for name, function in new.functions.items():
        if not name.startswith("pytest_") or name in _HARMLESS_HOOKS:
            continue
        before = old.functions.get(name)
        if before is None or ast.dump(before) != ast.dump(function):
            what = "is new" if before is None else "was changed"
            sentence = f"{path}:{function.lineno}: the hook `{name}` {what}, and decides what all tests report"
            yield WEAKENED_TEST.objection(f"{sentence}; leave it as it was")


def _collection(path: str, old: Suite, new: Suite) -> Iterator[str]:
    before = {ast.dump(node) for node in old.tree.body}
    for node in new.tree.body:
        if isinstance(node, (ast.Assign, ast.AugAssign, ast.AnnAssign)) and ast.dump(node) not in before:
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            name = next((target.id for target in targets if isinstance(target, ast.Name)), "")
            if name in _COLLECTION:
                sentence = f"{path}:{node.lineno}: `{name}` decides which tests are collected; leave it as it was"
                yield WEAKENED_TEST.objection(sentence)


def _is_automatic(function: Function) -> bool:
    is_setup = function.name in {"setUp", "setUpClass", "setup_method", "setup_function", "setup_module", "setUpModule"}
    return is_setup or any(
        "fixture" in text and "autouse=True" in text for text in map(ast.unparse, function.decorator_list)
    )


def _function(path: str, name: str, old: Function, new: Function) -> Iterator[str]:
    if _is_empty(new) and not _is_empty(old):
        yield WEAKENED_TEST.objection(f"{path}:{new.lineno}: the helper `{name}` was emptied; keep what it does")
        return
    yield from _steps(path, name, old, new)
    for line, was, now in new_values(old, new):
        sentence = f"{path}:{line}: the helper `{name}` gives {now} where it gave {was}; tests rely on it"
        yield WEAKENED_TEST.objection(f"{sentence}; keep it")


def _is_empty(function: Function) -> bool:
    return all(
        isinstance(node, ast.Pass)
        or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        or (isinstance(node, ast.Return) and isinstance(node.value, (ast.Constant, type(None))))
        for node in function.body
    )


def _steps(path: str, name: str, old: ast.AST, new: ast.AST) -> Iterator[str]:
    for line, what in new_steps(old, new):
        yield WEAKENED_TEST.objection(f"{path}:{line}: the helper `{name}` {what}")


def _loose(suite: Suite) -> ast.Module:
    """The statements of the module that run when it is imported."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)
    return ast.Module([node for node in suite.tree.body if not isinstance(node, kinds)], [])


def _module_steps(path: str, old: Suite, new: Suite) -> Iterator[str]:
    for line, what in new_steps(_loose(old), _loose(new)):
        yield WEAKENED_TEST.objection(f"{path}:{line}: the file {what}")


def _mocks(path: str, old: Suite, new: Suite) -> Iterator[str]:
    """Mocks that stand outside of any case, where a case that was there calls what they replace."""
    names = imported(new.tree)
    subjects = {
        name
        for case in old.cases.values()
        for name in called(case.function, known_in(case.function, imported(old.tree)))
    }
    had = {target for target, _ in replaced([_loose(old), *old.functions.values()], imported(old.tree))}
    for target, node in replaced([_loose(new), *new.functions.values()], names):
        subject = next((name for name in sorted(subjects) if is_same(target, name)), None)
        if subject and target not in had:
            where = f"{path}:{getattr(node, 'lineno', 1)}"
            yield MOCKED_SUBJECT.objection(f"{where}: `{target}` is replaced by a mock, and tested; test the real one")
