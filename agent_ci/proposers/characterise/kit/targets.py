"""What of a module can be called by a test, in which way, and which of its lines that runs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

Function = ast.FunctionDef | ast.AsyncFunctionDef

# How a test writes what calls a method of the language: `{0}` is the object, `{1}` the argument.
SPELLED = {
    "__len__": "len({0})", "__str__": "str({0})", "__repr__": "repr({0})", "__bool__": "bool({0})",
    "__iter__": "list({0})", "__contains__": "{1} in {0}", "__getitem__": "{0}[{1}]", "__eq__": "{0} == {1}",
    "__ne__": "{0} != {1}", "__lt__": "{0} < {1}", "__le__": "{0} <= {1}", "__gt__": "{0} > {1}",
    "__ge__": "{0} >= {1}",
    "__add__": "{0} + {1}", "__sub__": "{0} - {1}", "__mul__": "{0} * {1}", "__truediv__": "{0} / {1}",
    "__floordiv__": "{0} // {1}", "__mod__": "{0} % {1}", "__and__": "{0} & {1}", "__or__": "{0} | {1}",
    "__xor__": "{0} ^ {1}", "__neg__": "-{0}", "__abs__": "abs({0})", "__int__": "int({0})", "__float__": "float({0})",
    "__radd__": "{1} + {0}", "__rmul__": "{1} * {0}", "__invert__": "~{0}", "__reversed__": "list(reversed({0}))",
    "__call__": "{0}({1})", "__round__": "round({0})", "__format__": "format({0}, {1})",
}  # fmt: skip


@dataclass(frozen=True)
class Parameter:
    """A parameter as the source has it. ``kind`` is positional, keyword, star or stars."""

    name: str
    kind: str = "positional"
    has_default: bool = False


@dataclass(frozen=True)
class Target:
    """Something that a test can call, by its qualified name.

    ``kind`` is function, method, classmethod, staticmethod, property, constructor, or construction: what else runs
    while an object is made (``__post_init__``), and is called by making one.
    ``reaches`` are the names of the targets of this module that it may call, with its own, and ``lines`` those of its
    own body, 1-based.
    """

    name: str
    kind: str
    node: Function = field(compare=False, repr=False)
    parameters: tuple[Parameter, ...] = ()
    owner: str = ""
    lines: frozenset[int] = frozenset()
    reaches: frozenset[str] = frozenset()

    @property
    def short(self) -> str:
        """The name without its class."""
        return self.name.rpartition(".")[2]

    @property
    def is_public(self) -> bool:
        """Whether none of its names begins with an underscore; those of the language count as public."""
        return not any(part.startswith("_") and not _is_special(part) for part in self.name.split("."))

    def mentions(self, names: frozenset[str]) -> bool:
        """Whether its source has one of *names* in it."""
        return any(isinstance(node, ast.Name) and node.id in names for node in ast.walk(self.node))

    @property
    def is_step(self) -> bool:
        """Whether a person would call it to bring an object into some state."""
        return not self.short.startswith("_")

    @property
    def needs_object(self) -> bool:
        """Whether it is called on an object."""
        return self.kind in ("method", "property", "construction")


def targets_of(tree: ast.Module) -> dict[str, Target]:
    """Everything in the module that can be called from outside, by qualified name."""
    found = {target.name: target for target in _in(tree, "", "")}
    calls = {name: frozenset(_called(target, found)) for name, target in found.items()}
    reached = {name: _closure(name, calls) for name in found}
    return {
        name: Target(one.name, one.kind, one.node, one.parameters, one.owner, one.lines, reached[name])
        for name, one in found.items()
    }


def variables_at(tree: ast.Module, line: int) -> frozenset[str]:
    """The variables of the module, or the class, that the outermost statement around *line* makes."""
    around = next((node for node in tree.body if node.lineno <= line <= (node.end_lineno or node.lineno)), None)
    if isinstance(around, ast.ClassDef):
        return frozenset({around.name})
    if not isinstance(around, ast.Assign | ast.AnnAssign | ast.AugAssign):
        return frozenset()
    stored = (one for one in ast.walk(around) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))
    return frozenset(one.id for one in stored)


def run_on_import(tree: ast.Module, targets: Mapping[str, Target]) -> frozenset[str]:
    """The names of the targets that statements of the module itself call, and of those that they reach."""
    plain = [node for node in tree.body if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    calls = [one for node in plain for one in ast.walk(node) if isinstance(one, ast.Call)]
    named = {one.func.id for one in calls if isinstance(one.func, ast.Name)} & targets.keys()
    return frozenset(name for one in named for name in targets[one].reaches)


def _in(node: ast.AST, prefix: str, owner: str) -> Iterator[Target]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield from _in(child, f"{prefix}{child.name}.", f"{prefix}{child.name}")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            kind = _kind(child, owner)
            if kind:
                bound = kind in ("method", "property", "classmethod", "constructor", "construction")
                parameters = tuple(_parameters(child))[1:] if bound else tuple(_parameters(child))
                parameters = () if kind == "construction" else parameters
                lines = frozenset(range(child.lineno, (child.end_lineno or child.lineno) + 1))
                yield Target(prefix + child.name, kind, child, parameters, owner, lines)
        elif isinstance(child, ast.If | ast.Try):
            yield from _in(child, prefix, owner)


def _kind(node: Function, owner: str) -> str:  # noqa: PLR0911 - a table of kinds
    """How *node* is called; empty where a test had better not."""
    marks = {ast.unparse(decorator).partition("(")[0].rpartition(".")[2] for decorator in node.decorator_list}
    if marks & {"overload", "abstractmethod", "setter", "deleter", "fixture", "contextmanager", "asynccontextmanager"}:
        return ""
    if not owner:
        return "" if _is_special(node.name) else "function"
    if marks & {"property", "cached_property"}:
        return "property"
    for kind in ("classmethod", "staticmethod"):
        if kind in marks:
            return kind
    if node.name in ("__init__", "__post_init__", "__new__"):
        return "constructor" if node.name == "__init__" else "construction"
    if _is_special(node.name) and node.name not in SPELLED:
        return ""
    return "method"


def _is_special(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")


def _parameters(node: Function) -> Iterator[Parameter]:
    its = node.args
    positional = [*its.posonlyargs, *its.args]
    first_default = len(positional) - len(its.defaults)
    for index, one in enumerate(positional):
        yield Parameter(one.arg, "positional", index >= first_default)
    if its.vararg:
        yield Parameter(its.vararg.arg, "star", has_default=True)
    for one, default in zip(its.kwonlyargs, its.kw_defaults, strict=True):
        yield Parameter(one.arg, "keyword", default is not None)
    if its.kwarg:
        yield Parameter(its.kwarg.arg, "stars", has_default=True)


def _called(target: Target, known: Mapping[str, Target]) -> Iterator[str]:
    """The targets whose names *target* mentions: functions, methods by whatever object, and classes by construction."""
    names, attributes = set(), set()
    for node in ast.walk(target.node):
        if isinstance(node, ast.Name):
            names.add(node.id)
        elif isinstance(node, ast.Attribute):
            attributes.add(node.attr)
    for name, other in known.items():
        is_constructed = other.kind.startswith("construct") and (
            other.owner.rpartition(".")[2] in names or "cls" in names
        )
        is_method = bool(other.owner) and other.short in attributes
        is_special = bool(other.owner) and _is_special(other.short) and other.owner == target.owner
        if is_constructed or is_method or is_special or (not other.owner and name in names):
            yield name


def _closure(name: str, calls: Mapping[str, frozenset[str]]) -> frozenset[str]:
    found, left = {name}, [name]
    while left:
        for other in calls.get(left.pop(), ()):
            if other not in found:
                found.add(other)
                left.append(other)
    return frozenset(found)
