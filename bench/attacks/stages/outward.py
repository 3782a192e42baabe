"""What becomes of hostile text on its way out: through each sink, and through a whole run that has to show it."""

from __future__ import annotations

import io
import os
import secrets
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.outward.variables import assignment
from agent_ci.core.outward.writer import LIMITS, Outward, Sink
from agent_ci.session import Session
from bench.attacks.acts import ACTED, COMMANDED, FORGED, OBEYED, acted, commanded, obeyed, variables
from bench.attacks.case import HERE, Attack, Result
from bench.attacks.oracles import READ, holds
from bench.repositories import PYTEST, Small

PLACES = HERE
NEUTRAL, CHANGED, WITHHELD = "neutral", "changed", "withheld"
TOO_LONG = "a place was given more than it takes"
LOGS = (Sink.TERMINAL, Sink.LOG)
DOCUMENTS = (Sink.MARKDOWN, Sink.SUMMARY, Sink.COMMENT)

_CANARY = "canary-q7Lr2VtXc9Bz0Kd5MnYw3Hs8"
_ENVIRONMENT = {"MODEL_API_KEY": _CANARY}
_OUTWARD = Outward.of(_ENVIRONMENT)


@dataclass(frozen=True)
class Texts:
    """Texts by what is hostile in them, each sent to all of ``sinks``."""

    texts: Mapping[str, str]
    sinks: tuple[Sink, ...] = (*LOGS, *DOCUMENTS)


@dataclass(frozen=True)
class Red:
    """What a failing test says, and what it is called, in a run whose log and explanation show both."""

    message: str
    name: str = "total"


@dataclass(frozen=True)
class Variable:
    """A value for an output variable."""

    value: str


def known(number: str, *tables: Mapping[str, object]) -> Mapping[str, str]:
    """The texts that the tests of the writer know under this *number*."""
    found = {name: entry for table in tables for name, entry in table.items() if name.startswith(number)}
    return {name: str(entry[0] if isinstance(entry, tuple) else entry) for name, entry in found.items()}


def tried(attack: Attack, _place: str) -> Result:
    """What comes of the text and of its twin."""
    effects, outcome = _sent(attack.attempt)
    seen = tuple(effect for effect in dict.fromkeys(effects) if effect in attack.forbidden)
    return Result(seen, outcome, attack.promised, twin=_is_whole(attack.twin))


def _sent(form: object) -> tuple[list[str], str]:
    """What *form* brought about, and what became of it."""
    ways: Mapping[type, Callable[..., Iterator[tuple[Sink, str]]]] = {Texts: _through_sinks, Red: _through_a_run}
    if isinstance(form, Variable):
        return _assigned(form)
    sent = [*ways[type(form)](form)]
    effects = [effect for sink, text in sent for effect in _effects(sink, text)]
    is_there = all(text.strip() and "withheld" not in text for _, text in sent)
    return effects, (CHANGED if effects else NEUTRAL) if is_there else WITHHELD


def _effects(sink: Sink, text: str) -> Iterator[str]:
    if holds(text, _CANARY):
        yield READ
    if commanded(text):
        yield COMMANDED
    if obeyed(text):
        yield OBEYED
    if sink in DOCUMENTS and acted(text):
        yield ACTED
    if len(text.encode()) > LIMITS.get(sink, len(text.encode())):
        yield TOO_LONG


def _through_sinks(form: Texts) -> Iterator[tuple[Sink, str]]:
    for text in form.texts.values():
        yield from ((sink, _OUTWARD.to(sink, text)) for sink in form.sinks)


def _through_a_run(form: Red) -> Iterator[tuple[Sink, str]]:
    """The progress, the explanation, the evidence and the views of a run that finds no repair."""
    told = f"import pytest\n\n\n@pytest.mark.parametrize('x', [{form.name!r}])\ndef test_it(x):\n"
    with tempfile.TemporaryDirectory(prefix="outward-") as scratch:
        files = {"test_it.py": f"{told}    raise AssertionError({form.message!r})\n"}
        small = Small.make(Path(scratch, "repository"), files)
        out, progress = Path(scratch, "out"), io.StringIO()
        given = {"repository": str(small.path), "run": PYTEST, "out": str(out), "proposer": ("known",), "repeat": 1}
        around = {"PATH": os.environ["PATH"], **_ENVIRONMENT}
        Session(around, {**given, "sandbox": "none", "min_isolation": "none"}, progress, job="fix").run()
        yield Sink.LOG, progress.getvalue()
        yield Sink.MARKDOWN, (out / "explanation.md").read_text("utf-8")
        yield Sink.JSON, (out / "evidence.json").read_text("utf-8").replace("::", ": :")
        for shown in ("report.html", "results.junit.xml"):
            yield Sink.LOG, (out / shown).read_text("utf-8")  # as a job that prints them does


def _assigned(form: Variable) -> tuple[list[str], str]:
    file = assignment("summary", form.value, delimiter=secrets.token_hex(16))
    is_one = [*variables(file)] == [("summary", form.value)]
    return ([] if is_one else [FORGED]), NEUTRAL if is_one else CHANGED


def _is_whole(twin: object) -> bool:
    """Whether an ordinary text arrives as it is."""
    if isinstance(twin, Texts):
        return all(_OUTWARD.to(sink, text) == text for text in twin.texts.values() for sink in twin.sinks)
    if isinstance(twin, Red):
        return all(twin.message in text for sink, text in _through_a_run(twin) if sink is not Sink.LOG)
    return _sent(twin)[1] == NEUTRAL
