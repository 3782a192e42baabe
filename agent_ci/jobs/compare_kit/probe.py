"""Runs in the user's interpreter: records how tests call some functions, and calls them with inputs like these.

Python 3.10 and its standard library only. Written as a program: ``probe.py SPEC RESULT``.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import importlib
import itertools
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

SECONDS_A_CALL = 0.5
MOST_RECORDED = 40  # calls of one function that are kept
LONGEST = 300  # characters of one input or outcome
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")

Place = tuple[str, int, str]
"""The file of a function, its first line with its decorators, and its own name."""


class TookTooLong(BaseException):
    """A call that did not end in its time; no handler of the code under test catches it."""


class Recorder:
    """Keeps the arguments of every call of the wanted functions, as they were when the call began."""

    def __init__(self, wanted: dict[Place, str]) -> None:
        self.wanted = wanted
        self.calls: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted.values()}
        self.modules: dict[str, str] = {}

    def __call__(self, frame: Any, event: str, _argument: object) -> None:
        """Keep the call that *frame* begins."""
        if event != "call":
            return
        code = frame.f_code
        name = self.wanted.get(place_of(code))
        if name is None or len(self.calls[name]) >= MOST_RECORDED:
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        with contextlib.suppress(BaseException):
            self.calls[name].append({key: copy.deepcopy(frame.f_locals[key]) for key in names})
            self.modules[name] = frame.f_globals["__name__"]


def wanted_lines(root: Path, functions: list[list[str]]) -> dict[Place, str]:
    """Where each wanted function begins, by which its code is recognised, and its name: "path::name"."""
    wanted = {f"{path}::{name}" for path, name in functions}
    files = dict.fromkeys(path for path, _ in functions)
    return {place: name for path in files for place, name in functions_in(root, path) if name in wanted}


def place_of(code: Any) -> Place:
    """Where *code* begins, and what it is called: the module's own begins in its first line as well."""
    return code.co_filename, code.co_firstlineno, code.co_name


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

    recorder = Recorder(wanted_lines(root, spec["functions"]))
    with quiet():
        sys.setprofile(recorder)
        try:
            pytest.main(["-q", "-p", "no:cacheprovider", *spec["arguments"], *spec["tests"]])
        except BaseException as error:  # noqa: BLE001 - whatever the tests do, what was recorded counts
            del error
        finally:
            sys.setprofile(None)
    return recorder


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let nothing that is printed reach our own output."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield


def inputs(recorded: list[dict[str, Any]], rng: random.Random, most: int) -> list[dict[str, Any]]:
    """The recorded arguments, and others with one argument changed, in an order that the seed decides."""
    varied = [
        {**arguments, name: other}
        for arguments in recorded
        for name, value in arguments.items()
        for other in variants(value)
    ]
    rng.shuffle(varied)
    return (recorded + varied)[:most]


def variants(value: Any) -> list[Any]:
    """Values near *value*, of its own type; none for a type that is not built in."""
    make = VARIANTS.get(type(value))
    return make(value) if make else []


def near_texts(value: Any) -> list[Any]:
    """Empty, shorter, longer, in other case, reversed."""
    return [value[:0], value[:-1], value[1:], value * 2, value.upper(), value.lower(), value[::-1]]


def near_lists(value: Any) -> list[Any]:
    """Empty, shorter, reversed, doubled, and with one of the first three items changed."""
    kind = type(value)
    inner = [
        value[:index] + kind([other]) + value[index + 1 :]
        for index in range(min(len(value), 3))
        for other in variants(value[index])
    ]
    return [value[:0], value[:1], value[1:], value[::-1], value * 2, *inner]


def near_dicts(value: Any) -> list[Any]:
    """Empty, with one of the first three keys dropped, or its value changed."""
    keys = list(value)[:3]
    dropped = [{key: item for key, item in value.items() if key != gone} for gone in keys]
    return [{}, *dropped, *({**value, key: other} for key in keys for other in variants(value[key]))]


VARIANTS: dict[type, Callable[[Any], list[Any]]] = {
    bool: lambda value: [not value],
    int: lambda value: [value - 1, value + 1, 0, -value, value * 2, value // 2, value + 1000],
    float: lambda value: [value - 1, value + 1, 0.0, -value, value * 2, value / 2],
    str: near_texts,
    bytes: near_texts,
    list: near_lists,
    tuple: near_lists,
    dict: near_dicts,
    set: lambda value: [set(), *(value - {item} for item in sorted(value, key=repr)[:3])],
}


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


def outcome(function: Callable[..., Any], arguments: dict[str, Any]) -> str:
    """What a call comes to, as text: the value or the exception, and the arguments where it changed them."""
    given = copy.deepcopy(arguments)
    before = shown(given)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_CALL)
    try:
        with quiet():
            value = function(**given)
            if hasattr(value, "__next__"):
                value = list(itertools.islice(value, 100))
            said = f"gives {shown(value)}"
    except TookTooLong:
        said = "does not end"
    except BaseException as error:  # noqa: BLE001 - every way to end is an outcome
        said = f"raises {type(error).__name__}: {str(error)[:LONGEST]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    after = shown(given)
    return said if after == before else f"{said} and leaves {after}"


def shown(value: Any) -> str:
    """*value* as text; the arguments of a call as "name=value, ..."."""
    text = ", ".join(f"{key}={told(item)}" for key, item in value.items()) if type(value) is dict else told(value)
    return text[:LONGEST]


def told(value: Any) -> str:
    """The representation of *value*; its type and attributes where that would only be an address."""
    is_plain: bool = type(value).__repr__ is object.__repr__  # type: ignore[comparison-overlap]
    if not is_plain or not hasattr(value, "__dict__"):
        return repr(value)
    return f"{type(value).__name__}({', '.join(f'{key}={item!r}' for key, item in vars(value).items())})"


def timed_out(_signal: int, _frame: object) -> None:
    """End the call that runs now."""
    raise TookTooLong


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
                for arguments in inputs(recorded, rng, spec["most"]) if function else ():
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
