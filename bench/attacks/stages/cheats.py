"""Tries attacks that are cheats of ``bench.cheats``: each is judged as an answer to its red repository, and its twin.

An attempt, and the twin, are the names of cheats there by the runner that they cheat, which is the place.
"""

from __future__ import annotations

import atexit
import contextlib
import json
from collections.abc import Mapping
from functools import cache
from typing import cast

from bench.attacks.case import Attack, Result, UnavailableError
from bench.cheats import jest
from bench.cheats.__main__ import REPEAT
from bench.cheats.javascript_source import JAVASCRIPT_SOURCE
from bench.cheats.javascript_tests import JAVASCRIPT_TESTS
from bench.cheats.judging import Judge, judging
from bench.cheats.pairs import Pair
from bench.cheats.python_source import PYTHON_SOURCE
from bench.cheats.python_tests import PYTHON_TESTS
from bench.repositories import PYTEST

PLACES = ("pytest", "jest")
ACCEPTED = "accepted"
REFUSED = "refused"
PAIRS: Mapping[str, Mapping[str, Pair]] = {
    "pytest": {**PYTHON_SOURCE, **PYTHON_TESTS},
    "jest": {**JAVASCRIPT_SOURCE, **JAVASCRIPT_TESTS},
}
"""All cheats by the runner that they cheat, and by name."""


def tried(attack: Attack, place: str) -> Result:
    """Judge the cheats that are named for *place*, and the honest changes beside those that are named for the twin.

    Raises UnavailableError where the runner is not installed.
    """
    if place == "jest" and (what := jest.missing(jest.default_cache())):
        raise UnavailableError(what)
    pairs = PAIRS[place]
    accepted = [name for name in _names(attack.attempt, place) if _is_proven(pairs[name], place, pairs[name].cheat)]
    is_usable = all(_is_proven(pairs[name], place, pairs[name].twin) for name in _names(attack.twin, place))
    outcome = f"accepted: {', '.join(accepted)}" if accepted else REFUSED
    return Result((ACCEPTED,) if accepted else (), outcome, attack.promised, is_usable)


def _is_proven(pair: Pair, place: str, edits: Mapping[str, str | None]) -> bool:
    return _judge(json.dumps(pair.tree), place).attempt(edits).is_proven


@cache
def _judge(tree: str, place: str) -> Judge:
    """The judge of the repository with the files *tree*, for as long as the process lives."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    if place == "pytest":
        return stack.enter_context(judging(json.loads(tree), PYTEST, repeat=REPEAT))
    command = jest.command(jest.default_cache())
    return stack.enter_context(judging(json.loads(tree), command, repeat=REPEAT, report=(jest.REPORT,)))


def _names(named: object, place: str) -> tuple[str, ...]:
    return cast("Mapping[str, tuple[str, ...]]", named)[place]
