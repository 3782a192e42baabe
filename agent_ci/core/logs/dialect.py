"""What a regular expression of a problem matcher means in Python, and which of them may be run at all.

Problem matchers are written for .NET: "Regular Expression Language - Quick Reference" in Microsoft's documentation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST_CHARACTERS = 1_000

_REFUSED = (
    ("a balancing group", re.compile(r"\(\?[<'][\w]*-\w+[>']")),
    ("a subtraction of character classes", re.compile(r"-\[[^\]]*\]\]")),
    ("\\G, the end of the last match", re.compile(r"(?<!\\)(?:\\\\)*\\G")),
    ("a control character by its letter", re.compile(r"(?<!\\)(?:\\\\)*\\c")),
    ("a Unicode category other than letters and digits", re.compile(r"\\[pP]\{(?!L\}|Nd\})")),
    ("a reference to an earlier group", re.compile(r"(?<!\\)(?:\\\\)*\\(?:[1-9]|k[<'{])|\(\?P=")),
    ("a condition", re.compile(r"\(\?\(")),
)
_COLOURS = re.compile(r"\(\?:\\(?:x1[bB]|u001[bB]|e)\\\[[^()|]{0,40}\)[*?]\??")  # taken from the lines already
_NAMED = re.compile(r"\(\?(?:<(?![=!])|')(\w+)[>']")
_UNNAMED = re.compile(r"(?<!\\)(?:\\\\)*\((?!\?)")
_IN_PYTHON = {r"\z": r"\Z", r"\e": r"\x1b", r"\p{L}": r"[^\W\d_]", r"\p{Nd}": r"\d", r"\P{L}": r"[\W\d_]"}
_ESCAPED = re.compile(r"\\(?:[pP]\{\w+\}|.)", re.DOTALL)
_QUANTIFIER = re.compile(r"[*+?][?+]?|\{(\d*)(,?)(\d*)\}[?+]?")
_FEW = 8  # a group that is repeated at most so often cannot take long


class RefusedPatternError(ValueError):
    """The pattern is not run; the message says why, as the end of a sentence that begins with its place."""


def in_python(pattern: str) -> re.Pattern[str]:
    """*pattern* compiled. Raises RefusedPatternError for what Python cannot say, or could search without end."""
    if len(pattern) > MOST_CHARACTERS:
        raise RefusedPatternError(f"is longer than {MOST_CHARACTERS} characters")
    pattern = _COLOURS.sub("", pattern)
    for what, refused in _REFUSED:
        if refused.search(pattern):
            raise RefusedPatternError(f"holds {what}")
    if _NAMED.search(pattern) and _UNNAMED.search(pattern):
        raise RefusedPatternError("holds named and numbered groups, which .NET and Python count differently")
    if _repeats_within_repeats(pattern):
        raise RefusedPatternError("repeats what is repeated already, which may take without end")
    spelled = _NAMED.sub(r"(?P<\1>", _ESCAPED.sub(lambda found: _IN_PYTHON.get(found[0], found[0]), pattern))
    try:
        return re.compile(spelled)
    except (re.error, OverflowError, RecursionError) as error:
        raise RefusedPatternError(f"is no regular expression that Python reads ({error})") from error


@dataclass(slots=True)
class _Group:
    """What stands inside an open group: whether its length varies, so that a repeat of it can match in many ways."""

    varies: bool = False


def _repeats_within_repeats(pattern: str) -> bool:
    """Whether a group whose content varies in length, or has alternatives, is repeated more than a few times."""
    open_groups, closed, position = [_Group()], _Group(), 0
    after_group = False
    while position < len(pattern):
        quantifier = _QUANTIFIER.match(pattern, position)
        if quantifier and position:
            if after_group and closed.varies and _is_many(quantifier):
                return True
            open_groups[-1].varies |= quantifier[0][0] in "*+?" or quantifier[2] == ","
            position, after_group = quantifier.end(), False
            continue
        after_group = pattern[position] == ")"
        if after_group and len(open_groups) > 1:
            closed = open_groups.pop()
            open_groups[-1].varies |= closed.varies
        elif pattern[position] == "(":
            open_groups.append(_Group())
        elif pattern[position] == "|":
            open_groups[-1].varies = True
        position = _next(pattern, position)
    return False


def _is_many(quantifier: re.Match[str]) -> bool:
    if quantifier[0][0] in "*+":
        return True
    if quantifier[0][0] == "?":
        return False
    most = quantifier[3] if quantifier[2] else quantifier[1]
    return not most or int(most[:6]) > _FEW


def _next(pattern: str, position: int) -> int:
    """Behind the character, escape, character class or begin of a group at *position*."""
    if pattern[position] == "\\":
        return position + 2
    if pattern.startswith("(?", position):
        return position + 2  # what kind of group it is, and no quantifier
    if pattern[position] != "[":
        return position + 1
    end = position + 1 + pattern[position + 1 :].startswith("^")
    end += pattern[end : end + 1] == "]"
    while end < len(pattern) and pattern[end] != "]":
        end += 2 if pattern[end] == "\\" else 1
    return end + 1
