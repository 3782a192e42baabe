"""The diagnosis on one screen of a terminal: what failed, the first cause, suspects, controls, how to reproduce."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from agent_ci.core.frameworks.python_projects import folder_of
from agent_ci.core.grouping import Group, groups
from agent_ci.core.logs.groups import LogGroup, log_groups
from agent_ci.core.outward.markdown import inert
from agent_ci.core.run import Evidence, Side, Verdict

_WIDTH = 110
_WIDEST = 1000  # a command that is cut cannot be copied
_MOST_GROUPS = 4
_MOST_FILES = 5
_MOST_NOTES = 5
_MOST_FINDINGS = 4
_MOST_FLAKES = 3
_MOST_LOGS = 2


def screen(verdict: Verdict) -> str:
    """At most forty lines of at most 110 columns, but for the command to copy; each inert."""
    evidence = verdict.evidence
    parts = (
        _section("failed", _failed(evidence)),
        _section("flaky", (f"{flake.id}: {_flips(flake.flipped_by)}" for flake in evidence.flakes[:_MOST_FLAKES])),
        _section("step", (log.failed for log in evidence.logs[:_MOST_LOGS] if log.failed)),
        _section("log says", map(_said, log_groups(evidence.findings)[:_MOST_FINDINGS])),
        _section("look at", _suspects(evidence)),
        _section("controls", _controls(evidence)),
        _section("since green", _changes(evidence)),
        _section("first bad", _first_bad(evidence)),
        _section("reproduce", _reproduce(evidence), _WIDEST),
    )
    first = inert(f"{verdict.outcome}: {verdict.reason}", limit=2 * _WIDTH)
    return "\n".join((first, *(line for part in parts for line in part)))


def _section(name: str, lines: Iterator[str], width: int = _WIDTH) -> Iterator[str]:
    for number, line in enumerate(lines):
        yield f"{name if number == 0 else '':<12}{inert(line, limit=width - 12)}"


def _failed(evidence: Evidence) -> Iterator[str]:
    causes = groups(evidence.targets)
    if causes:
        yield f"{len(evidence.target_ids)} test(s), {len(causes)} root cause(s)"
    for group in causes[:_MOST_GROUPS]:
        yield _told(group)
    if len(causes) > _MOST_GROUPS:
        yield f"… and {len(causes) - _MOST_GROUPS} more"


def _told(group: Group) -> str:
    more = f" (and {len(group.cases) - 1} more)" if len(group.cases) > 1 else ""
    return f"{group.title}: {group.cases[0].id}{more}"


def _said(group: LogGroup) -> str:
    count = len(group.findings)
    place = group.findings[0]
    where = f"{place.file}:{place.line}: " if place.line else ""
    return f"{where}{group.title}" + (f" (and {count - 1} more like it)" if count > 1 else "")


def _flips(by: str) -> str:
    return "red and green by chance" if by in ("", "chance") else f"{by} flips it"


def _suspects(evidence: Evidence) -> Iterator[str]:
    for suspect in evidence.suspects:
        name = f" {suspect.name}" if suspect.name else ""
        yield f"{suspect.path}:{suspect.line}{name} ({suspect.why})"


def _controls(evidence: Evidence) -> Iterator[str]:
    for side in Side:
        runs = [control for control in evidence.controls if control.side is side]
        if runs:
            yield f"{side}: red in {sum(run.is_red for run in runs)} of {len(runs)} runs"
    yield from evidence.notes[:_MOST_NOTES]


def _changes(evidence: Evidence) -> Iterator[str]:
    for file in evidence.since_green[:_MOST_FILES]:
        yield f"{file.path} +{file.added} -{file.removed}"
    if len(evidence.since_green) > _MOST_FILES:
        yield f"… and {len(evidence.since_green) - _MOST_FILES} more files"


def _first_bad(evidence: Evidence) -> Iterator[str]:
    found = evidence.first_bad
    if found:
        yield found.sentence or f"{found.commit[:12]} {found.subject} ({found.author}); {found.tested} commits were run"


def _reproduce(evidence: Evidence) -> Iterator[str]:
    if evidence.targets:
        yield reproduction(evidence, most=3)


def reproduction(evidence: Evidence, *, most: int) -> str:
    """The one line that runs the tests, with pytest at most *most* of the failing ones; empty where none is known."""
    toolchain = evidence.toolchain
    python, install = toolchain.get("python"), toolchain.get("install", "")
    if not python:
        return toolchain.get("reproduce") or toolchain.get("command", "")
    folder = folder_of(toolchain, evidence.target_ids)
    ids = (id_.removeprefix(f"{folder}/") for id_ in evidence.target_ids[:most])
    inside = f"cd {shlex.quote(folder)}" if folder else ""
    return " && ".join(filter(None, (inside, install, f"{shlex.quote(python)} -m pytest {shlex.join(ids)}")))
