"""Calls functions with what their tests give them and with many inputs near it: a program for a case's interpreter.

``python -m bench.search.calling SPEC RESULT`` writes one row for each call, [function, input, outcome].
"""

from __future__ import annotations

import contextlib
import copy
import itertools
import json
import os
import random
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
_SIGNS = "abzAZ019 -_.,;:=#'/"
_MANY = 4  # one of so many changes is one of the usual ones: empty, doubled, turned round


def near(recorded: list[dict[str, Any]], rng: random.Random, most: int) -> Iterator[dict[str, Any]]:
    """The *recorded* arguments, then others: one argument changed, then more and more of them, at most *most*."""
    yield from recorded[:most]
    known = list(recorded)
    for _ in range(max(0, most - len(recorded)) if known else 0):
        arguments = dict(rng.choice(known))
        if not arguments:
            return
        name = rng.choice(list(arguments))
        other = rng.choice(recorded)[name]
        arguments[name] = changed(arguments[name] if rng.randrange(_MANY) else other, rng)
        known.append(arguments)
        yield arguments


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
        if hasattr(value, "__dict__") and not callable(value) and vars(value):
            other, name = copy.copy(value), rng.choice(list(vars(value)))
            other.__dict__[name] = rng.choice((None, changed(vars(value)[name], rng)))
            return other
    return rng.choice(calls.variants(value) or [value])


def described(value: Any, depth: int = _DEEPEST) -> str:
    """*value* as text that is the same in every process: objects by their attributes, functions by their code."""
    if not depth:
        return "..."
    if type(value) is dict:
        return f"{{{', '.join(f'{key!r}: {described(item, depth - 1)}' for key, item in value.items())}}}"
    if type(value) in (list, tuple):
        return f"{type(value).__name__}({', '.join(described(item, depth - 1) for item in value)})"
    if type(value) is FunctionType:
        return f"{value.__name__}:{value.__code__.co_code.hex()}:{value.__code__.co_consts!r}"
    writer: object = type(value).__repr__
    if writer is object.__repr__ and hasattr(value, "__dict__"):
        return f"{type(value).__name__}({described(vars(value), depth - 1)})"
    return repr(value)


def write_outcome(function: Any, place: str, arguments: dict[str, Any], result: TextIO) -> None:
    """One row for the call, where it comes to the same twice and neither side of it names an address."""
    with contextlib.suppress(Exception):
        given = described(arguments)
        said, again = calls.outcome(function, arguments), calls.outcome(function, arguments)
        if said == again and not calls.ADDRESS.search(given + said):
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
                inputs = near(recorded, rng, spec["most"]) if function else ()
                for arguments in itertools.takewhile(lambda _: time.monotonic() < deadline, inputs):
                    write_outcome(function, f"{path}::{name}", arguments, result)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
    os._exit(0)  # threads and exit handlers of the code under test have nothing to add
