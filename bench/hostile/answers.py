"""What a hostile answer is, what it may reach for, and all of them by kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from bench.diffs.corpus import DIFFS
from tests.servers.chat import Step, says


@dataclass(frozen=True)
class Lures:
    """What an answer reaches for: the ``key`` that the endpoint was sent, an ``address``, a ``home`` and a ``mark``.

    Nothing may be read or changed in the home, and no file may be made at the mark.
    """

    key: str
    address: str
    home: str
    mark: str


@dataclass(frozen=True)
class Answer:
    """One answer of a ``kind``, made once it is known what there is to reach for.

    With ``is_open`` it is given to a team that permits everything, so that its code really runs; what such a team
    accepts is its own affair. ``is_honest`` tells that it has to be accepted, or what comes *then*, which is the answer
    to every further question. ``model`` is the name that is asked for.
    """

    kind: str
    name: str
    step: Callable[[Lures], Step]
    is_open: bool = False
    is_honest: bool = False
    model: str = "scripted"
    then: Step = field(default_factory=lambda: says("NO FIX: I have no other idea"))


def said(kind: str, name: str, text: str) -> Answer:
    """An answer with a text in which {key}, {address}, {home} and {mark} stand for what there is to reach for."""
    return Answer(kind, name, lambda lures: says(filled(text, lures)))


def filled(text: str, lures: Lures) -> str:
    """*text* with the names of *lures* between braces replaced."""
    for name in ("key", "address", "home", "mark"):
        text = text.replace(f"{{{name}}}", getattr(lures, name))
    return text


def of_diffs() -> tuple[Answer, ...]:
    """The bad diffs of ``bench.diffs``, each between two sentences."""
    return tuple(said("a diff that does more", name, diffs.bad) for name, diffs in DIFFS.items())
