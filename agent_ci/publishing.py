"""Delivers what another process proved, with the right to write, no key of a model, and no code of the change run."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TextIO

from agent_ci import handover, kept, memory_ref, objects, registry, settings, showing
from agent_ci.artifacts import OutputFolder
from agent_ci.base import settings_file
from agent_ci.clone import Clone, Texts
from agent_ci.console import Console, is_live
from agent_ci.core.change import ABSENT, Patch
from agent_ci.core.context import Context
from agent_ci.core.environment import model_keys
from agent_ci.core.ladder import COMMIT, NONE, PATCH, PULL_REQUEST
from agent_ci.core.loops import STOPPED
from agent_ci.core.message import named_failure, received_message
from agent_ci.core.notes.changelog import keeps
from agent_ci.core.notes.restructured_changelog import form_of
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.parcel import Parcel
from agent_ci.core.policy import CHANGELOG_POLICY, PROTECTED, Policy, misplaced
from agent_ci.core.report import Status, TestCase
from agent_ci.core.rules import OUT_OF_SCOPE
from agent_ci.core.views.comment import pull_request
from agent_ci.core.views.story import story
from agent_ci.core.worth.taking_out import without_tests
from agent_ci.delivery import TESTS, Waits, asked_of, descend, parcel_of, signed_off
from agent_ci.errors import AgentCIError, RefusedError, StaleError, UnsupportedError, UsageError
from agent_ci.handover import HandedOver
from agent_ci.memory import ProvenFix
from agent_ci.pipeline import refusals
from agent_ci.ports import Delivery, Forge, Tree
from agent_ci.process import ToolError, undisturbed
from agent_ci.scanners import likely_secrets
from agent_ci.settings import Settings

_MAX_MESSAGE = 100_000  # characters
_AGAIN = (
    "; publish runs no code of the repository, so that it cannot prove the change there: run `agent-ci fix` on the new "
    "head, in the pipeline that the push to it started, or by running the job that proposes once more"
)


@dataclass
class Publication:
    """One delivery: the files *evidence* and *patch* of another process, the digest that was told of the first.

    ``environment`` is the process's; ``given`` are the options of the command line by key.
    """

    environment: Mapping[str, str]
    given: Mapping[str, object]
    stderr: TextIO
    evidence: Path
    patch: Path | None = None
    sha256: str = ""
    settings: Settings = field(init=False)
    outward: Outward = field(init=False)
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        """Hear the command line and the environment. Raises UsageError, also where a key of a model is around."""
        if names := model_keys(self.environment):
            raise UsageError(
                f"publish must not hold the key of a model, and {names[0]} is in its environment; give it to the job "
                "that runs `agent-ci fix` alone, since no process may have both that key and the right to write"
            )
        self.settings = settings.heard(self.given, self.environment)
        self.outward = kept.outward(self.environment, likely_secrets)
        live = is_live(self.stderr, self.environment)
        self.console = Console(self.stderr, is_live=live, is_quiet=self.settings.quiet, outward=self.outward)

    @property
    def output(self) -> OutputFolder:
        """The folder that the files go to; what lies in it stays."""
        return OutputFolder(self.settings.out, self.outward)

    def run(self) -> dict[str, object]:
        """Check the hand-over, deliver and tell it, and return the evidence document with what became of it.

        Raises UnsupportedError where the hand-over cannot be believed at all; every later AgentCIError is an outcome,
        and the patch is in the output folder by then. Where nothing was proven, that is told and nothing delivered.
        """
        with self.console.phase("check the hand-over"):
            handed = handover.read(self.evidence, self.patch, sha256=self.sha256)
        try:
            with self._place(handed) as place:
                ended = self._delivered(handed, place) if handed.is_whole else _nothing(handed)
                self._remember(handed, place, ended.fix)
                ended = replace(ended, address=self._told(handed, place, ended))
        except ToolError as error:
            ended = _Ended(Outcome.UNSUPPORTED, f"the hand-over does not fit this repository: {error}")
        except AgentCIError as error:
            ended = _Ended(error.outcome, str(error))
        return self._written(handed, ended)

    def _delivered(self, handed: HandedOver, place: _Place) -> _Ended:
        """What became of the proven change. Raises AgentCIError, ToolError before anything was tried with it."""
        if place.context.is_stopped:
            raise RefusedError(f"{STOPPED}; the proven change is in {self.settings.out}/fix.patch")
        parcel = signed_off(self._parcel(handed, place), self.settings)
        self._keep(handed)
        with self.console.phase("deliver"), undisturbed():
            try:
                job, context = handed.job, place.context
                waits = Waits.of(job, context, has_doubts=bool(handed.doubts), is_revert=handed.is_revert)
                delivery = descend(parcel, place.forge, asked_of(job, self.settings.deliver, context), waits)
            except AgentCIError as error:
                again = _AGAIN if isinstance(error, StaleError) else ""
                return _Ended(error.outcome, f"{error}; the proven change is in {self.settings.out}/fix.patch{again}")
        outcome = Outcome.FIXED if delivery.rung in (PATCH, NONE) else Outcome.DELIVERED
        cause = self.outward.to(Sink.COMMIT, handed.cause)
        is_kept = handed.is_repair and delivery.rung in (COMMIT, PULL_REQUEST)
        doubts = tuple(self.outward.to(Sink.COMMIT, doubt) for doubt in handed.doubts)
        fix = ProvenFix(parcel.fingerprint, parcel.patch.diff, cause, doubts) if is_kept else None
        return _Ended(outcome, str(handed.document["reason"]), delivery, fix=fix)

    def _remember(self, handed: HandedOver, place: _Place, fix: ProvenFix | None) -> None:
        """Keep *fix*, which was delivered, and what a model tried in vain, for when the same goes red the next time.

        What forbids it is said, and no more.
        """
        ideas = handed.tried(partial(self.outward.to, Sink.PROMPT))
        if not self.settings.memory_ref or not (fix or ideas):
            return
        with self.console.phase("remember"), undisturbed():
            try:
                self.console.say(memory_ref.add(place.forge, place.context, fix=fix, ideas=ideas))
            except AgentCIError as error:
                self.console.say(f"nothing is kept in the remote's memory: {error}")

    def tell(self) -> str:
        """Tell people what the run says, and deliver nothing; the address, empty where nobody was told.

        What a model tried in vain is kept in the remote's memory, where the settings have one.

        How the run ended does not change by it: what goes wrong here is said, and no more.
        """
        try:
            with self.console.phase("check the hand-over"):
                handed = handover.read(self.evidence, self.patch, sha256=self.sha256)
            with self._place(handed) as place:
                self._remember(handed, place, None)
                return self._told(handed, place, None)
        except AgentCIError as error:
            self.console.say(f"nobody could be told on the forge: {error}")
            return ""

    def _told(self, handed: HandedOver, place: _Place, ended: _Ended | None) -> str:
        """The address at which people are told; where that fails, a sentence says so and nothing else.

        Of notes nothing is told: what is told of a run is how its tests went.
        """
        if handed.is_notes:
            return ""
        with self.console.phase("tell"), undisturbed():
            try:
                return place.forge.tell(story(_shown(handed, ended), handed.text, self.outward), place.context)
            except AgentCIError as error:
                self.console.say(f"nobody could be told on the forge: {error}")
                return ""

    @contextlib.contextmanager
    def _place(self, handed: HandedOver) -> Iterator[_Place]:
        """Where it is delivered to, which is what the evidence is about. Raises AgentCIError."""
        with (
            objects.holding(handed.commit, self.settings.repository, self.environment) as repository,
            Clone.of(repository) as clone,
        ):
            forge = registry.forge(self.environment, repository, clone)
            context = _judged_here(forge.context(), handed)
            file = settings_file(context, repository, clone, must_be_known=True)
            self.settings = settings.heard(self.given, self.environment, file)
            yield _Place(forge, context, clone)

    def _parcel(self, handed: HandedOver, place: _Place) -> Parcel:
        """What the forge is to be handed, once all was checked that can be. Raises AgentCIError, ToolError."""
        patch = _proven_patch(handed, place.clone)
        if not _only_takes_out(handed, patch, place.clone) and (rules := self._rules(handed, patch, place.clone)):
            raise RefusedError(f"the change breaks a rule of the base's settings: {rules[0]}")
        self.outward.to(Sink.PATCH, handed.text)
        message = self.outward.to(Sink.COMMIT, _message(handed))
        parcel = parcel_of(patch, place.clone, place.context, message, named_failure(message))
        if handed.is_notes:
            return replace(parcel, title=parcel.subject, body=self.outward.to(Sink.COMMENT, message))
        title, body = (self.outward.to(Sink.COMMENT, text) for text in pull_request(handed.document, handed.text))
        return replace(parcel, title=title, body=body)

    def _rules(self, handed: HandedOver, patch: Patch, clone: Clone) -> tuple[str, ...]:
        """The rules of the base's settings that *patch* breaks."""
        targets = tuple(TestCase(id_, Status.FAILED) for id_ in handed.targets)
        about = refusals(self._policy(handed), clone, targets, patch, causes=handed.causes)
        return (*about, *_about_place(handed, patch, clone))

    def _policy(self, handed: HandedOver) -> Policy:
        """What the change may be, by the job that made it; that it claims another job lets it change no more."""
        if handed.is_notes:
            return replace(CHANGELOG_POLICY, deny=(*PROTECTED, *self.settings.deny), permit=self.settings.permit)
        if handed.job == TESTS:
            return self.settings.policy_of_tests
        return self.settings.policy

    def _keep(self, handed: HandedOver) -> None:
        """Have the patch in the output folder before anything is tried with it. Raises RefusedError for a secret."""
        self.output.make()
        if handed.patch is not None:
            self.output.write_patch(handed.patch, is_partial=not handed.is_whole)

    def _written(self, handed: HandedOver, ended: _Ended) -> dict[str, object]:
        with contextlib.suppress(RefusedError):  # then that is the outcome already
            self._keep(handed)
        document = {name: value for name, value in handed.document.items() if name != "seal"}
        written = self.output.write_evidence({**document, **ended.told, "handed_over": {"sha256": handed.sha256}})
        seen = {**written, **({} if handed.is_whole else _as_proven(handed))}
        if handed.is_notes:
            return written
        for fault in showing.show_delivery(written, handed.text, self.output, self.environment, seen=seen):
            self.console.say(fault)
        return written


