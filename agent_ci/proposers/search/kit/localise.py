"""Which lines are suspects: executed by failing tests and by few others, named in a traceback, or used by those.

Spectrum-based fault localisation with the coefficient of Ochiai (Abreu, Zoeteweij and van Gemund 2007).
"""

from __future__ import annotations

import ast
import math
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import CodeType, FrameType, TracebackType
from typing import Any

from ....sandbox_kit.source import Source, first_line, header_lines

Lines = dict[str, set[int]]
Scores = dict[str, dict[int, float]]
Coefficient = Callable[[int, int, int, int], float]

_HEADER = 0.8  # a def line (default values, decorators) against the suspicion of its body
_DEFINITION = 0.6  # a definition outside functions against the suspicion of the lines that use its name
_UNUSED = 0.05  # a definition outside functions that no executed line names


class Files:
    """Maps the file names that code objects carry to paths relative to *root*, for the *suspects* only."""

    def __init__(self, root: str, suspects: Iterable[str]) -> None:
        self.root = os.path.realpath(root)
        self._suspects = frozenset(suspects)
        self._known: dict[str, str] = {}

    def is_suspect(self, path: str) -> bool:
        """Whether the file *path* is one of the suspects."""
        return path in self._suspects

    def path(self, filename: str) -> str:
        """The suspect's path, or an empty string."""
        if filename not in self._known:
            path = os.path.relpath(os.path.realpath(filename), self.root).replace(os.sep, "/")
            self._known[filename] = path if path in self._suspects else ""
        return self._known[filename]


@contextmanager
def recording(files: Files, *, only: Mapping[str, Iterable[int]] | None = None) -> Iterator[Lines]:
    """Record which lines of suspects run while the context is open; with *only*, no other files than its."""
    hits: Lines = {}

    def wanted(code: CodeType) -> set[int] | None:
        path = files.path(code.co_filename)
        return hits.setdefault(path, set()) if path and (only is None or path in only) else None

    with (_monitoring if sys.version_info >= (3, 12) else _tracing)(wanted):
        yield hits


