"""Edits that add what happens where something is absent: a return before it is used, or a chain that ends there."""

from __future__ import annotations

from collections.abc import Iterator

from agent_ci.core.edits.hints import Hints
from agent_ci.core.edits.syntax import SourceFile, Spot
from agent_ci.core.edits.tokens import Change, Changes

_MOST_VALUES = 8
_ZEROS = {"string": '""', "bool": "false", "error": "nil", "float64": "0", "float32": "0", "rune": "0", "byte": "0"}
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


def _owner(spot: Spot, file: SourceFile, hints: Hints) -> str:
    """What *spot* is read of, where a failure says that this was nothing."""
    if spot.role not in ("property", "field") or spot.above is None:
        return ""
    is_meant = spot.text in hints.absent or (hints.is_nil and (file.path, spot.line) in hints.lines)
    owner = spot.above.part("object") or spot.above.part("operand")
    text = (owner.text or b"").decode("utf-8", "replace") if owner is not None else ""
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
    wanted = [want for _, want in hints.pairs if want in hints.literals]
    yield from dict.fromkeys((*wanted, *hints.literals[:_MOST_VALUES], *file.grammar.empty))


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
