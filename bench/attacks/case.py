"""What an attack is, what came of it, and which module of ``stages/`` tries it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from types import MappingProxyType
from typing import Protocol, cast


@dataclass(frozen=True)
class Attack:
    """One numbered attack, as a file of ``tests/attacks/`` declares it under the name ``ATTACK``.

    ``forbidden`` are the effects that must not happen, in the words of the oracle that would see them, and
    ``promised`` is the outcome that a user is told to expect. ``attempt`` and its benign ``twin`` have the form that
    the stage takes. ``left_out`` says why it cannot be tried by a program; such an attack has neither.
    """

    id: str
    stage: str
    what: str
    forbidden: tuple[str, ...] = ()
    promised: str = ""
    attempt: object = None
    twin: object = None
    left_out: str = ""


@dataclass(frozen=True)
class Result:
    """What came of an attack: the forbidden ``effects`` that were seen, the outcome, and whether its twin passed.

    ``declared`` are the sentences by which the place says beforehand that it does not keep all of this promise; where
    it keeps none of it, the outcome is NOT_TRIED.
    """

    effects: tuple[str, ...]
    outcome: str
    promised: str
    twin: bool
    declared: str = ""

    @property
    def is_held(self) -> bool:
        """Whether nothing forbidden happened and the outcome was the promised one, where something was promised."""
        expected = {self.promised, NOT_TRIED} if self.declared else {self.promised}
        return not self.effects and self.outcome in expected


class Stage(Protocol):
    """What a module of ``stages/`` offers; ``PLACES`` are the names of where it can try an attack."""

    PLACES: tuple[str, ...]

    def tried(self, attack: Attack, place: str) -> Result:
        """What comes of *attack* and of its twin at *place*. Raises UnavailableError where this machine lacks it."""
        ...


class UnavailableError(Exception):
    """This machine cannot try an attack at a place; the message says why."""


STAGES: Mapping[str, str] = MappingProxyType(
    {
        "sandbox": "sandbox",
        "report": "report",
        "outward": "outward",
        "git": "git",
        "diff": "diffs",
        "cheat": "cheats",
        "context": "context",
        "model": "models",
    }
)
"""The stages, and their modules below ``bench.attacks.stages``."""

NOT_TRIED = "not tried"

HERE = ("here",)
"""The places of a stage that has only one."""


def stage(name: str) -> Stage:
    """The stage *name*, imported on use. Raises ImportError where what it is built on is missing."""
    return cast("Stage", import_module(f"bench.attacks.stages.{STAGES[name]}"))
