"""The machine-readable account of a run: a verdict as the JSON document ``agent-ci/evidence/v1``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType

from agent_ci.core.change import Patch
from agent_ci.core.context import Context
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Control, Cost, Verdict

SCHEMA = "agent-ci/evidence/v1"


@dataclass(frozen=True)
class Surroundings:
    """What a run knows beside its verdict; ``timings`` are seconds per phase."""

    context: Context
    isolation: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    timings: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    versions: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    delivery: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


def evidence_document(verdict: Verdict, around: Surroundings) -> dict[str, object]:
    """The content of ``evidence.json``: JSON-like values only."""
    evidence, proof = verdict.evidence, verdict.proof
    return {
        "schema": SCHEMA,
        "job": evidence.job,
        "outcome": str(verdict.outcome),
        "exit_code": verdict.outcome.exit_code,
        "reason": verdict.reason,
        "context": asdict(around.context),
        "summary": evidence.summary,
        "notes": list(evidence.notes),
        "targets": list(evidence.target_ids),
        "before": ids_by_status(evidence.before),
        "after": ids_by_status(proof.after) if proof and proof.after else None,
        "controls": [_control(control) for control in evidence.controls],
        "findings": [asdict(finding) for finding in evidence.findings],
        "patch": _patch(proof.patch) if proof and proof.patch else None,
        "attempts": [_attempt(attempt) for attempt in verdict.attempts],
        "cost": _cost(verdict.cost),
        "isolation": dict(around.isolation),
        "delivery": dict(around.delivery),
        "timings": {name: round(seconds, 3) for name, seconds in around.timings.items()},
        "versions": dict(around.versions),
        "toolchain": dict(evidence.toolchain),
    }


def ids_by_status(report: TestReport) -> dict[str, list[str]]:
    """One sorted list of ids per status, one entry per case."""
    return {str(status): sorted(case.id for case in report.cases if case.status is status) for status in Status}


def _control(control: Control) -> dict[str, object]:
    return {
        "side": str(control.side),
        "alone": control.alone,
        "red": sorted(id_ for id_, status in control.statuses.items() if status.is_red),
        "green": sorted(id_ for id_, status in control.statuses.items() if status is Status.PASSED),
        "seconds": round(control.seconds, 3),
    }


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
        "cause": attempt.reply.cause,
        "note": attempt.reply.note,
        "patch": attempt.patch.sha256 if attempt.patch else None,
        "objections": list(attempt.objections),
        "cost": _cost(attempt.reply.cost),
    }


def _cost(cost: Cost) -> dict[str, object]:
    return {
        "calls": cost.calls,
        "prompt_tokens": cost.prompt_tokens,
        "completion_tokens": cost.completion_tokens,
        "usd": cost.usd,
    }
