"""Other source text for a value, close to it: what a search tries next where an input reached something new."""

from __future__ import annotations

import ast
import random
import re
import string
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from .literals import elements
from .showing import UnshownError, text_of

_SIGNS = " -_.,:/'\"()[]%@#+*0123456789aAzZéß\t"
_LONGEST = 120
_LARGEST, _MOST_DIGITS = 10**7, 6
_PARTS = re.compile(r"[0-9]{1,20}|[A-Za-z]+")


def varied(text: str, rng: random.Random, words: Sequence[str], pool: Sequence[str]) -> str:
    """*text* with one literal in it changed, or a part replaced; *words* are texts worth trying, *pool* values.

    An argument in it may be taken over from another value of the pool that calls the same.
    """
    try:
        tree = ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, RecursionError):
        return text
    if "ast.parse(" in text:  # a sign more or less would be no program
        return rng.choice(pool) if pool else text
    places = [node for node in ast.walk(tree) if _is_variable(node)]
    if not places:
        return rng.choice(pool) if pool else text
    place = rng.choice(places)
    new = _changed(place, rng, words, pool)
    return ast.unparse(_Replaced(place, new).visit(tree)) if new is not None else text


def _is_variable(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return type(node.value) in (int, float, str, bytes, bool)
    return isinstance(node, ast.List | ast.Dict | ast.Tuple | ast.Set) or _is_made(node)


def _is_made(node: ast.AST) -> bool:
    """Whether *node* makes an object from arguments by name, or an exact number from a text."""
    return isinstance(node, ast.Call) and (bool(node.keywords) or _is_exact(node))


def _is_exact(node: ast.Call) -> bool:
    return ast.unparse(node.func) == "Decimal" and bool(node.args) and isinstance(node.args[0], ast.Constant)


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: ast.AST, new: ast.expr) -> None:
        self._old, self._new = old, new

    def visit(self, node: ast.AST) -> Any:
        """The new node in the place of the old one."""
        if node is self._old:
            return self._new
        match self.generic_visit(node):
            case ast.UnaryOp(op=ast.USub(), operand=ast.UnaryOp(op=ast.USub(), operand=number)):
                return number  # nobody writes --13
            case other:
                return other


def _changed(node: ast.AST, rng: random.Random, words: Sequence[str], pool: Sequence[str]) -> ast.expr | None:
    if isinstance(node, ast.Constant):
        value: Any = _VARIED[type(node.value)](node.value, rng, words)
        return _expression(value)
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return _items(node, rng, pool)
    if isinstance(node, ast.Call):
        return _exact(node, rng) if _is_exact(node) else _crossed(node, rng, pool)
    if isinstance(node, ast.Dict) and node.keys:
        place = rng.randrange(len(node.keys))
        if rng.randrange(2):
            keys, values = [*node.keys], [*node.values]
            del keys[place], values[place]
            return ast.Dict(keys, values)
        values = [*node.values]
        values[place] = rng.choice(node.values)
        return ast.Dict([*node.keys], values)
    return None


def _exact(node: ast.Call, rng: random.Random) -> ast.expr | None:
    """Another exact number: ``Decimal("5.00")`` for ``Decimal("5.01")``."""
    try:
        value = Decimal(ast.literal_eval(node.args[0]))
    except (ArithmeticError, ValueError, TypeError):
        return None
    if not value.is_finite():
        return None
    cent = Decimal("0.01")
    ways = (value + 1, value - 1, -value, value + cent, value - cent, value * 2, Decimal(int(value)), Decimal(0))
    return ast.Call(node.func, [ast.Constant(str(rng.choice(ways)))], [])


def _crossed(node: ast.Call, rng: random.Random, pool: Sequence[str]) -> ast.expr | None:
    """*node* with one named argument of another object of its kind, or without one."""
    name = ast.unparse(node.func)
    given = [argument for text in pool for argument in _named_in(text, name)]
    if not given:
        return None
    new = rng.choice(given)
    return ast.Call(node.func, node.args, [*(one for one in node.keywords if one.arg != new.arg), new])


@lru_cache(maxsize=5_000)  # a pool is looked through each time that one of its objects is varied
def _named_in(text: str, name: str) -> tuple[ast.keyword, ...]:
    """The named arguments of the call *text*, where that is one of *name*."""
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return ()
    return tuple(node.keywords) if isinstance(node, ast.Call) and ast.unparse(node.func) == name else ()


