from __future__ import annotations

import pytest

from agent_ci.core.kinds import Kind
from agent_ci.core.logs.classes import kind_of, outside_cause_of, sure
from agent_ci.core.run import Finding

SAID = {
    "write error: No space left on device": Kind.DISK_FULL,
    "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory": Kind.OUT_OF_MEMORY,
    "The process was OOM killed": Kind.OUT_OF_MEMORY,
    "The operation was canceled.": Kind.CANCELLED,
    "The job running on runner x has exceeded the maximum execution time of 360 minutes.": Kind.TIME_OUT,
    "panic: test timed out after 10m0s": Kind.TIME_OUT,
    "The runner has received a shutdown signal.": Kind.INFRASTRUCTURE,
    "fatal: unable to access 'https://example.org/': The requested URL returned error: 503": Kind.INFRASTRUCTURE,
    "request to https://example.org failed, reason: getaddrinfo ENOTFOUND example.org": Kind.INFRASTRUCTURE,
    "npm error code ERESOLVE": Kind.DEPENDENCY_CONFLICT,
    "ResolutionImpossible: for help visit": Kind.DEPENDENCY_CONFLICT,
    "ModuleNotFoundError: No module named 'yaml'": Kind.MISSING_DEPENDENCY,
    "Error: Cannot find module 'left-pad'": Kind.MISSING_DEPENDENCY,
    "Error: Cannot find module './cart'": Kind.OTHER,
    "jq: command not found": Kind.MISSING_DEPENDENCY,
    "ImportError: cannot import name 'a' from 'b'": Kind.IMPORT,
    "something else": Kind.OTHER,
}


@pytest.mark.parametrize("message", SAID)
def test_a_message_has_its_kind(message: str) -> None:
    assert kind_of(Kind.OTHER, message) is SAID[message]


def test_a_test_that_compares_is_a_test_failure_whatever_it_reads() -> None:
    assert kind_of(Kind.TEST, "AssertionError: expected 'No space left on device'") is Kind.TEST
    assert kind_of(Kind.TEST, "OSError: [Errno 28] No space left on device") is Kind.DISK_FULL
    assert kind_of(Kind.TEST, "TimeoutError: timed out") is Kind.TEST
    assert kind_of(Kind.LINT, "the name ImportError is cannot import name") is Kind.LINT


def finding(kind: Kind) -> Finding:
    return Finding("job.log", None, f"it was {kind}", kind=kind)


@pytest.mark.parametrize("kind", [Kind.DISK_FULL, Kind.OUT_OF_MEMORY, Kind.INFRASTRUCTURE])
def test_what_the_machine_lacks_is_an_outside_cause_where_nothing_else_is_named(kind: Kind) -> None:
    assert outside_cause_of((finding(Kind.OTHER), finding(kind))) == f"{kind}: it was {kind}"
    assert outside_cause_of((finding(kind), finding(Kind.COMPILE))) == ""
    assert outside_cause_of((finding(kind), finding(Kind.TEST))) == ""


@pytest.mark.parametrize("kind", sorted(set(Kind) - {Kind.DISK_FULL, Kind.OUT_OF_MEMORY, Kind.INFRASTRUCTURE}))
def test_nothing_else_is_one(kind: Kind) -> None:
    assert outside_cause_of((finding(kind),)) == ""


def test_errors_of_the_code_are_told_from_the_rest() -> None:
    found = tuple(finding(kind) for kind in Kind)
    left = {one.kind for one in found} - {one.kind for one in sure(found)}
    outside = {Kind.DISK_FULL, Kind.OUT_OF_MEMORY, Kind.INFRASTRUCTURE}
    assert left == outside | {Kind.OTHER, Kind.CANCELLED, Kind.TIME_OUT}
