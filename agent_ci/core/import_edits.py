"""Where an import stands in a Python file, and how it is pointed at another name or module."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Container, Iterator

from agent_ci.core.names import absolute
from agent_ci.core.python_edits import Span, replaced

_Import = ast.Import | ast.ImportFrom
_LONGEST = 88  # the widest line that the common formatters leave alone
_FROM = re.compile(rb"from\s+(?P<module>[.\w]+)\s+import\b")


def with_import(text: str, tree: ast.Module, statement: str, *, own: frozenset[str]) -> str:
    """*text*, whose syntax tree is *tree*, with the one-line import *statement* where it belongs.

    It joins a statement for the same module, else goes to its section (standard library, installed packages,
    *own* top-level modules), sorted; without imports, below the docstring and ``from __future__``.
    """
    node = ast.parse(statement).body[0]
    assert isinstance(node, ast.Import | ast.ImportFrom)  # noqa: S101 - the caller writes import statements
    block = _first_block(tree)
    if _has(block, node):
        return text
    joined = _joined(text, block, node)
    if joined:
        return joined
    at, added = _placed(text, tree, block, (_key(node, own), own, statement))
    lines = text.split("\n")
    return "\n".join([*lines[:at], *added, *lines[at:]])


def _first_block(tree: ast.Module) -> list[_Import]:
    """The first run of imports at the top level, ``from __future__`` aside."""
    block: list[_Import] = []
    for node in tree.body:
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__"):
            block.append(node)
        elif block:
            break
    return block


def _has(block: list[_Import], new: _Import) -> bool:
    """Whether *block* brings in already what *new* does."""
    alone = (type(old)(**{**dict(ast.iter_fields(old)), "names": [alias]}) for old in block for alias in old.names)
    return ast.unparse(new) in {ast.unparse(node) for node in alone}


def _joined(text: str, block: list[_Import], new: _Import) -> str | None:
    """*text* with the name added to a plain one-line ``from`` import of the same module; None without one."""
    lines = text.split("\n")
    for old in block:
        if not (isinstance(old, ast.ImportFrom) and isinstance(new, ast.ImportFrom)):
            continue
        is_plain = lines[old.lineno - 1] == ast.unparse(old) and old.names[0].name != "*"
        if is_plain and not old.level and old.module == new.module:
            names = sorted([*old.names, *new.names], key=lambda alias: _rank(alias.name))
            line = ast.unparse(ast.ImportFrom(old.module, names, 0))
            if len(line) <= _LONGEST:
                return "\n".join([*lines[: old.lineno - 1], line, *lines[old.lineno :]])
    return None


def _rank(name: str) -> tuple[bool, bool, str]:
    """Constants, then classes, then the rest, each by name: what sorters of imports do by default."""
    return not name.isupper(), not name[:1].isupper(), name.lower()


_Key = tuple[int, bool, str]


def _key(node: _Import, own: frozenset[str]) -> _Key:
    is_from = isinstance(node, ast.ImportFrom)
    module = (node.module or "") if isinstance(node, ast.ImportFrom) else node.names[0].name
    top = module.partition(".")[0]
    if isinstance(node, ast.ImportFrom) and node.level:
        return 3, is_from, module.lower()
    section = 2 if top in own else 0 if top in sys.stdlib_module_names else 1
    return section, is_from, module.lower()


def _placed(
    text: str, tree: ast.Module, block: list[_Import], new: tuple[_Key, frozenset[str], str]
) -> tuple[int, list[str]]:
    """After how many lines to insert, and which lines."""
    key, own, statement = new
    if not block:
        return _below_the_head(text, tree, statement)
    keys = [(_key(node, own), node) for node in block]
    same = [(other, node) for other, node in keys if other[0] == key[0]]
    before = [node for other, node in same if other <= key]
    if before:
        return before[-1].end_lineno or 0, [statement]
    if same:
        return same[0][1].lineno - 1, [statement]
    lower = [node for other, node in keys if other[0] < key[0]]
    if lower:
        return lower[-1].end_lineno or 0, ["", statement]
    return block[0].lineno - 1, [statement, ""]


def _below_the_head(text: str, tree: ast.Module, statement: str) -> tuple[int, list[str]]:
    lines = text.split("\n")
    head = [node for number, node in enumerate(tree.body) if _is_head(node, is_first=number == 0)]
    if head:
        at = head[-1].end_lineno or 0
        gap = [""] * (at < len(lines) and bool(lines[at].strip()))
        return at, ["", statement, *gap]
    first = tree.body[0] if tree.body else None
    marks = getattr(first, "decorator_list", [])
    at = min([node.lineno for node in (*marks, first) if node], default=1) - 1
    above = at
    while above and lines[above - 1].startswith("#"):
        above -= 1
    is_definition = isinstance(first, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    return above or at, [statement, "", *([""] * is_definition)]


def _is_head(node: ast.stmt, *, is_first: bool) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == "__future__"
    return is_first and isinstance(node, ast.Expr) and isinstance(getattr(node.value, "value", None), str)


def with_other_name(text: str, node: ast.ImportFrom, old: str, new: str, *, is_kept: bool = True) -> str:
    """*text* with *new* imported in place of *old* by the statement *node*, and still called as it was if *is_kept*."""
    alias = next(alias for alias in node.names if alias.name == old)
    called = alias.asname or (old if is_kept else new)
    kept = f"{new} as {called}" if called != new else new
    end = alias.end_col_offset or alias.col_offset
    return replaced(text, [Span(alias.lineno, alias.col_offset, end, kept)]) if _is_on_one_line(alias) else text


def _is_on_one_line(alias: ast.alias) -> bool:
    return alias.lineno == alias.end_lineno


def from_other_module(text: str, node: ast.ImportFrom, names: Container[str], module: str) -> str:
    """*text* with *names* imported from *module* instead of from where the statement *node* takes them.

    A statement with other names keeps them, on one line; one with a comment inside is left as it is.
    """
    if all(alias.name in names for alias in node.names):
        return replaced(text, _module_span(text, node, module))
    lines = text.split("\n")
    old = lines[node.lineno - 1 : node.end_lineno]
    if any("#" in line or ";" in line for line in old):
        return text
    indent = old[0][: node.col_offset]
    ours = [alias for alias in node.names if alias.name in names]
    rest = [alias for alias in node.names if alias.name not in names]
    parts = (ast.ImportFrom(node.module, rest, node.level), ast.ImportFrom(module, ours, 0))
    new = [indent + ast.unparse(part) for part in parts]
    return "\n".join([*lines[: node.lineno - 1], *new, *lines[node.end_lineno or node.lineno :]])


def _module_span(text: str, node: ast.ImportFrom, module: str) -> list[Span]:
    line = text.split("\n")[node.lineno - 1].encode()
    found = _FROM.match(line, node.col_offset)
    return [Span(node.lineno, found.start("module"), found.end("module"), module)] if found else []


def redirected(text: str, tree: ast.Module, old: str, new: str, *, module: str) -> str:
    """*text*, the file of *module*, with every import of the module *old* (or below it) pointed at *new*."""
    spans = [span for node in ast.walk(tree) for span in _redirections(text, tree, node, (old, new, module))]
    return replaced(text, dict.fromkeys(spans))


def _redirections(text: str, tree: ast.Module, node: ast.AST, change: tuple[str, str, str]) -> Iterator[Span]:
    old, new, module = change
    if isinstance(node, ast.ImportFrom):
        source = absolute(node, module)
        if _is_at_or_below(source, old):
            yield from _module_span(text, node, new + source[len(old) :])
    elif isinstance(node, ast.Import):
        for alias in node.names:
            if _is_at_or_below(alias.name, old):
                yield from _plain_redirection(tree, alias, old, new)


def _is_at_or_below(module: str, other: str) -> bool:
    return module == other or module.startswith(f"{other}.")


def _plain_redirection(tree: ast.Module, alias: ast.alias, old: str, new: str) -> Iterator[Span]:
    """``import a.b`` is used by its whole name, so the uses change with it; ``import a`` may get an alias."""
    name = new + alias.name[len(old) :]
    uses = [node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute) and _chain(node) == old]
    if not alias.asname and uses and alias.name == old and "." not in old:
        name = f"{new} as {old}"
    elif not alias.asname:
        yield from (Span(use.lineno, use.col_offset, use.end_col_offset or 0, new) for use in uses if _is_flat(use))
    yield Span(alias.lineno, alias.col_offset, alias.col_offset + len(alias.name.encode()), name)


def _is_flat(node: ast.expr) -> bool:
    return node.lineno == node.end_lineno


def _chain(node: ast.AST) -> str:
    """The dotted name that *node* spells; empty where it is more than that."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([node.id, *reversed(parts)]) if isinstance(node, ast.Name) else ""
