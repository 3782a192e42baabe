"""A file as bytes and as a tree of its syntax, walked once; nothing of it is run, and what is too much is not read."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING

from agent_ci.core.edits.grammars import Grammar, grammar_of

if TYPE_CHECKING:
    from tree_sitter import Node, Parser

_MOST_BYTES = 300_000
_LONGEST_LINE = 5_000  # bytes; what is longer was not written by a person
_LONGEST_OWNER = 100  # bytes
_DEEPEST = 150
_MOST_NODES = 60_000


@dataclass(frozen=True, slots=True, eq=False)
class Spot:
    """A node in its place: *role* is what it is to the node *above*; around it are a function and a statement."""

    node: Node
    role: str = ""
    above: Spot | None = field(default=None, repr=False)
    function: Spot | None = field(default=None, repr=False)
    statement: Spot | None = field(default=None, repr=False)
    depth: int = 0

    @property
    def type(self) -> str:
        """What the grammar calls it."""
        return self.node.type

    @property
    def text(self) -> str:
        """It as written."""
        return (self.node.text or b"").decode("utf-8", "replace")

    @property
    def line(self) -> int:
        """The line (1-based) on which it begins."""
        return self.node.start_point[0] + 1

    def is_in(self, type_: str, name: str = "") -> bool:
        """Whether the node above is of *type_*, and this one is its *name*, where that is given."""
        return self.above is not None and self.above.type == type_ and name in ("", self.role)

    def part(self, name: str) -> Node | None:
        """The node that is its *name*."""
        return self.node.child_by_field_name(name)


@dataclass(frozen=True)
class SourceFile:
    """One file of a known grammar without a fault in its syntax."""

    path: str
    data: bytes = field(repr=False)
    grammar: Grammar = field(repr=False)
    spots: tuple[Spot, ...] = field(repr=False)

    @classmethod
    def read(cls, path: str, data: bytes) -> SourceFile | None:
        """*data* as a file; None where it is no UTF-8, too large, too deep, too wide, or has a fault in its syntax."""
        grammar = grammar_of(path)
        if grammar is None or not is_readable(data):
            return None
        root = _parser(grammar).parse(data).root_node
        if root.has_error:
            return None
        spots = tuple(_walked(root, grammar))
        return cls(path, data, grammar, spots) if spots and spots[-1].depth >= 0 else None

    def with_splice(self, start: int, end: int, replacement: str) -> bytes:
        """The bytes with *replacement* between two of them."""
        return self.data[:start] + replacement.encode() + self.data[end:]

    def is_parsed(self, data: bytes) -> bool:
        """Whether *data*, another version of the file, has no fault in its syntax."""
        return not _parser(self.grammar).parse(data).root_node.has_error

    def name_of(self, function: Spot | None) -> str:
        """What *function* is called: by itself, or by what it is assigned to; empty where it has no name."""
        if function is None:
            return ""
        named = function.part("name")
        above = function.above
        if named is None and above is not None:
            named = above.part("name") or above.part("left") or above.part("key")
        text = text_of(named)
        return text.rpartition(".")[2] if "\n" not in text else ""

    @cached_property
    def bound(self) -> dict[Spot | None, tuple[str, ...]]:
        """The names that each function binds, its parameters first; those of the file under None."""
        found: dict[Spot | None, dict[str, None]] = {}
        for spot in self.spots:
            if self.is_binding(spot):
                function = spot.function
                if function is not None and spot.role == "name" and function is spot.above:
                    function = function.function  # a function's own name belongs to what is around it
                found.setdefault(function, {})[spot.text] = None
        return {function: tuple(names) for function, names in found.items()}

    def is_binding(self, spot: Spot) -> bool:
        """Whether *spot* is an identifier that is bound there."""
        if spot.type not in ("identifier", "shorthand_property_identifier_pattern") or spot.above is None:
            return False
        above = spot.above
        if above.type == "expression_list" and above.above is not None:
            return (above.above.type, above.role) in self.grammar.bindings
        return (above.type, spot.role) in self.grammar.bindings

    def in_scope(self, spot: Spot) -> tuple[str, ...]:
        """The names that can be meant at *spot*, the nearest function's first and the fields last, each once."""
        names: dict[str, None] = {}
        function = spot.function
        while function is not None:
            names |= dict.fromkeys(self.bound.get(function, ()))
            function = function.function
        return tuple(names | dict.fromkeys(self.fields))

    @cached_property
    def fields(self) -> tuple[str, ...]:
        """The names that stand outside of functions and are seen in all of them, in the order of the text."""
        kinds = self.grammar.fields
        outside = ((spot, spot.above) for spot in self.spots if spot.function is None)
        return tuple(dict.fromkeys(one.text for one, above in outside if above and (above.type, one.role) in kinds))

    @cached_property
    def members(self) -> dict[str, tuple[str, ...]]:
        """The parts that are read, written or called of each thing, by how it is written."""
        found: dict[str, dict[str, None]] = {}
        for spot in self.spots:
            if is_part(spot) and spot.above is not None:
                owner = spot.above.part("object") or spot.above.part("operand")
                if owner is not None and owner.text is not None and len(owner.text) <= _LONGEST_OWNER:
                    found.setdefault(owner.text.decode("utf-8", "replace"), {})[spot.text] = None
        return {owner: tuple(parts) for owner, parts in found.items()}

    @cached_property
    def asynchronous(self) -> frozenset[str]:
        """The names of the functions of JavaScript that are to be waited for."""
        functions = (spot for spot in self.spots if spot.type in self.grammar.functions and spot.node.children)
        return frozenset(self.name_of(one) for one in functions if one.node.children[0].type == "async")

    def indent(self, spot: Spot) -> str:
        """The white space at the beginning of the line of *spot*."""
        start = self.data.rfind(b"\n", 0, spot.node.start_byte) + 1
        line = self.data[start : spot.node.start_byte]
        return line[: len(line) - len(line.lstrip())].decode()


