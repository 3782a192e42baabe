"""Runs in the user's interpreter: records how tests call some functions, and calls them with inputs like these.

Python 3.10 and its standard library only. Written as a module: ``-m agent_ci_kits.jobs.compare_kit.probe SPEC RESULT``.
"""

from __future__ import annotations

import ast
import contextlib
import importlib
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...sandbox_kit.calls import ADDRESS, MOST_RECORDED, Place, Recorder, inputs, outcome, quiet, shown, timed_out


def wanted_lines(root: Path, functions: list[list[str]]) -> dict[Place, str]:
    """Where each wanted function begins, by which its code is recognised, and its name: "path::name"."""
    wanted = {f"{path}::{name}" for path, name in functions}
    files = dict.fromkeys(path for path, _ in functions)
    return {place: name for path in files for place, name in functions_in(root, path) if name in wanted}


def functions_in(root: Path, path: str) -> Iterator[tuple[Place, str]]:
    """Each function in the file at *path* that can be called from outside, by where it begins: "path::name"."""
    try:
        tree = ast.parse((root / path).read_text(encoding="utf-8"))
    except (OSError, ValueError, SyntaxError):
        return
    for name, node in definitions(tree, ""):
        first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
        yield (str(root / path), first, node.name), f"{path}::{name}"


def definitions(node: ast.AST, prefix: str) -> Iterator[tuple[str, Any]]:
    """Functions and methods by qualified name; those inside functions cannot be called from outside."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield prefix + child.name, child
        elif isinstance(child, ast.ClassDef):
            yield from definitions(child, f"{prefix}{child.name}.")
        elif isinstance(child, (ast.stmt, ast.ExceptHandler)):
            yield from definitions(child, prefix)  # under a condition, or in a try


def record(spec: dict[str, Any], root: Path) -> Recorder:
    """Run the tests of *spec* in this process and keep the calls."""
    import pytest  # noqa: PLC0415 - the program is read by tools that have none

    recorder = Recorder(wanted_lines(root, spec["functions"]), spec.get("recorded", MOST_RECORDED))
    with quiet():
        sys.setprofile(recorder)
        try:
            pytest.main(["-q", "-p", "no:cacheprovider", *spec["arguments"], *spec["tests"]])
        except BaseException as error:  # noqa: BLE001 - whatever the tests do, what was recorded counts
            del error
        finally:
            sys.setprofile(None)
    return recorder


def function_of(name: str, module: str) -> Callable[..., Any] | None:
    """The plain function behind the qualified *name* in *module*; None where calling it needs more than arguments."""
    found: Any = importlib.import_module(module)
    *owners, last = name.split(".")
    for owner in owners:
        found = getattr(found, owner, None)
    plain = vars(found).get(last) if found is not None else None
    if isinstance(plain, property):
        plain = plain.fget
    if isinstance(plain, staticmethod):
        plain = plain.__func__
    return plain if callable(plain) and not isinstance(plain, (type, classmethod)) else None


def main(spec_file: str, result_file: str) -> None:
    """Write one JSON line per call."""
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    deadline = time.monotonic() + spec["seconds"]
    signal.signal(signal.SIGALRM, timed_out)
    recorder = record(spec, Path.cwd())
    with Path(result_file).open("w", encoding="utf-8") as result:
        for place, recorded in recorder.calls.items():
            path, _, name = place.partition("::")
            rng = random.Random(place)  # noqa: S311 - the same inputs on both trees, and no secret
            with contextlib.suppress(Exception):
                function = function_of(name, recorder.modules[place])
                for arguments in inputs(recorded, rng, spec["most"], spec["bounds"]) if function else ():
                    if time.monotonic() >= deadline:
                        return
                    write_outcome(function, path, name, arguments, result)


def write_outcome(function: Any, path: str, name: str, arguments: dict[str, Any], result: Any) -> None:
    """One line for the call, where it comes to the same twice and names no address."""
    with contextlib.suppress(Exception):
        given = shown(arguments)
        said, again = outcome(function, arguments), outcome(function, arguments)
        if said == again and not ADDRESS.search(given + said):
            result.write(json.dumps([f"{path}::{name}", given, said]) + "\n")
            result.flush()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    os._exit(0)  # threads and exit handlers of the code under test have nothing to add
