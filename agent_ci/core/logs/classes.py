"""Which kind of problem a line of a log speaks of."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from agent_ci.core.diagnosis import DISK_FULL, MISSING_PROGRAM, NO_MEMORY, SHOCKS
from agent_ci.core.kinds import Kind
from agent_ci.core.run import Finding

OUTSIDE = frozenset({Kind.OUT_OF_MEMORY, Kind.DISK_FULL, Kind.INFRASTRUCTURE})
"""What no change of the repository causes or repairs."""

_FAMILIES = {DISK_FULL: Kind.DISK_FULL, NO_MEMORY: Kind.OUT_OF_MEMORY, MISSING_PROGRAM: Kind.MISSING_DEPENDENCY}
_SHOCKS = tuple((_FAMILIES.get(what, Kind.INFRASTRUCTURE), pattern) for what, pattern in SHOCKS)


def _kinds(said: Mapping[Kind, tuple[str, ...]]) -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    """A pattern for each kind of *said*, in which what breaks a test from outside counts as well."""
    known = {kind: [pattern for other, pattern in _SHOCKS if other is kind] for kind in said}
    return tuple((kind, re.compile("|".join((*known[kind], *patterns)))) for kind, patterns in said.items())


_OF_THE_MACHINE = _kinds(
    {
        Kind.DISK_FULL: (r"\bdisk (?:is )?full\b",),
        Kind.OUT_OF_MEMORY: (
            r"\bOOM\b|oom-?kill|Java heap space|virtual memory exhausted|exit(?:ed with)? code:? 137\b",
        ),
    }
)
_OF_ANY = _OF_THE_MACHINE + _kinds(
    {
        Kind.CANCELLED: (
            r"operation was cancell?ed|^(?:The )?job was cancell?ed|run was cancell?ed|^Cancell?ing since",
        ),
        Kind.TIME_OUT: (
            r"exceeded the maximum execution time|execution took longer than|deadline exceeded|^Timeout\b",
            r"[Tt]imed? ?out (?:after|waiting|in)|\btimed out\b|timeout of \d+ ?m?s|No output has been received in",
        ),
        Kind.INFRASTRUCTURE: (
            r"runner has received a shutdown signal|lost communication with the server|Could not resolve host",
            r"\b(?:ECONNRESET|ETIMEDOUT)\b|TLS handshake timeout|Connection (?:refused|reset by peer)",
            r"returned error: 5\d\d|\b50[234] (?:Bad Gateway|Service (?:Temporarily )?Unavail|Gateway Time)",
            r"toomanyrequests|rate limit exceeded|Cannot connect to the Docker daemon|Error response from daemon",
            r"UnknownHostException|RequestAbortedException|ChannelClosed|command execution failed",
            r"Error cloning remote repo|unable to access '|failed to (?:download|pull|fetch)",
        ),
        Kind.DEPENDENCY_CONFLICT: (
            r"\bERESOLVE\b|ResolutionImpossible|conflicting (?:dependencies|requirements|peer|versions)|\bNU1107\b",
            r"version solving failed|dependency conflict|[Cc]onflict(?:s|ing)? with dependenc|incompatible versions",
            r"No solution found when resolving|because these package versions|failed to select a version for",
            r"Your requirements could not be resolved|not find compatible versions|unable to resolve dependency tree",
        ),
        Kind.MISSING_DEPENDENCY: (
            r"No module named |Cannot find (?:module|package) '(?![./])|No matching distribution|missing go\.sum entry",
            r"Could not find a version that|no required module provides package|cannot find package|can't find crate",
            r"Could not find gem|Could not (?:resolve|find) (?:depend|art)|[Cc]ould not find artifact",
            r"\bE404\b|\bNU1101\b|Could not resolve |command not found|[Nn]on-resolvable|Unable to locate package",
            r"no matching package named|cannot load such file|package .{1,200} is not in (?:std|GOROOT)",
        ),
        Kind.IMPORT: (
            r"^(?:E\s+)?ImportError|cannot import name|has no exported member|does not provide an export",
            r"NoClassDefFound",
        ),
    }
)
_OF_THE_CODE = frozenset(Kind) - OUTSIDE - {Kind.OTHER, Kind.CANCELLED, Kind.TIME_OUT}
_CLAIM = re.compile(r"assert|expect", re.IGNORECASE)
_SURE = frozenset({Kind.COMPILE, Kind.LINT, Kind.TEST})


def kind_of(usual: Kind, message: str) -> Kind:
    """What *message* speaks of, where *usual* is what its tool mostly reports.

    What a linter, a compiler or a test says stays with that, unless the disk or the memory ran out under it. A test
    that compares is a test failure, whatever it expected to read.
    """
    if usual is Kind.TEST and _CLAIM.search(message):
        return usual
    known = _OF_THE_MACHINE if usual in _SURE else _OF_ANY
    return next((kind for kind, pattern in known if pattern.search(message)), usual)


def sure(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those of *findings* that a tool reported as errors of the code or of what it depends on."""
    return tuple(finding for finding in findings if finding.kind in _OF_THE_CODE)


def outside_cause_of(findings: Iterable[Finding]) -> str:
    """What outside of the repository the logs blame, in a few words; empty where they name anything else."""
    said = tuple(findings)
    outside = [finding for finding in said if finding.kind in OUTSIDE]
    if not outside or any(finding.kind not in OUTSIDE | {Kind.OTHER} for finding in said):
        return ""
    return f"{outside[0].kind}: {outside[0].message}"
