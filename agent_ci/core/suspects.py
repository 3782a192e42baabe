"""The lines that most likely hold the cause: frames of the failure, what the test calls, what changed since green."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from agent_ci.core.generated import Generated
from agent_ci.core.imports import imported_files
from agent_ci.core.paths import is_test_path
from agent_ci.core.questions.frames import Index, frames
from agent_ci.core.report import TestCase
from agent_ci.core.run import Suspect
from agent_ci.core.unmerged import is_mark

_MOST = 5
_MOST_CASES = 20
_Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def suspect_places(
    cases: Iterable[TestCase],
    texts: Mapping[str, str],
    *,
    changed: Mapping[str, frozenset[int]],
    roots: Iterable[str] = (".",),
) -> tuple[Suspect, ...]:
    """At most five places, the likeliest first.

    *texts* are the repository's files by path, read when asked for. *changed* are the lines that differ from the
    last green commit, by path; a suspect that holds one of them comes first. *roots* are where imports begin. What a
    program made, or somebody copied, comes last.
    """
    starts = tuple(roots)
    few = tuple(cases)[:_MOST_CASES]
    found = [*_from_frames(few, texts), *_from_calls(few, texts, starts), *_from_changes(changed, texts)]
    unique = {(suspect.path, suspect.name or suspect.line): suspect for suspect in reversed(found)}
    order = {key: rank for rank, key in enumerate(dict.fromkeys((s.path, s.name or s.line) for s in found))}
    generated = Generated(texts)

    def rank(key: tuple[str, str | int]) -> tuple[bool, bool, int]:
        return generated.holds(key[0]), not _is_changed(unique[key], changed, texts), order[key]

    ranked = sorted(unique, key=rank)
    return tuple(unique[key] for key in ranked[:_MOST])


def _from_frames(cases: tuple[TestCase, ...], texts: Mapping[str, str]) -> Iterator[Suspect]:
    index = Index(texts)
    for case in cases:
        for frame in frames(f"{case.traceback}\n{case.message}"):
            path = index.resolve(frame.path)
            if path and frame.line and not is_test_path(path):
                yield Suspect(path, frame.line, _name_at(texts, path, frame.line), _why(texts, path, frame.line))


def _why(texts: Mapping[str, str], path: str, line: int) -> str:
    row = texts.get(path, "").split("\n")[line - 1 : line]
    return "a merge was committed unfinished here" if row and is_mark(row[0]) else "the failure passes here"


def _from_calls(cases: tuple[TestCase, ...], texts: Mapping[str, str], roots: tuple[str, ...]) -> Iterator[Suspect]:
    """The functions and classes that a failing test names, in the files that its file imports."""
    for case in cases:
        path = case.id.partition("::")[0]
        if not path.endswith(".py") or path not in texts:
            continue
        wanted = _names_used(texts[path], case.id)
        for file in imported_files(texts[path], path, paths=texts, roots=roots):
            for definition in _definitions(texts.get(file, "")):
                if definition.name in wanted and not is_test_path(file):
                    yield Suspect(file, definition.lineno, definition.name, "the failing test calls it")


def _from_changes(changed: Mapping[str, frozenset[int]], texts: Mapping[str, str]) -> Iterator[Suspect]:
    for path, lines in changed.items():
        if lines and not is_test_path(path):
            yield Suspect(path, min(lines), _name_at(texts, path, min(lines)), "it changed since the last green commit")


def _is_changed(suspect: Suspect, changed: Mapping[str, frozenset[int]], texts: Mapping[str, str]) -> bool:
    lines = changed.get(suspect.path, frozenset())
    if not suspect.name:
        return suspect.line in lines
    spans = (span for span in _definitions(texts.get(suspect.path, "")) if span.name == suspect.name)
    return any(span.lineno <= line <= (span.end_lineno or span.lineno) for span in spans for line in lines)


def _names_used(source: str, id_: str) -> frozenset[str]:
    """The names that the test *id_* uses, in its own function; in the whole file where that is not found."""
    test = id_.rpartition("::")[2].partition("[")[0]
    functions = [node for node in _definitions(source) if node.name == test]
    nodes: list[ast.AST] = [*functions] or [*_parsed(source)]
    used = (child for node in nodes for child in ast.walk(node))
    return frozenset(
        child.id if isinstance(child, ast.Name) else child.attr
        for child in used
        if isinstance(child, ast.Name | ast.Attribute)
    )


def _name_at(texts: Mapping[str, str], path: str, line: int) -> str:
    """The innermost function or class around *line*; empty outside of all."""
    around = [
        node for node in _definitions(texts.get(path, "")) if node.lineno <= line <= (node.end_lineno or node.lineno)
    ]
    return max(around, key=lambda node: node.lineno).name if around else ""


def _definitions(source: str) -> tuple[_Definition, ...]:
    return tuple(node for tree in _parsed(source) for node in ast.walk(tree) if isinstance(node, _Definition))


def _parsed(source: str) -> tuple[ast.AST, ...]:
    try:
        return (ast.parse(source),)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
