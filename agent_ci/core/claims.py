"""What a model says of its own change beside it: how sure it is, what may break, what else to test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from agent_ci.core.outward.terminal import one_line

LEVELS = ("low", "medium", "high")
LABELS = ("CONFIDENCE:", "RISK:", "TEST:")
"""With which the lines begin that hold the claims."""

_LONGEST = 300  # characters of one claim
_LABEL = re.compile(r"\*{0,2}(CONFIDENCE|RISK|TEST)S?(?: FURTHER)?\*{0,2}:\*{0,2}(.*)", re.IGNORECASE)
_FENCE = re.compile(r"^(```|~~~)")
_HUNK = re.compile(r"^@@ ", re.MULTILINE)
_NUMBER = re.compile(r"(\d+(?:\.\d+)?)\s*(%|/\s*10\b)?")
_WORDS = {
    "low": re.compile(r"\b(low|unsure|uncertain|not (very )?(sure|certain|confident))\b"),
    "medium": re.compile(r"\b(medium|moderate|fair)(ly)?\b"),
    "high": re.compile(r"\b(high|sure|certain)(ly)?\b"),
}
_BELOW = {"low": 0.5, "medium": 0.8}  # of 1, the confidence that a number stands for
_NOTHING = re.compile(r"\W*(none|nothing|no|n/a|unknown)?\W*", re.IGNORECASE)
_NOT_SURE = "the model itself is not sure of this change"

CLAIMED = "What the model says of it, which nobody has checked:"
"""The line above its claims, wherever they are shown."""

SCHEMA: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "cause": {"type": "string"},
        "change": {"type": "string", "description": "the diff, or LOOK lines, or NO FIX"},
        "confidence": {"type": "string", "enum": [*reversed(LEVELS)]},
        "risk": {"type": "string"},
        "test": {"type": "string"},
    },
    "required": ["cause", "change", "confidence", "risk", "test"],
    "additionalProperties": False,
}
"""The form of an answer with its claims, for models that keep to a JSON Schema."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The claims of a model about one change, none of which is believed; what it did not say is empty.

    ``confidence`` is "low", "medium" or "high", ``risk`` what the change may break, ``test_further`` what else should
    be tested; each is one line of at most 300 characters.
    """

    confidence: str = ""
    risk: str = ""
    test_further: str = ""

    @property
    def rows(self) -> tuple[str, ...]:
        """The claims for a person, one a row."""
        named = (("confidence", self.confidence), ("risk", self.risk), ("to test further", self.test_further))
        return tuple(f"{name}: {said}" for name, said in named if said)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why a person has to look at the change by these claims. They can add a doubt, and never take one away."""
        return (_NOT_SURE,) if self.confidence == LEVELS[0] else ()


NO_CLAIMS = Claims()


def joined(claims: Iterable[Claims]) -> Claims:
    """The claims about the parts of one change as those about all of it, as confident as the least sure of them."""
    found = tuple(claims)
    levels = [one.confidence for one in found if one.confidence]
    risks = dict.fromkeys(one.risk for one in found if one.risk)
    tests = dict.fromkeys(one.test_further for one in found if one.test_further)
    return Claims(min(levels, key=LEVELS.index, default=""), "; ".join(risks), "; ".join(tests))


def split(text: str) -> tuple[str, Claims]:
    """The answer *text* without its claims, and the claims.

    They stand behind the change as lines with the labels CONFIDENCE, RISK and TEST. None has to be there. Lines of the
    change are never taken for claims: within a fence only those below the last line of a diff are.
    """
    lines = text.split("\n")
    places = _places(lines, is_diff=bool(_HUNK.search(text)))
    labels = {at: label for at in sorted(places) if (label := _LABEL.fullmatch(lines[at].strip()))}
    if not labels:
        return text, NO_CLAIMS
    said: dict[str, str] = {}
    for label in labels.values():
        said.setdefault(label[1].upper(), _said(label[2]))
    kept = "\n".join(line for at, line in enumerate(lines) if at not in labels)
    claims = Claims(_level(said.get("CONFIDENCE", "")), said.get("RISK", ""), said.get("TEST", ""))
    return kept.rstrip("\n") + "\n", claims


def worded(text: str) -> str | None:
    """An answer by ``SCHEMA`` in the words that an answer without one has; None for one that breaks the form.

    What is no JSON is taken as it is: not every endpoint keeps a model to the form.
    """
    inner = "\n".join(line for line in text.strip().split("\n") if not _FENCE.match(line)).strip()
    if not inner.startswith("{"):
        return text if inner else None
    try:
        found, _ = json.JSONDecoder().raw_decode(inner)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found.get("change"), str):
        return None
    said = {name: one_line(str(found.get(name) or "")) for name in ("cause", "confidence", "risk", "test")}
    labelled = [f"{name.upper()}: {said[name]}" for name in ("confidence", "risk", "test") if said[name]]
    return "\n\n".join(filter(None, (said["cause"], found["change"].strip("\n"), "\n".join(labelled)))) + "\n"


def _places(lines: list[str], *, is_diff: bool) -> set[int]:
    """The lines that may be claims: those behind the last fence, and the last ones before that or of all."""
    fences = [at for at, line in enumerate(lines) if _FENCE.match(line)]
    if len(fences) % 2:
        return set()  # the answer ends within a fence
    places = set(range(fences[-1] + 1, len(lines))) if fences else set()
    at = (fences[-1] if fences else len(lines)) - 1
    while (not fences or is_diff) and at >= 0 and (not lines[at].strip() or _LABEL.fullmatch(lines[at].rstrip())):
        places.add(at)
        at -= 1
    return places


def _said(text: str) -> str:
    line = one_line(text)
    return "" if _NOTHING.fullmatch(line) else line[:_LONGEST]


def _level(said: str) -> str:
    """What *said* means as one of ``LEVELS``, the lowest that it names; empty where it names none."""
    words = said.lower()
    if named := next((level for level in LEVELS if _WORDS[level].search(words)), ""):
        return named
    number = _NUMBER.search(words)
    share = float(number[1]) / {"%": 100, "/": 10}.get((number[2] or " ")[0], 1) if number else -1.0
    return next((level for level in LEVELS if share < _BELOW.get(level, 2)), "") if 0 <= share <= 1 else ""
