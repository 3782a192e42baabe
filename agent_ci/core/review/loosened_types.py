"""Which changes end a type error by giving up the type: `Any`, a cast, a function without types, `as any`, `!`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from agent_ci.core.names import parse
from agent_ci.core.report import TestCase
from agent_ci.core.review.added import Added, Finding, surplus
from agent_ci.core.rules import SUPPRESSED_CHECK

_CHECKER = re.compile(
    r"\b(?:d?mypy|(?:based)?pyright|pyrefly|pytype|(?:vue-)?tsc|ty check|flow check)\b"
    r"|\berror TS\d{3,5}\b"
    r"|: error: [^\n]{0,2000}\[[a-z]+(?:-[a-z]+)*\][ \t]*$",
    re.MULTILINE,
)
_SHOWN = 20_000  # characters of what a case says
_IN_TYPESCRIPT = (
    ("as any", re.compile(r"\bas\s+any\b|<any>(?=\s*[\w(])")),
    # a type, and no value: that is called, or has members, or stands among other values
    (
        "any",
        re.compile(
            r"(?:[:|&<=]|=>|\bsatisfies\s)\s*any\b(?!\s*[(.])|,\s*any\b(?=\s*(?:[>|&,\[\]]|$))"
            r"|<[^<>;(){}]{0,200}\bany\b[^<>;(){}]{0,200}>|\bany\[\]"
        ),
    ),
    ("as unknown as", re.compile(r"\bas\s+unknown\s+as\b|\bas\s+never\b")),
    # what follows is an operator or an end; behind a blank it is prose between tags otherwise
    (
        "!",
        re.compile(r"[\w$)\]]!(?=[.;,)\]\[]|\s*$|\s+(?:[-+*/%<>=&|^?:.;,)\]\[}]|!=|(?:as|satisfies|in|instanceof)\b))"),
    ),
)
_GIVING_UP = ("Any", "cast")
_TYPESCRIPT = (".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte")
_ADVICE = "gives up the type that the check complains about; give it the type that it has"


def is_about_types(targets: Iterable[TestCase]) -> bool:
    """Whether a type checker says that one of *targets* is red."""
    return any(_CHECKER.search(f"{case.id}\n{case.message}\n{case.traceback}"[:_SHOWN]) for case in targets)


def findings(added: Added) -> Iterator[Finding]:
    """Every place that gives up a type, beyond those that there were before; none in other languages."""
    if added.trees is not None:
        before, after = added.trees
        old_names, new_names = _names(added.before), _names(added.after)
        yield from surplus(added, _in_python(before, old_names), _in_python(after, new_names))
    elif added.path.lower().endswith(_TYPESCRIPT):
        old = Added(added.path, "", added.before)
        yield from surplus(added, _in_typescript(old), _in_typescript(added))


def _names(text: str) -> Mapping[str, str]:
    """What `Any` and `cast` are called in the Python file *text*, wherever it imports them by another name."""
    imports = (node for node in ast.walk(parse(text) or ast.Module([], [])) if isinstance(node, ast.ImportFrom))
    return {
        each.asname: each.name for node in imports for each in node.names if each.asname and each.name in _GIVING_UP
    }


def _in_python(tree: ast.Module, names: Mapping[str, str]) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name | ast.Attribute) and _name(node, names) == "Any":
            yield _finding("Any", node.lineno)
        elif isinstance(node, ast.Call) and _name(node.func, names) == "cast" and len(node.args) > 1:
            yield _finding("cast", node.lineno)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _has_types(node):
            yield Finding(
                SUPPRESSED_CHECK,
                node.lineno,
                "def without types",
                f"`def {node.name}` has no types, so that type checkers pass over it; write them",
            )


def _name(node: ast.expr, names: Mapping[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, node.id)
    return node.attr if isinstance(node, ast.Attribute) else ""


def _has_types(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    given = node.args
    every = (*given.posonlyargs, *given.args, *given.kwonlyargs, *(one for one in (given.vararg, given.kwarg) if one))
    return node.returns is not None or any(one.annotation is not None for one in every)


def _in_typescript(added: Added) -> Iterator[Finding]:
    for number, line in enumerate(added.bare, 1):
        for mark, pattern in _IN_TYPESCRIPT:
            yield from (_finding(mark, number) for _ in pattern.finditer(line[:2_000]))


def _finding(mark: str, line: int) -> Finding:
    return Finding(SUPPRESSED_CHECK, line, mark, f"`{mark}` {_ADVICE}")