def _items(node: ast.List | ast.Tuple | ast.Set, rng: random.Random, pool: Sequence[str]) -> ast.expr:
    """A collection with an item more, an item less, or in another order."""
    items = [*node.elts]
    others = [one for text in pool for one in elements(text)]
    way = rng.choice(("fewer", "twice", "reversed", "shuffled", "more"))
    if way == "fewer" and items:
        del items[rng.randrange(len(items))]
    elif way == "twice" and items:
        items.insert(rng.randrange(len(items) + 1), rng.choice(items))
    elif way == "reversed":
        items.reverse()
    elif way == "shuffled":
        rng.shuffle(items)
    elif others:
        items.insert(rng.randrange(len(items) + 1), rng.choice(others))
    if isinstance(node, ast.Set):
        return ast.Set(items) if items else node
    return ast.List(items, ast.Load()) if isinstance(node, ast.List) else ast.Tuple(items, ast.Load())


def _expression(value: Any) -> ast.expr | None:
    try:
        text = text_of(value) if isinstance(value, str) else repr(value)
    except UnshownError:
        return None
    return ast.parse(text, mode="eval").body


def _text(value: str, rng: random.Random, words: Sequence[str]) -> str:
    place = rng.randrange(len(value) + 1)
    near = value[max(0, place - 1) : place + 1]
    ways: tuple[Callable[[], str], ...] = (
        lambda: value[:place] + rng.choice(_SIGNS) + value[place:],
        lambda: value[:place] + value[place + 1 :],
        lambda: value[:place] + near + value[place:],
        lambda: value[:place] + (rng.choice(words) if words else "x") + value[place:],
        lambda: (rng.choice(words) if words else "x") + value,
        lambda: value + (rng.choice(words) if words else "x"),
        value.upper,
        value.lower,
        value.title,
        lambda: f"{value} {value}",
        lambda: value[:place],
        lambda: value[place:],
        lambda: _other_sign(value, place, rng),
        lambda: rng.choice(words) if words else value,
        lambda: _other_part(value, rng, words),
        lambda: _other_part(value, rng, words),
    )
    return rng.choice(ways)()[:_LONGEST]


def _other_part(value: str, rng: random.Random, words: Sequence[str]) -> str:
    """*value* with one number or word in it exchanged for another; a number after an x is one to the base 16."""
    parts = list(_PARTS.finditer(value))
    if not parts:
        return value
    part = rng.choice(parts)
    if not part[0].isdecimal():
        new = rng.choice(words) if words else part[0][::-1]
    else:
        numbers = [int(word) for word in words if word.isdecimal() and len(word) <= _MOST_DIGITS]
        number = rng.choice((*numbers, int(part[0]) + 1, max(0, int(part[0]) - 1), int(part[0]) * 10))
        new = f"{number:x}" if value[: part.start()].endswith(("x", "X")) else str(number)
    return value[: part.start()] + new + value[part.end() :]


def _other_sign(value: str, place: int, rng: random.Random) -> str:
    """*value* with one sign exchanged for another of its kind."""
    if place >= len(value):
        return value
    sign = value[place]
    kinds = (string.digits, string.ascii_lowercase, string.ascii_uppercase)
    kind = next((one for one in kinds if sign in one), _SIGNS)
    return value[:place] + rng.choice(kind) + value[place + 1 :]


def _integer(value: int, rng: random.Random, words: Sequence[str]) -> int:
    numbers = [int(word) for word in words if word.isdecimal() and len(word) <= _MOST_DIGITS]
    ways = (value + 1, value - 1, -value, value * 2, value // 2, value + 10, 0, value * 10, rng.randint(-20, 120))
    chosen = rng.choice((*ways, *numbers))
    return chosen if abs(chosen) <= _LARGEST else value


def _float(value: float, rng: random.Random, _words: Sequence[str]) -> float:
    ways = (value + 1, value - 1, -value, value * 2, value / 2, value + 0.5, 0.0, round(value, 1), float(int(value)))
    return rng.choice(ways)


def _bytes(value: bytes, rng: random.Random, _words: Sequence[str]) -> bytes:
    place = rng.randrange(len(value) + 1)
    return rng.choice((value[:place], value[place:], value + b"a", value[:place] + b"\x00" + value[place:], value * 2))


_VARIED: dict[type, Callable[[Any, random.Random, Sequence[str]], Any]] = {
    bool: lambda value, _rng, _words: not value,
    int: _integer,
    float: _float,
    str: _text,
    bytes: _bytes,
}
