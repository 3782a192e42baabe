"""Which functions undo each other, as the sandbox wrote it: untrusted data, so every value is checked."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field

from agent_ci.core.worth.values import PossibleBug
from agent_ci.proposers.characterise.kit.acts import Call, Outcome, spelled
from agent_ci.proposers.characterise.kit.targets import Target
from agent_ci.proposers.characterise.plain import is_plain

BY_HYPOTHESIS = ("given", "settings", "strategies")
"""What a test imports from hypothesis."""

KINDS = {
    "text": "str", "integers": "int", "floats": "float", "binary": "bytes", "booleans": "bool", "none": "None",
    "lists": "list", "sets": "set", "frozensets": "frozenset", "dictionaries": "dict", "tuples": "tuple",
    "characters": "str", "one_of": "", "sampled_from": "", "builds": "", "dates": "", "datetimes": "", "times": "",
    "timedeltas": "", "decimals": "", "fractions": "", "uuids": "",
}  # fmt: skip
"""The strategies that a test may use, with the type of their values where that has a short name."""


@dataclass(frozen=True)
class RoundTrip:
    """``back`` undoes ``there``: for all values of ``strategy``, which is in hypothesis's words, or for ``values``.

    ``value`` is the parameter that takes the value, empty where it is the object itself. ``lines`` are those that ran.
    """

    there: Target
    back: Target
    value: str = ""
    strategy: str = ""
    values: tuple[str, ...] = ()
    lines: tuple[int, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Broken:
    """A ``call`` that ``back`` does not undo, with what comes of that."""

    call: Call
    back: Target
    outcome: Outcome

    def bug(self, path: str, targets: Mapping[str, Target]) -> PossibleBug | None:
        """The possible bug in *path*; None where it cannot be written down."""
        there = targets[self.call.target]
        try:
            text = f"{self.back.name}({spelled(there, self.call, dict(self.call.arguments), self.call.receiver)})"
            text = ast.unparse(ast.parse(text, mode="eval"))
        except (SyntaxError, ValueError, LookupError):
            return None
        value = self.call.receiver if there.needs_object else self.call.arguments[0][1]
        ends = f"ends in {self.outcome.value}" if self.outcome.kind != "returns" else f"gives {self.outcome.value}"
        message = f"`{text}` {ends} and not {value}, though `{self.back.name}` undoes `{there.name}` for other values"
        return PossibleBug(path, self.back.name, message, text, self.back.node.lineno)


def read_trip(facts: object, targets: Mapping[str, Target], names: Mapping[str, tuple[str, str]]) -> RoundTrip | None:
    """The round trip that the untrusted *facts* tell of; None where something in them may not stand in a test."""
    match facts:
        case {
            "there": str(there),
            "back": str(back),
            "value": str(value),
            "strategy": str(strategy),
            "values": list(values),
            "lines": list(lines),
        } if there in targets and back in targets:
            pass
        case _:
            return None
    parameters = {one.name for one in targets[there].parameters}
    is_taken = any(name in names for name in BY_HYPOTHESIS)
    is_sound = (value in parameters) if value else targets[there].needs_object
    is_sound = is_sound and (is_strategy(strategy, names) and not is_taken if strategy else len(values) > 1)
    texts = tuple(one for one in values if isinstance(one, str) and is_plain(one, names))
    if not is_sound or len(texts) < len(values):
        return None
    return RoundTrip(
        targets[there], targets[back], value, strategy, texts, tuple(one for one in lines if type(one) is int)
    )


def is_strategy(text: str, names: Mapping[str, tuple[str, str]]) -> bool:
    """Whether *text* makes values by hypothesis's own strategies alone, of literals and of what the test imports."""
    try:
        tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return isinstance(tree, ast.Call) and _is_made(tree, names)


def _is_made(node: ast.expr, names: Mapping[str, tuple[str, str]]) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="strategies"), attr=name)) if name in KINDS:
            parts = [*node.args, *(keyword.value for keyword in node.keywords)]
            if name == "builds":
                return len(parts) == 1 and isinstance(parts[0], ast.Name) and parts[0].id in names
            if name == "sampled_from":
                return len(parts) == 1 and is_plain(ast.unparse(parts[0]), names)
            return all(isinstance(part, ast.Constant) or _is_made(part, names) for part in parts)
    return False
