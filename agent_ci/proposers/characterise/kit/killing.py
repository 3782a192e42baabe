"""Puts faults into the module, each in a fork, and tells which calls then come to something else."""

from __future__ import annotations

import ast
import contextlib
import itertools
import re
import symtable
import types
import warnings
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ....mutation_kit.mutants import Mutant, apply
from ....sandbox_kit import children
from .acts import Outcome, is_idle
from .calling import Caller
from .exploring import Case
from .showing import are_equal

_SECONDS = 20.0  # of wall clock for one fault: an outer limit, each call has its own
_MOST_DIGITS = 12
_DEEPEST, _MOST_PATTERNS = 4, 300
_SYNTAX = "$^*+?[(|\\"
_ENOUGH = 8  # calls that notice a fault, after which no further ones are asked


@dataclass(frozen=True)
class Noticed:
    """Which of the asked cases notice a fault, by number. ``is_endless`` where one of them would then never end."""

    cases: tuple[int, ...] = ()
    is_endless: bool = False


class Faults:
    """The module's *source* with faults in it."""

    def __init__(self, source: str, module: types.ModuleType, caller: Caller) -> None:
        self._source = source
        self._module = module
        self._caller = caller

    def disturbed(self, cases: Sequence[Case]) -> Noticed:
        """Which of *cases* come to something else where the module is only loaded over itself: they tell nothing."""
        return self._run(self._source, cases, most=len(cases) + 1)

    def noticed(self, mutant: Mutant, cases: Sequence[Case]) -> Noticed:
        """Which of *cases* notice *mutant*; no more than are enough to choose from."""
        return self._run(apply(self._source, mutant), cases, most=_ENOUGH)

    def depending(self, cases: Sequence[Case], nodes: Sequence[ast.stmt]) -> Noticed:
        """Which of *cases* come to something else where the module's functions *nodes* do nothing."""
        return self._run(emptied(self._source, nodes), cases, most=len(cases) + 1)

    def differing(self, earlier: str, cases: Sequence[Case]) -> tuple[int, ...]:
        """Which of *cases*, by number, come to something else where the module reads *earlier*, which may not load.

        The other files are as they are now. What never ends there is not among them: a test of it would not end either.
        """
        gone = bound_in(self._source) - bound_in(earlier)
        heard = children.run(
            lambda send: self._serve(earlier, cases, send, len(cases) + 1, without=gone), seconds=_SECONDS
        )
        return tuple(int(message["case"]) for message in heard.messages if message["kind"] == "noticed")

    def _run(self, source: str, cases: Sequence[Case], *, most: int) -> Noticed:
        heard = children.run(lambda send: self._serve(source, cases, send, most), seconds=_SECONDS)
        endless = any(message["kind"] == "endless" for message in heard.messages)
        if not heard.ended and heard.messages:
            endless = True
        if not heard.messages:  # it cannot even be loaded: every test notices
            return Noticed(tuple(range(len(cases))))
        found = tuple(int(message["case"]) for message in heard.messages if message["kind"] == "noticed")
        return Noticed(found, endless)

    def _serve(
        self, source: str, cases: Sequence[Case], send: Any, most: int, *, without: frozenset[str] = frozenset()
    ) -> None:
        code = compile(source, self._caller.path, "exec", dont_inherit=True)
        for name in without:
            vars(self._module).pop(name, None)
        try:
            exec(code, vars(self._module))  # noqa: S102 - the code under test, with a fault
        except BaseException:  # noqa: BLE001 - a module that cannot be loaded is noticed by everybody
            return
        send({"kind": "loaded"})
        count = 0
        for number, case in enumerate(cases):
            outcome, _ = self._caller.make(case.call, checked=False)
            if outcome.kind in ("endless", "killed"):
                send({"kind": "endless"})
                return
            if not self._is_same(case.outcome, outcome):
                send({"kind": "noticed", "case": number})
                count += 1
            if count >= most:
                return

    def _is_same(self, expected: Outcome, actual: Outcome) -> bool:
        """Whether a test that says *expected* passes where the call comes to *actual*."""
        if expected.kind != actual.kind or expected.finish != actual.finish:
            return False
        if expected.kind == "raises":
            return expected.value == actual.value and expected.message in actual.message
        if not is_same_value(self._caller, expected.value, actual.value):
            return False
        left = dict(actual.after)
        return all(is_same_value(self._caller, value, left.get(subject, "")) for subject, value in expected.after)


