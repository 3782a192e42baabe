"""The account of a run for a person: what failed, why, what was tried, what is proposed, what it cost."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from agent_ci.core.document import Surroundings
from agent_ci.core.message import inert
from agent_ci.core.outcome import Outcome
from agent_ci.core.run import Attempt, Control, Cost, Evidence, Side, Verdict

_HEADLINES = {
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
_MOST_TARGETS = 10
_MOST_OBJECTIONS = 3
_MOST_LINES = 30
_LONGEST = 1000  # characters of one sentence from outside
_BACKTICKS = re.compile(r"`+")


def explain(verdict: Verdict, around: Surroundings) -> str:
    """The content of ``explanation.md``. The first line is the verdict."""
    parts = (
        f"# {_HEADLINES[verdict.outcome]}",
        _plain(verdict.reason),
        *_what_failed(verdict.evidence),
        *_controls(verdict.evidence),
        *_proposed(verdict),
        *_tried(verdict.attempts),
        *_how_to_reproduce(verdict.evidence),
        *_cost_and_isolation(verdict.cost, around),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _what_failed(evidence: Evidence) -> Iterator[str]:
    if not evidence.targets:
        return
    yield "## What failed"
    for case in evidence.targets[:_MOST_TARGETS]:
        place = f" ({_plain(case.file)}:{case.line})" if case.file and case.line else ""
        yield f"{_code(case.id)}{place}\n\n{_block(case.traceback or case.message)}"
    if len(evidence.targets) > _MOST_TARGETS:
        yield f"… and {len(evidence.targets) - _MOST_TARGETS} more."


def _controls(evidence: Evidence) -> Iterator[str]:
    rows = [*_runs(evidence.controls, Side.HEAD), *_runs(evidence.controls, Side.BASE)]
    rows += [f"- {_plain(note)}" for note in evidence.notes]
    if rows:
        yield "## What the control runs say"
        yield "\n".join(rows)


def _runs(controls: tuple[Control, ...], side: Side) -> Iterator[str]:
    runs = [control for control in controls if control.side is side]
    if runs:
        red = sum(run.is_red for run in runs)
        yield f"- {side}: red in {red} of {len(runs)} runs ({sum(run.seconds for run in runs):.1f} s)"


def _proposed(verdict: Verdict) -> Iterator[str]:
    proof = verdict.proof
    if proof is None or proof.patch is None or proof.after is None:
        return
    tally = proof.after.tally
    yield "## The proven change"
    if proof.reply.cause:
        yield _plain(proof.reply.cause)
    yield _block(proof.patch.diff, "diff")
    yield (
        f"After it: {tally.passed} passed, {tally.red} red, {tally.skipped} skipped; "
        f"{len(verdict.evidence.target_ids)} of them were red before. The tests are those of the commit."
    )


def _tried(attempts: tuple[Attempt, ...]) -> Iterator[str]:
    rows = [_attempt(number, attempt) for number, attempt in enumerate(attempts, 1) if not attempt.is_proven]
    if rows:
        yield "## What was tried"
        yield "\n".join(rows)


def _attempt(number: int, attempt: Attempt) -> str:
    objections = "; ".join(_plain(objection) for objection in attempt.objections[:_MOST_OBJECTIONS])
    left = len(attempt.objections) - _MOST_OBJECTIONS
    more = f" (and {left} more)" if left > 0 else ""
    return f"{number}. {_plain(attempt.reply.proposer)}: {objections}{more}"


def _how_to_reproduce(evidence: Evidence) -> Iterator[str]:
    python, command = evidence.toolchain.get("python"), evidence.toolchain.get("command")
    if not evidence.targets or not (python or command):
        return
    ids = shlex.join(evidence.target_ids[:_MOST_TARGETS])
    yield "## How to reproduce"
    yield _block(f"{shlex.quote(python)} -m pytest {ids}" if python else str(command), "sh")


def _cost_and_isolation(cost: Cost, around: Surroundings) -> Iterator[str]:
    usd = "unknown" if cost.usd is None else f"US$ {cost.usd:.4f}"
    yield "## Cost and isolation"
    yield (
        f"- cost: {cost.calls} model calls, {cost.prompt_tokens} + {cost.completion_tokens} tokens, {usd}; "
        f"{around.timings.get('total', 0.0):.1f} s in all, {around.timings.get('own', 0.0):.1f} s of it our own\n"
        f"- isolation: {around.isolation.get('tier', 'none')}"
    )


def _block(text: str, language: str = "") -> str:
    """*text* as a code block that nothing in it can end."""
    lines = text.strip("\n").split("\n")
    if len(lines) > _MOST_LINES and language != "diff":
        lines = [*lines[: _MOST_LINES // 2], "…", *lines[-_MOST_LINES // 2 :]]
    body = "\n".join(lines)
    fence = "`" * max(3, _longest_run(body) + 1)
    return f"{fence}{language}\n{body}\n{fence}"


def _code(text: str) -> str:
    """*text* on one line as code that no backtick in it can end."""
    line = " ".join(text.split())
    fence = "`" * (_longest_run(line) + 1)
    gap = " " * line.startswith("`") or " " * line.endswith("`")
    return f"{fence}{gap}{line}{gap}{fence}"


def _longest_run(text: str) -> int:
    return max((len(run) for run in _BACKTICKS.findall(text)), default=0)


def _plain(text: str) -> str:
    """*text* as one line of Markdown that notifies nobody, shows no picture and holds no HTML."""
    return inert(text, limit=_LONGEST).replace("<", "&lt;").replace("![", "! [")
