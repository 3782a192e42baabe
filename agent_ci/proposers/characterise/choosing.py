"""Which of many calls become tests: the fewest and plainest that notice the most faults and run the most lines."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Mapping, Sequence

from agent_ci.proposers.characterise.answers import Found
from agent_ci.proposers.characterise.kit.senses import numbers_for, texts_for
from agent_ci.proposers.characterise.kit.targets import Target

MOST_OF_TARGET, MOST = 12, 30
_FIXED = 30.0  # what a row costs its reader, whatever stands in it, in characters
_STRANGE = {"example": -12, "recorded": -12, "made": 0, "varied": 25}  # what an origin costs beside its length
_FIRST = 4
_NO_NUMBER = "1.5"  # what people pass where a whole number is asked for
_PART = 2.0  # what a bracket and each thing in it costs
_STRANGE_VALUE = 8.0  # what a value costs that does not go without saying
_WORD = re.compile(r"^[\w #,:/@%-]*[A-Za-z0-9]{2}[\w .,:/@!?%-]*$")  # a text that a person would write
_USUAL = 16  # characters of a value that are read at a glance
_OPTION, _FEW = 20.0, 3  # what each argument costs beyond a few
_LINE = 1.5  # how much a new line counts beside a fault

_Priced = tuple[float, Found]  # what it costs to read, and the call


def chosen(found: Sequence[Found], targets: Mapping[str, Target]) -> tuple[Found, ...]:
    """At most twelve calls of a target and thirty of the module, in the order of the file and of their plainness.

    Greedy: the call that adds the most, faults that no other call notices and new lines, for what it costs to read.
    Calls with values that a person would write come first; what only a private function's own calls reach comes last.
    Of both, those that come to something else than before the change are asked first.
    """
    priced = sorted(((_cost(one), one) for one in found if one.kills or one.is_new), key=_by_cost)
    kept: list[_Priced] = []
    public = [(cost, one) for cost, one in priced if targets[one.call.target].is_public]
    plain = [(cost, one) for cost, one in public if _is_plain(one)]
    _fill(kept, [(cost, one) for cost, one in plain if one.is_new])
    _fill(kept, plain)
    _fill(kept, [(cost, one) for cost, one in public if one.is_new])
    _fill(kept, public)
    _fill(kept, priced)
    needed = sorted(_needed(kept), key=lambda one: (targets[one[1].call.target].node.lineno, *_by_cost(one)))
    return tuple(one for _, one in needed)


def _by_cost(priced: _Priced) -> tuple[float, object]:
    cost, one = priced
    return cost, one.call.key


def _fill(kept: list[_Priced], priced: Sequence[_Priced]) -> None:
    kills = {kill for _, one in kept for kill in one.kills}
    lines = {line for _, one in kept for line in one.lines}
    pairs = {pair for _, one in kept for pair in one.pairs}
    counts = Counter(one.call.target for _, one in kept)
    new = {one.call.target for _, one in kept if one.is_new}
    left = list(priced)
    while len(kept) < MOST:
        best, most = None, 0.0
        for cost, one in left:
            gain = len(one.kills - kills) + _LINE * len(one.lines - lines) + 0.25 * bool(one.pairs - pairs)
            gain += one.is_new and one.call.target not in new
            if gain / cost > most and counts[one.call.target] < MOST_OF_TARGET:
                best, most = (cost, one), gain / cost
        if best is None:
            return
        kept.append(best)
        left.remove(best)
        kills |= best[1].kills
        lines |= best[1].lines
        pairs |= best[1].pairs
        counts[best[1].call.target] += 1
        new |= {best[1].call.target} if best[1].is_new else set()


def _needed(kept: Sequence[_Priced]) -> list[_Priced]:
    """*kept* without those that the others make up for: those that were so before the change first, then the dearest.

    One of each target that was not so stays.
    """
    left = list(kept)
    for priced in sorted(kept, key=lambda one: (one[1].is_new, -one[0], one[1].call.key)):
        others = [other for other in left if other is not priced]
        kills = {kill for _, other in others for kill in other.kills}
        pairs = {pair for _, other in others for pair in other.pairs}
        new = {other.call.target for _, other in others if other.is_new}
        is_last = priced[1].is_new and priced[1].call.target not in new
        if priced[1].kills <= kills and priced[1].pairs <= pairs and not is_last:
            left = others
    return left


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
    if text in numbers_for(name)[:_FIRST] or text == _NO_NUMBER or text.strip("'") in texts_for(name)[:_FIRST]:
        return 0.0
    is_odd = isinstance(node, ast.Constant) and isinstance(node.value, str) and not _WORD.search(node.value)
    return _STRANGE_VALUE + max(len(text) - _USUAL, 0) + _STRANGE_VALUE * is_odd


def _is_plain(one: Found) -> bool:
    """Whether a person would have written the call as it is: few options, and nothing odd in the texts."""
    call = one.call
    if call.origin in ("example", "recorded"):
        return True
    texts = [text for _, text in call.arguments]
    nodes = [
        node for text in texts for node in ast.walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Constant)
    ]
    values = [node.value for node in nodes if isinstance(node.value, str) and node.value]
    return call.origin == "made" and len(texts) <= _FEW and all(map(_WORD.search, values))


def _cost(one: Found) -> float:
    """How much a reader has to take in."""
    call, outcome = one.call, one.outcome
    texts = (*(text for _, text in call.arguments), call.receiver, *call.before)
    size = sum(_weight(name, text) for name, text in call.arguments) + _weight("", call.receiver)
    odd = sum(not sign.isprintable() or not sign.isascii() for text in texts for sign in text)
    said = len(outcome.value) / 2 + sum(len(value) for _, value in outcome.after) / 3
    size += _OPTION * max(0, len(call.arguments) - _FEW)
    return _FIXED + size + said + _STRANGE.get(call.origin, 10) + 5 * odd + 10 * len(call.before)
