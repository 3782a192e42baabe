"""Calls functions with what their tests give them and with many inputs near it: a program for a case's interpreter.

``python -m bench.search.calling SPEC RESULT`` writes one row for each call, [function, input, outcome].
"""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import itertools
import json
import os
import random
import re
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FunctionType
from typing import Any, TextIO

from agent_ci.jobs.compare_kit import probe
from agent_ci.sandbox_kit import calls

_DEEPEST = 8
_LONGEST = 2_000  # characters of an outcome, before its digest stands for the rest
_MANGLED = re.compile(r"_[A-Za-z]\w*?__\w")
_SOMEWHERE = re.compile(r" at 0x[0-9a-fA-F]+")
_SIGNS = "abzAZ019 -_.,;:=#'/"
_PARTS = 20  # of a value are looked at
_MANY = 4  # one of so many changes is one of the usual ones: empty, doubled, turned round


def near(
    recorded: list[dict[str, Any]], rng: random.Random, most: int, bounds: calls.Bounds = ()
) -> Iterator[dict[str, Any]]:
    """The *recorded* arguments, then others: one argument changed, then more and more of them, at most *most*.

    A value is changed a little, or is that of another call, a part of an argument, or at one of *bounds*.
    """
    yield from recorded[:most]
    known = list(recorded)
    for _ in range(max(0, most - len(recorded)) if known else 0):
        arguments = dict(rng.choice(known))
        if not arguments:
            return
        name = rng.choice(list(arguments))
        value, others = arguments[name], [rng.choice(recorded)[name]]
        if not hasattr(value, "__dict__"):  # nothing else stands for an object
            others += [*held(arguments, rng), *calls.at_bounds(value, arguments, bounds)]
        arguments[name] = changed(value, rng) if rng.randrange(_MANY) else rng.choice(others)
        known.append(arguments)
        yield arguments


def distinct(recorded: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each of *recorded* once."""
    return list({described(arguments): arguments for arguments in recorded}.values())


def held(arguments: dict[str, Any], rng: random.Random) -> list[Any]:
    """A key, an item or an attribute of one of *arguments*: what another argument may ask for."""
    whole = rng.choice(list(arguments.values()))
    with contextlib.suppress(Exception):  # an object may say that it has items, and fail
        inner = vars(whole).values() if hasattr(whole, "__dict__") and not hasattr(whole, "__iter__") else whole
        parts = list(itertools.islice(inner, _PARTS)) if type(inner) is not str else []
        return [rng.choice(parts)] if parts else []
    return []


def changed(value: Any, rng: random.Random) -> Any:
    """A value near *value*, of its own type; *value* itself where no other is known."""
    if rng.randrange(_MANY):
        if type(value) is str:
            at = rng.randrange(len(value) + 1)
            return value[:at] + rng.choice(_SIGNS) + value[at + rng.randrange(2) :]
        if type(value) is int:
            return value + rng.choice((-7, -3, -2, -1, 1, 2, 3, 10, 100))
        if type(value) is list and value:
            at = rng.randrange(len(value))
            return [*value[:at], changed(value[at], rng), *value[at + rng.randrange(2) :]]
        if hasattr(value, "__dict__") and not callable(value) and (names := open_attributes(value)):
            other, name = copy.copy(value), rng.choice(names)
            other.__dict__[name] = rng.choice((None, changed(vars(value)[name], rng)))
            return other
    return rng.choice(calls.variants(value) or [value])


def open_attributes(value: Any) -> list[str]:
    """The attributes of *value* but those that Python mangles: other values of these are no state that occurs."""
    return [name for name in vars(value) if not _MANGLED.match(name)]


def described(value: Any, depth: int = _DEEPEST, *, code: bool = True) -> str:
    """*value* as text that is the same in every process: objects by their attributes, functions by their *code*."""
    if not depth:
        return "..."
    inner = functools.partial(described, depth=depth - 1, code=code)
    if type(value) is dict:
        return f"{{{', '.join(f'{key!r}: {inner(item)}' for key, item in value.items())}}}"
    if type(value) in (list, tuple):
        return f"{type(value).__name__}({', '.join(inner(item) for item in value)})"
    if type(value) is FunctionType:
        return (
            f"{value.__name__}:{value.__code__.co_code.hex()}:{value.__code__.co_consts!r}" if code else value.__name__
        )
    writer: object = type(value).__repr__
    if writer is object.__repr__ and (attributes := attributes_of(value)):
        return f"{type(value).__name__}({inner(attributes)})"
    return _SOMEWHERE.sub("", repr(value))


def attributes_of(value: Any) -> dict[str, Any]:
    """The attributes of *value* by name, also where its class keeps them in slots."""
    slots = [slot for kind in type(value).__mro__ for slot in vars(kind).get("__slots__", ()) if type(slot) is str]
    return {**{name: getattr(value, name) for name in slots if hasattr(value, name)}, **getattr(value, "__dict__", {})}


def told(value: Any) -> str:
    """What a call gave or left, as text: functions by their names, since the edited one has another code."""
    text = described(value, code=False)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} {hashlib.sha256(text.encode()).hexdigest()}"


def write_outcome(function: Any, place: str, arguments: dict[str, Any], result: TextIO) -> None:
    """One row for the call, where it comes to the same twice."""
    with contextlib.suppress(Exception):
        given = described(arguments)
        said, again = (calls.outcome(function, arguments, told) for _ in range(2))
        if said == again:
            result.write(json.dumps([place, given, said]) + "\n")


def main(spec_file: str, result_file: str) -> None:
    """Write the rows; the same spec gives the same inputs on every tree."""
    spec = json.loads(Path(spec_file).read_text(encoding="utf-8"))
    signal.signal(signal.SIGALRM, calls.timed_out)
    recorder = probe.record(spec, Path.cwd())
    deadline = time.monotonic() + spec["seconds"]
    with Path(result_file).open("w", encoding="utf-8") as result:
        for place, recorded in recorder.calls.items():
            path, _, name = place.partition("::")
            rng = random.Random(place)  # noqa: S311 - the same inputs on both trees, and no secret
            with contextlib.suppress(Exception):
                function = probe.function_of(name, recorder.modules[place])
                inputs = near(distinct(recorded), rng, spec["most"], spec["bounds"]) if function else ()
                for arguments in itertools.takewhile(lambda _: time.monotonic() < deadline, inputs):
                    write_outcome(function, f"{path}::{name}", arguments, result)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    os._exit(0)  # threads and exit handlers of the code under test have nothing to add