@dataclass(frozen=True)
class _Place:
    """Where a change is delivered to: the forge, what this job judges, and the objects to make commits of."""

    forge: Forge
    context: Context
    clone: Clone


@dataclass(frozen=True)
class _Ended:
    """What became of a hand-over."""

    outcome: Outcome
    reason: str
    delivery: Delivery | None = None
    address: str = ""
    fix: ProvenFix | None = None

    @property
    def told(self) -> dict[str, object]:
        """The parts of the evidence document that say so."""
        where = asdict(self.delivery) if self.delivery else {}
        code = self.outcome.exit_code
        return {
            "outcome": str(self.outcome),
            "exit_code": code,
            "reason": self.reason,
            "delivery": where,
            "told": self.address,
        }


def _shown(handed: HandedOver, ended: _Ended | None) -> dict[str, object]:
    """The evidence as people are to see it: with what became of the change, where there is one."""
    return {**handed.document, **(ended.told if ended and handed.is_whole else {})}


def _as_proven(handed: HandedOver) -> dict[str, object]:
    """How the run ended that was handed over: where it proved nothing, that publish had nothing to do is no news."""
    return {name: handed.document[name] for name in ("outcome", "exit_code", "reason")}


def _nothing(handed: HandedOver) -> _Ended:
    why = f"{handed.document['outcome']}: {handed.document['reason']}"
    return _Ended(Outcome.NOTHING_TO_DO, f"nothing was proven, so nothing is delivered ({why})")