@contextmanager
def _tracing(wanted: Callable[[CodeType], set[int] | None]) -> Iterator[None]:
    def on_call(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        lines = wanted(frame.f_code)
        if lines is None:
            return None

        def on_line(inner: FrameType, event: str, _argument: object) -> Callable[..., Any]:
            if event == "line":
                lines.add(inner.f_lineno)
            return on_line

        return on_line

    before = sys.gettrace()
    threading.settrace(on_call)
    sys.settrace(on_call)
    try:
        yield
    finally:
        sys.settrace(before)
        threading.settrace(None)


@contextmanager
def _monitoring(wanted: Callable[[CodeType], set[int] | None]) -> Iterator[None]:
    monitoring: Any = getattr(sys, "monitoring")  # noqa: B009 - typed for the oldest Python that is supported
    tool = next(number for number in (4, 3, 5, 2, 1, 0) if monitoring.get_tool(number) is None)

    def on_line(code: CodeType, line: int) -> object:
        lines = wanted(code)
        if lines is not None:
            lines.add(line)
        return monitoring.DISABLE

    monitoring.use_tool_id(tool, "fault localisation")
    monitoring.register_callback(tool, monitoring.events.LINE, on_line)
    monitoring.set_events(tool, monitoring.events.LINE)
    monitoring.restart_events()
    try:
        yield
    finally:
        monitoring.set_events(tool, 0)
        monitoring.free_tool_id(tool)


def frames(error: BaseException | None, files: Files) -> list[tuple[str, int]]:
    """The suspects' frames in *error*'s traceback and in those of its causes, innermost first."""
    found: list[tuple[str, int]] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        found += reversed(list(_frames_of(error.__traceback__, files)))
        error = error.__cause__ or error.__context__
    return found


def _frames_of(traceback: TracebackType | None, files: Files) -> Iterator[tuple[str, int]]:
    while traceback is not None:
        path = files.path(traceback.tb_frame.f_code.co_filename)
        if path:
            yield path, traceback.tb_lineno
        traceback = traceback.tb_next


def ochiai(red: int, green: int, failing: int, _passing: int) -> float:
    """The coefficient of Ochiai of a line that *red* of the *failing* tests execute, and *green* of the passing."""
    return red / math.sqrt(failing * (red + green))


def suspiciousness(failing: Iterable[Lines], passing: Iterable[Lines], coefficient: Coefficient = ochiai) -> Scores:
    """The *coefficient*, from 0 to 1, of each line that a failing test executed."""
    failed, passed = list(failing), list(passing)
    scores: Scores = {}
    for path, lines in _union(failed).items():
        for line in lines:
            red = sum(line in one.get(path, ()) for one in failed)
            green = sum(line in one.get(path, ()) for one in passed)
            scores.setdefault(path, {})[line] = coefficient(red, green, len(failed), len(passed))
    return scores


def _union(spectra: Iterable[Lines]) -> Lines:
    total: Lines = {}
    for spectrum in spectra:
        for path, lines in spectrum.items():
            total.setdefault(path, set()).update(lines)
    return total


def with_tracebacks(scores: Scores, tracebacks: Iterable[list[tuple[str, int]]]) -> Scores:
    """*scores* with the frames of errors raised: 1.0 for the innermost frame, half for the one that called it."""
    merged = {path: dict(lines) for path, lines in scores.items()}
    for traceback in tracebacks:
        for depth, (path, line) in enumerate(traceback[:6]):
            lines = merged.setdefault(path, {})
            lines[line] = lines.get(line, 0.0) + 1.0 / (1 + depth)
    return merged


def by_statement(source: Source, lines: Mapping[int, float]) -> dict[int, float]:
    """Suspiciousness by the line on which each executed statement or function definition begins."""
    scores: dict[int, float] = {}
    for node in ast.walk(source.tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            body = range(node.body[0].lineno, (node.end_lineno or node.lineno) + 1)
            scores[node.lineno] = _HEADER * max((lines.get(line, 0.0) for line in body), default=0.0)
        elif isinstance(node, ast.stmt):
            own = max((lines.get(line, 0.0) for line in header_lines(node)), default=0.0)
            scores[node.lineno] = max(own, scores.get(node.lineno, 0.0))
    return {line: score for line, score in scores.items() if score > 0}


def names_used(source: Source, scores: Mapping[int, float]) -> dict[str, float]:
    """The names, attributes and keywords in suspicious statements, with the greatest suspicion of each."""
    used: dict[str, float] = {}
    for node in ast.walk(source.tree):
        name = getattr(node, "id", None) or getattr(node, "attr", None) or getattr(node, "arg", None)
        statement = source.statement(node) if isinstance(name, str) else None
        if isinstance(name, str) and statement is not None:
            used[name] = max(used.get(name, 0.0), scores.get(statement.lineno, 0.0))
    return used


def with_definitions(source: Source, scores: Mapping[int, float], used: Mapping[str, float]) -> dict[int, float]:
    """*scores* with the statements outside functions, which run at import, by the suspicion of what uses them."""
    merged = dict(scores)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.stmt) and not source.functions(node):
            names = set(_bound_by(node))
            score = max((used.get(name, 0.0) for name in names), default=0.0)
            inherited = max(_DEFINITION * score, _UNUSED)
            merged[node.lineno] = max(merged.get(node.lineno, 0.0), inherited)
            if isinstance(node, ast.ClassDef):
                merged[first_line(node)] = max(merged.get(first_line(node), 0.0), inherited)
    return merged


def _bound_by(statement: ast.stmt) -> Iterator[str]:
    match statement:
        case ast.Import(names=names) | ast.ImportFrom(names=names):
            yield from ((alias.asname or alias.name).partition(".")[0] for alias in names)
        case ast.ClassDef(name=name):
            yield name
        case ast.Assign() | ast.AnnAssign() | ast.AugAssign():
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            yield from (name for target in targets for name in _names_in(target))


def _names_in(target: ast.expr) -> Iterator[str]:
    for node in ast.walk(target):
        if isinstance(node, ast.Name):
            yield node.id
