"""Runs inside the user's Python: records which lines of the repository each test executes, all in one run.

Standard library only. The cheapest mechanism that this Python has is used: ``sys.monitoring`` from 3.12, where a line
costs something once per test; coverage.py's tracer, which is written in C, where it can be imported; ``sys.settrace``.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import threading
import warnings
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from .following import Deciding

IMPORTS = ""
_INSTALLED = frozenset({"site-packages", "dist-packages", "node_modules", ".venv", "venv", ".tox", ".nox", ".git"})
_TOOLS = (4, 3, 5, 2, 1, 0)  # the numbers of sys.monitoring, those first that stand for no kind of tool
_MOST_TESTS = 100_000

Hits = dict[str, dict[str, set[int]]]
Arcs = dict[str, dict[str, set[tuple[int, int]]]]


class Files:
    """Which of the file names that code carries are files of the repository in *root*, and their path in it."""

    def __init__(self, root: str) -> None:
        self.root = os.path.realpath(root)
        self._known: dict[str, str] = {}

    def path(self, name: str) -> str:
        """The path relative to the root; empty for what is elsewhere, installed, or no file."""
        if name not in self._known:
            self._known[name] = self._found(name)
        return self._known[name]

    def _found(self, name: str) -> str:
        if name.startswith("<"):
            return ""
        try:
            path = os.path.relpath(os.path.realpath(name), self.root).replace(os.sep, "/")
        except (ValueError, OSError):  # code can carry any name
            return ""
        parts = path.split("/")
        return "" if parts[0] == ".." or not _INSTALLED.isdisjoint(parts) else path


class Record:
    """The lines by file by test; ``lines`` are those of the test that runs now.

    ``arcs`` are pairs of a line that is *deciding* and the one that ran after it in the same call: -F where the call
    ended of a function that begins in line F; ``followed`` are those of the test that runs now.
    """

    def __init__(self, root: str, deciding: Deciding) -> None:
        self.files = Files(root)
        self.deciding = deciding
        self.arcs: Arcs = {IMPORTS: {}}
        self.followed = self.arcs[IMPORTS]
        self.hits: Hits = {IMPORTS: {}}
        self.lines = self.hits[IMPORTS]
        self.partial: dict[str, None] = {}

    def enter(self, test: str) -> None:
        """What runs from now on is *test*'s, until another one is entered."""
        if test not in self.hits and len(self.hits) > _MOST_TESTS:
            self.partial["there are too many tests to record all of them"] = None
            self.lines, self.followed = {}, {}
        else:
            self.lines, self.followed = self.hits.setdefault(test, {}), self.arcs.setdefault(test, {})

    def follow(self, path: str, last: int, line: int) -> None:
        """After the *last* line, which decides, *line* ran."""
        self.followed.setdefault(path, set()).add((last, line))

    def document(self) -> dict[str, Any]:
        """All of it, with each set of lines, and of arcs, once."""
        return {**_numbered(self.hits), "arcs": _numbered(self.arcs), "partial": list(self.partial)}


def _numbered(hits: Mapping[str, Mapping[str, Collection[Any]]]) -> dict[str, Any]:
    """*hits* as each set once, and the numbers of its sets by test."""
    numbers: dict[tuple[str, frozenset[Any]], int] = {}
    tests = {
        test: [numbers.setdefault((path, frozenset(some)), len(numbers)) for path, some in files.items()]
        for test, files in hits.items()
    }
    return {"sets": [[path, sorted(some)] for path, some in numbers], "tests": tests}


