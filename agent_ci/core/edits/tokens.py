"""Edits of one word or sign: an operator, a number, a text, a name that has a twin."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.syntax import SourceFile, Spot

_FAINT = 0.4
_LARGEST = 10**6
_LEAST_LIKE = 0.6
_LEAST_LENGTH = 3

COMPARISONS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "<": (("<=", 1.0), (">", 0.9), (">=", 0.6)),
    "<=": (("<", 1.0), (">=", 0.9), (">", 0.6)),
    ">": ((">=", 1.0), ("<", 0.9), ("<=", 0.6)),
    ">=": ((">", 1.0), ("<=", 0.9), ("<", 0.6)),
    "==": (("!=", 1.0), ("<=", 0.3), (">=", 0.3)),
    "!=": (("==", 1.0), ("<", 0.3), (">", 0.3)),
    "===": (("!==", 1.0), ("<=", 0.3), (">=", 0.3)),
    "!==": (("===", 1.0), ("<", 0.3), (">", 0.3)),
}
_ARITHMETIC: Mapping[str, tuple[tuple[str, float], ...]] = {
    "+": (("-", 1.0), ("*", 0.8)),
    "-": (("+", 1.0), ("*", _FAINT), ("/", 0.3)),
    "*": (("/", 1.0), ("+", 0.9), ("-", 0.3), ("**", 0.2)),
    "/": (("*", 1.0), ("%", 0.8), ("-", 0.3)),
    "%": (("/", 1.0), ("*", 0.6)),
    "**": (("*", 1.0),),
    ">>": (("<<", 1.0),),
    "<<": ((">>", 1.0),),
    "&": (("|", 1.0),),
    "|": (("&", 1.0),),
}
_AUGMENTED: Mapping[str, tuple[tuple[str, float], ...]] = {
    "+=": (("-=", 1.0), ("=", 0.7), ("*=", 0.7)),
    "-=": (("+=", 1.0), ("=", 0.7)),
    "*=": (("/=", 1.0), ("+=", 0.7), ("=", _FAINT)),
    "/=": (("*=", 1.0), ("-=", 0.3)),
    "|=": (("&=", 1.0), ("=", _FAINT)),
    "&=": (("|=", 1.0), ("=", _FAINT)),
    "=": (("+=", 0.6), ("-=", 0.2)),
}
_STEPS = {"++": "--", "--": "++"}
_CONNECTIVES = {"&&": ("||",), "||": ("&&", "??"), "??": ("||",)}


@dataclass(frozen=True, slots=True)
class Change:
    """Bytes ``start`` to ``end`` replaced by ``text``; ``weight`` is how likely it is among those of its kind."""

    start: int
    end: int
    text: str
    weight: float = 1.0


Changes = Iterator[Change]


def changed(spot: Spot, text: str, weight: float = 1.0) -> Change:
    """*text* in the place of *spot*."""
    return Change(spot.node.start_byte, spot.node.end_byte, text, weight)


def comparison(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """Another comparison; of two that are equal under ``===``, JavaScript's own."""
    if spot.is_in("binary_expression", "operator"):
        is_known = COMPARISONS.get(spot.text, ())
        yield from (changed(spot, other, weight) for other, weight in is_known)


