"""The account of a run for a person: what failed, why, what was tried, what is proposed, what it cost."""

from __future__ import annotations

from collections.abc import Iterator

from agent_ci.core.claims import CLAIMED
from agent_ci.core.document import Surroundings
from agent_ci.core.grouping import groups
from agent_ci.core.outcome import REVERTED, Outcome, headline
from agent_ci.core.outward.markdown import block, code, sentence
from agent_ci.core.questions.excerpts import without_foreign_frames
from agent_ci.core.report import Status
from agent_ci.core.run import Attempt, Control, Cost, Evidence, Finding, Side, Verdict
from agent_ci.core.screen import reproduction
from agent_ci.core.views.new_tests import markdown
from agent_ci.core.worth.account import tests_document

_MOST_TARGETS = 10
_MOST_GROUPS = 5
_MOST_OBJECTIONS = 3
_MOST_LINES = 30
_MOST_FINDINGS = 10


def explain(verdict: Verdict, around: Surroundings) -> str:
    """The content of ``explanation.md``. The first line is the verdict."""
    parts = (
        f"# {_headline(verdict)}",
        sentence(verdict.reason),
        *_what_failed(verdict.evidence),
        *_logs(verdict.evidence),
        *_suspects(verdict.evidence),
        *_controls(verdict.evidence),
        *_new_tests(verdict),
        *_proposed(verdict),
        *_tried(verdict.attempts),
        *_how_to_reproduce(verdict.evidence),
        *_cost_and_isolation(verdict.cost, around),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def _headline(verdict: Verdict) -> str:
    is_revert = verdict.evidence.takes_back and verdict.outcome in (Outcome.FIXED, Outcome.DELIVERED)
    return REVERTED if is_revert else headline(verdict.outcome, verdict.evidence.job)


def _what_failed(evidence: Evidence) -> Iterator[str]:
    causes = groups(evidence.targets)
    if not causes:
        return
    yield f"## What failed: {len(evidence.target_ids)} test(s), {len(causes)} root cause(s)"
    for group in causes[:_MOST_GROUPS]:
        case = group.cases[0]
        place = f" ({sentence(case.file)}:{case.line})" if case.file and case.line else ""
        said = block(without_foreign_frames(case.traceback) or case.message, most=_MOST_LINES)
        yield f"**{sentence(group.title)}**\n\n{code(case.id)}{place}\n\n{said}"
        others = [code(case.id) for case in group.cases[1:_MOST_TARGETS]]
        left = len(group.cases) - 1 - len(others)
        if others:
            yield "The same cause: " + ", ".join(others) + (f" and {left} more." if left else ".")
    if len(causes) > _MOST_GROUPS:
        yield f"… and {len(causes) - _MOST_GROUPS} more root causes."


def _logs(evidence: Evidence) -> Iterator[str]:
    if not evidence.findings and not evidence.logs:
        return
    yield "## What the logs say"
    rows = [f"- {_found(finding)}" for finding in evidence.findings[:_MOST_FINDINGS]]
    left = len(evidence.findings) - len(rows)
    if rows:
        yield "\n".join((*rows, *((f"- … and {left} more",) if left else ())))
    for log in evidence.logs:
        failed = f"{sentence(log.failed)}. " if log.failed else ""
        yield f"{code(log.name)}: {failed}{log.shown} of its {log.total} lines:\n\n{block(log.excerpt)}"


def _found(finding: Finding) -> str:
    place = f"{finding.file}:{finding.line}" if finding.line else finding.file
    line = f", line {finding.log_line} of the log" if finding.log_line else ""
    return f"{code(place)} {sentence(finding.message, limit=300)} ({finding.kind}{line})"


def _suspects(evidence: Evidence) -> Iterator[str]:
    rows = [
        f"- {code(f'{suspect.path}:{suspect.line}')}{f' {sentence(suspect.name)}' if suspect.name else ''}: "
        f"{sentence(suspect.why)}"
        for suspect in evidence.suspects
    ]
    if evidence.first_bad:
        found = evidence.first_bad
        rows.append(f"- first bad commit: {sentence(found.sentence or f'{found.commit} {found.subject}')}")
    if rows:
        yield "## Where to look"
        yield "\n".join(rows)


def _controls(evidence: Evidence) -> Iterator[str]:
    rows = [*_runs(evidence.controls, Side.HEAD), *_runs(evidence.controls, Side.BASE)]
    rows += [f"- {sentence(note)}" for note in evidence.notes]
    if rows:
        yield "## What the control runs say"
        yield "\n".join(rows)


def _runs(controls: tuple[Control, ...], side: Side) -> Iterator[str]:
    runs = [control for control in controls if control.side is side]
    if runs:
        red = sum(run.is_red for run in runs)
        yield f"- {side}: red in {red} of {len(runs)} runs ({sum(run.seconds for run in runs):.1f} s)"


def _new_tests(verdict: Verdict) -> Iterator[str]:
    if verdict.evidence.job == "tests" and verdict.evidence.changed:
        yield "## What the tests reach"
        yield from markdown(tests_document(verdict))


def _proposed(verdict: Verdict) -> Iterator[str]:
    proof = verdict.proof
    if proof is None or proof.patch is None or proof.after is None:
        return
    tally = proof.after.tally
    yield "## The proven change"
    if proof.reply.cause:
        yield sentence(proof.reply.cause)
    yield block(proof.patch.diff, "diff")
    if verdict.evidence.job == "tests":
        yield (
            f"With it: {tally.passed} passed, {tally.red} red, {tally.skipped} skipped. The new tests were run alone, "
            f"{proof.repeats} times in processes of their own, and {proof.repeats} times beside all others, in other "
            "orders and with other hash seeds; existing tests stay as they are."
        )
        return
    before = len(verdict.evidence.target_ids)
    yield (
        f"After it: {tally.passed} passed, {tally.red} red, {tally.skipped} skipped; "
        f"{before} of them {'was' if before == 1 else 'were'} red before. The tests are those of the commit; "
        f"those that failed were run {proof.repeats} times, in the orders and with the seeds in which they failed."
    )
    if proof.scope:
        yield f"**Not everything was run:** {sentence(proof.scope)}."
    if rows := [*_cells(verdict.evidence, proof)]:
        yield "\n".join(("| job | proof |", "| --- | --- |", *rows))
    if proof.doubts:
        yield "**Look at it before you merge it.**\n\n" + "\n".join(f"- {sentence(doubt)}" for doubt in proof.doubts)
    if claimed := proof.reply.claims.rows:
        yield f"**{CLAIMED}**\n\n" + "\n".join(f"- {sentence(row)}" for row in claimed)


def _cells(evidence: Evidence, proof: Attempt) -> Iterator[str]:
    """A row for each job that reported the failure, where there are several: the claim covers some of them only."""
    passed = frozenset(proof.after.ids(Status.PASSED)) if proof.after else frozenset()
    python = evidence.toolchain.get("python_version", "")
    for cell in evidence.cells:
        verified = cell.verified_by(system=evidence.system, python=python, passed=passed)
        yield f"| {sentence(cell.name)} | {sentence(verified)} |"


def _tried(attempts: tuple[Attempt, ...]) -> Iterator[str]:
    rows = [_attempt(number, attempt) for number, attempt in enumerate(attempts, 1) if not attempt.is_proven]
    rows += [f"- {sentence(one.reply.note)}" for one in attempts if one.reply.model and one.reply.note]
    if rows:
        yield "## What was tried"
        yield "\n".join(rows)


def _attempt(number: int, attempt: Attempt) -> str:
    objections = "; ".join(sentence(objection) for objection in attempt.objections[:_MOST_OBJECTIONS])
    left = len(attempt.objections) - _MOST_OBJECTIONS
    more = f" (and {left} more)" if left > 0 else ""
    return f"{number}. {sentence(attempt.reply.source)}: {objections}{more}"


def _how_to_reproduce(evidence: Evidence) -> Iterator[str]:
    command = reproduction(evidence, most=_MOST_TARGETS)
    if evidence.targets and command:
        yield "## How to reproduce"
        yield block(command, "sh")


def _cost_and_isolation(cost: Cost, around: Surroundings) -> Iterator[str]:
    usd = "unknown" if cost.usd is None else f"US$ {cost.usd:.4f}"
    kept = f" ({cost.cached_tokens} of them kept by the provider from an earlier call)" if cost.cached_tokens else ""
    yield "## Cost and isolation"
    yield (
        f"- cost: {cost.calls} model calls, {cost.prompt_tokens} + {cost.completion_tokens} tokens{kept}, {usd}; "
        f"{around.timings.get('total', 0.0):.1f} s in all, {around.timings.get('own', 0.0):.1f} s of it our own\n"
        f"- isolation: {around.isolation.get('tier', 'none')}"
    )
