"""Which of many calls become tests: the fewest and plainest that notice the most faults and run the most lines."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent_ci.proposers.characterise.answers import Found
from agent_ci.proposers.characterise.kit.acts import is_idle
from agent_ci.proposers.characterise.kit.senses import numbers_for, texts_for
from agent_ci.proposers.characterise.kit.targets import Target

MOST_OF_TARGET, MOST = 12, 30
_FIXED = 30.0  # what a row costs its reader, whatever stands in it, in characters
_STRANGE = {
    "example": -12,
    "recorded": -12,
    "made": 0,
    "varied": 25,
    "odd": 40,
}  # what an origin costs beside its length
_FIRST = 4
_ROUNDS = 3  # of adding calls and dropping what they make up for
_NO_NUMBER = "1.5"  # what people pass where a whole number is asked for
_PART = 2.0  # what a bracket and each thing in it costs
_STRANGE_VALUE = 8.0  # what a value costs that does not go without saying
_WORD = re.compile(r"^(?![,:])[\w #,:/@%-]*[A-Za-z0-9]{2}[\w .,:/@!?%-]*$")  # a text that a person would write
_OWN_TEST = 3.0  # faults or lines that a further test of the same target adds
_ODD_ROW = 2.0  # the same of any row with texts that nobody chose
_LONGEST_ODD = 40  # characters of such a text
_SIGNS_ROW = 2.0  # the same of a row with a text that has no letter
_LONGEST_MADE, _LONGEST_CHOSEN, _LONGEST_SAID = 100, 160, 200  # characters of an argument, and of what comes of a call
_MOST_PARTS = 5  # of an object or a collection that nobody chose
_SIGNS_ONLY = re.compile(r"\W+")
_USUAL = 16  # characters of a value that are read at a glance
_OPTION, _FEW = 20.0, 3  # what each argument costs beyond a few
_LINE = 1.5  # how much a new line counts beside a fault

_Priced = tuple[float, Found]  # what it costs to read, and the call


@dataclass(frozen=True)
class Choice:
    """The calls that become tests, and for what there is none although calls were made: (target, why)."""

    kept: tuple[Found, ...] = ()
    left_out: tuple[tuple[str, str], ...] = ()


def chosen(found: Sequence[Found], targets: Mapping[str, Target], *, is_private_tested: bool = True) -> Choice:
    """At most twelve calls of a target and thirty of the module, in the order of the file and of their plainness.

    Greedy: the call that adds the most, faults that no other call notices, new lines and branches, for what it costs to
    read.
    Calls with values that a person would write come first, those with texts that nobody chose at last, and only where
    they read like words and add as much as a test should. Of both, those that come to something else than before the
    change are asked first. A private function is called for what no public one reaches, and where *is_private_tested*.
    What a reader could not take in, and a function of which nothing but emptiness is known, is left out.
    """
    read = [one for one in found if is_readable(one)]
    priced = sorted(((_cost(one), one) for one in read if one.kills or one.is_new), key=_by_cost)
    public = [(cost, one) for cost, one in priced if targets[one.call.target].is_public]
    reached = {line for _, one in public if one.call.origin != "odd" or _is_in_words(one) for line in one.reached}
    private = [
        (cost, one)
        for cost, one in priced
        if is_private_tested
        and not targets[one.call.target].is_public
        and one.reached - reached
        and one.call.origin != "odd"
    ]
    sound = [(cost, one) for cost, one in public if one.call.origin != "odd"]
    plain = [(cost, one) for cost, one in sound if _is_plain(one)]
    kept: list[_Priced] = []
    for _ in range(_ROUNDS):  # what is not needed any more makes room
        _fill(kept, [(cost, one) for cost, one in plain if one.is_new])
        _fill(kept, plain)
        _fill(kept, [(cost, one) for cost, one in sound if one.is_new])
        _fill(kept, sound)
        _fill(kept, [(cost, one) for cost, one in public if _is_in_words(one)], least=_ODD_ROW)
        _fill(kept, private)
        kept = _needed(kept)
    needed = sorted(kept, key=lambda one: (targets[one[1].call.target].node.lineno, *_by_cost(one)))
    telling = {one.call.target for _, one in needed if _tells(one)}
    left = tuple(one for _, one in needed if one.call.target in telling and (_tells(one) or not _is_alone(one)))
    return Choice(left, tuple(_reasons(found, left, targets, is_private_tested=is_private_tested)))


def _reasons(
    found: Sequence[Found], kept: Sequence[Found], targets: Mapping[str, Target], *, is_private_tested: bool
) -> Iterator[tuple[str, str]]:
    """Why there is no test of each target that was called with some success."""
    covered = {line for one in kept for line in one.reached}
    for name in dict.fromkeys(one.call.target for one in found):
        own = [one for one in found if one.call.target == name]
        if any(one.call.target == name for one in kept) or {line for one in own for line in one.reached} <= covered:
            continue
        if not targets[name].is_public:
            why = (
                "it is private, and no call of it with plain values runs what public functions do not"
                if is_private_tested
                else "it is private, and the tests here call nothing that is"
            )
        elif not any(map(is_readable, own)):
            why = "no call of it is short enough to be read"
        elif not any(map(_tells, own)):
            why = "all that its calls give is empty, or what they were given"
        else:
            why = "no call of it with values that a person would choose tells anything new"
        yield name, why


def _by_cost(priced: _Priced) -> tuple[float, object]:
    cost, one = priced
    return cost, one.call.key


def _fill(kept: list[_Priced], priced: Sequence[_Priced], *, least: float = 0.0) -> None:
    """Add to *kept* those of *priced* that are worth their room, and each of which adds at *least* as much."""
    kills = {kill for _, one in kept for kill in one.kills}
    lines = {line for _, one in kept for line in one.reached}
    counts = Counter(one.call.target for _, one in kept)
    new = {one.call.target for _, one in kept if one.is_new}
    left = list(priced)
    while len(kept) < MOST:
        best, most = None, 0.0
        for cost, one in left:
            gain = len(one.kills - kills) + _LINE * len(one.reached - lines)
            gain += one.is_new and one.call.target not in new
            if gain < max(least, _least_gain(one) if counts[one.call.target] else 0.0):
                continue
            if gain / cost > most and counts[one.call.target] < MOST_OF_TARGET:
                best, most = (cost, one), gain / cost
        if best is None:
            return
        kept.append(best)
        left.remove(best)
        kills |= best[1].kills
        lines |= best[1].reached
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
        lines = {line for _, other in others for line in other.reached}
        new = {other.call.target for _, other in others if other.is_new}
        is_last = priced[1].is_new and priced[1].call.target not in new
        if priced[1].kills <= kills and priced[1].reached <= lines and not is_last:
            left = others
    return left


def _least_gain(one: Found) -> float:
    """What a further call of a target has to add: more where it needs a test of its own and not just a row."""
    return _OWN_TEST if _is_alone(one) else _SIGNS_ROW if any(map(_SIGNS_ONLY.fullmatch, _texts_of(one))) else 1.0


def _is_alone(one: Found) -> bool:
    """Whether it is a test of its own, and no row of a table."""
    return bool(one.outcome.after or one.call.before)


def is_readable(one: Found) -> bool:
    """Whether a reader takes in at a glance what is passed and what comes of it."""
    call, outcome = one.call, one.outcome
    texts = (*(text for _, text in call.arguments), call.receiver, *call.before)
    is_chosen = call.origin in ("example", "recorded")
    longest = _LONGEST_CHOSEN if is_chosen else _LONGEST_MADE
    said = len(outcome.value) + len(outcome.message) + sum(len(value) for _, value in outcome.after)
    if max(map(len, texts)) > longest or sum(map(len, texts)) > 2 * longest or said > _LONGEST_SAID:
        return False
    return is_chosen or all(_is_small(node) for text in texts if text for node in ast.walk(ast.parse(text)))


def _is_small(node: ast.AST) -> bool:
    match node:
        case ast.Call(args=args, keywords=keywords):
            return len(args) + len(keywords) <= _MOST_PARTS
        case ast.List(elts=items) | ast.Tuple(elts=items) | ast.Set(elts=items) | ast.Dict(values=items):
            return len(items) <= _MOST_PARTS
    return True


def _tells(one: Found) -> bool:
    """Whether *one* is passed more than emptiness, and comes to something else than that or what it was given."""
    given = [text for _, text in one.call.arguments]
    if one.outcome.kind != "returns":
        return True
    texts = _texts_of(one)
    is_nothing = bool(given) and not any(re.search(r"\w", text) for text in given)
    if is_nothing or (texts and all(map(_SIGNS_ONLY.fullmatch, texts))):
        return False
    return not is_idle(one.call, one.outcome)


def _is_in_words(one: Found) -> bool:
    """Whether its texts, which nobody has chosen, are at least such as a person would write."""
    is_written = all(_WORD.search(text) and len(text) <= _LONGEST_ODD for text in _texts_of(one))
    return one.call.origin == "odd" and is_written


def _texts_of(one: Found) -> list[str]:
    """The texts, other than the empty one, that it is passed or its object is made with."""
    return [
        value for text in (*(text for _, text in one.call.arguments), one.call.receiver) for value in _texts_in(text)
    ]


def _texts_in(text: str) -> list[str]:
    nodes = (node for node in ast.walk(ast.parse(text or "()", mode="eval")) if isinstance(node, ast.Constant))
    return [node.value for node in nodes if isinstance(node.value, str) and node.value]


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
    return call.origin == "made" and len(call.arguments) <= _FEW and all(map(_WORD.search, _texts_of(one)))


def _cost(one: Found) -> float:
    """How much a reader has to take in."""
    call, outcome = one.call, one.outcome
    texts = (*(text for _, text in call.arguments), call.receiver, *call.before)
    size = sum(_weight(name, text) for name, text in call.arguments) + _weight("", call.receiver)
    odd = sum(not sign.isprintable() or not sign.isascii() for text in texts for sign in text)
    said = len(outcome.value) / 2 + sum(len(value) for _, value in outcome.after) / 3
    size += _OPTION * max(0, len(call.arguments) - _FEW)
    size += 0 if _tells(one) else _FIXED
    return _FIXED + size + said + _STRANGE.get(call.origin, 10) + 5 * odd + 10 * len(call.before)
