"""Every way a run can stop early: one class per outcome, explained in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from agent_ci.core.outcome import Outcome

if TYPE_CHECKING:
    from agent_ci.core.run import Cost


class AgentCIError(Exception):
    """A stop that is explained to the user without a traceback.

    The message says what happened, to what, and what to do next. ``cost`` is what was paid for on the way and is
    part of no reply.
    """

    outcome: ClassVar[Outcome] = Outcome.INTERNAL_ERROR
    cost: Cost | None = None


class UsageError(AgentCIError):
    """A bad option, settings file or argument."""

    outcome = Outcome.USAGE_ERROR


class UnsupportedError(AgentCIError):
    """A report, log or repository that cannot be read or run."""

    outcome = Outcome.UNSUPPORTED


class InfrastructureError(AgentCIError):
    """The machine failed before a test could: a missing tool, no disk, no memory."""

    outcome = Outcome.INFRASTRUCTURE


class RefusedError(AgentCIError):
    """A proven change that must not leave this machine."""

    outcome = Outcome.POLICY_REFUSED


class SandboxUnavailableError(AgentCIError):
    """The isolation that was asked for cannot be had here."""

    outcome = Outcome.SANDBOX_UNAVAILABLE


class BudgetExhaustedError(AgentCIError):
    """A limit on calls, tokens, money or seconds was reached."""

    outcome = Outcome.BUDGET_EXHAUSTED


class ModelUnavailableError(AgentCIError):
    """The model could not be reached, or never answered usefully."""

    outcome = Outcome.MODEL_UNAVAILABLE


class ForgeUnavailableError(AgentCIError):
    """Delivery failed; the patch is kept as a file."""

    outcome = Outcome.FORGE_UNAVAILABLE


class RungRefusedError(ForgeUnavailableError):
    """One way of delivery cannot be had for this change or in this place; the next one is tried."""


class NotAllowedError(RungRefusedError):
    """One way of delivery needs a right that the token lacks; the message names it, and the next way is tried."""


class StaleError(AgentCIError):
    """The branch moved on while the fix was made; the patch is kept as a file.

    ``head`` is the commit that the branch is at now; empty where that is not known, or its files cannot be read here.
    """

    outcome = Outcome.STALE

    def __init__(self, message: str, head: str = "") -> None:
        """Say what moved, and to where."""
        super().__init__(message)
        self.head = head


class CancelledError(AgentCIError):
    """A signal asked for the end of the run."""

    outcome = Outcome.CANCELLED
