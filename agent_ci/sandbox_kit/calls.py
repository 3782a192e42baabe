"""Calls functions of the user's code as tests called them and with inputs near these, and tells what comes of it.

Python 3.10 and its standard library only.
"""

from __future__ import annotations

import ast
import contextlib
import copy
import itertools
import os
import random
import re
import signal
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

SECONDS_A_CALL = 0.5
MOST_RECORDED = 40  # calls of one function that are kept
LONGEST = 300  # characters of one input or outcome
LONGEST_BOUND = 20  # characters of a text that is put into inputs; a longer one is a message
SIZED = (str, bytes, list, tuple, dict, set)
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")

Place = tuple[str, int, str]
"""The file of a function, its first line with its decorators, and its own name."""
Bounds = tuple["int | str", ...]
"""Numbers and texts at which a function may decide otherwise."""


class TookTooLong(BaseException):
    """A call that did not end in its time; no handler of the code under test catches it."""


class Recorder:
    """Keeps the arguments of every call of the wanted functions, as they were when the call began."""

    def __init__(self, wanted: dict[Place, str], most: int = MOST_RECORDED) -> None:
        self.wanted = wanted
        self.most = most
        self.calls: dict[str, list[dict[str, Any]]] = {name: [] for name in wanted.values()}
        self.modules: dict[str, str] = {}

    def __call__(self, frame: Any, event: str, _argument: object) -> None:
        """Keep the call that *frame* begins."""
        if event != "call":
            return
        code = frame.f_code
        name = self.wanted.get(place_of(code))
        if name is None or len(self.calls[name]) >= self.most:
            return
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        with contextlib.suppress(BaseException):
            self.calls[name].append({key: copy.deepcopy(frame.f_locals[key]) for key in names})
            self.modules[name] = frame.f_globals["__name__"]


def place_of(code: Any) -> Place:
    """Where *code* begins, and what it is called: the module's own begins in its first line as well."""
    return code.co_filename, code.co_firstlineno, code.co_name


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Let nothing that is printed reach our own output."""
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stdout(nowhere),
        contextlib.redirect_stderr(nowhere),
    ):
        yield


def inputs(recorded: list[dict[str, Any]], rng: random.Random, most: int, bounds: Bounds) -> list[dict[str, Any]]:
    """The recorded arguments, and others with one argument changed, in an order that the seed decides."""
    varied = [
        {**arguments, name: other}
        for arguments in recorded
        for name, value in arguments.items()
        for other in (*variants(value), *at_bounds(value, arguments, bounds))
    ]
    rng.shuffle(varied)
    return (recorded + varied)[:most]


def bounds_in(nodes: Iterable[ast.AST]) -> Bounds:
    """The numbers and short texts that *nodes* hold: where a function may decide otherwise."""
    constants = (node.value for root in nodes for node in ast.walk(root) if isinstance(node, ast.Constant))
    telling = (one for one in constants if type(one) is int or (type(one) is str and len(one) <= LONGEST_BOUND))
    return tuple(dict.fromkeys(telling))


def at_bounds(value: Any, arguments: dict[str, Any], bounds: Bounds) -> list[Any]:
    """Values of the type of *value* at the *bounds* of a function and at the sizes of its other *arguments*."""
    if type(value) is int:
        sizes = [len(other) for other in arguments.values() if type(other) in SIZED]
        numbers = [*(bound for bound in bounds if type(bound) is int), *sizes]
        return [other for number in dict.fromkeys(numbers) for other in (number - 1, number, number + 1)]
    if type(value) is str:
        return [text for bound in bounds if type(bound) is str for text in (bound, value + bound, bound + value)]
    return []


def variants(value: Any) -> list[Any]:
    """Values near *value*, of its own type; none for a type that is not built in."""
    make = VARIANTS.get(type(value))
    return make(value) if make else []


def near_texts(value: Any) -> list[Any]:
    """Empty, shorter, longer, in other case, reversed."""
    return [value[:0], value[:-1], value[1:], value * 2, value.upper(), value.lower(), value[::-1]]


def near_lists(value: Any) -> list[Any]:
    """Empty, shorter, reversed, doubled, and with one of the first three items changed."""
    kind = type(value)
    inner = [
        value[:index] + kind([other]) + value[index + 1 :]
        for index in range(min(len(value), 3))
        for other in variants(value[index])
    ]
    return [value[:0], value[:1], value[1:], value[::-1], value * 2, *inner]


def near_dicts(value: Any) -> list[Any]:
    """Empty, with one of the first three keys dropped, or its value changed."""
    keys = list(value)[:3]
    dropped = [{key: item for key, item in value.items() if key != gone} for gone in keys]
    return [{}, *dropped, *({**value, key: other} for key in keys for other in variants(value[key]))]


VARIANTS: dict[type, Callable[[Any], list[Any]]] = {
    bool: lambda value: [not value],
    int: lambda value: [value - 1, value + 1, 0, -value, value * 2, value // 2, value + 1000],
    float: lambda value: [value - 1, value + 1, 0.0, -value, value * 2, value / 2],
    str: near_texts,
    bytes: near_texts,
    list: near_lists,
    tuple: near_lists,
    dict: near_dicts,
    set: lambda value: [set(), *(value - {item} for item in sorted(value, key=repr)[:3])],
}


def outcome(
    function: Callable[..., Any], arguments: dict[str, Any], written: Callable[[Any], str] | None = None
) -> str:
    """What a call comes to, as text: the value or the exception, and the arguments where it changed them.

    *written* makes the text of a value, `shown` unless it is given.
    """
    write, given = written or shown, copy.deepcopy(arguments)
    before = write(given)
    signal.setitimer(signal.ITIMER_REAL, SECONDS_A_CALL)
    try:
        with quiet():
            value = function(**given)
            if hasattr(value, "__next__"):
                value = list(itertools.islice(value, 100))
            said = f"gives {write(value)}"
    except TookTooLong:
        said = "does not end"
    except BaseException as error:  # noqa: BLE001 - every way to end is an outcome
        said = f"raises {type(error).__name__}: {str(error)[:LONGEST]}"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    after = write(given)
    return said if after == before else f"{said} and leaves {after}"


def shown(value: Any) -> str:
    """*value* as text; the arguments of a call as "name=value, ..."."""
    text = ", ".join(f"{key}={told(item)}" for key, item in value.items()) if type(value) is dict else told(value)
    return text[:LONGEST]


def told(value: Any) -> str:
    """The representation of *value*; its type and attributes where that would only be an address."""
    is_plain: bool = type(value).__repr__ is object.__repr__  # type: ignore[comparison-overlap]
    if not is_plain or not hasattr(value, "__dict__"):
        return repr(value)
    return f"{type(value).__name__}({', '.join(f'{key}={item!r}' for key, item in vars(value).items())})"


def timed_out(_signal: int, _frame: object) -> None:
    """End the call that runs now."""
    raise TookTooLong
