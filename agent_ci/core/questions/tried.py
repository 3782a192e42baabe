"""What a question tells of the attempts before it: each with what was said against it, or all in a line each."""

from __future__ import annotations

from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.questions.answer import offer
from agent_ci.core.questions.behaviour import difference, repeated
from agent_ci.core.run import Attempt, Evidence

_MOST_OBJECTIONS = 12
_MOST_PLACES = 3
_LONGEST_IDEA = 300  # characters
_AS_ABOVE = " | it fails in exactly the way that one above does"


def told(attempts: tuple[Attempt, ...], evidence: Evidence) -> list[tuple[str, str]]:
    """The attempts by name, each with how it failed: as another did, or in contrast to the failure without it."""
    same = repeated(attempts)
    return [
        _attempt(
            at + 1,
            attempt,
            f"It fails in exactly the way that attempt {same[at] + 1} did."
            if at in same
            else difference(evidence, attempt),
        )
        for at, attempt in enumerate(attempts)
    ]


def _attempt(number: int, attempt: Attempt, how: str) -> tuple[str, str]:
    """The name of an attempt, and what it offered, why that was refused, and *how* it failed."""
    offered = attempt.patch.diff if attempt.patch else offer(attempt.reply.text)
    objections = "\n".join(f"- {sentence}" for sentence in attempt.objections[:_MOST_OBJECTIONS])
    said = f"{offered.strip() or '(no change)'}\n\nRefused, because:\n{objections}\n{how}".rstrip("\n")
    return f"attempt {number} by {attempt.reply.proposer}", cleaned(said).text


def ideas(attempts: tuple[Attempt, ...]) -> list[tuple[str, str]]:
    """The attempts as one text with a line for each: where it changes something, its cause, and why it was refused."""
    same = repeated(attempts)
    lines: dict[str, str] = {}
    for at, line in enumerate(map(_idea, attempts)):
        lines.setdefault(line, f"{line}{_AS_ABOVE}" if at in same else line)
    return [("ideas that failed", "\n".join(lines.values()))] if lines else []


def _idea(attempt: Attempt) -> str:
    places = ", ".join(file.path for file in attempt.patch.files[:_MOST_PLACES]) if attempt.patch else "no change"
    why = attempt.objections[0] if attempt.objections else "nothing was proven"
    line = f"- {places}: {attempt.reply.cause or 'no cause was named'} | refused: {why}"
    return cleaned(" ".join(line.split())).text[:_LONGEST_IDEA]
