"""Runs the tests that there are and writes down how they call the targets: values that people chose.

A program of its own: what tests do to their process must not reach the search.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import importlib.util
import inspect
import io
import itertools
import json
import re
import sys
import tempfile
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from . import nodes
from .acts import Call
from .naming import Names, UnnamedError
from .showing import Giver, UnshownError
from .targets import Target

_MOST_OF_ONE = 25
_MOST = 2_000
_MOST_LOOKS = 200_000  # calls that are looked at
_MOST_OF_CODE, _MOST_AROUND = 12, 6_000  # calls of one function of the repository, and of all of them
_MOST_ITEMS, _DEEPEST = 3, 3  # of a collection that are looked at, and levels of objects in objects
_IS_OF_TESTS = re.compile(r"(^|\.)(tests?|conftest|test_\w+|\w+_test)(\.|$)")  # modules that no test imports from
_LONGEST_OBJECT, _LONGEST_TEXT = 160, 60  # characters


class Recorder:
    """Keeps the calls of the targets in the file *path*, as their arguments were when the call began.

    ``objects`` are what else is passed in the repository, by the class, and ``passed`` texts and numbers, by the name
    of the parameter or field.
    """

    def __init__(self, path: str, targets: Mapping[str, Target], names: Names) -> None:
        self.path = path
        self.calls: dict[Any, Call] = {}
        self.objects: dict[str, list[str]] = {}
        self.passed: dict[str, list[str]] = {}
        self._root = str(Path.cwd().resolve()) + "/"
        self._places = (self._root[:-1], sys.prefix, tempfile.gettempdir(), str(Path.home()))
        self._codes: dict[int, list[Any]] = {}
        self._around = 0
        self._shower = Giver(names)
        self._by_line = {_first_line(target): target for target in targets.values()}
        self._counts: dict[str, int] = {}
        self._looks = 0

    def __call__(self, frame: Any, event: str, _argument: object) -> None:
        """Look at a call that begins."""
        if event != "call":
            return
        code = frame.f_code
        if self._around < _MOST_AROUND and code.co_filename.startswith(self._root) and self._is_of_interest(code):
            self._around += 1
            is_near = Path(code.co_filename).parent == Path(self.path).parent
            for name in code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]:
                with contextlib.suppress(Exception):
                    known_as = name if is_near else ""  # elsewhere the same name may mean something else
                    self._keep_value(known_as, frame.f_locals[name], _DEEPEST)
        if code.co_filename != self.path or self._looks > _MOST_LOOKS:
            return
        if threading.current_thread() is not threading.main_thread():
            return
        self._looks += 1
        target = self._by_line.get(frame.f_code.co_firstlineno)
        if target and self._counts.get(target.name, 0) < _MOST_OF_ONE and len(self.calls) < _MOST:
            with contextlib.suppress(Exception):
                self._keep(target, frame)

    def facts(self) -> dict[str, Any]:
        """What was seen, as JSON."""
        return {
            "calls": [call.facts() for call in self.calls.values()],
            "objects": {kind: texts for kind, texts in self.objects.items() if texts},
            "passed": {name: texts for name, texts in self.passed.items() if texts},
            "names": self._shower.names.known,
        }

    def _is_of_interest(self, code: Any) -> bool:
        """Whether calls of *code* are still looked at. It is known by its address: its hash takes in all that it is."""
        known = self._codes.setdefault(id(code), [code, 0])  # held on to, so that no other gets the address
        known[1] += 1
        return bool(known[1] <= _MOST_OF_CODE)

    def _keep_value(self, name: str, value: Any, depth: int) -> None:
        """Remember *value* of the parameter or field *name*, and what it is made of."""
        kind = type(value)
        if kind in (str, int):
            if value and name:
                self._add(self.passed, name, value, _LONGEST_TEXT)
        elif isinstance(value, ast.AST):
            self._add(self.objects, nodes.key_of(kind), value, _LONGEST_OBJECT)
        elif depth and isinstance(value, list | tuple | set | frozenset) and kind.__module__ == "builtins":
            for one in itertools.islice(value, _MOST_ITEMS):
                self._keep_value(name.removesuffix("s"), one, depth - 1)
        elif depth and isinstance(value, Mapping):
            for one in itertools.islice(value.values(), _MOST_ITEMS):
                self._keep_value("", one, depth - 1)
        elif dataclasses.is_dataclass(value) and not _IS_OF_TESTS.search(kind.__module__):
            self._add(self.objects, kind.__qualname__, value, _LONGEST_OBJECT)
            for field in dataclasses.fields(value) if depth else ():
                self._keep_value(f"{kind.__qualname__}.{field.name}", getattr(value, field.name), depth - 1)

    def _is_of_machine(self, text: str) -> bool:
        """Whether *text* names a place that is another one on each machine, or in each run."""
        return any(place in text for place in self._places)

    def _add(self, where: dict[str, list[str]], key: str, value: Any, longest: int) -> None:
        known = where.setdefault(key, [])
        if len(known) < _MOST_OF_ONE:
            with contextlib.suppress(UnshownError, UnnamedError):
                text = self._shower.text(value)  # the names that it is made of are sorted out by who reads it
                if len(text) <= longest and text not in known and not self._is_of_machine(text):
                    known.append(text)

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
    recorder = Recorder(str(path), targets, Names())
    saving = _Saving(recorder, result)
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        sys.setprofile(recorder)
        try:
            _run(tests, arguments, saving)
        except BaseException as error:  # noqa: BLE001 - whatever the tests do, what was seen counts
            del error
        finally:
            sys.setprofile(None)
    saving.save()


class _Saving:
    """A plugin of pytest that saves what was seen after each test: who ends us gets that much."""

    def __init__(self, recorder: Recorder, result: Path) -> None:
        self._recorder = recorder
        self._result = result
        self._write = Path.write_text  # as it is before any test

    def pytest_runtest_logfinish(self) -> None:
        """Save, and look on."""
        sys.setprofile(None)
        self.save()
        sys.setprofile(self._recorder)

    def save(self) -> None:
        """Write what was seen."""
        self._write(self._result, json.dumps(self._recorder.facts()), encoding="utf-8")


def _run(tests: list[str], arguments: list[str], saving: _Saving) -> None:
    if importlib.util.find_spec("pytest"):
        import pytest  # noqa: PLC0415 - the repository may have none

        quiet = ("-q", "-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist", "-o", "addopts=")
        pytest.main([*quiet, *arguments, *tests], [saving])
        return
    import unittest  # noqa: PLC0415 - the same

    loader = unittest.TestLoader()
    for test in tests:
        module = test.removesuffix(".py").replace("/", ".")
        unittest.TextTestRunner(stream=io.StringIO()).run(loader.loadTestsFromName(module))
