"""Which targets of a module undo each other, by their names: ``encode`` and ``decode``, ``to_x`` and ``from_x``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from .targets import Parameter, Target

# What makes something of a value, and what makes the value of that again.
_WORDS = (
    ("encode", "decode"), ("dumps", "loads"), ("dump", "load"), ("format", "parse"), ("render", "parse"),
    ("serialize", "deserialize"), ("serialise", "deserialise"), ("pack", "unpack"), ("quote", "unquote"),
    ("escape", "unescape"), ("compress", "decompress"), ("encrypt", "decrypt"), ("marshal", "unmarshal"),
    ("flatten", "unflatten"), ("hexlify", "unhexlify"), ("to", "from"), ("as", "from"),
)  # fmt: skip
_LONG = 6  # letters of a word that other letters may stand before: `b64encode`, `urlencode`


@dataclass(frozen=True)
class Pair:
    """``back`` undoes ``there``. Both take one value, ``into`` and ``out``; ``into`` is None for the object itself."""

    there: Target
    back: Target
    into: Parameter | None
    out: Parameter


def pairs_of(targets: Mapping[str, Target]) -> Iterator[Pair]:
    """The pairs among the public *targets*, in the order of the file."""
    seen: set[str] = set()
    for there in sorted(targets.values(), key=lambda one: one.node.lineno):
        prefix = f"{there.owner}." if there.owner else ""
        for one, other in _WORDS:
            back = targets.get(prefix + _other(there.short, one, other))
            pair = _pair(there, back) if back and back is not there else None
            if pair and there.name not in seen:
                seen.add(there.name)
                yield pair


def _other(name: str, one: str, other: str) -> str:
    """*name* with the word *other* for the word *one*; empty where it has no such word."""
    found, count = re.subn(rf"(?<![a-z]){one}(?![a-z])", other, name)
    if count == 1:
        return found
    return name.removesuffix(one) + other if len(one) >= _LONG and name.endswith(one) else ""


def _pair(there: Target, back: Target) -> Pair | None:
    if not (there.is_public and back.is_public) or back.kind not in ("function", "classmethod", "staticmethod"):
        return None
    needed, asked = _needed(there), _needed(back)
    if len(asked) != 1 or there.kind not in ("function", "classmethod", "staticmethod", "method"):
        return None
    if there.kind == "method":
        return None if needed else Pair(there, back, None, asked[0])
    return Pair(there, back, needed[0], asked[0]) if len(needed) == 1 else None


def _needed(target: Target) -> list[Parameter]:
    return [one for one in target.parameters if one.kind in ("positional", "keyword") and not one.has_default]
