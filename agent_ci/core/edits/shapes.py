"""Edits of how parts stand together: negated, left out, exchanged, named otherwise, returned, waited for."""

from __future__ import annotations

from itertools import islice, pairwise
from typing import TYPE_CHECKING

from agent_ci.core.edits.syntax import SourceFile, Spot, is_part, text_of
from agent_ci.core.edits.tokens import COMPARISONS, Change, Changes, changed

if TYPE_CHECKING:
    from tree_sitter import Node

    from agent_ci.core.edits.hints import Hints

_MOST_NAMES = 6
_MOST_MEMBERS = 4
_ATOMS = frozenset({
    "identifier", "member_expression", "selector_expression", "call_expression", "subscript_expression",
    "index_expression", "parenthesized_expression", "number", "int_literal", "this", "method_invocation",
    "field_access", "array_access",
})  # fmt: skip
_LOGICAL = frozenset({"&&", "||"})
_SUMS = frozenset({"+", "-"})
_PRODUCTS = frozenset({"*", "/", "%"})
_LOOPS = frozenset({"for_statement", "for_clause", "while_statement"})
_ENDS = ("slice", "substring", "substr", "at", "charAt", "fill", "get", "subList")
_SIZES = frozenset({"length", "size"})
_ASSIGNING = frozenset({"assignment_expression", "augmented_assignment_expression", "update_expression"})


def _operator(spot: Spot | None) -> str:
    return text_of(spot.part("operator")) if spot is not None and spot.type == "binary_expression" else ""


def _atom(spot: Spot) -> str:
    """*spot* as written, in parentheses unless it binds as tightly as a name."""
    return spot.text if spot.type in _ATOMS else f"({spot.text})"