def is_same_value(caller: Caller, expected: str, actual: str) -> bool:
    """Whether the source texts *expected* and *actual* make equal values; an empty *expected* is equal to all."""
    if expected == actual or not expected:
        return True
    if not actual:
        return False
    scope = {**caller.namespace, **caller.shower.names.namespace()}
    try:
        return are_equal(eval(actual, dict(scope)), eval(expected, dict(scope)))  # noqa: S307 - our own texts
    except Exception:  # noqa: BLE001 - a value that cannot even be compared is another one
        return False


def emptied(source: str, nodes: Sequence[ast.stmt]) -> str:
    """*source* with nothing in the bodies of those of its functions that begin where *nodes* do."""
    tree, places = ast.parse(source), {node.lineno for node in nodes}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.lineno in places:
            node.body = [ast.Pass()]
    return ast.unparse(ast.fix_missing_locations(tree))


def bound_in(source: str) -> frozenset[str]:
    """The names that *source* binds at its top level, those in blocks there among them; none where it is no Python."""
    try:
        table = symtable.symtable(source, "<module>", "exec")
    except (SyntaxError, ValueError, RecursionError):
        return frozenset()
    return frozenset(one.get_name() for one in table.get_symbols() if one.is_assigned() or one.is_imported())


def prepare_patterns(values: Mapping[str, object]) -> None:
    """Compile the texts in the collections among *values* as regular expressions, once for all forks to come."""
    for text in itertools.islice(_texts_in(list(values.values()), _DEEPEST), _MOST_PATTERNS):
        with contextlib.suppress(re.error, RecursionError, OverflowError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)


def _texts_in(value: object, depth: int) -> Iterator[str]:
    if type(value) is str and any(sign in value for sign in _SYNTAX):
        yield value
    elif depth and type(value) in (list, tuple, dict):
        for one in value.values() if isinstance(value, dict) else value:  # type: ignore[attr-defined] # one of three
            yield from _texts_in(one, depth - 1)


def reaching(
    cases: Sequence[Case], line: int, words: frozenset[str], *, most: int, private: frozenset[str] = frozenset()
) -> list[int]:
    """The numbers of *most* of *cases* that run *line*: those that are given one of *words*, short ones, and any.

    Calls of *private* targets come last, and before them those that come to nothing: a test needs one that tells.
    """
    found = [
        ((case.call.target in private, is_idle(case.call, case.outcome), *case.call.rank), number)
        for number, case in enumerate(cases)
        if line in case.lines
    ]
    ordered = [number for _, number in sorted(found)]
    told = [number for number in ordered if words and words & cases[number].call.words]
    rest = ordered[most // 4 :: max(1, len(ordered) // (most // 2))]
    people = [number for number in ordered if not cases[number].call.rank[0]]
    return list(dict.fromkeys([*people[: most // 4], *told[: most // 2], *ordered[: most // 4], *rest, *ordered]))[
        :most
    ]


def words_around(source: str, line: int) -> frozenset[str]:
    """The literals on *line*, as arguments have them, and the numbers next to them."""
    found: set[str] = set()
    for number in re.findall(r"(?<![\w.])\d+(?![\w.])", source.split("\n")[line - 1]):
        found |= {str(int(number) + step) for step in (-1, 0, 1)} if len(number) < _MOST_DIGITS else set()
    return frozenset(found | set(re.findall(r"[\"']([^\"']+)[\"']", source.split("\n")[line - 1])))
