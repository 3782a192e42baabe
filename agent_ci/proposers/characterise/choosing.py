"""Which of many calls become tests: the fewest and plainest that notice the most faults and run the most lines."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from agent_ci.proposers.characterise.answers import Found
from agent_ci.proposers.characterise.kit.senses import numbers_for, texts_for
from agent_ci.proposers.characterise.kit.targets import Target

MOST_OF_TARGET, MOST = 12, 30
_FIXED = 30.0  # what a row costs its reader, whatever stands in it, in characters
_STRANGE = {"example": -12, "recorded": -12, "made": 0, "varied": 25}  # what an origin costs beside its length
_FIRST = 4
_PART = 2.0  # what a bracket and each thing in it costs
_STRANGE_VALUE = 8.0  # what a value costs that does not go without saying
_WORD = re.compile(r"^[\w #,:/@%-]*[A-Za-z0-9]{2}[\w .,:/@!?%-]*$")  # a text that a person would write
_USUAL = 16  # characters of a value that are read at a glance
_OPTION, _FEW = 20.0, 3  # what each argument costs beyond a few
_LINE = 1.5  # how much a new line counts beside a fault


def chosen(found: Sequence[Found], targets: Mapping[str, Target]) -> tuple[Found, ...]:
    """At most twelve calls of a target and thirty of the module, in the order of the file and of their plainness.

    Greedy: the call that adds the most, faults that no other call notices and new lines, for what it costs to read.
    What only a private function's own calls reach is filled up last.
    """
    public = [one for one in found if targets[one.call.target].is_public]
    kept: list[Found] = []
    _fill(kept, public)
    _fill(kept, found)
    needed = _needed(kept)
    return tuple(sorted(needed, key=lambda one: (targets[one.call.target].node.lineno, _cost(one), one.call.key)))


def _fill(kept: list[Found], found: Sequence[Found]) -> None:
    kills = {kill for one in kept for kill in one.kills}
    lines = {line for one in kept for line in one.lines}
    pairs = {pair for one in kept for pair in one.pairs}
    counts = Counter(one.call.target for one in kept)
    left = sorted((one for one in found if one.kills), key=lambda one: (_cost(one), one.call.key))
    while len(kept) < MOST:
        best, most = None, 0.0
        for one in left:
            gain = len(one.kills - kills) + _LINE * len(one.lines - lines) + 0.25 * bool(one.pairs - pairs)
            worth = gain / _cost(one)
            if worth > most and counts[one.call.target] < MOST_OF_TARGET:
                best, most = one, worth
        if best is None:
            return
        kept.append(best)
        left.remove(best)
        kills |= best.kills
        lines |= best.lines
        pairs |= best.pairs
        counts[best.call.target] += 1


def _needed(kept: Sequence[Found]) -> list[Found]:
    """*kept* without those that the others make up for, the dearest first."""
    left = list(kept)
    for one in sorted(kept, key=lambda one: (-_cost(one), one.call.key)):
        others = [other for other in left if other is not one]
        if one.kills <= _union(other.kills for other in others) and one.pairs <= _pairs(others):
            left = others
    return left


def _union(sets: object) -> frozenset[str]:
    return frozenset().union(*sets)  # type: ignore[misc]


def _pairs(found: Collection[Found]) -> frozenset[tuple[int, int]]:
    return frozenset(pair for one in found for pair in one.pairs)


def _weight(name: str, text: str) -> float:
    """How much the expression *text* for a parameter called *name* costs a reader: little where it is as expected."""
    return _weight_of(name, ast.parse(text, mode="eval").body) if text else 0.0


def _weight_of(name: str, node: ast.expr) -> float:
    if isinstance(node, ast.Call):
        inner = sum(_weight_of(str(one.arg), one.value) for one in node.keywords)
        return _PART + inner + sum(_weight_of(name, one) for one in node.args)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return _PART * (1 + len(node.elts)) + sum(_weight_of(name, one) for one in node.elts)
    if isinstance(node, ast.Dict):
        return _PART * (1 + 2 * len(node.values)) + sum(_weight_of(name, one) for one in node.values)
    text = ast.unparse(node)
    if text in numbers_for(name)[:_FIRST] or text.strip("'") in texts_for(name)[:_FIRST]:
        return 0.0
    is_odd = isinstance(node, ast.Constant) and isinstance(node.value, str) and not _WORD.search(node.value)
    return _STRANGE_VALUE + max(len(text) - _USUAL, 0) + _STRANGE_VALUE * is_odd


def _cost(one: Found) -> float:
    """How much a reader has to take in."""
    call, outcome = one.call, one.outcome
    texts = (*(text for _, text in call.arguments), call.receiver, *call.before)
    size = sum(_weight(name, text) for name, text in call.arguments) + _weight("", call.receiver)
    odd = sum(not sign.isprintable() or not sign.isascii() for text in texts for sign in text)
    said = len(outcome.value) / 2 + sum(len(value) for _, value in outcome.after) / 3
    size += _OPTION * max(0, len(call.arguments) - _FEW)
    return _FIXED + size + said + _STRANGE.get(call.origin, 10) + 5 * odd + 10 * len(call.before)
