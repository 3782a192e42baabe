"""Puts an edited function body into the live function objects of a warm process, without importing anything."""

from __future__ import annotations

import ast
import gc
from collections.abc import Iterator
from types import CodeType, FunctionType

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
