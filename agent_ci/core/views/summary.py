"""The summary of a job: the verdict in its first line, then the change, what it cost, and what to do."""

from __future__ import annotations

from agent_ci.core.outcome import Outcome
from agent_ci.core.views import parts
from agent_ci.core.views.account import Account

_ROOM = 200_000  # bytes of diff; the place takes a megabyte, shared with the other steps of the job


def summary(account: Account, patch: str = "") -> str:
    """Markdown for ``Sink.SUMMARY``; one line where there was nothing to do."""
    if account.known_outcome is Outcome.NOTHING_TO_DO and not account.tests.get("targets"):
        return f"agent-ci: {parts.literally(account.reason or account.headline, 300)}\n"
    return parts.joined(
        (
            *parts.verdict(account, "##"),
            *parts.failed(account),
            *parts.proof(account),
            parts.change(account, patch, _ROOM),
            parts.how_to_apply(account, patch),
            parts.tried(account),
            parts.how_to_reproduce(account),
            parts.spent(account),
        )
    )