def negation(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """A ``!`` less, or one more before what decides."""
    if spot.type == "unary_expression" and text_of(spot.node.children[0]) == "!":
        inner = spot.part("argument") or spot.part("operand")
        if inner is not None:
            yield changed(spot, text_of(inner))
    elif _decides(spot):
        yield changed(spot, f"!{_atom(spot)}")


def _decides(spot: Spot) -> bool:
    """Whether *spot* alone says yes or no where that is asked, and no sign of comparison could be changed for it."""
    above, operator = spot.above, _operator(spot)
    if above is None or operator in COMPARISONS or not spot.node.is_named or spot.type in ("true", "false"):
        return False
    if spot.type in ("parenthesized_expression", "unary_expression"):
        return False
    is_operand = _operator(above) in _LOGICAL and spot.role in ("left", "right")
    is_wrapped = above.type == "parenthesized_expression" and above.role == "condition"
    is_condition = spot.role == "condition" and above.type not in _LOOPS
    is_returned = above.type == "return_statement" and spot.type in ("call_expression", "method_invocation")
    return is_operand or is_wrapped or is_condition or is_returned


def unary(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """A minus less, and one more before a name that is passed on or returned."""
    if spot.type == "unary_expression" and text_of(spot.node.children[0]) == "-":
        yield changed(spot, text_of(spot.node.children[-1]))
    elif spot.type == "identifier" and not file.is_binding(spot):
        above = spot.above.type if spot.above else ""
        is_alone = above == "return_statement" or (above == "expression_list" and _is_returned(spot))
        if is_alone or above in ("arguments", "argument_list"):
            yield changed(spot, f"-{spot.text}", 0.6 if is_alone else 0.4)


def _is_returned(spot: Spot) -> bool:
    return spot.above is not None and spot.above.is_in("return_statement")


def off_by_one(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """One more and one less of a bound, an index, or the end of a part that is not a plain number."""
    if spot.type in file.grammar.integers or not spot.node.is_named or spot.type == "parenthesized_expression":
        return
    above = spot.above
    is_sum = _operator(spot) in _SUMS and text_of(spot.part("right")).isdecimal()
    is_bound = _operator(above) in COMPARISONS and spot.role == "right" and _in_loop(above)
    is_index = spot.role in ("index", "start", "end") and spot.type not in file.grammar.strings
    is_end = above is not None and above.type in ("arguments", "argument_list") and _callee(above) in _ENDS
    if (is_bound or is_index or is_end) and not is_sum and spot.type in _ATOMS | {"binary_expression"}:
        text = spot.text
        yield changed(spot, f"{text} - 1")
        yield changed(spot, f"{text} + 1")
    elif _operator(above) in _PRODUCTS and spot.type in _ATOMS and not is_sum:
        yield changed(spot, f"({spot.text} - 1)", 0.6)
        yield changed(spot, f"({spot.text} + 1)", 0.6)
    elif _is_size(spot) and not (_operator(above) in _SUMS and spot.role == "left"):
        yield changed(spot, f"{spot.text} - 1", 0.8)


def _is_size(spot: Spot) -> bool:
    """Whether *spot* is how many things there are, of which the last has one less as its index."""
    kinds = ("method_invocation", "field_access", "member_expression", "call_expression")
    name = spot.part("name") or spot.part("field") or spot.part("property") or spot.part("function")
    return spot.type in kinds and text_of(name) in _SIZES | {"len"}


def _in_loop(spot: Spot | None) -> bool:
    around = (spot, *((spot.above, spot.above.above) if spot is not None and spot.above else ()))
    return any(one is not None and one.type in _LOOPS for one in around)


def _callee(arguments: Spot) -> str:
    """The last word of what is called with *arguments*."""
    call = arguments.above
    return text_of(call.part("function") or call.part("name")).rpartition(".")[2] if call is not None else ""


def dropped_operand(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """One of two operands alone."""
    operator = _operator(spot)
    left, right = spot.part("left"), spot.part("right")
    if operator and operator not in COMPARISONS and left is not None and right is not None:
        is_step = operator in _SUMS and text_of(right).isdecimal()
        yield changed(spot, text_of(left), 1.6 if is_step else 1.0)
        if not is_step:
            yield changed(spot, text_of(right), 0.8)


def operand_order(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """The two operands of a sign for which it matters, exchanged."""
    left, right = spot.part("left"), spot.part("right")
    if _operator(spot) in ("-", "/", "%", "**", "??", ">>", "<<") and left is not None and right is not None:
        between = spot.node.text or b""
        start = spot.node.start_byte
        sign = between[left.end_byte - start : right.start_byte - start].decode("utf-8", "replace")
        yield changed(spot, f"{text_of(right)}{sign}{text_of(left)}")


def argument_order(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """Two arguments that follow each other, or the two indices of a table, exchanged."""
    if spot.type in ("arguments", "argument_list"):
        for left, right in islice(pairwise(spot.node.named_children), 4):
            if "comment" not in (left.type, right.type) and left.text != right.text:
                yield _exchanged(left, right)
    outer = spot.part("index")
    inner = (spot.part("operand") or spot.part("object") or spot.part("array")) if outer is not None else None
    within = inner.child_by_field_name("index") if inner is not None else None
    if outer is not None and within is not None and outer.text != within.text:
        yield _exchanged(within, outer)


def _exchanged(left: Node, right: Node) -> Change:
    """*left* and *right* in each other's places. They stand in one node, whose text begins before both."""
    around = left.parent
    while around is not None and not around.start_byte <= left.start_byte <= right.end_byte <= around.end_byte:
        around = around.parent
    start = around.start_byte if around is not None else left.start_byte
    data = (around.text if around is not None else left.text) or b""
    between = data[left.end_byte - start : right.start_byte - start].decode("utf-8", "replace")
    return Change(left.start_byte, right.end_byte, f"{text_of(right)}{between}{text_of(left)}")


def variable(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """Another variable of the function, those of the nearest one first."""
    if spot.type not in ("identifier", "shorthand_property_identifier") or file.is_binding(spot):
        return
    scope = file.in_scope(spot)
    is_called = spot.role in ("function", "name") or is_part(spot)
    if is_called or (spot.text not in scope and spot.above is not None and spot.role in ("object", "operand")):
        return
    others = [name for name in scope if name not in (spot.text, "_")]
    is_target = spot.role == "left" and _operator(spot.above) == ""
    for number, name in enumerate(others[:_MOST_NAMES]):
        weight = 1 / (1 + 0.25 * number)
        if spot.type == "shorthand_property_identifier":
            yield changed(spot, f"{spot.text}: {name}", 0.5 * weight)
        else:
            yield changed(spot, name, (0.4 if is_target else 1.0) * weight)


def sibling_function(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """Another function of the file for the one that is called."""
    is_alone = spot.is_in("method_invocation", "name") and not is_part(spot)
    if spot.type == "identifier" and (spot.role == "function" or is_alone):
        own = file.name_of(spot.function)
        names = (file.name_of(one) for one in file.spots if one.type in file.grammar.functions)
        others = dict.fromkeys(name for name in names if name and name not in (spot.text, own))
        if spot.text in {file.name_of(one) for one in file.spots if one.type in file.grammar.functions}:
            yield from (changed(spot, name) for name in islice(others, _MOST_MEMBERS))


def attribute(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """Another part of the same thing, as it is read or written elsewhere in the file."""
    if is_part(spot) and spot.above is not None:
        owner = spot.above.part("object") or spot.above.part("operand")
        others = dict.fromkeys(file.members.get(text_of(owner), ()))
        others.pop(spot.text, None)
        yield from (changed(spot, other) for other in islice(others, _MOST_MEMBERS))


def swapped_branches(spot: Spot, _file: SourceFile, _hints: Hints) -> Changes:
    """The two outcomes of a condition, exchanged."""
    one, other = spot.part("consequence"), spot.part("alternative")
    if spot.type == "ternary_expression" and one is not None and other is not None:
        yield _exchanged(one, other)


def missing_return(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """What the last statement of a function computes, returned; Java would not have compiled it."""
    if file.path.endswith(".java"):
        return
    inner = spot.node.named_children[0] if spot.node.named_children else None
    if spot.type != "expression_statement" or inner is None or inner.type in _ASSIGNING or spot.above is None:
        return
    is_last = spot.node.next_named_sibling is None and spot.function is not None
    if is_last and spot.above.type in file.grammar.blocks:
        yield Change(spot.node.start_byte, spot.node.start_byte, "return ")


def missing_await(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """A call in an asynchronous function, waited for."""
    function = spot.function
    if spot.type != "call_expression" or function is None or file.path.endswith((".go", ".java")):
        return
    if text_of(function.node.children[0]) == "async" and not spot.is_in("await_expression"):
        is_owner = spot.is_in("member_expression", "object")
        name = text_of(spot.part("function"))
        weight = 1.0 if name in file.asynchronous else 0.4
        yield changed(spot, f"(await {spot.text})" if is_owner else f"await {spot.text}", weight)


def removed_statement(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """A statement less."""
    kinds = ("expression_statement", "break_statement", "continue_statement", "assignment_statement", "inc_statement")
    if spot.type in kinds and spot.above is not None and spot.above.type in file.grammar.blocks:
        yield changed(spot, "")
