"""The ledger of release notes as JSON-like values: every commit of the range, told of or dropped with its reason."""

from __future__ import annotations

from agent_ci.core.notes.rendering import contributors
from agent_ci.core.notes.values import Entry, Ledger

SCHEMA = "agent-ci/ledger/v1"


def account(ledger: Ledger, *, version: str) -> dict[str, object]:
    """What `ledger.json` holds; *version* is that of the release, empty where it has none yet."""
    return {
        "schema": SCHEMA,
        "version": version,
        "since": ledger.range.since,
        "until": ledger.range.until,
        "commits": len(ledger.range.commits),
        "entries": [_told(entry) for entry in ledger.entries],
        "dropped": [{"commits": list(one.commits), "reason": one.reason} for one in ledger.dropped],
        "contributors": [{"name": person.name, "is_first": is_new} for person, is_new in contributors(ledger)],
    }


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
