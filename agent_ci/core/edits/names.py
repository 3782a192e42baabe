"""Edits that exchange two names with each other wherever one statement uses them."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from agent_ci.core.edits.syntax import SourceFile, Spot, text_of
from agent_ci.core.edits.tokens import Changes, changed

if TYPE_CHECKING:
    from tree_sitter import Node

    from agent_ci.core.edits.hints import Hints

_STATEMENTS = frozenset({"return_statement", "expression_statement"})
_MOST_NAMES = 5
_MOST_USES = 12


def exchanged_names(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """Two variables that one statement reads, each in the places of the other."""
    if spot.type not in _STATEMENTS:
        return
    names = frozenset(file.in_scope(spot))
    used = [node for node in _identifiers(spot.node) if text_of(node) in names]
    distinct = list(dict.fromkeys(map(text_of, used)))
    if len(distinct) <= _MOST_NAMES and len(used) <= _MOST_USES:
        for one, other in combinations(distinct, 2):
            yield changed(spot, _exchanged(spot, used, {one: other, other: one}))


def _exchanged(spot: Spot, used: list[Node], told: dict[str, str]) -> str:
    data, start, out, at = spot.node.text or b"", spot.node.start_byte, b"", 0
    for node in used:
        out += data[at : node.start_byte - start] + told.get(text_of(node), text_of(node)).encode()
        at = node.end_byte - start
    return (out + data[at:]).decode("utf-8", "replace")


def _identifiers(node: Node) -> list[Node]:
    """The plain names below *node*, in the order of the text, but for those of what is called and of parts."""
    found: list[Node] = []
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one.type == "identifier":
            found.append(one)
        called = one.child_by_field_name("name") if one.type == "method_invocation" else None
        field = one.child_by_field_name("field") if one.type == "field_access" else None
        waiting += [child for child in reversed(one.named_children) if child not in (called, field)]
    return found
