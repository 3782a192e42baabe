"""What a Python file defines, imports and has in scope: read from its text, never by importing it."""

from __future__ import annotations

import ast
import builtins
import io
import keyword
import tokenize
import warnings
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import pairwise
from pathlib import PurePosixPath

MAX_CHARACTERS = 1_000_000
"""Longer texts are generated or hostile, and are not parsed."""

SIMILAR = 0.8
"""The ratio of difflib from which two names count as one name and its misspelling."""

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Scope = _Function | ast.ClassDef
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@lru_cache(maxsize=8)
def parse(text: str) -> ast.Module | None:
    """The syntax tree of *text*; None where it has none, is too long or is made to break a parser."""
    if len(text) > MAX_CHARACTERS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape warns, and it is not ours
            return ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def source_text(data: bytes) -> str:
    """The Python file *data* as Python reads it. Raises SyntaxError or ValueError where it is in no such encoding."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return data.decode(encoding)


def compiles(text: str) -> bool:
    """Whether *text* is a program: a tree alone may still hold a ``return`` outside of any function."""
    tree = parse(text)
    if tree is None:
        return False
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "<text>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def defined(tree: ast.Module) -> frozenset[str]:
    """The names that the module makes itself at its top level, imports aside."""
    return frozenset(bound(tree)) - frozenset(_aliases(_local(tree)))


def bound(scope: ast.Module | _Scope) -> Iterator[str]:
    """Every name that *scope* binds in its own body, imports and parameters included."""
    for node in _local(scope):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif isinstance(node, _DEFINITIONS):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name
    yield from _aliases(_local(scope))


def _local(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of *scope* that run in it: not what nested functions and classes hold."""
    waiting = [*ast.iter_child_nodes(scope)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, _OWN_SCOPE):
            waiting += ast.iter_child_nodes(node)


def _aliases(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)


def importing(tree: ast.Module, name: str, *, module: str, is_package: bool = False) -> Iterator[str]:
    """The statements of *module* that bring in *name*, alone and absolute, wherever in the file they stand."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Import | ast.ImportFrom):
            continue
        for alias in node.names:
            if (alias.asname or alias.name) != name:
                continue
            if isinstance(node, ast.Import):
                yield ast.unparse(ast.Import([alias]))
            elif source := absolute(node, module, is_package=is_package):
                yield ast.unparse(ast.ImportFrom(source, [alias], 0))


def absolute(node: ast.ImportFrom, module: str, *, is_package: bool = False) -> str:
    """The dotted name that *node*, a statement of *module*, imports from; empty where it leads outside."""
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    above = len(parts) - node.level + is_package
    return ".".join([*parts[:above], *([node.module] if node.module else [])]) if above > 0 else ""


def in_scope(tree: ast.Module, line: int) -> frozenset[str]:
    """The names that code at *line* (1-based) can use: builtins, the module's, those of functions around it."""
    scopes = enclosing(tree, line)
    seen = [scope for scope in scopes if not isinstance(scope, ast.ClassDef) or scope is scopes[-1]]
    names = {name for scope in (tree, *seen) for name in bound(scope)}
    return frozenset(names | {name for name in dir(builtins) if not name.startswith("_")})


def enclosing(tree: ast.Module, line: int) -> tuple[_Scope, ...]:
    """The functions and classes around *line*, outermost first."""
    around = [
        node
        for node in ast.walk(tree)
        if isinstance(node, _DEFINITIONS) and node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return tuple(sorted(around, key=lambda node: (node.lineno, node.col_offset)))


def receiver(tree: ast.Module, line: int) -> tuple[str, ast.ClassDef] | None:
    """What the method around *line* calls its object, and the method's class; None outside of methods."""
    scopes = enclosing(tree, line)
    for owner, method in pairwise(scopes):
        if isinstance(owner, ast.ClassDef) and isinstance(method, _Function) and method.args.args:
            is_static = any(isinstance(mark, ast.Name) and mark.id == "staticmethod" for mark in method.decorator_list)
            return None if is_static else (method.args.args[0].arg, owner)
    return None


def attributes(owner: ast.ClassDef) -> frozenset[str]:
    """What *owner* itself gives its objects: methods, class variables, and what methods assign to ``self``."""
    assigned = {
        node.attr
        for node in ast.walk(owner)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id in ("self", "cls")
    }
    return frozenset(assigned.union(bound(owner)))


def bases(owner: ast.ClassDef) -> tuple[str, ...]:
    """The last names of the classes that *owner* derives from."""
    named = (base.value if isinstance(base, ast.Subscript) else base for base in owner.bases)
    last = (getattr(base, "attr", None) or getattr(base, "id", "") for base in named)
    return tuple(str(name) for name in last if name)


def dotted(path: str, roots: Iterable[str]) -> str:
    """The name that the file at *path* is imported by from the deepest of *roots*; empty where it has none."""
    inside = [root.strip("/") for root in roots if root not in ("", ".") and path.startswith(f"{root.strip('/')}/")]
    start = len(max(inside, key=len)) + 1 if inside else 0
    parts = PurePosixPath(path[start:]).with_suffix("").parts
    if parts[-1:] == ("__init__",):
        parts = parts[:-1]
    name = ".".join(parts)
    return name if is_importable(name) else ""


def is_importable(module: str) -> bool:
    """Whether an import statement can name *module*: ``my-tool``, ``class`` and ``2024.report`` are no names."""
    return all(part.isidentifier() and not keyword.iskeyword(part) for part in module.split("."))


def similar(name: str, others: Iterable[str]) -> tuple[str, ...]:
    """The names of *others* that *name* may be a misspelling of, likest first. Case counts for little."""
    ratios = {other: _ratio(name, other) for other in {*others} - {name}}
    found = [other for other, ratio in ratios.items() if ratio >= SIMILAR]
    return tuple(sorted(found, key=lambda other: (-ratios[other], other)))


def _ratio(one: str, other: str) -> float:
    exact = SequenceMatcher(None, one, other).ratio()
    return max(exact, 0.9 * SequenceMatcher(None, one.lower(), other.lower()).ratio())
