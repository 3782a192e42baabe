"""Puts calls that a person would test together into one test, and gives it a name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

from agent_ci.proposers.characterise.answers import Found
from agent_ci.proposers.characterise.kit.targets import Target

_SPECIAL = {"eq": "equality", "ne": "inequality", "lt": "less_than", "le": "at_most", "gt": "greater_than"}
_MOST_NAMED = 2
_LONGEST_LABEL, _MOST_WORDS = 40, 4


@dataclass(frozen=True)
class Group:
    """The calls of one test: all of one target, passed the same parameters, coming to the same kind of end."""

    name: str
    target: Target
    found: tuple[Found, ...]

    @property
    def is_table(self) -> bool:
        """Whether it is written as one test with several rows."""
        return len(self.found) > 1


def groups(found: Sequence[Found], targets: Mapping[str, Target]) -> tuple[Group, ...]:
    """The tests that *found* make, in its order, each with a name of its own."""
    by_key: dict[tuple[object, ...], list[Found]] = {}
    for one in found:
        by_key.setdefault(_key(one, targets[one.call.target]), []).append(one)
    taken: set[str] = set()
    made = []
    for members in by_key.values():
        target = targets[members[0].call.target]
        name = _unique(_name(members[0], target), members[0], taken)
        made.append(Group(name, target, tuple(members)))
    return tuple(made)


def _key(one: Found, target: Target) -> tuple[object, ...]:
    """What must be the same for two calls to stand in one table.

    One that leaves something behind, or makes an object, stands alone.
    """
    call, outcome = one.call, one.outcome
    given = tuple(name for name, _ in call.arguments)
    ending = outcome.value if outcome.kind == "raises" else ""
    alone = call.key if outcome.after or call.before or target.kind == "construction" else ()
    return call.target, given, outcome.kind, ending, bool(outcome.message), outcome.finish, alone


def _name(one: Found, target: Target) -> str:
    """The name after ``test_``: what is called, with what, and what comes of it."""
    parts = [_base(target)]
    optional = [name for name, _ in one.call.arguments if _has_default(target, name)]
    if optional:
        parts.append("with_" + ("_and_".join(optional) if len(optional) <= _MOST_NAMED else "options"))
    steps = list(dict.fromkeys(re.match(r"\w+", step)[0] for step in one.call.before))  # type: ignore[index]
    if steps:
        parts.append("after_" + "_and_".join(steps))
    if one.outcome.kind == "raises":
        parts.append(f"raises_{snake(one.outcome.value.rpartition('.')[2])}")
    elif "take" in one.outcome.finish:
        parts.append("begins")
    changed = [subject.rpartition(".")[2] for subject, _ in one.outcome.after if not subject.startswith("result.")]
    if changed:
        parts.append("changes_" + ("_and_".join(changed) if len(changed) <= _MOST_NAMED else "state"))
    return "_".join(parts)


def _base(target: Target) -> str:
    owner = snake(target.owner.rpartition(".")[2])
    if target.kind.startswith("construct"):
        return owner
    name = target.short.strip("_")
    name = _SPECIAL.get(name, name)
    return f"{owner}_{name}" if owner else name


def _has_default(target: Target, name: str) -> bool:
    return next((one.has_default for one in target.parameters if one.name == name), False)


def _unique(name: str, one: Found, taken: set[str]) -> str:
    """*name*, with what is special about *one* where another test has it already."""
    special = f"{name}_with_{words}" if (words := _slug(one)) else name
    numbered = (f"{special}_{number}" for number in count(2))
    candidate = next(one for one in (name, special, *islice(numbered, len(taken) + 1)) if one not in taken)
    taken.add(candidate)
    return candidate


def _slug(one: Found) -> str:
    """What *one* is passed, in a few words; empty where that is no words."""
    words = re.findall(r"[a-z0-9]+", " ".join((*(text for _, text in one.call.arguments), one.call.receiver)).lower())
    slug = "_".join(words[:_MOST_WORDS])
    return slug if len(slug) <= _LONGEST_LABEL else ""


def snake(name: str) -> str:
    """``CamelCase`` as ``camel_case``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()


def label(texts: Iterable[str]) -> str:
    """What is special about a row, in a few words; empty where its values speak for themselves."""
    words = [word for text in texts for word in _words(ast.parse(text, mode="eval").body)]
    joined = " ".join(words)
    return joined if len(joined) <= _LONGEST_LABEL else ""


def _words(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Constant(value=""):
            yield "empty text"
        case ast.Constant(value=str() as text) if not text.strip():
            yield "blank"
        case ast.List(elts=[]) | ast.Dict(keys=[]):
            yield "nothing"
        case ast.Call(func=ast.Name(), keywords=keywords) if keywords:
            for one in keywords:
                if isinstance(one.value, ast.Constant | ast.Attribute | ast.Call):
                    yield from _named(str(one.arg), one.value)


def _named(name: str, value: ast.expr) -> Iterator[str]:
    words = name.replace("_", " ")
    match value:
        case ast.Constant(value=True):
            yield words
        case ast.Constant(value=False):
            yield f"not {words}"
        case ast.Constant(value=str() | int() | float() as constant):
            yield f"{words} {constant if constant != '' else 'empty'}"
        case ast.Attribute(attr=member):
            yield member.lower()
        case ast.Call(args=[ast.Constant(value=str() | int() as constant)]):
            yield f"{words} {constant}"
