"""Knows the words that promise or frighten (breaking, security, faster), and what in a change bears them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.notes.sources import Sources
from agent_ci.core.notes.values import Section


@dataclass(frozen=True, slots=True)
class Family:
    """Words of one kind: *claimed* are those of a line that need others, *supports* those of its sources that do.

    ``claimed`` is None where a line may say them freely, and needs others only to be moved to their section.
    """

    name: str
    claimed: re.Pattern[str] | None
    supports: re.Pattern[str]


def _family(name: str, claimed: str | None, supports: str) -> Family:
    of_lines = None if claimed is None else re.compile(claimed, re.IGNORECASE)
    return Family(name, of_lines, re.compile(supports, re.IGNORECASE))


BREAKING = _family(
    "breaking",
    r"\bbreaking\b|\bin-?compatible\b|\bbackwards?[- ]in",
    r"\bbreaking\b|(?<!\bline )(?<!\bline-)(?<!\bpage )(?<!\bword )\bbreak(?:s|age)?\b|compatib|\bcompat\b",
)
SECURITY = _family(
    "security",
    r"\bsecurity\b|\bvulnerab\w+|\bexploit\w*|\bmalicious\w*|\battack\w*|\bdenial[- ]of[- ]service\b|"
    r"\bDoS\b|\bXSS\b|\bRCE\b|\bSSRF\b|\bcode execution\b|\bprivileges?\b",
    r"secur|vulnerab|exploit|malicious|attack|denial|\bdos\b|xss|\brce\b|ssrf|\bcve-|ghsa-|inject|saniti[sz]|privilege",
)
FASTER = _family(
    "performance",
    r"\bfast(?:er|est)?\b|\bspeed\w*|\bquick(?:er|ly)?\b|\bperformant\b|\bperformance (?:improve|gain|boost)\w*|"
    r"\b(?:improv\w+|better|higher|increas\w+|more) (?:\w+ ){0,2}performance|\boptimi[sz]\w+|"
    r"\b\d+(?:\.\d+)?\s?[x\u00d7](?!\w)|"
    r"\b(?:twice|thrice)\b|\bhal(?:f|ves) the (?:time|memory)\b|\blatency\b|\bthroughput\b|\befficien\w+",
    r"\bfast(?:er|est)?\b|\bspeed|\bquick(?:er|ly)?\b|\bperf(?:ormance|ormant)?\b|optimi[sz]|\bslow|efficien|\bcach|"
    r"\blaz(?:y|ily)\b|latency|throughput|\bbench|(?:\b(?:run|start|load|build|less|of|saves?) ?|-)time\b(?! ?zone)|"
    r"\bmemory\b|\btwice\b|parallel",
)
DEPRECATED = _family("deprecation", r"\bdeprecate[ds]?\b", r"deprecat")
REMOVED = _family(
    "removal",
    None,
    r"remov|drop|delet|elimin|strip|no longer|discard|without|\bgone\b|\bskip|clear",
)
FAMILIES = (BREAKING, SECURITY, FASTER, DEPRECATED, REMOVED)
OF_SECTIONS = {Section.SECURITY: SECURITY, Section.DEPRECATED: DEPRECATED, Section.REMOVED: REMOVED}
"""The words that the sources of a line must have for it to be moved there."""


def unsupported(text: str, about: tuple[Sources, ...]) -> Iterator[tuple[str, Family]]:
    """The words of *text* that nothing in what it is *about* bears."""
    for family in FAMILIES:
        if family.claimed and (found := family.claimed.search(text)) and not any(bears(one, family) for one in about):
            yield found[0], family


def bears(one: Sources, family: Family) -> bool:
    """Whether people say of the change what the words of *family* claim, or its patch for what can be seen there."""
    if family is BREAKING and (one.is_breaking or one.breaks):
        return True
    text = one.whole if family in (DEPRECATED, REMOVED) else one.said
    return bool(family.supports.search(text))
