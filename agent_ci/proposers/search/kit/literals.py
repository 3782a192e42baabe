"""How literals go wrong, told by what the test expected and what it got."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from difflib import SequenceMatcher

from ....sandbox_kit.source import Splice
from .hints import Value
from .place import Place

_NEAR = 2.0
_MARGINS = ((8, 8), (3, 3), (1, 1), (3, 0), (0, 3), (2, 0), (0, 2), (1, 0), (0, 1), (0, 0))  # widest first
_NEAR_WEIGHT, _FAR_WEIGHT, _RATIO_WEIGHT = 0.8, 0.2, 0.4


def guided_number(place: Place) -> Iterator[Splice]:
    """A number shifted, or replaced, by what lies between two values that should be equal."""
    if not isinstance(place.node, ast.Constant) or type(place.node.value) not in (int, float):
        return
    value = place.node.value
    assert isinstance(value, (int, float))  # noqa: S101 - tells the type checker what was just tested
    is_term = isinstance(place.parent, ast.BinOp) and isinstance(place.parent.op, (ast.Add, ast.Sub))
    for got, expected in place.hints.differences:
        if _is_number(got) and _is_number(expected):
            for other, weight in _shifted(value, float(got or 0), float(expected or 0)):
                if other != value and (other or not is_term):  # a term of 0 is better left out
                    yield place.source.replace(place.node, _written(other, value), weight)


def _is_number(value: Value) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _shifted(value: float, got: float, expected: float) -> Iterator[tuple[float, float]]:
    """Numbers for *value*, with weights: a far shift fits one test by its nature, and is rarely the truth."""
    if value == got:
        yield expected, 1.0
    yield value + (expected - got), _NEAR_WEIGHT if abs(expected - got) <= _NEAR else _FAR_WEIGHT
    if got:
        yield value * expected / got, _RATIO_WEIGHT
    if expected:
        yield value * got / expected, _RATIO_WEIGHT


def _written(number: float, like: object) -> str:
    number = round(number, 12)
    text = str(int(number)) if isinstance(like, int) and number == int(number) else repr(float(number))
    return text if number >= 0 else f"({text})"


def guided_text(place: Place) -> Iterator[Splice]:
    """A string in which the part that came out wrong is replaced by the part that was expected."""
    node = place.node
    if isinstance(node, ast.JoinedStr):
        yield from _guided_format(place, node)
        return
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or not node.value:
        return
    if isinstance(place.parent, ast.JoinedStr):
        return
    for got, expected in place.hints.differences:
        if isinstance(got, str) and isinstance(expected, str):
            for other in dict.fromkeys(_mended(node.value, got, expected)):
                if other != node.value:
                    yield place.source.replace(node, _quoted(place.source.text(node), other))


def _guided_format(place: Place, node: ast.JoinedStr) -> Iterator[Splice]:
    """The same for an f-string as it is written: the part that came out wrong may stand between its fields."""
    text = place.source.text(node)
    for got, expected in place.hints.differences:
        if isinstance(got, str) and isinstance(expected, str):
            for other in dict.fromkeys(_mended(text, got, expected)):
                if other != text:
                    yield place.source.replace(node, other)


def _mended(text: str, got: str, expected: str) -> Iterator[str]:
    """*text* changed as *got* must change to become *expected*, at each place that can be found in it."""
    if text == got:
        yield expected
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, got, expected, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        for left, right in _MARGINS:
            before, after = got[max(0, i1 - left) : i1], got[i2 : i2 + right]
            old = before + got[i1:i2] + after
            if old and old in text:
                yield text.replace(old, before + expected[j1:j2] + after, 1)
                break
        if text in got:
            yield from _overlapping(text, got, (i1, i2), expected[j1:j2])


def _overlapping(text: str, got: str, changed: tuple[int, int], new: str) -> Iterator[str]:
    """*text* where it stands in *got* around the changed part, with the change made in it."""
    at = got.find(text)
    while at >= 0:
        start, end = at, at + len(text)
        if start <= changed[0] and changed[1] <= end:
            yield text[: changed[0] - start] + new + text[changed[1] - start :]
        at = got.find(text, at + 1)


def written_like(value: float | str, old: str, before: object) -> str:
    """*value* in the form of the literal *old*, whose value was *before*."""
    return _quoted(old, value) if isinstance(value, str) else _written(value, before)


def _quoted(old: str, value: str) -> str:
    """*value* as a literal in the quotes of the *old* one, raw if that one was, where it is possible."""
    quote, text = old[-1:], repr(value)
    if old[:2] in (f"r{quote}", f"R{quote}") and not {quote, "\n", "\r"} & set(value) and value[-1:] != "\\":
        return f"{old[0]}{quote}{value}{quote}"
    if old.endswith('"') and '"' not in value and text[0] == "'":
        return f'"{text[1:-1]}"'
    return text


def guided_value(place: Place) -> Iterator[Splice]:
    """A returned or assigned constant replaced by the expected value itself."""
    if isinstance(place.node, ast.Constant) and isinstance(place.parent, (ast.Return, ast.Assign, ast.arguments)):
        for got, expected in place.hints.differences:
            if got == place.node.value and type(got) is type(place.node.value):
                yield place.source.replace(place.node, repr(expected))


def format_prefix(place: Place) -> Iterator[Splice]:
    """``f"{x}"`` for ``"{x}"``."""
    if isinstance(place.node, ast.Constant) and isinstance(place.node.value, str):
        text = place.node.value
        if "{" in text and "}" in text and not isinstance(place.parent, ast.JoinedStr):
            yield Splice(place.source.start(place.node), place.source.start(place.node), "f")
