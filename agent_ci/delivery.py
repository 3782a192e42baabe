"""What becomes of a proven change: a patch file first, so that nothing is lost, then the ladder from what was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from agent_ci import git, memory
from agent_ci.clone import Clone
from agent_ci.core.change import Patch
from agent_ci.core.context import Context
from agent_ci.core.document import FIX
from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.ladder import ASKED_FOR, COMMIT, NONE, PATCH, REMOTE, rungs
from agent_ci.core.loops import repairs
from agent_ci.core.message import commit_message, message_of_tests, signed
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.parcel import Content, Parcel
from agent_ci.core.questions.answer import offer
from agent_ci.core.rules import NEW_SECRET
from agent_ci.core.run import MODEL, Verdict
from agent_ci.core.worth.provenance import delivery_name
from agent_ci.errors import (
    AgentCIError,
    ForgeUnavailableError,
    NotAllowedError,
    RefusedError,
    RungRefusedError,
    StaleError,
    UsageError,
)
from agent_ci.memory import Idea, ProvenFix
from agent_ci.pipeline import Tools
from agent_ci.ports import Delivery, Forge
from agent_ci.settings import Settings

TESTS = "tests"
"""The job whose changes add tests: they are told in other words, and wait for a person where that matters."""


@dataclass(frozen=True)
class Carrier:
    """What brings a change where it is wanted: the forge, the one way out, and *keep*, which writes the patch.

    ``keep`` gets the patch before the first delivery is tried, so that nothing is lost.
    """

    forge: Forge
    outward: Outward
    keep: Callable[[bytes], object]


@dataclass(frozen=True)
class Outgoing:
    """The verdict after delivery, the bytes of ``fix.patch`` or of ``partial.patch``, and where the change went.

    ``message`` is that of the commit that the change would be, empty where nothing was proven. ``moved_to`` is the
    commit that the branch is at now, where that was found to be another one than the change was proven on. ``tried`` is
    what the model offered in vain, where other runs may hear of it.
    """

    verdict: Verdict
    patch: bytes | None = field(default=None, repr=False)
    is_partial: bool = False
    delivery: Delivery | None = None
    message: str = ""
    moved_to: str = ""
    tried: tuple[Idea, ...] = ()


def deliver(verdict: Verdict, carrier: Carrier, tools: Tools, settings: Settings) -> Outgoing:
    """Deliver what *verdict* proves as *settings* say. What forbids delivery is its outcome, and the patch is kept.

    A change that leaves doubts goes no further than a suggestion,
    which a person has to accept. One that holds a secret goes nowhere, and is no proof any more.
    """
    ideas = _note_tried(verdict, tools, settings, carrier.outward)
    try:
        made = _outgoing(verdict, carrier, tools, settings)
    except RefusedError as error:
        made = Outgoing(_refused(verdict, error))
    return replace(made, tried=ideas)


def _outgoing(verdict: Verdict, carrier: Carrier, tools: Tools, settings: Settings) -> Outgoing:
    outward = carrier.outward
    proof, partial = verdict.proof, verdict.partial
    if proof is None or proof.patch is None:
        if partial is None or partial.patch is None:
            return Outgoing(verdict)
        together = tools.clone.patch(verdict.evidence.tree, partial.patch.tree)
        return Outgoing(verdict, _encoded(outward.to(Sink.PATCH, together.diff)), is_partial=True)
    parcel = signed_off(_parcel(verdict, proof.patch, tools, outward), settings)
    made = Outgoing(verdict, _as_mail(parcel, tools.clone, outward), message=parcel.message)
    assert made.patch is not None  # noqa: S101 - it was made a line ago
    carrier.keep(made.patch)
    if not verdict.evidence.takes_back and verdict.evidence.job != TESTS:
        _remember(verdict, tools, settings, outward)
    try:
        if settings.uncommitted and settings.deliver == "commit":
            raise UsageError("--uncommitted work cannot be delivered as a commit; apply .agent-ci/fix.patch instead")
        job, is_revert = verdict.evidence.job, bool(verdict.evidence.takes_back)
        waits = Waits.of(job, tools.context, has_doubts=bool(proof.doubts), is_revert=is_revert)
        delivery = descend(parcel, carrier.forge, asked_of(job, settings.deliver, tools.context), waits)
    except AgentCIError as error:
        reason = f"{error}; the proven change is in {settings.out}/fix.patch"
        moved_to = error.head if isinstance(error, StaleError) else ""
        return replace(made, verdict=replace(verdict, outcome=error.outcome, reason=reason), moved_to=moved_to)
    outcome = Outcome.FIXED if delivery.rung in (PATCH, NONE) else Outcome.DELIVERED
    return replace(made, verdict=replace(verdict, outcome=outcome), delivery=delivery)


@dataclass(frozen=True, slots=True)
class Waits:
    """Why a change waits for a person: *has_doubts* about what it does, or it is not committed at once, and *why*."""

    has_doubts: bool = False
    why: str = ""

    @classmethod
    def of(cls, job: str, context: Context, *, has_doubts: bool, is_revert: bool) -> Waits:
        """What keeps a change of *job* for *context* from going further, where something does."""
        if is_revert:
            return cls(has_doubts, "a revert is proposed to a person, and never committed at once")
        if job == TESTS and context.is_on_default_branch:
            return cls(has_doubts, "tests are proposed for the default branch, and never committed to it at once")
        return cls(has_doubts)


_FOR_NOBODY = Waits()


def descend(parcel: Parcel, forge: Forge, asked: str, waits: Waits = _FOR_NOBODY, *, file: str = FIX) -> Delivery:
    """Deliver *parcel* by the best rung that is not refused; its sentence names those that were, and why.

    *file* is the name of the patch file, which is the last rung.

    Raises ForgeUnavailableError where only rights are missing or the forge does not answer, and StaleError where the
    branch moved on. The patch file is the caller's, and is there already.
    """
    refusals: list[RungRefusedError] = []
    if waits.why and asked == COMMIT:
        refusals.append(RungRefusedError(waits.why))
    for rung in rungs(asked, has_doubts=waits.has_doubts, waits=bool(waits.why)):
        if rung == NONE:
            return Delivery(NONE, "nothing was delivered, as asked")
        if rung == PATCH:
            break
        try:
            done = forge.deliver(parcel, rung)
        except RungRefusedError as error:
            refusals.append(error)
            continue
        return replace(done, sentence=done.sentence + _told(asked, refusals))
    if missing := [error for error in refusals if isinstance(error, NotAllowedError)]:
        raise ForgeUnavailableError("; ".join(dict.fromkeys(map(str, missing))))
    path = f".agent-ci/{file}"
    apply = f"apply it with `git apply {path}`, or as a commit with `git am --keep-cr {path}`"
    why = "(--keep-cr keeps the line ends of CRLF files)"
    return Delivery(PATCH, f"the change is a file: {apply} {why}{_told(asked, refusals)}")


def _told(asked: str, refusals: list[RungRefusedError]) -> str:
    reasons = "; ".join(dict.fromkeys(map(str, refusals)))
    return f" ({ASKED_FOR} {asked}: {reasons})" if reasons else ""


def _contents(patch: Patch, clone: Clone) -> tuple[Content, ...]:
    """The files of *patch* as they become, read from *clone*."""
    tree = clone.tree(patch.tree)
    there = {file.path for file in patch.files if file.status != "D"}
    return tuple(
        Content(file.path, file.new_mode, tree.read(file.path) if file.path in there else None) for file in patch.files
    )


def parcel_of(patch: Patch, clone: Clone, context: Context, message: str, failure: str) -> Parcel:
    """What a forge is handed for *patch*; *failure* is the fingerprint of what it repairs."""
    return Parcel(
        commit=context.commit,
        patch=patch,
        contents=_contents(patch, clone),
        message=message,
        fingerprint=failure,
        branch=context.branch,
        number=context.number,
        target=context.branch or context.default_branch,
        from_fork=context.from_fork,
    )


def signed_off(parcel: Parcel, settings: Settings) -> Parcel:
    """*parcel* with a commit that is signed off by whom our commits are of, where *settings* ask for that."""
    by = f"{git.NAME} <{git.EMAIL}>" if settings.sign_off else ""
    return replace(parcel, message=signed(parcel.message, by))


def _refused(verdict: Verdict, error: RefusedError) -> Verdict:
    """*verdict* without the proofs: each gets what forbids it to leave as an objection."""
    objection = NEW_SECRET.objection(str(error))
    attempts = (replace(one, objections=(objection,)) if one.is_proven else one for one in verdict.attempts)
    return replace(verdict, outcome=error.outcome, reason=str(error), attempts=tuple(attempts))


def asked_of(job: str, asked: str, context: Context) -> str:
    """How a change of *job* is delivered that was *asked* for: tests for a fork stay a file."""
    return PATCH if job == TESTS and context.from_fork and asked in REMOTE else asked


def _parcel(verdict: Verdict, patch: Patch, tools: Tools, outward: Outward) -> Parcel:
    if verdict.evidence.job == TESTS:
        name = delivery_name(f"{tools.context.commit} {verdict.evidence.group}".strip())
        said = outward.to(Sink.COMMIT, message_of_tests(verdict, name, run=tools.context.run_url))
        return parcel_of(patch, tools.clone, tools.context, said, name)
    attempt = repairs(tools.history) + 1
    message = outward.to(Sink.COMMIT, commit_message(verdict, run=tools.context.run_url, attempt=attempt))
    return parcel_of(patch, tools.clone, tools.context, message, fingerprint(verdict.evidence.targets))


def _as_mail(parcel: Parcel, clone: Clone, outward: Outward) -> bytes:
    """The change as a mail. Raises RefusedError where it holds a secret; one in the message is taken out."""
    mail = clone.format_patch(clone.commit(parcel.patch.tree, parent=parcel.commit, message=parcel.message))
    return _encoded(outward.to(Sink.PATCH, mail.decode("utf-8", "surrogateescape")))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _remember(verdict: Verdict, tools: Tools, settings: Settings, outward: Outward) -> None:
    """Keep the whole repair under the name of the whole failure, for the next time that the same goes red."""
    path = settings.out / memory.FILE_NAME
    if not _may_remember(path, tools, settings):
        tools.journal.record("not remembered", from_fork=tools.context.from_fork)
        return
    assert verdict.proof is not None  # noqa: S101 - the caller looked
    assert verdict.proof.patch is not None  # noqa: S101 - a proof has a patch
    cause = outward.to(Sink.COMMIT, verdict.proof.reply.cause)
    doubts = tuple(outward.to(Sink.COMMIT, doubt) for doubt in verdict.proof.doubts)
    fix = ProvenFix(fingerprint(verdict.evidence.targets), verdict.proof.patch.diff, cause, doubts)
    memory.remember(path, fix)
    tools.journal.record("remembered", fingerprint=fix.fingerprint)


def _note_tried(verdict: Verdict, tools: Tools, settings: Settings, outward: Outward) -> tuple[Idea, ...]:
    """Keep what the model offered in vain, so that it need not offer it again the next time; what was kept."""
    path = settings.out / memory.TRIED
    whole = fingerprint(verdict.evidence.targets)
    ideas = tuple(
        Idea(attempt.group or whole, offered, attempt.objections).passed(partial(outward.to, Sink.PROMPT))
        for attempt in verdict.attempts
        if attempt.reply.proposer == MODEL and attempt.objections
        if (offered := attempt.patch.diff if attempt.patch else offer(attempt.reply.text))
    )
    if not ideas or verdict.evidence.job == TESTS or not _may_remember(path, tools, settings):
        return ()
    memory.note_tried(path, ideas)
    return ideas


def _may_remember(path: Path, tools: Tools, settings: Settings) -> bool:
    """Whether this run may add to *path*, which other branches read: not for a fork or a commit that has it."""
    committed = tools.clone.tree(tools.context.commit).paths()
    return not tools.context.from_fork and not memory.is_of_the_change(path, settings.repository, committed)
