"""The machine-readable account of a run: a verdict as the JSON document ``agent-ci/evidence/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from types import MappingProxyType

from agent_ci.core.change import Patch
from agent_ci.core.context import Context
from agent_ci.core.failures import excerpt, failures
from agent_ci.core.grouping import Group, groups
from agent_ci.core.report import Status, TestReport
from agent_ci.core.rules import rule_of
from agent_ci.core.run import Attempt, Control, Cost, Evidence, Finding, TakenBack, Verdict
from agent_ci.core.screen import reproduction
from agent_ci.core.worth.account import tests_document

FINDINGS_SCHEMA = "agent-ci/findings/v1"
SCHEMA = "agent-ci/evidence/v1"
FIX, PARTIAL = "fix.patch", "partial.patch"
"""The files with the change that repairs everything, and with the one that repairs some root causes."""

WHOLE_SUITE = "the whole suite"
MOST_FAILURES = 500
_MOST_EXCERPTS = 20
_MOST_REPRODUCED = 10  # ids in one command
_MOST_PHASES = 200


@dataclass(frozen=True, slots=True)
class Phase:
    """One time that a phase went on, in seconds; ``start`` counts from the start of the run."""

    name: str
    start: float
    seconds: float


@dataclass(frozen=True)
class Surroundings:
    """What a run knows beside its verdict; ``timings`` are seconds per phase, ``timeline`` is when they were.

    ``only`` are the root causes that it was asked to repair, none for all; ``merged`` are the cells that
    were put together.
    """

    context: Context
    isolation: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    versions: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    delivery: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    timeline: tuple[Phase, ...] = ()
    only: tuple[str, ...] = ()
    merged: tuple[Mapping[str, object], ...] = ()


def evidence_document(verdict: Verdict, around: Surroundings) -> dict[str, object]:
    """The content of ``evidence.json``: JSON-like values only."""
    evidence, proof = verdict.evidence, verdict.proof
    causes = groups(evidence.targets)
    red = causes or groups(evidence.before.red)  # where nothing is to be repaired, there still is something to look at
    return {
        "schema": SCHEMA,
        "job": evidence.job,
        "outcome": str(verdict.outcome),
        "exit_code": verdict.outcome.exit_code,
        "reason": verdict.reason,
        "context": asdict(around.context),
        "summary": evidence.summary,
        "notes": list(evidence.notes),
        "only_groups": list(around.only),
        "merged": [dict(cell) for cell in around.merged],
        "targets": list(evidence.target_ids),
        "groups": [_group(group, number) for number, group in enumerate(causes)],
        "failures": [asdict(failure) for failure in islice(failures(red), MOST_FAILURES)],
        "flaky": [asdict(flake) for flake in evidence.flakes],
        "caused_by_change": evidence.caused_by_change,
        "escalate": evidence.escalate,
        "takes_back": _taken_back(evidence.takes_back) if evidence.takes_back else None,
        "mended": list(evidence.mended),
        "suspects": [asdict(suspect) for suspect in evidence.suspects],
        "first_bad": asdict(evidence.first_bad) if evidence.first_bad else None,
        "before": ids_by_status(evidence.before),
        "after": ids_by_status(proof.after) if proof and proof.after else None,
        "reproduce": reproduction(evidence, most=_MOST_REPRODUCED) if evidence.targets else "",
        "controls": [_control(control) for control in evidence.controls],
        "findings": [_finding(finding) for finding in evidence.findings],
        "logs": [asdict(log) for log in evidence.logs],
        "patch": _patch(proof.patch) if proof and proof.patch else None,
        "proof": _proof(proof, evidence) if proof else None,
        "attempts": [_attempt(attempt) for attempt in verdict.attempts],
        "cost": _cost(verdict.cost),
        "isolation": dict(around.isolation),
        "delivery": dict(around.delivery),
        "timings": {name: round(seconds, 3) for name, seconds in around.timings.items()},
        "timeline": [_phase(phase) for phase in around.timeline[:_MOST_PHASES]],
        "versions": dict(around.versions),
        "toolchain": dict(evidence.toolchain),
        **({"tests": tests_document(verdict)} if evidence.job == "tests" else {}),
    }


def ids_by_status(report: TestReport) -> dict[str, list[str]]:
    """One sorted list of ids per status, one entry per case."""
    return {str(status): sorted(case.id for case in report.cases if case.status is status) for status in Status}


def _phase(phase: Phase) -> dict[str, object]:
    return {"name": phase.name, "start": round(phase.start, 3), "seconds": round(phase.seconds, 3)}


def _finding(finding: Finding) -> dict[str, object]:
    return {("class" if key == "kind" else key): value for key, value in asdict(finding).items()}


def _control(control: Control) -> dict[str, object]:
    return {
        "side": str(control.side),
        "alone": control.alone,
        "red": sorted(id_ for id_, status in control.statuses.items() if status.is_red),
        "green": sorted(id_ for id_, status in control.statuses.items() if status is Status.PASSED),
        "conditions": asdict(control.conditions),
        "seconds": round(control.seconds, 3),
    }


def _group(group: Group, number: int) -> dict[str, object]:
    said = excerpt(group.cases[0]) if number < _MOST_EXCERPTS else ""
    ids = [case.id for case in group.cases]
    return {"fingerprint": group.fingerprint, "title": group.title, "cases": ids, "excerpt": said}


def _proof(proof: Attempt, evidence: Evidence) -> dict[str, object]:
    """How far the proof reaches: which tests, how often, and for which cells of the job matrix."""
    passed = frozenset(proof.after.ids(Status.PASSED)) if proof.after else frozenset()
    here = {"system": evidence.system, "python": evidence.toolchain.get("python_version", "")}
    return {
        "scope": proof.scope or WHOLE_SUITE,
        "repeats": proof.repeats,
        "doubts": list(proof.doubts),
        **_claims(proof),
        "cells": [{**asdict(cell), "proof": cell.verified_by(**here, passed=passed)} for cell in evidence.cells],
    }


def _taken_back(taken: TakenBack) -> dict[str, object]:
    return {"commit": taken.commit, "subject": taken.subject, "tree": taken.tree, "red_again": list(taken.red_again)}


def _patch(patch: Patch) -> dict[str, object]:
    return {
        "sha256": patch.sha256,
        "files": [file.path for file in patch.files],
        "added": patch.added,
        "removed": patch.removed,
        "base_tree": patch.base_tree,
        "tree": patch.tree,
    }


def _attempt(attempt: Attempt) -> dict[str, object]:
    return {
        "proposer": attempt.reply.proposer,
        **({"model": attempt.reply.model} if attempt.reply.model else {}),
        "cause": attempt.reply.cause,
        "note": attempt.reply.note,
        **_claims(attempt),
        "patch": attempt.patch.sha256 if attempt.patch else None,
        "objections": list(attempt.objections),
        "rules": [rule for rule in map(rule_of, attempt.objections) if rule],
        "group": attempt.group,
        "cost": _cost(attempt.reply.cost),
    }


def _claims(attempt: Attempt) -> dict[str, object]:
    """What a model says of its change beside it, where it says anything."""
    claims = attempt.reply.claims
    return {"claims": asdict(claims)} if claims.rows else {}


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "calls": cost.calls,
        "prompt_tokens": cost.prompt_tokens,
        "completion_tokens": cost.completion_tokens,
        **({"cached_tokens": cost.cached_tokens} if cost.cached_tokens else {}),
        "usd": cost.usd,
    }
