"""Which findings of logs are of one kind."""

from __future__ import annotations

from dataclasses import dataclass

from agent_ci.core.grouping import shape
from agent_ci.core.run import Finding


@dataclass(frozen=True, slots=True)
class LogGroup:
    """Findings of one kind: the same tool, code and shape of message; ``title`` is the first of them."""

    title: str
    findings: tuple[Finding, ...]


def log_groups(found: tuple[Finding, ...]) -> tuple[LogGroup, ...]:
    """*found* by kind, in the order of their first lines."""
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in found:
        kinds.setdefault((finding.tool, finding.code, shape(finding.message)), []).append(finding)
    return tuple(LogGroup(members[0].message, tuple(members)) for members in kinds.values())
