"""How deeply the brackets of a text go: YAML readers take the square of it in time, and then give up."""

from __future__ import annotations

_DEEPEST = 100


def is_deep(text: str) -> bool:
    """Whether more brackets are open at once in *text* than in anything that a person wrote."""
    depth = 0
    for character in text:
        if character in "[{":
            depth += 1
            if depth > _DEEPEST:
                return True
        elif character in "]}":
            depth = max(0, depth - 1)
    return False
