"""What a commit of ours says: what failed, how the repair was proven, and where it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.outward.markdown import inert
from agent_ci.core.report import TestCase
from agent_ci.core.run import Attempt, Control, Evidence, Side, Verdict
from agent_ci.core.worth.provenance import delivery_id
from agent_ci.core.worth.values import Judged

_SUBJECT = 72  # characters, git's own habit
_LINE = 200  # characters that one fact from outside may take
_MOST_LINES = 200
_FINGERPRINT = re.compile(r"^Agent-CI-Fingerprint: ([0-9a-f]{16})$", re.MULTILINE)
_ATTEMPT = re.compile(r"^Agent-CI-Attempt: ([0-9]{1,4})$", re.MULTILINE)
_SHOWN = 10  # failing tests that are listed


def message_of_tests(verdict: Verdict, name: str, *, run: str = "") -> str:
    """The message of the commit that adds the tests of *verdict*; *name* is that by which it is found again.

    Raises ValueError where nothing is proven.
    """
    proof = verdict.proof
    if proof is None or proof.written is None:
        raise ValueError("a verdict without new tests has no commit to describe")
    written = proof.written
    rows = [f"- {inert(one.id)}: {inert(_good_for(one))}" for one in written.delivered[:_SHOWN]]
    more = len(written.delivered) - len(rows)
    about = (_ABOUT, *rows)
    last = (f"- and {more} more",) if more > 0 else ()
    back = f"To take them out again: agent-ci tests --revert {delivery_id(name)}"
    trailers = (
        f"Agent-CI-Run: {inert(run) or 'local'}",
        f"Agent-CI-Fingerprint: {name}",
        f"Agent-CI-Proposer: {inert(proof.reply.proposer) or 'unknown'}",
    )
    subject = inert(f"test: {inert(proof.reply.cause, limit=10 * _LINE).rstrip('.')}", limit=_SUBJECT)
    told = ("\n".join((*about, *last)), back) if rows else ()
    return "\n\n".join((subject, *told, "\n".join(trailers))) + "\n"


_ABOUT = "Each runs a changed line, or takes a changed branch, as no test did, and fails where that is slightly wrong:"


def _good_for(one: Judged) -> str:
    labels = f" ({', '.join(one.labels)})" if one.labels else ""
    branches = f", {len(one.branches)} new branch(es)" if one.branches else ""
    return f"{one.target}, {len(one.lines)} new line(s){branches}, notices {len(one.kills)} mutant(s){labels}"


def commit_message(verdict: Verdict, *, run: str = "", attempt: int = 1) -> str:
    """The message of the commit that holds the proven change of *verdict*.

    *run* is the URL of the run, *attempt* counts the repairs since a person's commit on the branch, this one included.
    Everything that tests or models said is one inert line each. Raises ValueError where nothing is proven.
    """
    proof = verdict.proof
    if proof is None or proof.after is None:
        raise ValueError("a verdict without a proof has no commit to describe")
    paragraphs = (
        _subject(proof, verdict.evidence),
        *_taken_back(verdict.evidence),
        "\n".join(_failures(verdict.evidence)),
        "\n".join(_proof(verdict.evidence, proof)),
        "\n".join(_trailers(verdict.evidence, proof, run=run, attempt=attempt)),
    )
    return "\n\n".join(paragraphs) + "\n"


def undo_message(undone: str, message: str, failure: str, *, run: str = "") -> str:
    """The message of the commit that takes back *undone*, a commit of ours whose own was *message*.

    *failure* is the name that the undoing itself has, by which it is found again.
    """
    told = (
        revert_subject(message.split("\n", 1)[0]),
        f"This reverts commit {undone}.",
        "It was asked for with `agent-ci undo`; nothing was run to prove it.",
        f"Agent-CI-Run: {inert(run) or 'local'}\nAgent-CI-Fingerprint: {failure}",
    )
    return "\n\n".join(told) + "\n"


def changelog_message(cause: str, said: str, name: str, *, run: str = "") -> str:
    """The message of the commit that does *cause*, which is to add notes; *name* is that by which it is found again."""
    told = (
        inert(f"docs: {inert(cause)}", limit=_SUBJECT),
        f"{inert(said)}.",
        f"Agent-CI-Run: {inert(run) or 'local'}\nAgent-CI-Fingerprint: {name}",
    )
    return "\n\n".join(told) + "\n"


def signed(message: str, by: str) -> str:
    """*message* with the trailer by which *by*, a name and an address, vouches for the commit; with no other such one.

    Without *by* none is left. See https://developercertificate.org.
    """
    lines = (line for line in message.rstrip("\n").split("\n") if not line.casefold().startswith("signed-off-by:"))
    return "\n".join((*lines, *((f"Signed-off-by: {by}",) if by else ()))) + "\n"


def revert_subject(subject: str) -> str:
    """The first line of a commit that takes back the one with the first line *subject*."""
    return inert(f'Revert "{inert(subject, limit=_SUBJECT)}"', limit=_SUBJECT)


def received_message(text: str) -> str:
    """The message *text* that another process wrote, each line made inert again, cut where nobody reads on.

    Raises ValueError where it names no failure, by which the commit could be found again.
    """
    lines = [inert(line, limit=2 * _LINE) for line in text.split("\n")[:_MOST_LINES]]
    message = "\n".join(lines).strip("\n") + "\n"
    if not named_failure(message):
        raise ValueError("it names no failure (Agent-CI-Fingerprint)")
    return message


def named_failure(message: str) -> str:
    """The fingerprint of the failure that the commit of *message* repairs; empty where it is no commit of ours."""
    found = _FINGERPRINT.findall(message)
    return str(found[-1]) if found else ""


def named_attempt(message: str) -> int:
    """The number that the commit of *message* gave itself among ours in a row; 0 where it has none."""
    found = _ATTEMPT.findall(message)
    return int(found[-1]) if found else 0


def _subject(proof: Attempt, evidence: Evidence) -> str:
    if evidence.takes_back:
        return revert_subject(evidence.takes_back.subject)
    cause = inert(proof.reply.cause, limit=10 * _LINE).rstrip(".")
    return inert(f"fix: {cause or _first_target(evidence)}", limit=_SUBJECT)


def _taken_back(evidence: Evidence) -> Iterator[str]:
    """What is taken back, in the words that git uses, and what that does not repair."""
    if (taken := evidence.takes_back) is None:
        return
    yield f"This reverts commit {taken.commit}."
    if taken.red_again:
        names = ", ".join(inert(id_) for id_ in taken.red_again[:_SHOWN])
        yield f"It repairs nothing else: what that commit repaired is red again ({names})."


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
    if evidence.takes_back:
        yield f"Agent-CI-Reverts: {evidence.takes_back.commit}"
