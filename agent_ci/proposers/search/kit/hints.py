"""What a failing test's message gives away: two values that should be equal, an unknown name, a missing error."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeGuard

from .wanted import Wanted

Value = int | float | str | bool | None

_LONGEST = 400
_NOTHING = Wanted()
_EQUAL = re.compile(r"assert (.+?) == (.+)")
_UNITTEST = re.compile(r"AssertionError: (.+?) != (.+?)(?: : .*)?$", re.MULTILINE)
_UNKNOWN = re.compile(r"name '(\w+)' is not defined")
_UNBOUND = re.compile(r"cannot access (?:local|free) variable '(\w+)'|local variable '(\w+)' referenced before")
_NO_ATTRIBUTE = re.compile(r"has no attribute '(\w+)'")
_NO_KEY = re.compile(r"KeyError: '([^'\n]+)'")
_NO_IMPORT = re.compile(r"cannot import name '(\w+)'")
_NO_MODULE = re.compile(r"No module named '([\w.]+)'")
_KEYWORD = re.compile(r"unexpected keyword argument '(\w+)'")
_ON_NONE = re.compile(r"'NoneType' object (?:has no attribute|is not|does not)")
_MISSING = re.compile(
    r"missing \d+ required (?:positional|keyword-only) arguments?: '(\w+)'(?:(?:, | and |, and )'(\w+)')*"
)
_NOT_RAISED = re.compile(r"DID NOT RAISE \(?<class '(?:[\w.]+\.)?(\w+)'>|AssertionError: (\w+) not raised")
_RAISED = re.compile(r"^(?:E\s+)?(?:\w+\.)*(\w*(?:Error|Exception|Warning|Exit|Interrupt|Iteration))\b", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Hints:
    """The clues of all failing messages together.

    ``differences`` are pairs of plain values that a test compared, in both orders. ``unknown`` are names,
    attributes, keys and modules that were looked up and not found, ``unbound`` variables that were read too early,
    ``missing`` arguments, and ``on_none`` says whether something was asked of None.
    """

    differences: tuple[tuple[Value, Value], ...] = ()
    names: frozenset[str] = frozenset()
    attributes: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    keywords: frozenset[str] = frozenset()
    not_raised: frozenset[str] = frozenset()
    raised: frozenset[str] = frozenset()
    suggestions: frozenset[str] = frozenset()
    unbound: frozenset[str] = frozenset()
    missing: frozenset[str] = frozenset()
    on_none: bool = False
    wanted: Wanted = _NOTHING

    @property
    def expected_errors(self) -> tuple[str, ...]:
        """The exceptions that a test waits for: those that it says were not raised first."""
        return tuple(dict.fromkeys((*sorted(self.not_raised), *self.wanted.errors)))

    @property
    def normalisers(self) -> frozenset[str]:
        """The methods of strings that would have made two different texts of a failing test equal."""
        texts = [pair for pair in self.differences if all(isinstance(one, str) for one in pair)]
        return frozenset(
            method
            for got, expected in texts
            for method in ("lower", "upper", "strip")
            if getattr(str(got), method)() == expected
        )

    @property
    def unknown(self) -> frozenset[str]:
        """Every identifier that was looked up and not found."""
        modules = {name.rpartition(".")[2] for name in self.modules}
        return self.names | self.attributes | self.keys | self.keywords | modules

    @property
    def compares(self) -> bool:
        """Whether a test failed by comparing two values rather than by an error."""
        return bool(self.differences)


def read_hints(messages: Iterable[str], suggestions: Iterable[str] = (), wanted: Wanted = _NOTHING) -> Hints:
    """The clues in *messages*; *suggestions* are words that the objects at hand would have known.

    *wanted* is what the source of the failing tests says.
    """
    text = "\n".join(messages)
    return Hints(
        differences=tuple(dict.fromkeys(_differences(text))),
        names=_all(_UNKNOWN, text) | _all(_UNBOUND, text),
        attributes=_all(_NO_ATTRIBUTE, text),
        keys=_all(_NO_KEY, text),
        modules=_all(_NO_MODULE, text) | _all(_NO_IMPORT, text),
        keywords=_all(_KEYWORD, text),
        not_raised=_all(_NOT_RAISED, text),
        raised=_all(_RAISED, text),
        suggestions=frozenset(suggestions),
        unbound=_all(_UNBOUND, text),
        missing=_all(_MISSING, text),
        on_none=bool(_ON_NONE.search(text)),
        wanted=wanted,
    )


def _all(pattern: re.Pattern[str], text: str) -> frozenset[str]:
    return frozenset(group for match in pattern.finditer(text) for group in match.groups() if group)


def _differences(text: str) -> Iterator[tuple[Value, Value]]:
    for pattern in (_EQUAL, _UNITTEST):
        for left, right in pattern.findall(text):
            yield from _unequal_parts(_literal(left), _literal(right))


def _literal(text: str) -> object:
    """The value that *text* writes, or an Ellipsis; messages cut long values off."""
    try:
        return ast.literal_eval(text.strip()) if len(text) <= _LONGEST else ...
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return ...


def _unequal_parts(left: object, right: object) -> Iterator[tuple[Value, Value]]:
    """The plain values in which two values differ, in both orders: it is not known which was expected."""
    if isinstance(left, (list, tuple)) and isinstance(right, (list, tuple)):
        for one, other in zip(left, right, strict=False):
            yield from _unequal_parts(one, other)
    elif isinstance(left, dict) and isinstance(right, dict):
        for key in left.keys() & right.keys():
            yield from _unequal_parts(left[key], right[key])
    elif _is_plain(left) and _is_plain(right) and left != right:
        yield (left, right)
        yield (right, left)


def _is_plain(value: object) -> TypeGuard[Value]:
    return value is None or isinstance(value, (int, float, str))
