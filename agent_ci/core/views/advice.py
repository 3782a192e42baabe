"""What a person does next, by how the run ended."""

from __future__ import annotations

from types import MappingProxyType

from agent_ci.core.outcome import Outcome

_NEXT = MappingProxyType(
    {
        Outcome.FIXED: "Read the change as you would read anybody's, and apply it.",
        Outcome.DELIVERED: "Read the change as you would read anybody's. The build runs again on it.",
        Outcome.EXPLAINED: "The places to look at are named below.",
        Outcome.NOTHING_TO_DO: "",
        Outcome.NO_FIX: "Repair it by hand: the places to look at, and what was tried in vain, stand below.",
        Outcome.FLAKY: "Repair the test or what it depends on; to run the job again repairs nothing.",
        Outcome.BASE_RED: "Repair the base first, then bring this change up to date with it.",
        Outcome.CANNOT_REPRODUCE: "Compare the machine of the red run with this one: versions, environment, time zone.",
        Outcome.INFRASTRUCTURE: "Repair what the reason names, and run the job again.",
        Outcome.UNSUPPORTED: "Name a report with --report, a log with --log, or how the tests are run with --run.",
        Outcome.POLICY_REFUSED: "Repair it by hand, or relax the rule that is named below on the base branch.",
        Outcome.SANDBOX_UNAVAILABLE: "Install what the reason names, or ask for less with --min-isolation.",
        Outcome.BUDGET_EXHAUSTED: "Raise the limit that the reason names, or repair it by hand.",
        Outcome.MODEL_UNAVAILABLE: "Check the name of the model, its address and its key, and run the job again.",
        Outcome.FORGE_UNAVAILABLE: "Apply the change from the file, or repair what the reason names and run again.",
        Outcome.STALE: "Run the job again on the newest commit, or apply the change from the file.",
        Outcome.USAGE_ERROR: "Correct the setting that the reason names.",
        Outcome.INTERNAL_ERROR: "Please report it with the file internal-error.md, which holds no secrets.",
        Outcome.CANCELLED: "Run the job again.",
    }
)


_OF_TESTS = MappingProxyType(
    {
        Outcome.FIXED: "Read the tests as you would read anybody's, and apply them.",
        Outcome.DELIVERED: "Read the tests as you would read anybody's.",
        Outcome.NO_FIX: "Write tests for what is named below.",
    }
)


def advice(outcome: Outcome | None, job: str = "") -> str:
    """One or two sentences; empty where nothing is to be done, or where the outcome is not known here."""
    if outcome is None:
        return ""
    return (_OF_TESTS if job == "tests" else _NEXT).get(outcome, _NEXT[outcome])
