"""Tries attacks that are diffs of ``bench.diffs``: each is judged as an answer to that bench's red repository.

An attempt is the names of bad diffs there, a twin those of the diffs whose harmless twins are tried.
"""

from __future__ import annotations

import atexit
import contextlib
from functools import cache
from pathlib import Path
from typing import cast

from agent_ci.core.run import Attempt
from bench.attacks.case import Attack, Result
from bench.attacks.oracles import CHANGED
from bench.cheats.judging import Judge
from bench.diffs.__main__ import opened
from bench.diffs.corpus import DIFFS

PLACES = ("here",)
ACCEPTED = "accepted"
REFUSED = "refused"
_OUTSIDE = Path("/tmp/agent-ci-out.py")  # noqa: S108 - where diffs of that bench try to write


def tried(attack: Attack, place: str) -> Result:
    """Judge the named diffs, and the twins of those that are named for it."""
    del place
    judge, repaired = _opened()
    accepted = [name for name in _names(attack.attempt) if _goes_further(name, judge, repaired)]
    effects = ((ACCEPTED,) if accepted else ()) + ((CHANGED,) if _OUTSIDE.exists() else ())
    outcome = f"accepted: {', '.join(accepted)}" if accepted else REFUSED
    is_usable = all(_judged(DIFFS[name].twin).is_proven for name in _names(attack.twin))
    return Result(effects, outcome, attack.promised, is_usable)


@cache
def _opened() -> tuple[Judge, str]:
    """The judge, for as long as the process lives, and the tree that the repair alone leads to."""
    stack = contextlib.ExitStack()
    atexit.register(stack.close)
    return stack.enter_context(opened())


@cache
def _judged(diff: str) -> Attempt:
    return _opened()[0].of_text(diff)


def _goes_further(name: str, judge: Judge, repaired: str) -> bool:
    """Whether the bad diff *name* is accepted with more than the repair, or where nothing may be dropped, at all."""
    bad = judge.of_text(DIFFS[name].bad)
    is_repair = bad.patch is not None and bad.patch.tree == repaired
    return bad.is_proven and not (is_repair and DIFFS[name].may_be_dropped)


def _names(named: object) -> tuple[str, ...]:
    return cast("tuple[str, ...]", named)
