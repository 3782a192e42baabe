"""Runs delivered tests in a fork for each faulty version of a module: a program for the interpreter of the project.

``trial.py SPEC RESULT``. The tests are called as pytest and unittest would, without either: that is fast enough for
hundreds of faults, and another judge than the one that chose the tests.
"""

from __future__ import annotations

import contextlib
import importlib
import importlib.abc
import importlib.util
import io
import json
import os
import resource
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_SECONDS = 1  # of processor time for one faulty version
_SHARED = ("pytest", "re", "decimal", "datetime", "asyncio", "itertools")
for _name in _SHARED:  # what most test files import is there before the forks
    importlib.import_module(_name)


class Substitute(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Gives one module another source."""

    def __init__(self, module: str, path: str, source: str) -> None:
        self.module, self.path, self.source = module, path, source

    def find_spec(self, fullname: str, _path: object = None, _target: object = None) -> Any:
        """The spec of the module, and of no other."""
        if fullname != self.module:
            return None
        places = [str(Path(self.path).parent)] if self.path.endswith("__init__.py") else None
        return importlib.util.spec_from_file_location(
            fullname, self.path, loader=self, submodule_search_locations=places
        )

    def get_source(self, _fullname: str) -> str:
        """The other source."""
        return self.source

    def exec_module(self, module: Any) -> None:
        """Run the other source."""
        exec(compile(self.source, self.path, "exec"), vars(module))  # noqa: S102 - what is measured


def tests_in(module: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Each test of *module* with its arguments."""
    for name, thing in list(vars(module).items()):
        if isinstance(thing, type) and issubclass(thing, unittest.TestCase):
            for method in unittest.TestLoader().getTestCaseNames(thing):
                yield thing(method).debug, {}
        elif isinstance(thing, type) and name.startswith("Test"):
            for method in [one for one in vars(thing) if one.startswith("test")]:
                yield from _rows(getattr(thing(), method))
        elif name.startswith("test") and callable(thing):
            yield from _rows(thing)


def _rows(function: Any) -> Iterator[tuple[Any, dict[str, Any]]]:
    marks = [mark for mark in getattr(function, "pytestmark", ()) if mark.name == "parametrize"]
    if not marks:
        yield function, {}
    for mark in marks:
        names = mark.args[0].replace(" ", "").split(",") if isinstance(mark.args[0], str) else list(mark.args[0])
        for row in mark.args[1]:
            values = getattr(row, "values", row) if not isinstance(row, dict) else row
            plain = list(values) if isinstance(values, tuple) and (len(names) > 1 or values is not row) else [values]
            yield function, dict(zip(names, plain, strict=True))


def run(spec: dict[str, Any], source: str) -> bool:
    """Whether every test passes with *source* in the module's place."""
    sys.meta_path.insert(0, Substitute(spec["module"], spec["path"], source))
    try:
        found = importlib.util.spec_from_file_location("delivered", spec["tests"])
        assert found is not None and found.loader is not None  # noqa: S101, PT018 - a path that we wrote
        module = importlib.util.module_from_spec(found)
        found.loader.exec_module(module)
        for function, arguments in tests_in(module):
            function(**arguments)
    except BaseException:  # noqa: BLE001 - however a test fails
        return False
    return True


def in_fork(spec: dict[str, Any], source: str) -> str:
    """survived, killed or timeout."""
    child = os.fork()
    if not child:
        resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
        with contextlib.suppress(BaseException), contextlib.redirect_stdout(io.StringIO()):
            os._exit(0 if run(spec, source) else 1)
        os._exit(1)
    status = os.waitpid(child, 0)[1]
    return "timeout" if os.WIFSIGNALED(status) else "survived" if os.WEXITSTATUS(status) == 0 else "killed"


def covered(spec: dict[str, Any], source: str) -> list[int]:
    """The lines of the module that run while the tests do, not those that run when it is imported."""
    lines: set[int] = set()

    def follow(frame: Any, event: str, _argument: object) -> Any:
        if frame.f_code.co_filename != spec["path"] or frame.f_code.co_name == "<module>":
            return None if frame.f_code.co_filename != spec["path"] else follow
        if event == "line":
            lines.add(frame.f_lineno)
        return follow

    sys.settrace(follow)
    try:
        run(spec, source)
    finally:
        sys.settrace(None)
    return sorted(lines)


def main(spec_file: str, result_file: str) -> None:
    """Write the covered lines, whether the tests pass, and how each faulty version fares."""
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    sys.path[:0] = spec["roots"]
    fates = {name: in_fork(spec, source) for name, source in spec["versions"].items()}
    own = Path(spec["path"]).read_text(encoding="utf-8")
    passes = in_fork(spec, own) == "survived"
    told = {"fates": fates, "passes": passes, "lines": covered(spec, own)}
    Path(result_file).write_text(json.dumps(told), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
