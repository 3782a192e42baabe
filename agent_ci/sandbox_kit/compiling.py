"""Compiles edited source without running it or warning of it, and tells what two programs differ in."""

from __future__ import annotations
import __future__ as future_features

import ast
import warnings
from types import CodeType

from .source import Source, Splice

_FEATURES = {name: getattr(future_features, name).compiler_flag for name in future_features.all_feature_names}


def parse_quietly(text: str) -> ast.Module | None:
    """The syntax tree of *text*, or None where it is no Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def compile_quietly(tree: ast.Module, filename: str, flags: int) -> CodeType | None:
    """The code of *tree*, or None where it is no valid program (a return outside a function, say)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            code: CodeType = compile(tree, filename, "exec", flags=flags, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
        return code


def future_flags(source: Source) -> int:
    """The compiler flags of the file's ``from __future__`` imports."""
    flags = 0
    for node in source.tree.body:
        if isinstance(node, ast.ImportFrom) and node.module == "__future__":
            for alias in node.names:
                flags |= _FEATURES.get(alias.name, 0)
    return flags


def module_code(source: Source, splice: Splice) -> CodeType | None:
    """The whole edited file's code, or None where it does not compile."""
    try:
        text = splice.applied_to(source.data).decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
    tree = parse_quietly(text)
    return compile_quietly(tree, source.path, 0) if tree else None


def signature(code: CodeType) -> object:
    """What *code* does, without its line numbers: equal signatures are equal programs."""
    constants = tuple(
        signature(one) if isinstance(one, CodeType) else (type(one).__name__, repr(one)) for one in code.co_consts
    )
    names = (code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars)
    return code.co_code, names, code.co_flags, getattr(code, "co_exceptiontable", b""), constants
