"""Makes up calls of a target: from its pools one value at a time, then mixed, then close to what worked."""

from __future__ import annotations

import ast
import enum
import itertools
import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from types import MappingProxyType

from .about import MOST
from .acts import Call
from .hints import hints_of, is_annotated, is_listed
from .literals import alternately, literal_value
from .pools import Pools
from .samples import dressed
from .showing import text_of
from .targets import Parameter, Target
from .varying import varied

_MOST_OBJECTS = 30
_MOST_STEPS = 3
_LONGEST_WORD, _MOST_WORDS = 30, 60
_LOOKS_AT_TYPES = frozenset({"isinstance", "type", "TypeError"})
_ODD = ("None", "1.5", '"x"', "[1]", "7")
_OPTIONAL = 0.4  # how often a parameter with a default is given, and an object is used before
_USUAL, _MOST_PARTS = 4, 5  # values that are tried in the place of an odd one, and words of it
_BEGINNING = re.compile(r"(.*\w)\W\w+")
_WORD = re.compile(r"[A-Za-z]{2,}|[0-9]+")
_OPTIONS = 1.5  # how many options are given at a time
_FEW_VALUES = 4  # of an option, beside another
_FIRST_CALLS, _FEWEST = 600, 12  # calls that try each value of a parameter, and how many of each at least
_REPLACED, _DROPPED = 0.2, 0.1  # how often an argument becomes any other, or is left out


