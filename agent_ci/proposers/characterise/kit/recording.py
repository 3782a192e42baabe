"""Runs the tests that there are and writes down how they call the targets: values that people chose.

A program of its own: what tests do to their process must not reach the search.
"""

from __future__ import annotations

import contextlib
import importlib.util
import inspect
import io
import json
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .acts import Call
from .naming import Names
from .showing import Shower, UnshownError
from .targets import Target

_MOST_OF_ONE = 25
_MOST = 2_000
_MOST_LOOKS = 200_000  # calls that are looked at


class Recorder:
    """Keeps the calls of the targets in the file *path*, as their arguments were when the call began."""

    def __init__(self, path: str, targets: Mapping[str, Target], names: Names) -> None:
        self.path = path
        self.calls: dict[Any, Call] = {}
        self.objects: dict[str, list[str]] = {}
        self._shower = Shower(names)
        self._by_line = {_first_line(target): target for target in targets.values()}
        self._counts: dict[str, int] = {}
        self._looks = 0

    def __call__(self, frame: Any, event: str, _argument: object) -> None:
        """Look at a call that begins."""
        if event != "call" or frame.f_code.co_filename != self.path or self._looks > _MOST_LOOKS:
            return
        if threading.current_thread() is not threading.main_thread():
            return
        self._looks += 1
        target = self._by_line.get(frame.f_code.co_firstlineno)
        if target and self._counts.get(target.name, 0) < _MOST_OF_ONE and len(self.calls) < _MOST:
            with contextlib.suppress(Exception):
                self._keep(target, frame)

    def _keep(self, target: Target, frame: Any) -> None:
        own = frame.f_locals
        arguments = []
        for parameter in target.parameters:
            value = own[parameter.name]
            if parameter.has_default and _is_default(frame, target, parameter.name, value):
                continue
            if parameter.kind == "star":
                value = list(value)
            arguments.append((parameter.name, self._shower.text(value)))
        if target.kind == "constructor":
            passed = [
                text if not parameter.has_default and parameter.kind == "positional" else f"{parameter.name}={text}"
                for parameter in target.parameters
                for name, text in arguments
                if name == parameter.name and parameter.kind in ("positional", "keyword")
            ]
            made = self.objects.setdefault(target.owner, [])
            text = f"{target.owner}({', '.join(passed)})"
            if text not in made and len(made) < _MOST_OF_ONE:
                made.append(text)
        receiver = ""
        if target.needs_object:
            try:
                receiver = self._shower.text(next(iter(own.values())))
            except UnshownError:
                receiver = next(iter(self.objects.get(target.owner, ())), "")
                if not receiver:
                    return
        call = Call(target.name, tuple(arguments), receiver, origin="recorded")
        if call.key not in self.calls:
            self.calls[call.key] = call
            self._counts[target.name] = self._counts.get(target.name, 0) + 1


def _is_default(frame: Any, target: Target, name: str, value: Any) -> bool:
    """Whether *value* is what the parameter is where nothing is given."""
    if name not in {one.name for one in target.parameters if one.kind in ("positional", "keyword")}:
        return not value
    found: Any = frame.f_globals
    for part in target.name.split("."):
        found = found[part] if isinstance(found, dict) else inspect.getattr_static(found, part)
    plain = inspect.unwrap(getattr(found, "fget", None) or getattr(found, "__func__", found))
    default = inspect.signature(plain).parameters[name].default
    return default is value or (type(default) is type(value) and bool(default == value))


def _first_line(target: Target) -> int:
    return min([target.node.lineno, *(mark.lineno for mark in target.node.decorator_list)])


def record(path: Path, targets: Mapping[str, Target], tests: list[str], arguments: list[str], result: Path) -> None:
    """Run *tests* by pytest and write the calls of the *targets* in the file *path* to *result*, as one JSON value."""
    names = Names()
    recorder = Recorder(str(path), targets, names)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        sys.setprofile(recorder)
        try:
            _run(tests, arguments)
        except BaseException as error:  # noqa: BLE001 - whatever the tests do, what was seen counts
            del error
        finally:
            sys.setprofile(None)
    told = {
        "calls": [call.facts() for call in recorder.calls.values()],
        "objects": recorder.objects,
        "names": names.known,
    }
    result.write_text(json.dumps(told), encoding="utf-8")


def _run(tests: list[str], arguments: list[str]) -> None:
    if importlib.util.find_spec("pytest"):
        import pytest  # noqa: PLC0415 - the repository may have none

        quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-o", "addopts=")
        pytest.main([*quiet, *arguments, *tests])
        return
    import unittest  # noqa: PLC0415 - the same

    loader = unittest.TestLoader()
    for test in tests:
        module = test.removesuffix(".py").replace("/", ".")
        unittest.TextTestRunner(stream=io.StringIO()).run(loader.loadTestsFromName(module))
