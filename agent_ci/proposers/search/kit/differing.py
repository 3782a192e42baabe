"""Which of the edits that survive are different programs: all are called as tests call them, and nearly so."""

from __future__ import annotations

import ast
import random
import signal
import sys
import time
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import FunctionType

from ....sandbox_kit import children
from ....sandbox_kit.calls import ADDRESS, Bounds, Recorder, bounds_in, inputs, outcome, place_of, shown, timed_out
from . import suite
from .bench import Bench, Prepared, functions_around
from .meaning import is_far_fetched, means_the_same
from .watching import Watch, meeting, watched

_MOST_INPUTS = 300  # of one function
_SECONDS = 2.0  # of the processor for the calls with one edit, and as much again for the tests that they are taken from
_PATIENCE = 8  # times as long by the clock: what else the machine does is to change nothing
_DIVERSE = 6  # values of an expression, the same ones with either edit, that show the two to be alike

Behaviour = dict[tuple[str, str], tuple[str, list[int]]]
"""What calls come to, by function and arguments, and checksums of the values of the watched expression in them."""


@dataclass(frozen=True)
class Apart:
    """The survivors beside the first: those *differing* from it in some call, and those that are *untold*.

    An untold one edits the same expression, and no call was made in which that expression came to something else and
    the call to the same: nothing tells the two apart, and nothing shows that they are alike.
    """

    differing: tuple[Prepared, ...] = ()
    untold: tuple[Prepared, ...] = ()

    def counted(self, prepared: Prepared) -> dict[str, int]:
        """How many of each there are beside *prepared*: of one of them it is known that it is not the first."""
        return {
            "rivals": 1 if prepared in self.differing else len(self.differing),
            "untold": 1 if prepared in self.untold else len(self.untold),
        }


def apart(survivors: Sequence[Prepared], bench: Bench, ids: Sequence[str]) -> Apart:
    """What tells the other *survivors* from the first.

    The calls are those of the cases *ids*, and others near them. An edit that needs a fresh process is not called.
    """
    if len(survivors) < 2:  # noqa: PLR2004 - two to compare
        return Apart()
    first, *others = survivors
    calls = _Calls(bench, ids, [one for one in survivors if one.is_warm and one.swaps])
    differing, untold = [], []
    for other in others:
        said = _compared(calls, first, other)
        if said == "differing":
            differing.append(other)
        elif said == "untold":
            untold.append(other)
    return Apart(tuple(differing), tuple(untold))


def _compared(calls: _Calls, first: Prepared, other: Prepared) -> str:
    """Whether the two are ``differing``, ``alike`` or ``untold``."""
    node = meeting(first.source, first.candidate, other.candidate)
    if node is not None and means_the_same(first.source, node, first.candidate, other.candidate):
        return "alike"
    one, two = (calls.behaviour(survivor, node) for survivor in (first, other))
    both = [(said, two[call]) for call, said in one.items() if call in two]
    if any(said != other_said for (said, _), (other_said, _) in both):
        return "differing"
    if node is None or is_far_fetched(first.source, first.candidate, other.candidate):
        return "alike"
    is_seen = any(values != other_values for (_, values), (_, other_values) in both)
    is_diverse = len({value for (_, values), _ in both for value in values}) >= _DIVERSE
    return "alike" if is_seen or is_diverse else "untold"


@dataclass
class _Calls:
    """What calls come to with each of the *warm* survivors in place, each of which is called once."""

    bench: Bench
    ids: Sequence[str]
    warm: list[Prepared]
    _known: dict[tuple[int, int], Behaviour] = field(default_factory=dict)

    def behaviour(self, prepared: Prepared, node: ast.expr | None) -> Behaviour:
        """What the calls come to, and the expression *node* in them; nothing where *prepared* cannot be called."""
        if not any(one is prepared for one in self.warm):
            return {}
        known = [said for (one, _), said in self._known.items() if one == id(prepared)]
        if node is None and known:
            return known[0]
        key = (id(prepared), id(node))
        if key not in self._known:
            put = (watched(prepared, node, self.bench) if node is not None else None) or prepared
            functions = list({id(function): function for one in self.warm for function, _ in one.swaps}.values())
            bounds = bounds_in(one for warm in self.warm for one in functions_around(warm.source, warm.candidate)[:1])
            self._known[key] = _behaviour(_calling(put, functions, bounds, self.bench, self.ids))
        return self._known[key]


def _behaviour(work: Callable[[suite.Send], None]) -> Behaviour:
    """What the calls in *work* come to; those of a child that ended too early count."""
    heard = children.run(work, seconds=_PATIENCE * _SECONDS, cpu_seconds=2 * _SECONDS)
    return {(str(one["function"]), str(one["given"])): (str(one["outcome"]), one["seen"]) for one in heard.messages}


def _calling(
    prepared: Prepared, functions: list[FunctionType], bounds: Bounds, bench: Bench, ids: Sequence[str]
) -> Callable[[suite.Send], None]:
    """Records calls of *functions* in the cases *ids*, and makes these and others with *prepared* in place."""

    def work(send: suite.Send) -> None:
        signal.signal(signal.SIGALRM, timed_out)
        watch = Watch()
        recorder = Recorder({place_of(one.__code__): str(number) for number, one in enumerate(functions)})
        sys.setprofile(recorder)
        try:
            bench.run(ids)
        finally:
            sys.setprofile(None)
        for function, code in prepared.swaps:
            function.__code__ = code
        deadline = time.process_time() + _SECONDS
        for number, function in enumerate(functions):
            rng = random.Random(number)  # noqa: S311 - the same inputs for every edit, and no secret
            for arguments in inputs(recorder.calls[str(number)], rng, _MOST_INPUTS, bounds):
                if time.process_time() >= deadline:
                    return
                given, said = shown(arguments), outcome(function, arguments)
                seen = [zlib.crc32(value.encode("utf-8", "surrogatepass")) for value in watch.taken()]
                again, _ = outcome(function, arguments), watch.taken()
                if said == again and not ADDRESS.search(given + said):
                    send({"function": number, "given": given, "outcome": said, "seen": seen})

    return work