def arithmetic(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """Another sign between two numbers; a text is only added."""
    if spot.is_in("binary_expression", "operator") and spot.above is not None:
        operands = (spot.above.part("left"), spot.above.part("right"))
        of_texts = any(one is not None and one.type in {*file.grammar.strings, "template_string"} for one in operands)
        for other, weight in () if of_texts else _ARITHMETIC.get(spot.text, ()):
            if other != "**" or not file.path.endswith((".go", ".java")):
                yield changed(spot, other, weight)


def augmented(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """Another sign of an assignment."""
    kinds = ("augmented_assignment_expression", "assignment_statement", "assignment_expression")
    is_sign = spot.role == "operator" or spot.type == "="
    if is_sign and any(spot.is_in(kind) for kind in kinds):
        yield from (changed(spot, other, weight) for other, weight in _AUGMENTED.get(spot.text, ()))


def step(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """Up for down, and down for up."""
    if spot.type in _STEPS:
        yield changed(spot, _STEPS[spot.type])


def connective(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """Both for either, and either for both."""
    if spot.is_in("binary_expression", "operator"):
        for number, other in enumerate(_CONNECTIVES.get(spot.text, ())):
            if other != "??" or not file.path.endswith((".go", ".java")):
                yield changed(spot, other, 0.5 if number else 1.0)


def truth(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """True for false, and false for true."""
    if spot.type in ("true", "false"):
        yield changed(spot, "false" if spot.type == "true" else "true")


def integer(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """One more, and one less."""
    if spot.type in file.grammar.integers and spot.text.isdecimal() and int(spot.text) <= _LARGEST:
        value = int(spot.text)
        is_likely = spot.above is not None and spot.above.type not in ("array", "pair", "literal_element")
        weight = 1.0 if is_likely else _FAINT
        yield changed(spot, str(value + 1), weight)
        if value:
            yield changed(spot, str(value - 1), weight)


def guided_number(spot: Spot, file: SourceFile, hints: Hints) -> Changes:
    """A number moved by what the result is off by, or made larger and smaller as the result is too small or large."""
    if spot.type not in file.grammar.integers or not spot.text.isdecimal():
        return
    value = int(spot.text)
    seen = {value, value + 1, value - 1}
    for got, want in hints.numbers:
        moved = [value + want - got, value - want + got, *([value * want / got] if got else [])]
        for number in moved:
            if number.is_integer() and 0 <= number <= _LARGEST and int(number) not in seen:
                seen.add(int(number))
                yield changed(spot, str(int(number)))


def guided_text(spot: Spot, file: SourceFile, hints: Hints) -> Changes:
    """The part of a text in which what came differs from what was wanted."""
    inner = spot.text[1:-1]
    if spot.type in ("string_fragment", "interpreted_string_literal_content"):
        inner = spot.text
    elif spot.type not in file.grammar.strings or len(spot.text) > len('""'):
        return
    for got, want in hints.texts:
        for new in dict.fromkeys(_rewritten(inner, got, want)):
            if inner:
                yield changed(spot, new)
            elif new:
                yield changed(spot, spot.text[0] + new + spot.text[-1])


def _rewritten(inner: str, got: str, want: str) -> Iterator[str]:
    """What *inner*, a part of *got*, is to read so that all of it reads *want*."""
    start = got.find(inner) if inner else -1
    while start >= 0:
        before, behind = got[:start], got[start + len(inner) :]
        if want.startswith(before) and want.endswith(behind) and len(want) >= len(before) + len(behind):
            new = want[len(before) : len(want) - len(behind)]
            if new != inner and not {"\\", "\n", "'", '"', "`"} & {*new}:
                yield new
        start = got.find(inner, start + 1)


def twin(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """The word that is often meant where the other one is written."""
    if spot.type in ("property_identifier", "field_identifier", "identifier", "type_identifier", "null", "undefined"):
        for number, other in enumerate(file.grammar.twins.get(spot.text, ())):
            yield changed(spot, other, 1.0 if not number else 0.6)


def jump(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """To the end of the loop for to its next turn, and the other way round."""
    if spot.type in ("break", "continue") and spot.node.end_byte - spot.node.start_byte == len(spot.type):
        yield changed(spot, "continue" if spot.type == "break" else "break")


def string_key(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """Another text of the file that is spelt much alike."""
    if spot.type in file.grammar.strings and len(spot.text) >= _LEAST_LENGTH + 2:
        others = {other.text for other in file.spots if other.type == spot.type} - {spot.text}
        for other in difflib.get_close_matches(spot.text, sorted(others), 2, _LEAST_LIKE):
            yield changed(spot, other)


def misspelt(spot: Spot, file: SourceFile, hints: Hints) -> Changes:
    """A name that nobody knows, as the file or the failing tests spell one much like it."""
    names = ("identifier", "property_identifier", "field_identifier", "shorthand_property_identifier")
    if spot.type in names and spot.text in hints.unknown:
        known = {other.text for other in file.spots if other.type in (*names, "shorthand_property_identifier_pattern")}
        words = sorted((known | {*hints.words}) - {spot.text})
        for other in difflib.get_close_matches(spot.text, words, 3, _LEAST_LIKE):
            yield changed(spot, other)
