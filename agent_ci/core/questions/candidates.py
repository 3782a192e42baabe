"""Which of several answers to one question are tried, and in which order."""

from __future__ import annotations

from collections.abc import Sequence

from agent_ci.core.questions.answer import fingerprint, holds_change, offer


def order(texts: Sequence[str]) -> tuple[int, ...]:
    """The indexes of the answers *texts* that offer a change, each change once, the one with the fewest lines first.

    Where none of them offers one, the first stands for all.
    """
    first: dict[str, int] = {}
    for at, text in enumerate(texts):
        if holds_change(text) or "```" in text:
            first.setdefault(fingerprint(text), at)
    return tuple(sorted(first.values(), key=lambda at: (_size(texts[at]), at))) or (0,)


def _size(text: str) -> int:
    """How many lines of a diff *text* adds and removes; all that it offers in another notation."""
    lines = [line for line in offer(text).split("\n") if not line.startswith(("--- ", "+++ ", "```"))]
    changed = [line for line in lines if line.startswith(("+", "-"))]
    return len(changed) or len(lines)
