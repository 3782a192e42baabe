"""Which text speaks to a model that reads the repository next, and not to the people who do."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_ci.core.review.added import Added, Finding
from agent_ci.core.rules import EMBEDDED_INSTRUCTIONS

_READER = (
    r"(?:ai|a\.i\.|llms?|language\s+models?|(?:coding\s+|ai\s+)?(?:agent|assistant|copilot)s?|"
    r"chatbots?|gpt|claude|gemini)"
)
_PATTERNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        (
            r"\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|the|your|every|of|these)\s+){0,3}"
            r"(?:previous|prior|above|earlier|preceding|foregoing|system|developer)\s+(?:\w+\s+)?"
            r"(?:instructions?|prompts?|rules|messages?|directions?|context|guidelines)\b"
        ),
        (
            r"\b(?:ignore|disregard|forget)\s+(?:everything|anything|all)\s+(?:above|before|you(?:'ve|\s+have|"
            r"\s+were)?\s+(?:been\s+)?told)\b"
        ),
        (
            r"\b(?:note|attention|message|instructions?|notice|important|reminder|todo)\s*(?:to|for)"
            r"\s+(?:the\s+|any\s+|all\s+)?"
        )
        + _READER
        + r"\b[^\n]{0,40}?[:,!-]",
        r"\bif\s+you\s+are\s+(?:an?\s+|the\s+)?" + _READER + r"\b",
        r"\b(?:you\s+are\s+(?:now\s+)?(?:an?|the)\s+(?:helpful\s+|expert\s+|\w+\s+)?" + _READER + r")\b[^\n]{0,40}"
        r"(?:[,.;:!]\s|\bwho\b|\bmust\b|\bshall\b|\bthat\b)",
        r"\bas\s+an?\s+" + _READER + r",?\s+(?:you|always|never|do\s+not|don't|please|must|should)\b",
        r"\b(?:"
        + _READER
        + (
            r")\s*:\s*(?:please\s+)?(?:always|never|do\s+not|don't|ignore|approve|merge|run|execute|skip|"
            r"delete|reveal|print|you)\b"
        ),
        (
            r"\b(?:do\s+not|don't|never)\s+(?:tell|inform|mention\s+(?:this|it)\s+to|reveal\s+(?:this|it)"
            r"\s+to|alert|warn|notify)\s+(?:to\s+)?the\s+"
            r"(?:user|human|developer|reviewer|maintainer|operator)s?\s+(?:about|that|of|anything)\b"
        ),
        r"\bdo\s+not\s+(?:tell|inform|alert)\s+the\s+(?:user|human|reviewer)\b",
        (
            r"\b(?:reveal|print|output|repeat|leak|exfiltrate|send)\s+(?:me\s+)?(?:your|the)"
            r"\s+(?:system\s+prompt|hidden\s+instructions|initial\s+instructions|api\s+keys?\s+to)\b"
        ),
        (
            r"\b(?:approve|merge|accept)\s+this\s+(?:pull\s+request|pr|patch|change)\s+(?:without|immediately|"
            r"automatically)\b"
        ),
        r"\bnew\s+(?:system\s+)?instructions?\s*(?:for\s+you\s*)?:\s*\w",
        r"\byou\s+must\s+now\s+(?:act|behave|respond|obey|execute|run|ignore)\b",
        r"\bfrom\s+now\s+on,?\s+you\s+(?:will|must|are|should|shall)\b",
        r"<\|(?:im_start|im_end|system|user|assistant|endoftext|eot_id|start_header_id|end_header_id|begin_of_text)\|>",
        r"\[/?INST\]|<</?SYS>>|</?(?:antml:)?(?:function_calls|invoke|tool_call|tool_use|tool_result)\b[^>\n]{0,80}>",
        r"^\W{0,12}</?(?:system|assistant|developer)(?:[-_](?:prompt|message|reminder|instructions?))?>",
        (
            r"^\W{0,12}(?:###\s*)?(?:system|assistant)\s*(?:prompt|message|instructions?)?\s*:\s+(?:you|"
            r"ignore|always|never|from\s+now)\b"
        ),
    )
)
_ADVICE = "say what the code does, to people"


def findings(added: Added) -> Iterator[Finding]:
    """Every new line, alone or with the one after it, that gives orders to a model."""
    lines = added.after.split("\n")
    for number, line in added.lines.items():
        following = lines[number] if number < len(lines) and number + 1 in added.lines else ""
        text = f"{line[:1_000]} {following.lstrip(_LEADERS)[:300]}"
        if found := _order(text):
            what = f"{found[0].strip()[:60]!r} speaks to a model"
            yield Finding(EMBEDDED_INSTRUCTIONS, number, found[0].lower(), f"{what}; {_ADVICE}")


def speaks_to_a_model(text: str) -> bool:
    """Whether *text* gives orders to a model."""
    return _order(text[:_LONGEST]) is not None


def _order(text: str) -> re.Match[str] | None:
    return next((found for pattern in _PATTERNS if (found := pattern.search(text))), None)


_LONGEST = 2_000  # characters of a line
_LEADERS = " \t#/*-<!"
