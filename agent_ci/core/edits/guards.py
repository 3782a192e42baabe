"""Edits that add what happens where something is absent: a return before it is used, or a chain that ends there."""

from __future__ import annotations

from collections.abc import Iterator

from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.syntax import SourceFile, Spot, is_part, text_of
from agent_ci.core.edits.tokens import Change, Changes, changed

_MOST_VALUES = 8
_ZEROS = {"string": '""', "bool": "false", "error": "nil", "float64": "0", "float32": "0", "rune": "0", "byte": "0"}
_NUMBERS = frozenset({"int", "long", "short", "byte", "float", "double"})
_NOTHING = {
    "String": '""', "boolean": "false", "char": "' '", "Optional": "java.util.Optional.empty()",
    "List": "java.util.List.of()", "Set": "java.util.Set.of()", "Map": "java.util.Map.of()",
}  # fmt: skip
_OF_NOTHING = ("*", "[]", "map[", "func(", "chan ", "interface", "any")


def absent_guard(spot: Spot, file: SourceFile, hints: Hints) -> Changes:
    """A return before the statement in which something is read of nothing."""
    owner, statement = _owner(spot, file, hints), spot.statement
    if not owner or statement is None or statement.above is None or statement.function is None:
        return
    if statement.above.type not in file.grammar.blocks:
        return
    opening, closing = file.grammar.brackets
    indent = file.indent(statement)
    step = "\t" if "\t" in indent or file.path.endswith(".go") else "  " if len(indent) % 4 else "    "
    head = f"if {opening}{file.grammar.absent.format(owner)}{closing} {{\n{indent}{step}"
    at = statement.node.start_byte
    for number, value in enumerate(_values(statement.function, file, hints)):
        returned = f"return {value}{file.grammar.ends_statements}" if value else "return"
        text = f"{head}{returned}\n{indent}}}\n{indent}"
        yield Change(at, at, text, 1 / (1 + 0.3 * number))


def absent_chain(spot: Spot, file: SourceFile, hints: Hints) -> Changes:
    """``?.`` for ``.`` where something is read of nothing."""
    if file.grammar.absent.startswith("!") and _owner(spot, file, hints) and spot.above is not None:
        dot = spot.node.prev_sibling
        if dot is not None and dot.type == ".":
            yield Change(dot.start_byte, dot.end_byte, "?.")


def absent_condition(spot: Spot, file: SourceFile, hints: Hints) -> Changes:
    """A condition that asks first whether there is anything: all of it is false, or true, where there is nothing."""
    owner, condition = _owner(spot, file, hints), _condition(spot)
    if owner and condition is not None and not file.grammar.absent.startswith("!"):
        nothing = file.grammar.absent.format(owner)
        there = nothing.replace(" == ", " != ")
        text = condition.text if "||" not in condition.text else f"({condition.text})"
        yield changed(condition, f"{there} && {text}")
        yield changed(condition, f"{nothing} || {condition.text}", 0.8)


def _condition(spot: Spot) -> Spot | None:
    """The whole condition that *spot* is a part of; None where it is no part of any."""
    around: Spot | None = spot
    while around is not None and around.statement is spot.statement:
        above = around.above
        if above is not None and above.type == "parenthesized_expression" and above.role == "condition":
            return around
        if around.role == "condition" and around.type != "parenthesized_expression":
            return around
        around = above
    return None


def _owner(spot: Spot, file: SourceFile, hints: Hints) -> str:
    """What *spot* is read of, where a failure says that this was nothing."""
    if not is_part(spot) or spot.above is None:
        return ""
    owner = spot.above.part("object") or spot.above.part("operand")
    text = text_of(owner)
    is_nil = hints.is_nil and (not hints.nothing or text in hints.nothing)
    is_meant = spot.text in hints.absent or (is_nil and (file.path, spot.line) in hints.lines)
    return text if is_meant and owner is not None and "(" not in text and "\n" not in text else ""


def _values(function: Spot, file: SourceFile, hints: Hints) -> Iterator[str]:
    """What may be returned: what the failing tests hold, then the values that stand for nothing."""
    result = function.part("result")
    if file.path.endswith(".go"):
        types = _result_types(result.text.decode("utf-8", "replace") if result is not None and result.text else "")
        zeros = ", ".join(map(_zero, types))
        literals = [one for one in hints.literals if len(types) == 1 and _fits(one, types[0])]
        yield from dict.fromkeys((*literals[:_MOST_VALUES], zeros))
        return
    if file.path.endswith(".java"):
        yield from _values_of_java(function, hints)
        return
    wanted = [want for _, want in hints.pairs if want in hints.literals]
    yield from dict.fromkeys((*wanted, *hints.literals[:_MOST_VALUES], *file.grammar.empty))


def _values_of_java(function: Spot, hints: Hints) -> Iterator[str]:
    """What may be returned where the declared type is that of *function*; nothing of one that returns nothing."""
    type_ = text_of(function.part("type"))
    plain = type_.partition("<")[0]
    of_text = plain == "String"
    literals = [one for one in hints.literals if (one[0] == '"') == of_text and one[0] != "'"]
    fitting = literals[:_MOST_VALUES] if of_text or plain in _NUMBERS else []
    of_nothing = _NOTHING.get(plain, "0" if plain in _NUMBERS else "null")
    yield from dict.fromkeys((*fitting, of_nothing)) if type_ not in ("", "void") else ("",)


def _result_types(text: str) -> tuple[str, ...]:
    """The types of the results of a function of Go."""
    if not text.startswith("("):
        return (text,) if text else ()
    return tuple(part.strip().rpartition(" ")[2] for part in text[1:-1].split(","))


def _zero(type_: str) -> str:
    if type_ in _ZEROS:
        return _ZEROS[type_]
    if type_.startswith(_OF_NOTHING):
        return "nil"
    return "0" if type_.startswith(("int", "uint")) else f"{type_}{{}}"


def _fits(literal: str, type_: str) -> bool:
    return (literal[0] == '"') == (type_ == "string") and (type_ == "string" or _zero(type_) == "0")