class Inventor:
    """Calls of *target*. *partners* are the methods that may be called on its object before it."""

    def __init__(self, target: Target, pools: Pools, partners: Sequence[Target], *, seed: str) -> None:
        self.target = target
        self._pools = pools
        self._partners = partners
        self._rng = random.Random(f"{seed}:{target.name}")  # noqa: S311 - repeatable, and no secret
        self.objects = self._objects()
        self._columns = {parameter.name: self._column(parameter) for parameter in target.parameters}
        hints = hints_of(pools.module, target)
        self._listed = frozenset(name for name, hint in hints.items() if is_listed(hint))
        self._defaults = {one.name: pools.default_text(target, one) for one in target.parameters}
        mined = pools.mined(target)
        texts = (one for one in alternately((mined.far, mined.matching, mined.quoted)) if isinstance(one, str))
        words = [one for one in texts if 0 < len(one) <= _LONGEST_WORD and "\\" not in one]
        words[_MOST_WORDS * 3 // 4 :] = [str(one) for one in mined.far if type(one) is int]
        self.words = list(dict.fromkeys(words))[:_MOST_WORDS]

    @property
    def is_possible(self) -> bool:
        """Whether everything that a call needs can be had."""
        return (not self.target.needs_object or bool(self.objects)) and all(
            self._columns[one.name] for one in self.needed
        )

    @cached_property
    def _owner(self) -> object:
        owner = vars(self._pools.module).get(self.target.owner.partition(".")[0])
        for part in self.target.owner.split(".")[1:]:
            owner = getattr(owner, part, None)
        return owner

    @property
    def _is_frozen(self) -> bool:
        """Whether no call changes an object, so that nothing is said by one that is made before."""
        parameters = getattr(self._owner, "__dataclass_params__", None)
        is_value = isinstance(self._owner, type) and issubclass(self._owner, tuple | enum.Enum)
        return bool(getattr(parameters, "frozen", False)) or is_value

    def _objects(self) -> list[str]:
        if not self.target.needs_object:
            return [""]
        owner = self._owner
        return self._pools.objects(owner)[:_MOST_OBJECTS] if isinstance(owner, type) else []

    def _column(self, parameter: Parameter) -> list[str]:
        values = self._pools.of(self.target, parameter)
        if parameter.kind == "star":
            groups = [f"[{', '.join(values[:size])}]" for size in (2, 1, 3, 0)]
            return [*groups, *(f"[{value}]" for value in values[1:])]
        if parameter.kind == "stars":
            return [f"{{{text_of('a')}: {value}}}" for value in values[:4]]
        return values

    def first(self, beside: Mapping[str, str] = MappingProxyType({})) -> Iterator[Call]:
        """Each value of each parameter, where all others have their first one, and those in *beside* that; each object.

        With options *beside*, of every option less.
        """
        usual = {**{one.name: self._columns[one.name][0] for one in self.needed}, **beside}
        for receiver in self.objects:
            yield self._call(usual, receiver)
        share = _FIRST_CALLS // max(1, len(self.target.parameters))
        for parameter in self.target.parameters:
            least = _FEW_VALUES if beside else max(_FEWEST, share)
            most = least if parameter.has_default else max(_FEWEST, share, MOST // len(self.needed))
            for text in self._columns[parameter.name][:most] if parameter.name not in beside else ():
                yield self._call({**usual, parameter.name: text}, self.objects[0])

    @property
    def needed(self) -> list[Parameter]:
        """The parameters without a default."""
        return [one for one in self.target.parameters if not one.has_default]

    def odd(self) -> Iterator[Call]:
        """Values of other types than are usual, where the code looks at types and no annotation forbids them."""
        reached = (self._pools.targets[name] for name in sorted(self.target.reaches))
        if not any(one.mentions(_LOOKS_AT_TYPES) for one in reached):
            return
        usual = {one.name: self._columns[one.name][0] for one in self.needed}
        for parameter in self.target.parameters:
            if parameter.kind in ("positional", "keyword") and not is_annotated(self.target, parameter.name):
                yield from (self._call({**usual, parameter.name: text}, self.objects[0], (), "varied") for text in _ODD)

    def mixed(self) -> Call:
        """Any value of every parameter, those with a default half of the time."""
        rng = self._rng
        arguments = {}
        options = [one.name for one in self.target.parameters if one.has_default]
        share = min(_OPTIONAL, _OPTIONS / max(1, len(options)))  # nobody reads a call with ten options
        for parameter in self.target.parameters:
            column = self._columns[parameter.name]
            if column and (not parameter.has_default or rng.random() < share):
                arguments[parameter.name] = column[int(len(column) * rng.random() ** 1.7)]
        receiver = rng.choice(self.objects)
        steps = self._steps() if self.target.needs_object and rng.random() < _OPTIONAL else ()
        return self._call(arguments, receiver, steps)

    def simpler(self, call: Call) -> Iterator[Call]:
        """*call* with one thing less about it, or one thing as usual: what may be just as telling."""
        for place in range(len(call.before)):
            yield replace(call, before=(*call.before[:place], *call.before[place + 1 :]))
        given = dict(call.arguments)
        for parameter in self.target.parameters:
            if parameter.name not in given:
                continue
            if parameter.has_default:
                rest = tuple(pair for pair in call.arguments if pair[0] != parameter.name)
                yield replace(call, arguments=rest)
            usual = self._columns[parameter.name][:_USUAL]
            parts = () if parameter.name in self._listed else self._parts(given[parameter.name])
            clothed = () if parameter.name in self._listed else self._dressed(given[parameter.name])
            for text in dict.fromkeys([*usual, *parts, *clothed]):
                changed = ((name, text if name == parameter.name else old) for name, old in call.arguments)
                yield self._named_anew(replace(call, arguments=tuple(changed)), chosen=clothed)
        if call.receiver not in self.objects[:2]:
            yield from (replace(call, receiver=one) for one in self.objects[:2])

    def _parts(self, text: str) -> Iterator[str]:
        """The words that the text literal *text* has in it, alone, the longest first; an object with one thing less."""
        value = literal_value(text)
        node = ast.parse(text, mode="eval").body
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for one in node.keywords:
                yield ast.unparse(
                    ast.Call(node.func, node.args, [other for other in node.keywords if other is not one])
                )
        if isinstance(value, str):
            known = [word for word in self.words if word in value and word != value]
            own = [word for word in _WORD.findall(value) if word != value]
            longest = sorted(dict.fromkeys([*known, *own]), key=len, reverse=True)
            yield from map(text_of, longest[:_MOST_PARTS])

    def _dressed(self, text: str) -> list[str]:
        """The text literal *text*, where it is but signs, with words around them."""
        value = literal_value(text)
        return [text_of(one) for one in dressed(value)] if isinstance(value, str) else []

    def is_odd(self, call: Call) -> bool:
        """Whether there is a text in *call* that neither people nor a pool have chosen."""
        if call.origin != "varied":
            return False
        texts = (*(text for _, text in call.arguments), call.receiver, *call.before)
        return any(one not in self._known for text in texts for one in _texts_in(text))

    @cached_property
    def _known(self) -> frozenset[str]:
        """The texts that somebody has chosen."""
        columns = (text for column in self._columns.values() for text in column)
        partners = (self._pools.of(one, each) for one in self._partners for each in one.parameters)
        every = (*columns, *self.objects, *(text for column in partners for text in column))
        return frozenset({*self.words, *(one for text in every for one in _texts_in(text))})

    def _named_anew(self, call: Call, *, chosen: Sequence[str] = ()) -> Call:
        """*call*, as one of values that a person would write where it now is: the *chosen* ones are such."""
        is_plain = all(
            text in self._columns[name] or text in chosen or literal_value(text) in self.words
            for name, text in call.arguments
        )
        return replace(call, origin="made") if is_plain and call.receiver in self.objects else call

    def near(self, call: Call) -> Call:
        """*call* with one thing about it changed."""
        rng = self._rng
        arguments = dict(call.arguments)
        places = [one for one in self.target.parameters if self._columns[one.name]]
        if self.target.needs_object and (not places or rng.random() < _OPTIONAL):
            if rng.random() < _OPTIONAL:
                return self._call(arguments, call.receiver, (*call.before, *self._steps())[-_MOST_STEPS:], "varied")
            receiver = varied(call.receiver, rng, self.words, self.objects)
            return self._call(arguments, receiver, call.before, "varied")
        if not places:
            return call
        parameter = rng.choice(places)
        column = self._columns[parameter.name]
        if parameter.name not in arguments or parameter.name in self._listed or rng.random() < _REPLACED:
            arguments[parameter.name] = rng.choice(column)
        elif parameter.has_default and rng.random() < _DROPPED:
            del arguments[parameter.name]
        else:
            arguments[parameter.name] = varied(arguments[parameter.name], rng, self.words, column)
        return self._call(arguments, call.receiver, call.before, "varied")

    def alike(self) -> Iterator[Call]:
        """Two needed parameters given a text and its beginning before the last sign: ``1.2-rc`` and ``1.2``."""
        usual = {one.name: self._columns[one.name][0] for one in self.needed}
        for one, other in itertools.permutations(usual, 2):
            for text in self._columns[one]:
                value = literal_value(text)
                cut = _BEGINNING.fullmatch(value) if isinstance(value, str) else None
                if cut and isinstance(literal_value(usual[other]), str):
                    yield self._call({**usual, one: text, other: text_of(cut[1])}, self.objects[0])

    def taking(self, call: Call, other: Call) -> Call:
        """*call* with what *other*, of a target that this one leads to, is given: by name, or as the first argument."""
        given, names = dict(other.arguments), {one.name for one in self.target.parameters}
        shared = {name: text for name, text in given.items() if name in names}
        first = [one.name for one in self.needed[:1] if not shared]
        arguments = {**dict(call.arguments), **shared, **dict(zip(first, given.values(), strict=False))}
        return self._call(arguments, call.receiver, call.before, max(call.origin, other.origin))

    def _steps(self) -> tuple[str, ...]:
        """One or two calls of other methods of the same class."""
        found = []
        for _ in range(self._rng.randint(1, 2)):
            if not self._partners or self._is_frozen:
                break
            partner = self._rng.choice(self._partners)
            columns = [self._pools.of(partner, one) for one in partner.parameters if not one.has_default]
            if all(columns):
                found.append(f"{partner.short}({', '.join(self._rng.choice(column[:8]) for column in columns)})")
        return tuple(found)

    def _call(
        self, arguments: dict[str, str], receiver: str = "", before: tuple[str, ...] = (), origin: str = "made"
    ) -> Call:
        told = (one.name for one in self.target.parameters if one.name in arguments)
        ordered = tuple((name, arguments[name]) for name in told if arguments[name] != self._defaults.get(name))
        return Call(self.target.name, ordered, receiver, before, origin)


@lru_cache(maxsize=50_000)
def _texts_in(text: str) -> tuple[str, ...]:
    """The texts that the expression *text* is written with."""
    nodes = ast.walk(ast.parse(text, mode="eval")) if text else ()
    return tuple(node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str))