class Monitoring:
    """By ``sys.monitoring``: https://docs.python.org/3/library/sys.monitoring.html. Sees every thread.

    Lines are asked for only of the code objects of the repository, which are found when they are first called.
    """

    name = "sys.monitoring"

    def __init__(self, record: Record) -> None:
        self._record = record
        self._monitoring: Any = sys.monitoring  # type: ignore[attr-defined, unused-ignore] # from Python 3.12
        self._tool = -1
        # By identity: equal code of two files is equal. The code is held, so that the number stays its own.
        self._own: dict[int, tuple[CodeType, str]] = {}
        self._last: dict[int, int] = {}  # the line that each call ran last which is followed, by its frame

    def start(self) -> None:
        """Take a number that no other tool has. Raises RuntimeError where there is none."""
        monitoring = self._monitoring
        free = [tool for tool in _TOOLS if monitoring.get_tool(tool) is None]
        if not free:
            raise RuntimeError("every tool of sys.monitoring is in use")
        self._tool = free[0]
        monitoring.use_tool_id(self._tool, "per-test coverage")
        monitoring.register_callback(self._tool, monitoring.events.PY_START, self._on_start)
        monitoring.register_callback(self._tool, monitoring.events.LINE, self._on_line)
        monitoring.register_callback(self._tool, monitoring.events.PY_RETURN, self._on_return)
        monitoring.set_events(self._tool, monitoring.events.PY_START)

    def _on_start(self, code: CodeType, _offset: int) -> object:
        path = self._record.files.path(code.co_filename)
        is_followed = bool(self._record.deciding.of(code, path))
        if path and id(code) not in self._own:
            self._own[id(code)] = (code, path)
            events = self._monitoring.events
            asked = events.LINE | events.PY_RETURN if is_followed else events.LINE
            self._monitoring.set_local_events(self._tool, code, asked)
        if not is_followed:
            return self._monitoring.DISABLE
        self._last[id(sys._getframe(1))] = 0  # noqa: SLF001 - the frame that the event is about
        return None

    def _on_line(self, code: CodeType, line: int) -> object:
        own = self._own.get(id(code))
        if own:
            self._record.lines.setdefault(own[1], set()).add(line)
            if deciding := self._record.deciding.of(*own):
                frame = id(sys._getframe(1))  # noqa: SLF001 - as above
                self._follow(own[1], deciding, frame, line)
                self._last[frame] = line
                return None
        return self._monitoring.DISABLE

    def _on_return(self, code: CodeType, _offset: int, _value: object) -> None:
        own = self._own.get(id(code))
        if own and (deciding := self._record.deciding.of(*own)):
            frame = id(sys._getframe(1))  # noqa: SLF001 - as above
            self._follow(own[1], deciding, frame, -code.co_firstlineno)
            self._last.pop(frame, None)

    def _follow(self, path: str, deciding: Collection[int], frame: int, line: int) -> None:
        if (last := self._last.get(frame, 0)) in deciding:
            self._record.follow(path, last, line)

    def enter(self, test: str) -> None:
        """See each line once more, for *test*."""
        self._record.enter(test)
        if self._monitoring.get_tool(self._tool) != "per-test coverage":
            self._record.partial["the tests took the number of our tool for a tool of their own"] = None
        self._monitoring.restart_events()

    def stop(self) -> None:
        """Give the number back."""
        if self._monitoring.get_tool(self._tool) == "per-test coverage":
            self._monitoring.set_events(self._tool, 0)
            self._monitoring.free_tool_id(self._tool)