def text_of(node: Node | None) -> str:
    """*node* as written; empty for none."""
    return (node.text or b"").decode("utf-8", "replace") if node is not None else ""


def is_part(spot: Spot) -> bool:
    """Whether *spot* names what is read, written or called of the thing in front of it."""
    is_called_on = spot.is_in("method_invocation", "name") and spot.above is not None and spot.above.part("object")
    return spot.role in ("property", "field") or bool(is_called_on)


def is_readable(data: bytes) -> bool:
    """Whether *data* is text of a size and a shape that a person writes."""
    if len(data) > _MOST_BYTES or b"\0" in data or any(len(line) > _LONGEST_LINE for line in data.split(b"\n")):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _walked(root: Node, grammar: Grammar) -> Iterator[Spot]:
    """Every node in the order of the text; ends with one of a negative depth where there is too much to walk."""
    cursor, around, count = root.walk(), [Spot(root)], 0
    yield around[0]
    is_passed = False
    while True:
        if is_passed or not cursor.goto_first_child():
            while not cursor.goto_next_sibling():
                if not cursor.goto_parent():
                    return
                around.pop()
            around.pop()
        above, node = around[-1] if around else None, cursor.node
        if above is None or node is None:
            return
        count += 1
        function = above if above.type in grammar.functions else above.function
        statement = above if above.type in grammar.statements else above.statement
        spot = Spot(node, cursor.field_name or "", above, function, statement, above.depth + 1)
        if spot.depth > _DEEPEST or count > _MOST_NODES:
            yield Spot(root, depth=-1)
            return
        yield spot
        around.append(spot)
        is_passed = spot.type in grammar.passed and not (spot.type == "parameter_list" and spot.role == "parameters")


@cache
def _parser(grammar: Grammar) -> Parser:
    """The parser of *grammar*; what it needs is loaded when a file of it is first read."""
    from tree_sitter import Language, Parser  # noqa: PLC0415 - most runs read no such file

    module = importlib.import_module(grammar.package)
    return Parser(Language(getattr(module, grammar.factory)()))
