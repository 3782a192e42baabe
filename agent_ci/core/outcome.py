"""The closed set of ways a run can end, each with the exit code CI sees and the words people read first."""

from __future__ import annotations

from enum import StrEnum
from types import MappingProxyType


class Outcome(StrEnum):
    """How a run ended. The exit codes are part of the public interface."""

    FIXED = "fixed"
    DELIVERED = "delivered"
    EXPLAINED = "explained"
    NOTHING_TO_DO = "nothing_to_do"
    NO_FIX = "no_fix"
    USAGE_ERROR = "usage_error"
    FLAKY = "flaky"
    BASE_RED = "base_red"
    CANNOT_REPRODUCE = "cannot_reproduce"
    INFRASTRUCTURE = "infrastructure"
    UNSUPPORTED = "unsupported"
    POLICY_REFUSED = "policy_refused"
    SANDBOX_UNAVAILABLE = "sandbox_unavailable"
    BUDGET_EXHAUSTED = "budget_exhausted"
    MODEL_UNAVAILABLE = "model_unavailable"
    FORGE_UNAVAILABLE = "forge_unavailable"
    STALE = "stale"
    INTERNAL_ERROR = "internal_error"
    CANCELLED = "cancelled"

    @property
    def exit_code(self) -> int:
        """The process exit code, 0 to 255; 0 only where nothing is left for a person to repair."""
        return _EXIT_CODES[self]


_EXIT_CODES = MappingProxyType(
    {
        Outcome.FIXED: 0,
        Outcome.DELIVERED: 0,
        Outcome.EXPLAINED: 0,
        Outcome.NOTHING_TO_DO: 0,
        Outcome.NO_FIX: 1,
        Outcome.USAGE_ERROR: 2,
        Outcome.FLAKY: 10,
        Outcome.BASE_RED: 11,
        Outcome.CANNOT_REPRODUCE: 12,
        Outcome.INFRASTRUCTURE: 13,
        Outcome.UNSUPPORTED: 14,
        Outcome.POLICY_REFUSED: 20,
        Outcome.SANDBOX_UNAVAILABLE: 21,
        Outcome.BUDGET_EXHAUSTED: 22,
        Outcome.MODEL_UNAVAILABLE: 30,
        Outcome.FORGE_UNAVAILABLE: 31,
        Outcome.STALE: 32,
        Outcome.INTERNAL_ERROR: 70,
        Outcome.CANCELLED: 130,
    }
)


REVERTED = "Proposed: take back our last repair, which broke other tests"
"""What people read first instead, where the proven change repairs nothing else."""


def headline(outcome: Outcome, job: str = "") -> str:
    """What people read first: *outcome* of *job* in a few words."""
    return (_OF_TESTS if job == "tests" else _HEADLINES).get(outcome, _HEADLINES[outcome])


_OF_TESTS = MappingProxyType(
    {
        Outcome.FIXED: "New tests: proven to be worth having",
        Outcome.DELIVERED: "New tests: proven and delivered",
        Outcome.NOTHING_TO_DO: "No new tests",
        Outcome.NO_FIX: "Not enough is tested",
    }
)


_HEADLINES = MappingProxyType(
    {
        Outcome.FIXED: "Fixed: a change was proven",
        Outcome.DELIVERED: "Fixed and delivered",
        Outcome.EXPLAINED: "Explained: nothing was changed",
        Outcome.NOTHING_TO_DO: "Nothing to do",
        Outcome.NO_FIX: "No fix found",
        Outcome.FLAKY: "Flaky: nothing was changed",
        Outcome.BASE_RED: "The base is red already: this change is not to blame",
        Outcome.CANNOT_REPRODUCE: "The reported failure does not happen here",
        Outcome.INFRASTRUCTURE: "The run broke before a test could fail",
        Outcome.UNSUPPORTED: "Something here cannot be read or run",
        Outcome.POLICY_REFUSED: "Refused: the changes on offer break a rule",
        Outcome.SANDBOX_UNAVAILABLE: "The required isolation cannot be had here",
        Outcome.BUDGET_EXHAUSTED: "Stopped by a limit",
        Outcome.MODEL_UNAVAILABLE: "The model is not available",
        Outcome.FORGE_UNAVAILABLE: "Not delivered: the patch is kept as a file",
        Outcome.STALE: "Not delivered: the branch moved on",
        Outcome.USAGE_ERROR: "A setting is wrong",
        Outcome.INTERNAL_ERROR: "agent-ci itself failed",
        Outcome.CANCELLED: "Cancelled",
    }
)
