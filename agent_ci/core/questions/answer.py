"""What a model's answer says around its diff: the cause, a refusal, and whether it was offered before."""

from __future__ import annotations

import hashlib
import re

_DIFF_STARTS = re.compile(r"^(```|~~~|diff --git |--- )", re.MULTILINE)
_NO_FIX = re.compile(r"^\W*NO FIX\b\W*(.*)$", re.MULTILINE)
_HUNK = re.compile(r"^(@@ |<{5,9} ?SEARCH)", re.MULTILINE)
_BLOCKS = re.compile(r"^(?:[^\n]+\n)?```[^\n]*\n.*?^```", re.MULTILINE | re.DOTALL)
_IS_DIFF = re.compile(r"^@@ ", re.MULTILINE)
_HEADER = re.compile(r"^(diff --git |--- )", re.MULTILINE)
_FENCE = re.compile(r"^```", re.MULTILINE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")
_LABEL = re.compile(r"^(\d+[.)]\s*)?(\**cause:?\**:?\s*)?", re.IGNORECASE)
_CAUSE_LENGTH = 300
_LOOP, _ROUNDS, _LEAST_LOOPED = 400, 6, 600  # characters of one round at most, rounds, and characters of all of them


def cause(text: str) -> str:
    """The first sentence before the diff, on one line and at most 300 characters long; empty without one."""
    before = _DIFF_STARTS.split(text, maxsplit=1)[0]
    line = next((line.strip(" *#>") for line in before.splitlines() if line.strip(" *#>")), "")
    sentence = _SENTENCE_END.split(_LABEL.sub("", line), maxsplit=1)[0]
    return sentence[:_CAUSE_LENGTH]


def holds_change(text: str) -> bool:
    """Whether *text* holds a hunk or a search/replace block."""
    return bool(_HUNK.search(text))


def refusal(text: str) -> str:
    """The reason given with ``NO FIX:`` where the answer holds no change; empty where it does not refuse."""
    found = None if holds_change(text) else _NO_FIX.search(text)
    return (found[1].strip()[:_CAUSE_LENGTH] or "no reason given") if found else ""


def offer(text: str) -> str:
    """What *text* offers: from its first diff header on, without fences; fenced blocks where it holds no hunk."""
    if not _IS_DIFF.search(text):
        return "\n".join(_BLOCKS.findall(text)) or text[found.start() if (found := _HUNK.search(text)) else len(text) :]
    header = _HEADER.search(text)
    lines = text[header.start() if header else 0 :].split("\n")
    return "\n".join(line for line in lines if not line.startswith("```"))


def fingerprint(text: str) -> str:
    """A digest of the change that *text* offers: its paths, added and removed lines, whatever is said around.

    In other notations than a diff every line of it counts. Empty where the answer offers nothing.
    """
    offered = [line.rstrip() for line in offer(text).split("\n") if line.strip()]
    lines = [line for line in offered if line[:1] in ("+", "-")] if _IS_DIFF.search(text) else offered
    return hashlib.sha256("\n".join(lines).encode("utf-8", "surrogatepass")).hexdigest() if lines else ""


def is_looping(text: str) -> bool:
    """Whether *text* ends in the same few words over and over, as what a weak model writes may until it is cut."""
    for length in range(1, _LOOP + 1):
        rounds = text[-max(_ROUNDS * length, _LEAST_LOOPED) :]
        if len(rounds) >= _LEAST_LOOPED and len(rounds) >= _ROUNDS * length and rounds[length:] == rounds[:-length]:
            return True
    return False


def joined(first: str, rest: str) -> str:
    """An answer and its continuation as one text; a fence that the continuation opened again is dropped."""
    is_inside_fence = len(_FENCE.findall(first)) % 2 == 1
    if is_inside_fence and rest.lstrip().startswith("```"):
        reopened, _, rest_of_it = rest.lstrip().partition("\n")
        rest = rest_of_it if reopened.strip("`") else rest
    return first + rest
