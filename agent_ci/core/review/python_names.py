"""What the names in a Python file stand for: imports, aliases and look-ups by string, resolved by reading."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field

_LOADERS = ("__import__", "importlib.import_module")
_WATCHED = ("sys", "os", "inspect", "builtins", "traceback", "gc", "ctypes", "pytest", "unittest", "signal")
Function = ast.FunctionDef | ast.AsyncFunctionDef
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Place:
    """A statement with the names of the functions and classes around it, innermost last."""

    statement: ast.stmt
    functions: tuple[Function, ...] = ()
    classes: tuple[str, ...] = ()
    is_main: bool = False

    @property
    def function(self) -> str:
        """The name of the innermost function; empty at the top level."""
        return self.functions[-1].name if self.functions else ""


def places(tree: ast.Module) -> Iterator[Place]:
    """Every statement of *tree*, in no particular order, with what stands around it."""
    waiting = [Place(statement) for statement in tree.body]
    while waiting:
        place = waiting.pop()
        yield place
        node = place.statement
        functions = (*place.functions, node) if isinstance(node, FUNCTIONS) else place.functions
        classes = (*place.classes, node.name) if isinstance(node, ast.ClassDef) else place.classes
        is_main = place.is_main or (isinstance(node, ast.If) and is_main_guard(node.test))
        waiting += [Place(inner, functions, classes, is_main) for inner in inner_statements(node)]


def inner_statements(node: ast.stmt) -> Iterator[ast.stmt]:
    """The statements that *node* holds directly."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        elif isinstance(child, ast.ExceptHandler | ast.match_case):
            yield from child.body


def header(statement: ast.stmt) -> tuple[ast.AST, ...]:
    """Every node of *statement* itself, without the statements that it holds; nothing for a docstring."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return ()
    found: list[ast.AST] = []
    waiting = [child for child in ast.iter_child_nodes(statement) if not isinstance(child, ast.stmt)]
    while waiting:
        node = waiting.pop()
        found.append(node)
        waiting += [child for child in ast.iter_child_nodes(node) if not isinstance(child, ast.stmt)]
    return tuple(found)


def is_main_guard(test: ast.expr) -> bool:
    """Whether *test* is ``__name__ == "__main__"``."""
    return isinstance(test, ast.Compare) and "__main__" in (
        part.value for part in (test.left, *test.comparators) if isinstance(part, ast.Constant)
    )


@dataclass(frozen=True)
class Names:
    """The dotted origin of each imported name of one file."""

    aliases: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, tree: ast.Module) -> Names:
        """The names of *tree*, from its imports and from plain assignments of what was imported."""
        names = cls()
        assigned = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                names.aliases.update({alias.asname: alias.name for alias in node.names if alias.asname})
            elif isinstance(node, ast.ImportFrom) and not node.level:
                origin = {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
                names.aliases.update(origin)
            elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned.append((node.targets[0].id, node.value))
        for name, value in assigned:
            dotted = names.dotted(value)
            if "." in dotted and dotted.partition(".")[0] in _WATCHED:
                names.aliases.setdefault(name, dotted)
        return names

    def dotted(self, node: ast.AST) -> str:
        """What *node* refers to, as ``module.name``; empty for what is no name."""
        if isinstance(node, ast.Name):
            return self.aliases.get(node.id, node.id)
        if isinstance(node, ast.Attribute):
            owner = self.dotted(node.value)
            return f"{owner}.{node.attr}" if owner else ""
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, ast.Call) and node.args:
            return self._call(node)
        return ""

    def _item(self, node: ast.Subscript) -> str:
        owner, key = self.dotted(node.value), string(node.slice)
        return f"{owner.removesuffix('.__dict__')}.{key}" if owner.endswith(".__dict__") and key else ""

    def _call(self, node: ast.Call) -> str:
        called = self.dotted(node.func)
        if called in _LOADERS:
            return string(node.args[0])
        if called == "vars":
            return f"{self.dotted(node.args[0])}.__dict__"
        if called == "getattr" and len(node.args) > 1 and (name := string(node.args[1])):
            return f"{self.dotted(node.args[0])}.{name}"
        return ""


def string(node: ast.AST) -> str:
    """The text of a string, also of one that is put together from several; empty for anything else."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else ""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = string(node.left), string(node.right)
        return left + right if left and right else ""
    return ""


def parameters(function: Function | ast.Lambda) -> tuple[str, ...]:
    """The names that *function* takes, the object itself aside."""
    taken = function.args
    named = [argument.arg for argument in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)]
    named += [argument.arg for argument in (taken.vararg, taken.kwarg) if argument]
    return tuple(name for name in named if name not in ("self", "cls", "mcs"))


def last_name(node: ast.expr) -> str:
    """The name by which something is called: ``c`` of ``a().b.c``; empty for what is no name."""
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")