class Tracing:
    """By ``sys.settrace``, which every Python has. Sees the threads that ``threading`` starts.

    A code object of which every line was seen is not looked at again in the same test.
    """

    name = "sys.settrace"

    def __init__(self, record: Record) -> None:
        self._record = record
        self._unseen: dict[int, tuple[CodeType, set[int]]] = {}  # by identity, as above
        self._trace: Any = None

    def start(self) -> None:
        """Trace what is called from now on."""
        threading.settrace(self._on_call)
        sys.settrace(self._on_call)
        self._trace = sys.gettrace()

    def _on_call(self, frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        code = frame.f_code
        path = self._record.files.path(code.co_filename)
        if not path:
            return None
        is_known = id(code) in self._unseen
        if not is_known:
            # The line of a `def` is called and not run, but for a function that is written on it alone.
            lines = {line for _, _, line in code.co_lines() if line} - {code.co_firstlineno}
            self._unseen[id(code)] = (code, lines)
        unseen = self._unseen[id(code)][1]
        deciding = self._record.deciding.of(code, path)
        if is_known and not unseen and not deciding:
            return None
        frame.f_trace_lines = True

        def on_line(inner: FrameType, event: str, _argument: object) -> Callable[..., Any]:
            if event == "line":
                self._record.lines.setdefault(path, set()).add(inner.f_lineno)
                unseen.discard(inner.f_lineno)
                inner.f_trace_lines = bool(unseen)
            return on_line

        return self._following(on_line, path, deciding, frame.f_lineno) if deciding else on_line

    def _following(
        self, on_line: Callable[..., Any], path: str, deciding: Collection[int], last: int
    ) -> Callable[..., Any]:
        """*on_line*, which every line is shown to, with what runs after the *deciding* ones; *last* ran before."""

        def follow(inner: FrameType, event: str, argument: object) -> Callable[..., Any]:
            nonlocal last
            on_line(inner, event, argument)
            inner.f_trace_lines = True
            code = inner.f_code
            is_end = event == "return" and self._record.deciding.is_end(code, inner.f_lasti)
            if last in deciding and (event == "line" or is_end):
                self._record.follow(path, last, -code.co_firstlineno if is_end else inner.f_lineno)
            if event == "line":
                last = inner.f_lineno
            return follow

        return follow

    def enter(self, test: str) -> None:
        """See each line once more, for *test*."""
        self._record.enter(test)
        self._unseen.clear()
        self._again()

    def _again(self) -> None:
        """Trace again where the tests have set a function of their own, or none."""
        if sys.gettrace() != self._trace:
            self._record.partial["the tests traced themselves, and what they executed then was not seen"] = None
            sys.settrace(self._trace)

    def stop(self) -> None:
        """Trace no more."""
        if sys.gettrace() == self._trace:
            sys.settrace(None)
            threading.settrace(None)  # type: ignore[arg-type, unused-ignore] # which is how it is removed


class Compiled(Tracing):
    """By the tracer of coverage.py, which is written in C. Raises ImportError where it cannot be imported."""

    name = "coverage.py"

    def __init__(self, record: Record) -> None:
        super().__init__(record)
        coverage: Any = importlib.import_module("coverage")
        facts = {"data_file": None, "config_file": False, "include": [f"{record.files.root}/*"]}
        self._coverage = coverage.Coverage(**facts, branch=bool(record.deciding.lines))

    def start(self) -> None:
        """Have coverage.py trace."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._coverage.start()
        self._trace = sys.gettrace()

    def enter(self, test: str) -> None:
        """What runs from now on is *test*'s."""
        self._record.enter(test)
        self._coverage.switch_context(test)
        self._again()

    def stop(self) -> None:
        """Take over what coverage.py saw."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._coverage.stop()
            data = self._coverage.get_data()
        for file in data.measured_files():
            if path := self._record.files.path(file):
                for line, tests in data.contexts_by_lineno(file).items():
                    for test in tests:
                        self._record.hits.setdefault(test, {}).setdefault(path, set()).add(line)
                if path in self._record.deciding.lines:
                    self._take_arcs(data, file, path)

    def _take_arcs(self, data: Any, file: str, path: str) -> None:
        deciding = self._record.deciding.lines[path]
        for test in [test for test, files in self._record.hits.items() if not deciding.isdisjoint(files.get(path, ()))]:
            data.set_query_context(test)
            arcs = (arc for arc in data.arcs(file) or () if arc[0] in deciding)
            self._record.arcs.setdefault(test, {}).setdefault(path, set()).update(arcs)
        data.set_query_contexts(None)


class Recorder:
    """Records below *root* until it is finished, and writes what it saw to *file*."""

    def __init__(self, root: str, file: str) -> None:
        self._file = file
        self._record = Record(root, Deciding.told())
        self._mechanism = _started(self._record)

    def enter(self, test: str = IMPORTS) -> None:
        """What runs from now on is *test*'s, or no test's."""
        self._mechanism.enter(test)

    def finish(self) -> None:
        """Stop, and write."""
        self._mechanism.stop()
        document = {"by": self._mechanism.name, **self._record.document()}
        Path(self._file).write_text(json.dumps(document, separators=(",", ":")), encoding="utf-8")


def _started(record: Record) -> Any:
    """The first mechanism that can be had here, at work."""
    mechanisms: tuple[type[Any], ...] = (Compiled, Tracing)
    if sys.version_info >= (3, 12):
        mechanisms = (Monitoring, *mechanisms)
    for mechanism in mechanisms:
        try:
            made = mechanism(record)
            made.start()
        except Exception:  # noqa: BLE001, S112 - whichever version of a tool breaks in its own way
            continue
        return made
    raise RuntimeError("nothing can trace here")
