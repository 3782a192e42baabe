"""What came of one bug in the hands of one tool: proven or not by our own proof, and what it took."""

from __future__ import annotations

import json
import statistics
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from agent_ci.errors import AgentCIError
from bench.real.judge import Size
from bench.real.measure import Claim, Request, Result, checked, claimed
from bench.repair import peers
from bench.repair.problems import Problem

OURS = "agent-ci"
_SECONDS_TO_PROVE = 300


@dataclass(frozen=True)
class Trial:
    """One row: ``proven`` by our own proof, ``others_green`` where all tests that are run are green with the change.

    ``is_wrong`` is a claim that does not hold: said to be fixed, and not proven or not green. ``own`` are seconds of
    the tool and of waiting for the model, ``tests`` those in which tests ran; None where they cannot be told apart.
    ``error`` says why nothing was measured.
    """

    case: str
    tool: str
    proven: bool = False
    others_green: bool | None = None
    is_wrong: bool = False
    calls: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    own: float = 0.0
    tests: float | None = None
    says: str = ""
    error: str = ""


def ours(problem: Problem, request: Request) -> Trial:
    """What `fix` makes of *problem*."""
    try:
        claim = claimed(problem.prepared, request, is_verified=False)
        result = _checked(problem, request, claim)
    except AgentCIError as error:
        return Trial(problem.name, OURS, error=str(error))
    cost, timings = _mapping(claim, "cost"), _mapping(claim, "timings")
    trial = Trial(
        problem.name,
        OURS,
        calls=int(cost.get("calls") or 0),
        prompt_tokens=int(cost.get("prompt_tokens") or 0),
        completion_tokens=int(cost.get("completion_tokens") or 0),
        own=float(timings.get("own", 0.0)) + float(timings.get("model", 0.0)),
        tests=float(timings.get("sandboxed", 0.0)),
        says=result.says,
    )
    return _judged(trial, result, is_claimed=claim.patch is not None)


def peer(problem: Problem, python: Path, mind: peers.Mind, *, seconds: float) -> Trial:
    """What the peer makes of *problem*, with its change put to the same proof as ours."""
    try:
        found = peers.tried(problem, python, mind, seconds=seconds)
        trial = Trial(
            problem.name,
            peers.MINI,
            calls=found.calls,
            prompt_tokens=found.prompt_tokens,
            completion_tokens=found.completion_tokens,
            own=found.seconds,
            says=found.status,
        )
        if not found.diff.strip():
            return replace(trial, is_wrong=found.is_claimed)
        return _judged(trial, _proven(problem, found.diff), is_claimed=found.is_claimed)
    except AgentCIError as error:
        return Trial(problem.name, peers.MINI, error=str(error))


def _proven(problem: Problem, diff: str) -> Result:
    """The row of *diff* as the only thing that `fix` is offered."""
    with tempfile.TemporaryDirectory() as folder:
        cassette = Path(folder, "change.jsonl")
        cassette.write_text(f"{json.dumps({'text': diff})}\n", encoding="utf-8")
        request = Request(("replay",), _SECONDS_TO_PROVE, ("--cassette", str(cassette), "--repeat", "1"))
        return _checked(problem, request, claimed(problem.prepared, request, is_verified=False))


def _checked(problem: Problem, request: Request, claim: Claim) -> Result:
    return checked(problem.prepared, request, claim, human=Size())


def _judged(trial: Trial, result: Result, *, is_claimed: bool) -> Trial:
    """*trial* with what the proof says, and what running the tests apart from it does."""
    is_green = None if result.file_passes is None else result.file_passes and not result.broken
    proven = result.outcome in ("fixed", "delivered") and bool(is_green)
    return replace(trial, proven=proven, others_green=is_green, is_wrong=is_claimed and not proven)


def _mapping(claim: Claim, name: str) -> Mapping[str, Any]:
    found = claim.document.get(name)
    return found if isinstance(found, Mapping) else {}


# What is printed

HEADER = ("case", "tool", "fixed", "all tests green", "calls", "prompt", "completion", "own s", "tests s")


def row(trial: Trial) -> tuple[object, ...]:
    """One line of the table."""
    if trial.error:
        return (trial.case, trial.tool, "not measured", "", "", "", "", "", "")
    return (
        trial.case,
        trial.tool,
        "WRONG CLAIM" if trial.is_wrong else "yes" if trial.proven else "no",
        {None: "", True: "yes", False: "NO"}[trial.others_green],
        trial.calls,
        trial.prompt_tokens,
        trial.completion_tokens,
        f"{trial.own:.1f}",
        "" if trial.tests is None else f"{trial.tests:.1f}",
    )


def total(trials: Sequence[Trial], tool: str) -> str:
    """What *tool* made of all cases, in a sentence."""
    found = [trial for trial in trials if trial.tool == tool and not trial.error]
    if not found:
        return f"{tool}: nothing was measured"
    calls, prompts, completions = zip(
        *((trial.calls, trial.prompt_tokens, trial.completion_tokens) for trial in found), strict=True
    )
    own, tests = sum(trial.own for trial in found), sum(trial.tests or 0.0 for trial in found)
    return (
        f"{tool}: {sum(trial.proven for trial in found)} of {len(found)} fixed, "
        f"{sum(trial.is_wrong for trial in found)} wrong claims; "
        f"calls {statistics.median(calls):g} in the median and {sum(calls)} in all; "
        f"prompt tokens {statistics.median(prompts):,.0f} in the median and {sum(prompts):,} in all; "
        f"completion tokens {sum(completions):,}; seconds {own:.0f} own, {tests:.0f} of tests"
    )


def ratio(trials: Sequence[Trial]) -> str:
    """How the prompt tokens compare over the cases that both tools were measured on."""
    by_tool = {tool: {t.case: t for t in trials if t.tool == tool and not t.error} for tool in (OURS, peers.MINI)}
    both = by_tool[OURS].keys() & by_tool[peers.MINI].keys()
    counts = [[by_tool[tool][case].prompt_tokens for tool in (OURS, peers.MINI)] for case in both]
    sums = [sum(count) for count in zip(*counts, strict=True)] or [0, 0]
    if not sums[1]:
        return "no prompt tokens of the peer were counted"
    shares = [own / max(1, other) for own, other in counts]
    calls = statistics.median(by_tool[OURS][case].calls for case in both)
    return (
        f"prompt tokens: {sums[0] / sums[1]:.2f} of the peer's over {len(both)} cases, and "
        f"{statistics.median(shares):.2f} in the median case (the goal is at most 0.40); "
        f"{calls:g} calls of ours in the median (the goal is 1)"
    )


def document(trials: Sequence[Trial], mind: str) -> dict[str, object]:
    """The results as JSON-like values."""
    return {"schema": "agent-ci/bench-repair/v1", "mind": mind, "trials": [asdict(trial) for trial in trials]}
