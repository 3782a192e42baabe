"""Which names a piece of a Python test replaces by a mock, and which it calls."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from agent_ci.core.review.oracle_expressions import dotted
from agent_ci.core.review.python_names import last_name


def imported(tree: ast.Module) -> dict[str, str]:
    """What each imported name of *tree* stands for: ``total`` for ``shop.cart.total``."""
    found: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            found |= {alias.asname or alias.name: f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.asname: alias.name for alias in node.names if alias.asname}
            found |= {alias.name.split(".")[0]: alias.name.split(".")[0] for alias in node.names if not alias.asname}
    return found


def replaced(nodes: Iterable[ast.AST], names: dict[str, str]) -> Iterator[tuple[str, ast.AST]]:
    """Each dotted name that *nodes* put a mock in place of, with where."""
    for top in nodes:
        for node in ast.walk(top):
            if isinstance(node, ast.Call):
                target = _patched(node, names)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
                target = _assigned(node.targets[0], names)
            else:
                target = ""
            if target:
                yield target, node


def _patched(call: ast.Call, names: dict[str, str]) -> str:
    """The target of ``patch("a.b")``, ``patch.object(a, "b")``, ``monkeypatch.setattr(a, "b", ...)`` and their kin."""
    function, arguments = dotted(call.func), call.args
    is_patch = function.endswith(("patch", "patch.object", "setattr", "patch.multiple", "spy", "create_autospec"))
    if not is_patch or not arguments:
        return ""
    if isinstance(arguments[0], ast.Constant):
        return str(arguments[0].value)
    owner = resolved(arguments[0], names)
    if len(arguments) > 1 and isinstance(arguments[1], ast.Constant):
        return f"{owner}.{arguments[1].value!s}" if owner else ""
    return ""


def _assigned(target: ast.Attribute, names: dict[str, str]) -> str:
    owner = resolved(target.value, names)
    return f"{owner}.{target.attr}" if owner else ""


def resolved(node: ast.expr, names: dict[str, str]) -> str:
    """The dotted name of *node* in the world, with the class for what is made of it; empty for what is no import."""
    if isinstance(node, ast.Call):
        return resolved(node.func, names)
    if isinstance(node, ast.Attribute):
        owner = resolved(node.value, names)
        return f"{owner}.{node.attr}" if owner else ""
    return names.get(node.id, "") if isinstance(node, ast.Name) else ""


def known_in(node: ast.AST, names: dict[str, str]) -> dict[str, str]:
    """*names*, and the local ones of *node* that stand for an import or for what is made of one."""
    local = dict(names)
    for inner in ast.walk(node):
        if isinstance(inner, ast.Assign) and isinstance(inner.targets[0], ast.Name):
            made = resolved(inner.value, local)
            if made:
                local[inner.targets[0].id] = made
    return local


def called(node: ast.AST, names: dict[str, str]) -> set[str]:
    """The dotted names of all that *node* calls, as far as *names* tell; an object stands for its class."""
    calls = (inner.func for inner in ast.walk(node) if isinstance(inner, ast.Call))
    return {name for call in calls if last_name(call) and (name := resolved(call, names))}


def is_same(target: str, name: str) -> bool:
    """Whether the mock at *target* stands in the place of what is called by *name*.

    A package may hand on what a module of it defines, so that the last names and the first ones must agree.
    """
    if target == name:
        return True
    ours, theirs = name.split("."), target.split(".")
    is_handed_on = ours[0] == theirs[0] and ours[-1] == theirs[-1] and min(len(ours), len(theirs)) > 1
    return is_handed_on and (set(ours) <= set(theirs) or set(theirs) <= set(ours))
