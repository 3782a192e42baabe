"""Reads what the search in the sandbox wrote: untrusted data, so every value is checked before it is used."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from agent_ci.core.branches import Branch
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.proposers.characterise.kit.acts import Call, Outcome
from agent_ci.proposers.characterise.kit.targets import Target
from agent_ci.proposers.characterise.plain import is_harmless, is_plain, is_step
from agent_ci.proposers.characterise.undoing import Broken, RoundTrip, read_trip

_MAX_BYTES = 60_000_000
_MAX_LINES = 20_000
_LONGEST = 700  # characters of a value, or of a message
_LONGEST_WORDS = 300
_FINISHES = ("", "await", "list", "take", "await list", "await take")
_DOTTED = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*")


@dataclass(frozen=True)
class Found:
    """A call with its outcome, the ``kills`` (ids of faults that it notices) and the line pairs that it runs.

    ``is_new`` where it came to something else before the change. The ``branches`` that it takes and no test does are
    the lines that they begin in.
    """

    call: Call
    outcome: Outcome
    kills: frozenset[str]
    pairs: frozenset[tuple[int, int]]
    is_new: bool = False
    branches: frozenset[int] = frozenset()

    @cached_property
    def lines(self) -> frozenset[int]:
        """The wanted lines that it runs."""
        return frozenset(line for _, line in self.pairs)

    @cached_property
    def reached(self) -> frozenset[int]:
        """The same, and of the branches that it takes their lines with a minus."""
        return self.lines | frozenset(-line for line in self.branches)


@dataclass(frozen=True)
class Suspicion:
    """A call that ends in an accident, or not as its documentation says (``want``)."""

    call: Call
    outcome: Outcome
    want: str = ""


@dataclass(frozen=True)
class Answer:
    """What was found: ``names`` are what the texts stand on, local name -> (module, attribute).

    ``unimported`` says why nothing could be tried at all. ``mutants`` counts the faults, ``is_cut`` whether the time
    ended the search. ``trips`` are the pairs of which one undoes the other, ``broken`` what is not undone.
    """

    cases: tuple[Found, ...] = ()
    names: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    suspicions: tuple[Suspicion, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    unimported: str = ""
    mutants: int = 0
    is_cut: bool = False
    trips: tuple[RoundTrip, ...] = ()
    broken: tuple[Broken, ...] = ()


@dataclass(frozen=True)
class _Asked:
    """What could be called, and the *names* that the texts may stand on: those and what the module itself has.

    The *branches* are those that no test takes.
    """

    targets: Mapping[str, Target]
    names: Mapping[str, tuple[str, str]]
    branches: Sequence[Branch] = ()


def read_answer(
    found: Path,
    replays: tuple[Path, ...],
    *,
    root: Path,
    targets: Mapping[str, Target],
    branches: Sequence[Branch] = (),
) -> Answer:
    """The answer in the file *found*, with those of its cases that every one of *replays* confirms.

    Of the *branches*, which no test takes, it says which of them each case takes. All are files below *root*. A line
    that breaks a rule is dropped, a file that does is no answer.
    """
    rows = list(_rows(found, root))
    names = _names(next((row["names"] for row in rows if "names" in row), {}))
    own = {name.partition(".")[0]: ("", name.partition(".")[0]) for name in targets}
    asked = _Asked(targets, {**names, **own}, branches)
    again = [dict(_again(path, root)) for path in replays]
    cases = []
    numbered = enumerate(row["case"] for row in rows if "case" in row)
    for number, facts in numbered:
        case = _case(facts, asked)
        if case and all(replay.get(number) == case.outcome for replay in again):
            cases.append(case)
    summary: dict[str, Any] = next((row["summary"] for row in rows if isinstance(row.get("summary"), dict)), {})
    skipped = [row["skipped"] for row in rows if isinstance(row.get("skipped"), dict)]
    unimported: dict[str, Any] = next(
        (row["unimported"] for row in rows if isinstance(row.get("unimported"), dict)), {}
    )
    return Answer(
        tuple(cases),
        names,
        tuple(one for row in rows if (one := _suspicion(row.get("finding"), asked))),
        tuple((_words(one.get("target")), _words(one.get("reason"))) for one in skipped),
        _words(unimported.get("error", "")),
        _count(summary.get("mutants")),
        summary.get("cut") is True,
        tuple(trip for row in rows if (trip := read_trip(row.get("trip"), targets, asked.names))),
        tuple(broken for row in rows if (broken := _broken(row.get("broken"), asked))),
    )


def _rows(path: Path, root: Path) -> Iterator[dict[str, Any]]:
    try:
        with open_regular(path, root=root, max_bytes=_MAX_BYTES) as file:
            lines = file.read(_MAX_BYTES).split(b"\n")[:_MAX_LINES]
    except UnsupportedError:
        return
    for line in lines:
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict):
            yield value


def _again(path: Path, root: Path) -> Iterator[tuple[int, Outcome]]:
    for row in _rows(path, root):
        facts = row.get("again")
        if isinstance(facts, dict) and type(facts.get("number")) is int:
            outcome = _outcome(facts.get("outcome"))
            if outcome:
                yield facts["number"], outcome


def _names(facts: object) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    for name, place in facts.items() if isinstance(facts, dict) else ():
        match place:
            case [str(module), str(attribute)] if attribute in (name, "") and _is_name(name) and _is_from(module):
                found[name] = (module, attribute)
    return found


def _is_name(name: str) -> bool:
    return name.isidentifier() and name.isascii() and not keyword.iskeyword(name)


def _is_from(module: str) -> bool:
    return _is_dotted(module) and is_harmless(module)


def _is_dotted(text: str) -> bool:
    return bool(_DOTTED.fullmatch(text)) and not any(map(keyword.iskeyword, text.split(".")))


def _case(facts: object, asked: _Asked) -> Found | None:
    if not isinstance(facts, dict):
        return None
    call, outcome = _call(facts.get("call"), asked), _outcome(facts.get("outcome"))
    if call is None or outcome is None or not outcome.is_kept or not _is_written(outcome, asked):
        return None
    kills, pairs = facts.get("kills"), facts.get("pairs")
    if not isinstance(kills, list) or not isinstance(pairs, list):
        return None
    arcs = _pairs(facts.get("arcs"))
    taken = frozenset(branch.line for branch in asked.branches if branch.is_taken(arcs))
    return Found(call, outcome, frozenset(map(str, kills)), _pairs(pairs), facts.get("new") is True, taken)


def _pairs(value: object) -> frozenset[tuple[int, int]]:
    rows = value if isinstance(value, list) else []
    ints = [tuple(pair) for pair in rows if isinstance(pair, list) and [*map(type, pair)] == [int, int]]
    return frozenset((one, other) for one, other in ints)


def _suspicion(facts: object, asked: _Asked) -> Suspicion | None:
    if not isinstance(facts, dict):
        return None
    call, outcome = _call(facts.get("call"), asked), _outcome(facts.get("outcome"))
    if call is None or outcome is None:
        return None
    return Suspicion(call, replace(outcome, message=_words(outcome.message)), _words(facts.get("want")))


def _broken(facts: object, asked: _Asked) -> Broken | None:
    if not isinstance(facts, dict):
        return None
    call, outcome, back = _call(facts.get("call"), asked), _outcome(facts.get("outcome")), facts.get("back")
    if call is None or outcome is None or not isinstance(back, str) or back not in asked.targets:
        return None
    if outcome.kind == "returns" and not is_plain(outcome.value, asked.names):
        return None
    return Broken(call, asked.targets[back], replace(outcome, value=_words(outcome.value)))


def _call(facts: object, asked: _Asked) -> Call | None:
    match facts:
        case {
            "target": str(name),
            "arguments": list(arguments),
            "receiver": str(receiver),
            "before": list(before),
            "origin": str(origin),
        } if name in asked.targets:
            pass
        case _:
            return None
    known = {parameter.name for parameter in asked.targets[name].parameters}
    pairs = [tuple(pair) for pair in arguments if isinstance(pair, list) and [*map(type, pair)] == [str, str]]
    texts = [text for _, text in pairs] + [receiver] * bool(receiver)
    steps = [step for step in before if isinstance(step, str)]
    is_sound = len(pairs) == len(arguments) and len(steps) == len(before) and {one for one, _ in pairs} <= known
    is_sound = is_sound and (bool(receiver) or not asked.targets[name].needs_object)
    is_sound = is_sound and all(is_plain(text, asked.names) for text in texts)
    if not is_sound or not all(is_step(step, asked.names) for step in steps):
        return None
    return Call(name, tuple((one, other) for one, other in pairs), receiver, tuple(steps), origin)


def _outcome(facts: object) -> Outcome | None:
    match facts:
        case {
            "kind": str(kind),
            "value": str(value),
            "message": str(message),
            "after": list(after),
            "finish": str(finish),
        } if finish in _FINISHES and max(len(value), len(message)) <= _LONGEST and value.isprintable():
            pairs = [tuple(pair) for pair in after if isinstance(pair, list) and [*map(type, pair)] == [str, str]]
            return Outcome(kind, value, message, tuple((one, other) for one, other in pairs), finish)
    return None


def _is_written(outcome: Outcome, asked: _Asked) -> bool:
    subjects = all(_is_dotted(subject) for subject, _ in outcome.after)
    values = all(is_plain(value, asked.names) for _, value in outcome.after)
    is_value = not outcome.value or is_plain(outcome.value, asked.names)
    return subjects and values and is_value and (outcome.kind == "returns" or _is_dotted(outcome.value))


def _words(value: object) -> str:
    text = value if isinstance(value, str) else ""
    return " ".join(text.split())[:_LONGEST_WORDS]


def _count(value: object) -> int:
    return value if type(value) is int and 0 <= value < _MAX_LINES else 0
