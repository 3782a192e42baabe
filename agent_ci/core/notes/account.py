"""The ledger of release notes as JSON-like values: every commit of the range, told of or dropped with its reason."""

from __future__ import annotations

from collections.abc import Iterable

from agent_ci.core.notes.drafted import Drafted
from agent_ci.core.notes.rendering import contributors
from agent_ci.core.notes.values import Entry, Ledger
from agent_ci.core.outward.markdown import sentence
from agent_ci.core.run import Verdict

SCHEMA = "agent-ci/ledger/v1"
SCOPE = "the old text byte for byte, every commit of the range, and every line of the notes"
"""What is proven of a change of the changelog."""


def account(ledger: Ledger, *, version: str, drafted: Drafted | None = None) -> dict[str, object]:
    """What `ledger.json` holds; *version* is that of the release, empty where it has none yet.

    *drafted* is what a model made of it, where one was asked.
    """
    return {
        "schema": SCHEMA,
        "version": version,
        "since": ledger.range.since,
        "until": ledger.range.until,
        "commits": len(ledger.range.commits),
        "entries": [{**_told(entry), **(drafted.of(entry) if drafted else {})} for entry in ledger.entries],
        "dropped": [{"commits": list(one.commits), "reason": one.reason} for one in ledger.dropped],
        "contributors": [{"name": person.name, "is_first": is_new} for person, is_new in contributors(ledger)],
        **({"model": drafted.document} if drafted else {}),
    }


def explanation(ledger: Ledger, verdict: Verdict, *, summary: str, more: Iterable[str] = ()) -> str:
    """The content of `explanation.md`: how it ended, what speaks for the change or against it, and *more* sentences."""
    left_out = sum(len(one.commits) for one in ledger.dropped)
    lines = (
        f"{len(ledger.range.commits)} commits: {len(ledger.entries)} lines, {left_out} commits left out for a reason"
    )
    against = [f"- {sentence(objection)}" for attempt in verdict.attempts for objection in attempt.objections]
    parts = (
        f"# Release notes: {str(verdict.outcome).replace('_', ' ')}",
        sentence(verdict.reason),
        f"{sentence(summary)}. `ledger.json` accounts for {lines}.",
        f"Proven for the changelog: {SCOPE}." if verdict.proof else "\n".join(against),
        *(sentence(one) for one in more),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _told(entry: Entry) -> dict[str, object]:
    return {
        "section": str(entry.section),
        "text": entry.text,
        "changes": [unit.id for unit in entry.units],
        "labels": sorted({label for unit in entry.units for label in unit.labels}),
        "issues": [{"id": issue.id, "title": issue.title} for unit in entry.units for issue in unit.issues],
        "commits": list(entry.commits),
        "why": entry.why,
        "is_breaking": entry.is_breaking,
    }
