"""Edits where the type decides what a sign does: objects compared, whole numbers divided, products cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent_ci.core.edits.syntax import SourceFile, Spot, text_of
from agent_ci.core.edits.tokens import Changes, changed

if TYPE_CHECKING:
    from agent_ci.core.edits.hints import Hints

_PLAIN = frozenset({
    "null_literal", "decimal_integer_literal", "decimal_floating_point_literal", "character_literal", "true", "false",
    "hex_integer_literal", "binary_expression", "unary_expression", "update_expression",
})  # fmt: skip
"""What has no ``equals`` in Java."""
_ATOMS = frozenset({"identifier", "method_invocation", "field_access", "array_access", "parenthesized_expression"})
_WIDER = {"/": ("double", 1.0), "*": ("long", 0.5)}


def value_equality(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """``equals`` for ``==`` between objects of Java, also where one of them may be nothing."""
    operator = spot.part("operator")
    sign = text_of(operator)
    left, right = spot.part("left"), spot.part("right")
    if not file.path.endswith(".java") or spot.type != "binary_expression" or sign not in ("==", "!="):
        return
    if left is None or right is None or {left.type, right.type} & _PLAIN:
        return
    mark = "!" if sign == "!=" else ""
    if left.type in _ATOMS | {"string_literal"}:
        yield changed(spot, f"{mark}{text_of(left)}.equals({text_of(right)})")
    yield changed(spot, f"{mark}java.util.Objects.equals({text_of(left)}, {text_of(right)})", 0.4)


def wider_number(spot: Spot, file: SourceFile, _hints: Hints) -> Changes:
    """A quotient with its fraction, or a product that is not cut off, by the type of its first operand in Java."""
    left, sign = spot.part("left"), text_of(spot.part("operator"))
    if file.path.endswith(".java") and spot.type == "binary_expression" and sign in _WIDER and left is not None:
        type_, weight = _WIDER[sign]
        if left.type in _ATOMS | {"decimal_integer_literal"}:
            yield changed(spot, f"({type_}) {spot.text}", weight)
