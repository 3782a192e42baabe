"""What a sign is: a pattern in a few lines of source that speaks against a change."""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent_ci.core.rules import Rule


@dataclass(frozen=True, slots=True)
class Sign:
    """A pattern for a line and up to two that follow; ``in_code`` where strings are no part of it."""

    rule: Rule
    pattern: re.Pattern[str]
    what: str
    in_code: bool = False
    but_entry: bool = False


def sign(rule: Rule, pattern: str, what: str, *, in_code: bool = False, but_entry: bool = False) -> Sign:
    """The sign that *pattern* is for *rule*; *what* says what such a line does."""
    return Sign(rule, re.compile(pattern, re.MULTILINE), what, in_code, but_entry)
