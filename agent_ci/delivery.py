"""What becomes of a proven change: a patch file first, so that nothing is lost, then what the user asked for."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent_ci import memory
from agent_ci.core.change import Patch
from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.message import commit_message
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.rules import NEW_SECRET
from agent_ci.core.run import Verdict
from agent_ci.errors import AgentCIError, RefusedError, UsageError
from agent_ci.memory import ProvenFix
from agent_ci.pipeline import Tools
from agent_ci.ports import Delivery, Forge
from agent_ci.settings import Settings

_WITHOUT_A_PERSON = ("commit", "pull-request")


@dataclass(frozen=True)
class HandOver:
    """The verdict after delivery, the bytes of ``fix.patch`` or of ``partial.patch``, and where the change went."""

    verdict: Verdict
    patch: bytes | None = None
    is_partial: bool = False
    delivery: Delivery | None = None


def hand_over(verdict: Verdict, forge: Forge, tools: Tools, settings: Settings, outward: Outward) -> HandOver:
    """Deliver what *verdict* proves as *settings* say. What forbids delivery is its outcome, and the patch is kept.

    A change that leaves doubts goes no further than a suggestion, which a person has to accept. One that holds a
    secret goes nowhere, and is no proof any more.
    """
    try:
        return _handed_over(verdict, forge, tools, settings, outward)
    except RefusedError as error:
        return HandOver(_refused(verdict, error))


def _handed_over(verdict: Verdict, forge: Forge, tools: Tools, settings: Settings, outward: Outward) -> HandOver:
    proof, partial = verdict.proof, verdict.partial
    if proof is None or proof.patch is None:
        if partial is None or partial.patch is None:
            return HandOver(verdict)
        together = tools.clone.patch(verdict.evidence.tree, partial.patch.tree)
        return HandOver(verdict, _encoded(outward.to(Sink.PATCH, together.diff)), is_partial=True)
    patch = _as_mail(verdict, proof.patch, tools, outward)
    _remember(verdict, tools, settings, outward)
    mode = "suggestion" if proof.doubts and settings.deliver in _WITHOUT_A_PERSON else settings.deliver
    try:
        if settings.uncommitted and mode == "commit":
            raise UsageError("--uncommitted work cannot be delivered as a commit; apply .agent-ci/fix.patch instead")
        delivery = forge.deliver(verdict, mode)
    except AgentCIError as error:
        reason = f"{error}; the proven change is in {settings.out}/fix.patch"
        return HandOver(replace(verdict, outcome=error.outcome, reason=reason), patch)
    outcome = Outcome.DELIVERED if delivery.rung not in ("patch", "none") else Outcome.FIXED
    return HandOver(replace(verdict, outcome=outcome), patch, delivery=delivery)


def _refused(verdict: Verdict, error: RefusedError) -> Verdict:
    """*verdict* without the proofs: each gets what forbids it to leave as an objection."""
    objection = NEW_SECRET.objection(str(error))
    attempts = (replace(one, objections=(objection,)) if one.is_proven else one for one in verdict.attempts)
    return replace(verdict, outcome=error.outcome, reason=str(error), attempts=tuple(attempts))


def _as_mail(verdict: Verdict, patch: Patch, tools: Tools, outward: Outward) -> bytes:
    """The change as a mail. Raises RefusedError where it holds a secret; one in the message is taken out."""
    attempt = tools.repository.our_commits_at_head() + 1
    message = outward.to(Sink.COMMIT, commit_message(verdict, run=tools.context.run_url, attempt=attempt))
    mail = tools.clone.format_patch(tools.clone.commit(patch.tree, parent=tools.context.commit, message=message))
    return _encoded(outward.to(Sink.PATCH, mail.decode("utf-8", "surrogateescape")))


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _remember(verdict: Verdict, tools: Tools, settings: Settings, outward: Outward) -> None:
    """Keep the whole repair under the name of the whole failure, for the next time that the same goes red."""
    assert verdict.proof is not None  # noqa: S101 - the caller looked
    assert verdict.proof.patch is not None  # noqa: S101 - a proof has a patch
    cause = outward.to(Sink.COMMIT, verdict.proof.reply.cause)
    fix = ProvenFix(fingerprint(verdict.evidence.targets), verdict.proof.patch.diff, cause)
    memory.remember(settings.out / memory.FILE_NAME, fix)
    tools.journal.record("remembered", fingerprint=fix.fingerprint)
