"""A call that a test could make, as source text, and what came of it."""

from __future__ import annotations

import ast
import re
from collections.abc import Container, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from keyword import iskeyword
from typing import Any

from .targets import SPELLED, Target

RESULT = "result"
_EMPTY = frozenset({"None", "False", "[]", "()", "{}", '""', "''", "0", "0.0", "set()", "frozenset()", 'b""'})


@dataclass(frozen=True)
class Call:
    """The *target* with *arguments* by parameter name, on the object *receiver* after the steps *before* on it.

    All are expressions as source text; a step is one without its object: ``add("tea", 2)``. ``origin`` says where the
    arguments come from: recorded, example, made or varied.
    """

    target: str
    arguments: tuple[tuple[str, str], ...] = ()
    receiver: str = ""
    before: tuple[str, ...] = ()
    origin: str = "made"

    @cached_property
    def key(self) -> tuple[Any, ...]:
        """What makes it the same call, however its texts are quoted."""
        arguments = tuple((name, _plainly(text)) for name, text in self.arguments)
        return self.target, arguments, _plainly(self.receiver), tuple(map(_plainly, self.before))

    @property
    def size(self) -> int:
        """How much there is to read."""
        steps = sum(len(step) + 4 for step in self.before)
        return len(self.receiver) + steps + sum(len(name) // 4 + len(text) for name, text in self.arguments)

    @property
    def rank(self) -> tuple[int, int]:
        """What comes first among calls that are worth the same: those of people, plain ones, short ones."""
        return {"example": 0, "recorded": 0, "made": 1}.get(self.origin, 2), self.size

    @cached_property
    def words(self) -> frozenset[str]:
        """The numbers and texts that it is made of."""
        texts = (*(text for _, text in self.arguments), self.receiver, *self.before)
        return frozenset(word for text in texts for word in re.findall(r"\d+|[\"']([^\"']*)[\"']", text) if word).union(
            *(re.findall(r"\d+", text) for text in texts)
        )

    def facts(self) -> dict[str, Any]:
        """The call as JSON."""
        arguments = [list(pair) for pair in self.arguments]
        return {
            "target": self.target,
            "arguments": arguments,
            "receiver": self.receiver,
            "before": list(self.before),
            "origin": self.origin,
        }

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Call:
        """The call that ``facts`` were made of."""
        arguments = tuple((str(name), str(text)) for name, text in facts["arguments"])
        before = tuple(str(step) for step in facts["before"])
        return cls(str(facts["target"]), arguments, str(facts["receiver"]), before, str(facts["origin"]))


def is_idle(call: Call, outcome: Outcome) -> bool:
    """Whether *call* comes to nothing, zero or what it was given, and changes nothing: what tells a reader little."""
    given = [text for _, text in call.arguments]
    return outcome.kind == "returns" and not outcome.after and (outcome.value in _EMPTY or outcome.value in given)


@lru_cache(maxsize=2**16)
def _plainly(text: str) -> str:
    """The expression *text* in the one spelling that Python has for it; itself where it is none."""
    try:
        return ast.unparse(ast.parse(text, mode="eval")) if text else ""
    except (SyntaxError, ValueError, RecursionError):
        return text


@dataclass(frozen=True)
class Outcome:
    """What a call came to: ``kind`` returns, raises, or the reason why it is of no use.

    ``value`` is the returned value, or the exception's class, as source; ``message`` what the exception said,
    ``after`` what the call left behind: an expression over ``self`` or a parameter's name, and its value. ``finish``
    says how the value is taken: await, list, or take (the first items of what may be endless).
    """

    kind: str
    value: str = ""
    message: str = ""
    after: tuple[tuple[str, str], ...] = ()
    finish: str = ""

    @property
    def is_kept(self) -> bool:
        """Whether a test can say it."""
        return self.kind in ("returns", "raises")

    def facts(self) -> dict[str, Any]:
        """The outcome as JSON."""
        after = [list(pair) for pair in self.after]
        return {
            "kind": self.kind,
            "value": self.value,
            "message": self.message,
            "after": after,
            "finish": self.finish,
        }

    @classmethod
    def read(cls, facts: Mapping[str, Any]) -> Outcome:
        """The outcome that ``facts`` were made of."""
        after = tuple((str(subject), str(value)) for subject, value in facts["after"])
        return cls(str(facts["kind"]), str(facts["value"]), str(facts["message"]), after, str(facts["finish"]))


def spelled(target: Target, call: Call, texts: Mapping[str, str], subject: str) -> str:
    """The call as an expression, where *texts* stand for its arguments and *subject* for its object."""
    if target.kind == "construction":
        return call.receiver
    if target.kind == "property":
        return f"{subject}.{target.short}"
    if target.short in SPELLED and target.kind == "method":
        form = SPELLED[target.short]
        return form.format(subject, *(texts[name] for name, _ in call.arguments))
    arguments = ", ".join(_passed(target, call, texts))
    if target.kind == "constructor":
        return f"{target.owner}({arguments})"
    head = f"{subject}.{target.short}" if target.kind == "method" else target.name
    return f"{head}({arguments})"


def _passed(target: Target, call: Call, texts: Mapping[str, str]) -> list[str]:
    """The arguments as a person passes them: needed ones by place, those with a default by name."""
    given = dict(call.arguments)
    found: list[str] = []
    by_place, is_named = True, False
    has_star = any(parameter.kind == "star" and parameter.name in given for parameter in target.parameters)
    for parameter in target.parameters:
        if parameter.name not in given:
            by_place = by_place and parameter.kind != "positional"
            continue
        text = texts[parameter.name]
        if parameter.kind == "star":
            found += [f"*{text}"] if is_named else _items(text)
        elif parameter.kind == "stars":
            found += _named_items(text, taken={one.name for one in target.parameters})
        elif parameter.kind == "positional" and by_place and (not parameter.has_default or has_star):
            found.append(text)
        else:
            found.append(f"{parameter.name}={text}")
            by_place, is_named = False, True
    return found


def _items(text: str) -> list[str]:
    """What to pass for the further arguments *text*: those in a list one by one."""
    node = ast.parse(text, mode="eval").body
    return [ast.unparse(one) for one in node.elts] if isinstance(node, ast.List) else [f"*{text}"]


def _named_items(text: str, *, taken: Container[object]) -> list[str]:
    """What to pass for the further named arguments *text*: those in a dictionary by their names, if all can be used.

    A name that is *taken* would stand there twice.
    """
    node = ast.parse(text, mode="eval").body
    keys = [one.value for one in node.keys if isinstance(one, ast.Constant)] if isinstance(node, ast.Dict) else []
    names = [one for one in keys if isinstance(one, str) and one.isidentifier() and not iskeyword(one)]
    if not isinstance(node, ast.Dict) or len(names) < len(node.keys) or any(one in taken for one in names):
        return [f"**{text}"]
    return [f"{name}={ast.unparse(value)}" for name, value in zip(names, node.values, strict=True)]
