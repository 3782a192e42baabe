"""What a commit of ours says: what failed, how the repair was proven, and where it came from."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.report import TestCase
from agent_ci.core.run import Attempt, Control, Evidence, Side, Verdict

_SUBJECT = 72  # characters, git's own habit
_LINE = 200  # characters that one fact from outside may take
_SHOWN = 10  # failing tests that are listed


def commit_message(verdict: Verdict, *, run: str = "", attempt: int = 1) -> str:
    """The message of the commit that holds the proven change of *verdict*.

    *run* is the URL of the run, *attempt* counts our commits in a row on the branch, this one included.
    Everything that tests or models said is one inert line each. Raises ValueError where nothing is proven.
    """
    proof = verdict.proof
    if proof is None or proof.after is None:
        raise ValueError("a verdict without a proof has no commit to describe")
    paragraphs = (
        _subject(proof, verdict.evidence),
        "\n".join(_failures(verdict.evidence)),
        "\n".join(_proof(verdict.evidence, proof)),
        "\n".join(_trailers(verdict.evidence, proof, run=run, attempt=attempt)),
    )
    return "\n\n".join(paragraphs) + "\n"


def inert(text: str, limit: int = _LINE) -> str:
    """*text* as one line of at most *limit* characters that neither git nor a forge acts upon.

    Line ends, control, bidirectional and invisible characters go; mentions and references are broken up, so
    that nobody is notified and no issue is closed.
    """
    line = "".join(_shown(character) for character in _ESCAPE_CODE.sub("", text))
    for pattern, replacement in _ACTIVE:
        line = pattern.sub(replacement, line)
    line = " ".join(line.split())
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


def _shown(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _INVISIBLE else character


_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_ESCAPE_CODE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
_KEYWORD = r"(?i:\b(?:clos|fix|resolv|implement)[a-z]*\s*:?\s+(?:issues?\s+)?)"
_ACTIVE = (
    # @name, as in a mention; an e-mail address stays whole
    (re.compile(r"(?<!\w)@(?=[\w-])"), "@ "),
    # #1, owner/name#1, GH-1, !1 and &1 on GitLab
    (re.compile(r"([#!&]|\bGH-)(?=[0-9])", re.IGNORECASE), r"\1 "),
    # https://forge/owner/name/issues/1
    (re.compile(r"(/(?:issues|pull|pulls|merge_requests|work_items|epics)/)(?=[0-9])"), r"\1 "),
    # fixes PROJECT-1, which GitLab hands on to an external tracker
    (re.compile(rf"({_KEYWORD}[A-Za-z][A-Za-z0-9_]*-)(?=[0-9])"), r"\1 "),
)


def _subject(proof: Attempt, evidence: Evidence) -> str:
    cause = inert(proof.reply.cause, limit=10 * _LINE).rstrip(".")
    return inert(f"fix: {cause or _first_target(evidence)}", limit=_SUBJECT)


def _first_target(evidence: Evidence) -> str:
    more = len(evidence.target_ids) - 1
    name = evidence.target_ids[0] if evidence.target_ids else "the failing tests"
    return f"make {name.rsplit('/', 1)[-1]} pass" + (f" and {more} more" if more > 0 else "")


def _failures(evidence: Evidence) -> Iterator[str]:
    targets = {case.id: case for case in evidence.targets}
    yield f"What failed ({len(targets)} of {evidence.before.tally.total} test cases):"
    for case in list(targets.values())[:_SHOWN]:
        yield f"- {_failure(case)}"
    if len(targets) > _SHOWN:
        yield f"- and {len(targets) - _SHOWN} more"


def _failure(case: TestCase) -> str:
    said = next(iter(case.message.strip().splitlines()), "")
    return inert(f"{case.id}: {said}" if said else case.id)


def _proof(evidence: Evidence, proof: Attempt) -> Iterator[str]:
    assert proof.after is not None  # noqa: S101 - a proof has a report
    before, after = evidence.before.tally, proof.after.tally
    left = f"{after.red} red cases that are no part of it" if after.red else "none is red"
    yield "Proof, by running the original tests on the changed files in a fresh copy:"
    yield f"- before: {before.red} of {before.total} cases red"
    yield f"- after: {after.passed} of {after.total} cases pass, {left}"
    for side in Side:
        if controls := [control for control in evidence.controls if control.side is side]:
            yield f"- {_controls(side, controls)}"


def _controls(side: Side, controls: list[Control]) -> str:
    where = "without the change" if side is Side.HEAD else "on the base"
    red = sum(1 for control in controls if control.is_red)
    return f"controls {where}: red in {red} of {len(controls)} runs"


def _trailers(evidence: Evidence, proof: Attempt, *, run: str, attempt: int) -> Iterator[str]:
    yield f"Agent-CI-Run: {inert(run) or 'local'}"
    yield f"Agent-CI-Fingerprint: {fingerprint(evidence.targets)}"
    yield f"Agent-CI-Proposer: {inert(proof.reply.proposer) or 'unknown'}"
    yield f"Agent-CI-Attempt: {attempt}"
