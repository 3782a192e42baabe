"""Which of the edits that survive are different programs: all are called as tests call them, and nearly so."""

from __future__ import annotations

import random
import signal
import sys
import time
from collections.abc import Callable, Sequence
from types import FunctionType

from ....sandbox_kit import children
from ....sandbox_kit.calls import ADDRESS, Bounds, Recorder, bounds_in, inputs, outcome, place_of, shown, timed_out
from . import suite
from .bench import Bench, Prepared, functions_around

_MOST_INPUTS = 300  # of one function
_SECONDS = 2.0  # for the calls with one edit in place, and as much again for the tests from which calls are recorded

Behaviour = dict[tuple[str, str], str]
"""What calls come to, by function and arguments."""


def differing(survivors: Sequence[Prepared], bench: Bench, ids: Sequence[str]) -> tuple[Prepared, ...]:
    """Those of *survivors* that answer some call otherwise than the first of them does.

    The calls are those of the cases *ids*, and others near them. An edit that needs a fresh process is not called.
    """
    warm = [one for one in survivors if one.is_warm and one.swaps]
    if len(warm) < 2 or warm[0] is not survivors[0]:  # noqa: PLR2004 - two to compare
        return ()
    functions = list({id(function): function for one in warm for function, _ in one.swaps}.values())
    bounds = bounds_in(node for one in warm for node in functions_around(one.source, one.candidate)[:1])
    first, *others = (_behaviour(_calling(one, functions, bounds, bench, ids)) for one in warm)
    return tuple(one for one, other in zip(warm[1:], others, strict=True) if _differ(first, other))


def _differ(first: Behaviour, other: Behaviour) -> bool:
    return any(other[call] != said for call, said in first.items() if call in other)


def _behaviour(work: Callable[[suite.Send], None]) -> Behaviour:
    """What the calls in *work* come to; those of a child that ended too early count."""
    heard = children.run(work, seconds=4 * _SECONDS, cpu_seconds=2 * _SECONDS)
    return {(str(one["function"]), str(one["given"])): str(one["outcome"]) for one in heard.messages}


def _calling(
    prepared: Prepared, functions: list[FunctionType], bounds: Bounds, bench: Bench, ids: Sequence[str]
) -> Callable[[suite.Send], None]:
    """Records calls of *functions* in the cases *ids*, and makes these and others with *prepared* in place."""

    def work(send: suite.Send) -> None:
        signal.signal(signal.SIGALRM, timed_out)
        recorder = Recorder({place_of(one.__code__): str(number) for number, one in enumerate(functions)})
        sys.setprofile(recorder)
        try:
            bench.run(ids)
        finally:
            sys.setprofile(None)
        for function, code in prepared.swaps:
            function.__code__ = code
        deadline = time.monotonic() + _SECONDS
        for number, function in enumerate(functions):
            rng = random.Random(number)  # noqa: S311 - the same inputs for every edit, and no secret
            for arguments in inputs(recorder.calls[str(number)], rng, _MOST_INPUTS, bounds):
                if time.monotonic() >= deadline:
                    return
                given, said, again = shown(arguments), outcome(function, arguments), outcome(function, arguments)
                if said == again and not ADDRESS.search(given + said):
                    send({"function": number, "given": given, "outcome": said})

    return work