def _judged_here(context: Context, handed: HandedOver) -> Context:
    """The context of this job. Raises UnsupportedError where the evidence is about something else."""
    told = handed.document["context"]
    if context.forge == "git" or not handed.commit:
        return replace(context, commit=handed.commit or context.commit)
    for name in ("repository", "commit", "number"):
        if getattr(context, name) != told.get(name):
            raise UnsupportedError(
                f"the evidence is about the {name} {told.get(name)!r}, and this job about {getattr(context, name)!r}; "
                "publish what was proven in the same run"
            )
    return context


def _proven_patch(handed: HandedOver, clone: Clone) -> Patch:
    """The change that the hand-over tells of, made again by git. Raises UnsupportedError where it is another one."""
    base = clone.tree(handed.commit).id
    if base != handed.base_tree:
        raise UnsupportedError(f"the evidence was made on other files than those of the commit {handed.commit[:12]}")
    patch = clone.patch(base, clone.apply(base, handed.text))
    if (patch.tree, patch.sha256) != (handed.tree, handed.document["patch"]["sha256"]):
        raise UnsupportedError("the patch leads to other files than those that were proven")
    return patch


def _only_takes_out(handed: HandedOver, patch: Patch, clone: Clone) -> bool:
    """Whether *patch* takes out the tests of one delivery of ours, to the byte, and does nothing else."""
    if not handed.taken_out:
        return False
    old, new = Texts(clone.tree(patch.base_tree)), clone.tree(patch.tree)
    expected = without_tests(old, [file.path for file in patch.files], handed.taken_out)
    return (
        expected.keys() == {file.path for file in patch.files}
        and all(file.new_mode in (ABSENT, file.old_mode) for file in patch.files)
        and expected == {file.path: None if file.new_mode == ABSENT else new.read(file.path) for file in patch.files}
    )


def _about_place(handed: HandedOver, patch: Patch, clone: Clone) -> tuple[str, ...]:
    """What speaks against *patch* beside its policy, by the job that made it: seen on the files before and after."""
    old, new = clone.tree(patch.base_tree), clone.tree(patch.tree)
    if handed.job == TESTS:
        return misplaced(patch, old.paths())
    if not handed.is_notes:
        return ()
    return tuple(
        OUT_OF_SCOPE.objection(f"{file.path} would lose what a person wrote, and notes are only added")
        for file in patch.files
        if file.old_mode != ABSENT
        and (file.new_mode == ABSENT or not keeps(_text(old, file.path), _text(new, file.path), form_of(file.path)))
    )


def _text(tree: Tree, path: str) -> str:
    return tree.read(path).decode("utf-8", "surrogateescape")


def _message(handed: HandedOver) -> str:
    try:
        return received_message(handed.message[:_MAX_MESSAGE])
    except ValueError as error:
        raise UnsupportedError(f"the evidence has no message for a commit: {error}") from error
