"""Puts an edited function body, or an edited value of a module, into a warm process without importing anything."""

from __future__ import annotations

import ast
import gc
import sys
from collections.abc import Iterator
from types import CodeType, FunctionType
from typing import TypeGuard

from ....sandbox_kit.compiling import compile_quietly, future_flags, parse_quietly
from ....sandbox_kit.source import Function, Source, Splice, first_line
from .localise import Files

Swap = tuple[FunctionType, CodeType]
_Key = tuple[str, int, str]


class LiveFunctions:
    """Every function object of the suspects that exists now: methods, properties, wrapped ones, closures."""

    def __init__(self, files: Files) -> None:
        self._functions: dict[_Key, list[FunctionType]] = {}
        for thing in gc.get_objects():
            if type(thing) is FunctionType:
                code = thing.__code__
                if path := files.path(code.co_filename):
                    key = (path, code.co_firstlineno, code.co_name)
                    self._functions.setdefault(key, []).append(thing)

    def of(self, path: str, function: Function) -> list[FunctionType]:
        """The objects made from the definition *function* in *path*."""
        return self._functions.get((path, first_line(function), function.name), [])


def function_code(source: Source, function: Function, splice: Splice, filename: str) -> CodeType | None:
    """The code of *function* with the edit in its body, compiled alone: its file may be a hundred times larger."""
    start = source.line_start(first_line(function))
    end = source.line_start((function.end_lineno or function.lineno) + 1)
    text = Splice(splice.start - start, splice.end - start, splice.replacement).applied_to(source.data[start:end])
    is_indented = text[:1] in (b" ", b"\t")
    tree = parse_quietly((b"if 1:\n" + text if is_indented else text).decode())
    if tree is None:
        return None
    shell = tree.body[0]
    inner = shell.body if is_indented and isinstance(shell, ast.If) else tree.body
    if len(inner) != 1 or len(tree.body) != 1:
        return None
    module = ast.Module(body=[_in_classes(source, function, inner[0])], type_ignores=[])
    ast.increment_lineno(module, first_line(function) - (2 if is_indented else 1))
    code = compile_quietly(module, filename, future_flags(source))
    return _descend(code, (*source.scopes(function), function.name)) if code else None


def _in_classes(source: Source, function: Function, body: ast.stmt) -> ast.stmt:
    """*body* in empty classes of the right names, so that private names and ``super()`` mean the same."""
    for name in reversed(source.scopes(function)):
        body = _class_of(name, body)
    return body


def _class_of(name: str, body: ast.stmt) -> ast.stmt:
    shell = ast.parse(f"class {name}: pass").body[0]
    assert isinstance(shell, ast.ClassDef)  # noqa: S101 - tells the type checker what was just written
    shell.body = [body]
    return shell


def _descend(code: CodeType, names: tuple[str, ...]) -> CodeType | None:
    for name in names:
        inner = [one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == name]
        if len(inner) != 1:
            return None
        code = inner[0]
    return code


def swaps(source: Source, functions: tuple[Function, ...], live: LiveFunctions, code: CodeType) -> list[Swap]:
    """Which live functions get which code; empty where the edit cannot be brought in that way.

    *functions* are those around the edit, outermost first; *code* is the outermost one's new code.
    """
    found: list[Swap] = []
    for function in functions:
        objects = live.of(source.path, function)
        new = [code] if function is functions[0] else [one for one in _codes(code) if _is_code_of(one, function)]
        if objects and len(new) != 1:
            return []
        found += [(thing, new[0]) for thing in objects]
    return found if all(thing.__code__.co_freevars == new.co_freevars for thing, new in found) else []


def _is_code_of(code: CodeType, function: Function) -> bool:
    return code.co_name == function.name and code.co_firstlineno == first_line(function)


def _codes(code: CodeType) -> Iterator[CodeType]:
    """The codes in *code*, at any depth."""
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def values_code(source: Source, splice: Splice, filename: str) -> CodeType | None:
    """The code of an edited assignment outside functions and of those that are computed from it.

    None where the edit is none of that kind, or where something else was made of the value when the file was imported.
    """
    body = source.tree.body
    index = next((at for at, one in enumerate(body) if source.start(one) <= splice.start <= source.end(one)), -1)
    if index < 0 or not _is_value(body[index]) or splice.end > source.end(body[index]):
        return None
    start, end = source.start(body[index]), source.end(body[index])
    moved = Splice(splice.start - start, splice.end - start, splice.replacement)
    texts, names = [moved.applied_to(source.data[start:end]).decode()], set(_bound_in(body[index]))
    for statement in body[index + 1 :]:
        if names.isdisjoint(_used_at_import(statement)):
            continue
        if not _is_value(statement):
            return None
        texts.append(source.text(statement))
        names.update(_bound_in(statement))
    tree = parse_quietly("\n".join(texts))
    return compile_quietly(tree, filename, future_flags(source)) if tree else None


def _is_value(statement: ast.stmt) -> TypeGuard[ast.Assign | ast.AnnAssign]:
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    is_plain = all(isinstance(target, ast.Name) for target in targets)
    return is_plain and isinstance(statement, (ast.Assign, ast.AnnAssign))


def _bound_in(statement: ast.stmt) -> Iterator[str]:
    return (one.id for one in ast.walk(statement) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store))


def _used_at_import(node: ast.AST) -> set[str]:
    """The names that are read when the file is imported: those in the bodies of functions are read later."""
    found = {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) else set()
    body = node.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) else []
    later = {id(one) for one in body}
    for child in ast.iter_child_nodes(node):
        if id(child) not in later:
            found |= _used_at_import(child)
    return found


def put_values(code: CodeType, path: str, files: Files) -> None:
    """Run the assignments of *code* in the module at *path*, also for those who imported the names from there."""
    modules = [module for module in list(sys.modules.values()) if isinstance(getattr(module, "__dict__", None), dict)]
    for module in modules:
        place = getattr(module, "__file__", None)
        if isinstance(place, str) and files.path(place) == path:
            names = vars(module)
            before = {name: names[name] for name in code.co_names if name in names}
            exec(code, names)  # noqa: S102 - an edited line of the code under repair, in the sandbox
            for other in modules:
                if other is not module:
                    _renew(vars(other), before, names)


def _renew(theirs: dict[str, object], before: dict[str, object], now: dict[str, object]) -> None:
    for name, old in before.items():
        if theirs.get(name, _NOTHING) is old:
            theirs[name] = now[name]


_NOTHING = object()
