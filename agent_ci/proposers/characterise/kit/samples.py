"""Texts that are made from what code is written with: what its regular expressions match, its signs inside of words."""

from __future__ import annotations

import re
import unicodedata
import warnings
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    try:
        from re import _constants as constants  # type: ignore[attr-defined] # Python 3.11 and later
        from re import _parser as parser  # type: ignore[attr-defined]
    except ImportError:
        import sre_constants as constants
        import sre_parse as parser

_MOST = 6  # texts for one expression
_LONGEST = 60
_LONGEST_PATTERN = 500
_BY_CATEGORY = {
    "CATEGORY_DIGIT": "7", "CATEGORY_WORD": "a", "CATEGORY_SPACE": " ", "CATEGORY_NOT_DIGIT": "x",
    "CATEGORY_NOT_WORD": "-", "CATEGORY_NOT_SPACE": "x",
}  # fmt: skip
_FILL = "x1 A-_."
_MOST_SIGNS, _MOST_TOGETHER = 6, 4  # of a set of signs, and of a text that has nothing else
_LAST_SIGN = 0x3100  # code points that are looked through for one of a category
_CATEGORIES = frozenset(
    {"Mn", "Mc", "Lu", "Ll", "Lt", "Lm", "Lo", "Nd", "Nl", "No", "Pd", "Ps", "Pe", "Sm", "Sc", "So", "Zs", "Cf"}
)
_SIGN = r"[!-/:-@\[-`|~]"
_SIGNS = re.compile(f"{_SIGN}{{1,2}}")  # no brace, and no letter
_HEXADECIMAL = re.compile("(?<=[xX])[0-9A-Fa-f]+")
_QUOTED = re.compile(r"(?<!\w)(``|\"|'|`)(?!\s)([^\"'`\n]{1,40}?)(?<!\s)\1(?!\w)")


def quoted(docstring: str) -> list[str]:
    """The short texts that *docstring* has between quotes: what its writer thought of."""
    return [found[1] for found in _QUOTED.findall(docstring)]


def around(values: Iterable[Any]) -> list[str]:
    """Words and numbers with the signs between, before and behind them that *values* name: ``name=value``."""
    signs = [one for one in values if isinstance(one, str) and _SIGNS.fullmatch(one)][: _MOST_SIGNS * 2]
    forms = ("name{}value", "{}name", "name{}", "name{}10", "one{}two")
    return [form.format(sign) for form in forms for sign in signs]


def dressed(text: str) -> list[str]:
    """Words around and between the signs of *text*, which has hardly more than a few of them: ``name",value``."""
    runs = re.findall(f"{_SIGN}+", text)
    signs = max(runs, key=len, default="")
    if re.search(r"\w{2}", text) or not 0 < len(signs) <= _MOST_TOGETHER:
        return []
    inner = [f"{signs[:place]}name{signs[place:]}value" for place in range(1, len(signs))]
    return [f"name{signs}value", f"{signs}name", f"name{signs}", *inner]


def inside_words(texts: Iterable[str]) -> list[str]:
    """Words with a sign in them that *texts* name and that no keyboard has, or name the category of."""
    signs: dict[str, None] = {}
    for text in texts:
        if text in _CATEGORIES:
            signs[_sign_of(text)] = None
        elif not text.isascii():
            signs.update(dict.fromkeys([sign for sign in text if not sign.isascii()][:_MOST_SIGNS]))
    return [text for sign in signs for text in (f"a{sign}b", f"a{sign}")]


@cache
def _sign_of(category: str) -> str:
    """The first sign beyond ASCII of a general category of Unicode; "é" where there is none."""
    return next((sign for sign in map(chr, range(0x80, _LAST_SIGN)) if unicodedata.category(sign) == category), "é")


def matching(pattern: str, flags: int = 0) -> list[str]:
    """A few texts that *pattern* matches: with as little as it allows, with more, and by each of its branches."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compiled = re.compile(pattern, flags)
            tree = parser.parse(pattern, flags)
    except (re.error, RecursionError, OverflowError, ValueError):
        return []
    found = []
    for choice in range(_MOST):
        text = "".join(_texts(tree, choice, {}))[:_LONGEST]
        if text not in found and compiled.search(text):
            found.append(text)
    return found


def with_numbers(texts: Iterable[str], numbers: Iterable[int]) -> list[str]:
    """The first of *texts* that has a number in it with each of *numbers* in its place, to the base 16 after an x."""
    for text in texts:
        part, form = _HEXADECIMAL.search(text), "{:x}"
        if part is None:
            part, form = re.search("[0-9]+", text), "{}"
        if part is not None:
            return [text[: part.start()] + form.format(one) + text[part.end() :] for one in numbers if one >= 0]
    return []


def is_pattern(text: str) -> bool:
    """Whether *text* looks like a regular expression and is one."""
    if not re.search(r"[\\\[({^$*+?|]", text) or len(text) > _LONGEST_PATTERN or not re.search(r"\w", text):
        return False
    return bool(matching(text))


def _texts(tree: Any, choice: int, groups: dict[int, str]) -> Iterator[str]:  # noqa: C901 - a row for each kind of node
    """The parts of one text; *choice* says which branch is taken and how often something repeats."""
    for operator, argument in tree:
        name = str(operator)
        if operator is constants.LITERAL:
            yield chr(argument)
        elif operator is constants.NOT_LITERAL:
            yield next(sign for sign in _FILL if sign != chr(argument))
        elif operator is constants.ANY:
            yield _FILL[choice % 2]
        elif operator is constants.IN:
            yield _member(argument, choice)
        elif operator is constants.BRANCH:
            branches = argument[1]
            yield from _texts(branches[choice % len(branches)], choice, groups)
        elif operator is constants.SUBPATTERN:
            text = "".join(_texts(argument[3], choice, groups))
            if argument[0] is not None:
                groups[argument[0]] = text
            yield text
        elif name in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
            least, most, inner = argument
            for _ in range(min(int(most), int(least) + (choice + 1) % 3, 8)):
                yield from _texts(inner, choice, groups)
        elif operator is constants.GROUPREF:
            yield groups.get(argument, "")


def _member(members: list[Any], choice: int) -> str:
    """A sign of a set."""
    if members[0][0] is constants.NEGATE:
        excluded = {_sign(one, 0) for one in members[1:]}
        return next((sign for sign in _FILL if sign not in excluded), "~")
    return _sign(members[choice % len(members)], choice)


def _sign(member: tuple[Any, Any], choice: int) -> str:
    operator, argument = member
    if operator is constants.LITERAL:
        return chr(argument)
    if operator is constants.RANGE:
        low, high = argument
        return chr(min(low + choice, high))
    return _BY_CATEGORY.get(str(argument), "x")
