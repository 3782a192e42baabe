"""Drafts the notes of a release from git alone, and delivers them as asked; nothing of the repository is run."""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TextIO, cast

from agent_ci import __version__, hosts, kept, registry, settings
from agent_ci.artifacts import OutputFolder
from agent_ci.audit import AuditLog
from agent_ci.base import settings_file
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.commits import Log
from agent_ci.console import Console, annotates, is_live
from agent_ci.core.context import Context
from agent_ci.core.document import FIX, Surroundings, evidence_document
from agent_ci.core.environment import forge_tokens, keys_among, tokens_among, without_forge_tokens
from agent_ci.core.ladder import NONE, PATCH, REMOTE
from agent_ci.core.notes.account import explanation
from agent_ci.core.notes.categories import PATHS as _SETTINGS_OF_NOTES
from agent_ci.core.notes.categories import Categories
from agent_ci.core.notes.drafted import Drafted
from agent_ci.core.notes.masking import masked
from agent_ci.core.notes.release import Page, signed
from agent_ci.core.notes.rendering import Place
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Ledger, Range
from agent_ci.core.notes.versions import baseline, version
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import sentence
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.run import Evidence, Verdict
from agent_ci.delivery import descend, signed_off
from agent_ci.errors import AgentCIError, UnsupportedError, UsageError
from agent_ci.files import append_regular
from agent_ci.ports import Delivery, Forge
from agent_ci.process import ToolError, undisturbed
from agent_ci.proposing import propose
from agent_ci.releasing import JOB, Draft, Target, parcel, proposed, unfit, unread
from agent_ci.rewording import Rewording, is_asked_for
from agent_ci.scanners import likely_secrets
from agent_ci.settings import OF_JOBS, Settings
from agent_ci.showing import SUMMARY


@dataclass
class Drafting:
    """One draft: *since* and *release* are what the user named, "" for what the tags say; *package* is its prefix.

    ``date`` is YYYY-MM-DD, "" for that of the release's commit. ``given`` are the other options by key.
    """

    environment: Mapping[str, str]
    given: Mapping[str, object]
    stderr: TextIO
    since: str = ""
    release: str = ""
    package: str = ""
    date: str = ""
    file: str = ""
    has_draft: bool = False
    is_offline: bool = False
    is_published: bool = False
    started: float = field(default_factory=time.monotonic)
    settings: Settings = field(init=False)
    keys: tuple[str, ...] = field(init=False)
    tokens: tuple[str, ...] = field(init=False)
    outward: Outward = field(init=False)
    console: Console = field(init=False)
    evidence: Mapping[str, object] = field(init=False)

    def __post_init__(self) -> None:
        """Hear the command line and the environment. Raises UsageError."""
        self.settings = settings.heard(self.given, self.environment, usual=OF_JOBS[JOB])
        self.outward = kept.outward(self.environment, likely_secrets)
        names = kept.names(self.environment)
        self.keys, self.tokens = keys_among(names), tokens_among((*names, *forge_tokens(self.environment)))
        if self.keys:
            self.environment = without_forge_tokens(self.environment)
        live = is_live(self.stderr, self.environment)
        self.console = Console(self.stderr, is_live=live, is_quiet=self.settings.quiet, outward=self.outward)
        self.console.annotates = annotates(self.environment)
        if self.date and not _is_day(self.date):
            raise UsageError(f"--date {self.date!r} is no day; write it as YYYY-MM-DD")
        if self._shows_release and not self.release:
            raise UsageError("--draft-release and --publish need --release with the release's tag, as in v1.2.0")

    @property
    def _shows_release(self) -> bool:
        return self.has_draft or self.is_published

    @property
    def output(self) -> OutputFolder:
        """The folder that the files go to."""
        return OutputFolder(self.settings.out, self.outward)

    def run(self) -> dict[str, object]:
        """Write `notes.md`, `ledger.json` and `evidence.json`, deliver the change of the changelog, and tell it all.

        Raises AgentCIError; the notes are written by then where there are any.
        """
        repository = Repository.at(self.settings.repository)
        with Clone.of(repository) as clone:
            forge = registry.forge(self.environment, repository, clone)
            context = forge.context()
            file = settings_file(context, repository, clone)
            self.settings = settings.heard(self.given, self.environment, file, usual=OF_JOBS[JOB])
            self._refuse_two_powers()
            self.output.prepare()
            target = Target.of(clone.tree(context.commit), self.file)
            with self._whole(repository) as log:
                draft = self._draft(repository, log, target)
                self._write(draft)
                if is_asked_for(self.settings):  # a signal while it is asked leaves what was written
                    draft = self._reworded(draft, log)
                    self._write(draft)
            place = _Place(forge, context, clone)
            ended = self._delivered(draft, place) if draft.ledger.range.commits else _nothing(draft)
            if self._shows_release:
                ended = self._shown(draft, ended, until=context.commit)
            return self._told(draft, ended, context)

    def _refuse_two_powers(self) -> None:
        if self.keys and self.tokens and (self._shows_release or self.settings.deliver in REMOTE):
            raise UsageError(
                f"changelog may write ({self.tokens[0]}) and must not hold the key of a model ({self.keys[0]}); "
                "deliver what it made with `agent-ci publish` in a job of its own"
            )

    def _draft(self, repository: Repository, log: Log, target: Target | None) -> Draft:
        """What there is to say. Raises UsageError, UnsupportedError."""
        with self.console.phase("read the history"):
            until = self._end(repository, log)
            categories = Categories.of(log.file(until, *_SETTINGS_OF_NOTES))
            range_, place = log.range(self._beginning(log, until), until), hosts.place_of(repository)
            heard = self._heard(place, range_)
            if heard.sentence:
                self.console.say(heard.sentence)
            made = self._masked(ledger(range_, categories, heard.requests))
            if wrong := made.faults:
                raise AssertionError(f"the ledger is no account of its range: {wrong[0]}")
            day = self.date or log.day(until)
            following = propose(log, repository, made, release=self.release, package=self.package, day=day)
        first, *more = following.lines
        self.console.say("\n  ".join((f"next version: {first}", *more)))
        return Draft(made, self.release, day, place, target, following, heard.sentence)

    def _heard(self, place: Place, range_: Range) -> hosts.Heard:
        """What the forge tells; this process does not ask it where it holds the key of a model."""
        if self.tokens and self.keys and not kept.door(self.environment):
            return hosts.Heard({}, f"{self.tokens[0]} is not used: this job holds the key of a model ({self.keys[0]})")
        return hosts.heard(self.environment, place, range_, is_offline=self.is_offline)

    def _reworded(self, draft: Draft, log: Log) -> Draft:
        """*draft* in a model's words where they hold; the version goes by what people wrote."""
        journal = AuditLog(self.settings.out / "audit.jsonl", self.outward)
        rewording = Rewording(
            self.settings, self.environment, log, journal, self.outward, self._seconds_left, self.console
        )
        drafted = rewording.of(draft.ledger, draft.style, release=self.release, broken=draft.following.broken)
        return replace(draft, ledger=self._masked(drafted.ledger), drafted=drafted)

    def _seconds_left(self) -> float:
        return self.settings.time_limit - (time.monotonic() - self.started)

    def _masked(self, made: Ledger) -> Ledger:
        """*made* without what looks like a secret in the words of commits: they are cut and spelled later."""
        return masked(made, lambda words: cast("list[str]", self.outward.values(words)))

    def _write(self, draft: Draft) -> None:
        self.output.write_inert("notes.md", draft.text)
        if draft.structured:
            self.output.write_inert("notes.rst", draft.structured)
        self.output.write_values(draft.document, {"ledger.json": lambda safe: json.dumps(safe, indent=2) + "\n"})
        if draft.drafted and draft.drafted.asked:
            self.output.write_inert("notes.raw.md", draft.drafted.raw(lambda text: self.outward.to(Sink.JSON, text)))

    def _delivered(self, draft: Draft, place: _Place) -> _Ended:
        """The change of the changelog, and what became of it. Raises UnsupportedError where it cannot be made."""
        asked, target = self.settings.deliver, draft.target
        if not self.release:
            return self._only_notes(
                draft, "the notes are in notes.md; with --release they go into the changelog", asked
            )
        if target is None:
            there = unread(place.clone.tree(place.context.commit), self.file)
            why = f"{there} is in a format that is not written to" if there else "there is no changelog"
            return self._only_notes(draft, f"{why}; the notes are in notes.md", asked)
        try:
            release = replace(draft.release, body=draft.structured or draft.release.body)
            verdict = proposed(target, release, draft.ledger, place.clone)
        except UnsupportedError as error:
            return self._only_notes(draft, str(error), asked)
        if verdict.proof is None or verdict.proof.patch is None:
            return _Ended(verdict)
        made = parcel(verdict, verdict.proof.patch, place.clone, place.context, self.outward)
        made = signed_off(made, self.settings)
        mail = place.clone.format_patch(place.clone.commit(made.patch.tree, parent=made.commit, message=made.message))
        self.output.write_patch(mail)
        ended = _Ended(verdict, mail, made.message)
        try:
            with self.console.phase("deliver"), undisturbed():
                delivery = descend(made, place.forge, asked)
        except AgentCIError as error:
            reason = f"{error}; the proven change is in {self.settings.out}/fix.patch"
            return replace(ended, verdict=replace(verdict, outcome=error.outcome, reason=reason))
        outcome = Outcome.FIXED if delivery.rung in (PATCH, NONE) else Outcome.DELIVERED
        return replace(ended, verdict=replace(verdict, outcome=outcome), delivery=delivery)

    def _shown(self, draft: Draft, ended: _Ended, *, until: str) -> _Ended:
        """*ended* with the release, or its draft, up to date; that it failed, or what is against it, is the outcome."""
        refused = ended.verdict.outcome is Outcome.POLICY_REFUSED
        if against := ("they were refused",) if refused else unfit(draft.release.body, draft.ledger):
            reason = f"{ended.verdict.reason}; the release does not show the notes: {against[0]}"
            return replace(ended, verdict=replace(ended.verdict, outcome=Outcome.POLICY_REFUSED, reason=reason))
        named = version(self.release)
        text = self.outward.to(Sink.COMMIT, signed(draft.release.body, more=draft.release.link))
        page = Page(self.release, text, until, is_preview=bool(named and named.is_preview))
        try:
            with self.console.phase("show the release"), undisturbed():
                releases = hosts.releases(self.environment)
                said = releases.publish(page) if self.is_published else releases.draft(page)
        except AgentCIError as error:
            reason = f"{ended.verdict.reason}; the release does not show the notes: {error}"
            return replace(ended, verdict=replace(ended.verdict, outcome=error.outcome, reason=reason))
        return replace(ended, verdict=replace(ended.verdict, reason=f"{ended.verdict.reason}; {said}"), drafted=said)

    def _add_to_summary(self, draft: Draft, verdict: Verdict) -> None:
        """Show the notes in the summary of the job, or why they were refused; that this fails ends nothing."""
        if path := self.environment.get(SUMMARY, ""):
            text = self.outward.to(Sink.COMMIT, signed(draft.text, more=draft.release.link))
            if verdict.outcome is Outcome.POLICY_REFUSED:
                text = self.outward.to(Sink.SUMMARY, f"{sentence(verdict.reason)}\n")
            text += self.outward.to(Sink.SUMMARY, "".join(f"\n{sentence(line)}\n" for line in draft.remarks))
            try:
                append_regular(Path(path), text.encode("utf-8", "replace"))
            except (AgentCIError, OSError) as error:
                self.console.say(
                    f"the summary of the job could not be written ({error}); notes.md has what it would say"
                )

    def _only_notes(self, draft: Draft, reason: str, asked: str) -> _Ended:
        """The end of a run that changes no file. Raises UnsupportedError where that was *asked* for."""
        if self.file or asked in REMOTE:
            raise UnsupportedError(reason)
        return _Ended(Verdict(Outcome.FIXED, reason, Evidence(JOB, draft.summary)))

    def _told(self, draft: Draft, ended: _Ended, context: Context) -> dict[str, object]:
        """Write `evidence.json` and return what a program reads of the run."""
        around = Surroundings(
            context=context,
            timings={**self.console.timings, "total": time.monotonic() - self.started},
            timeline=tuple(sorted(self.console.timeline, key=lambda phase: phase.start)),
            versions={"agent-ci": __version__, "python": platform.python_version(), **_model(draft.drafted)},
            delivery=asdict(ended.delivery) if ended.delivery else {},
        )
        attempts = (*(draft.drafted.attempts if draft.drafted else ()), *ended.verdict.attempts)
        document = evidence_document(replace(ended.verdict, attempts=attempts), around)
        if ended.patch is not None:
            digest = hashlib.sha256(ended.patch).hexdigest()
            document["patch_file"] = {"name": FIX, "sha256": digest, "message": ended.message}
        written = self.output.write_evidence({**document, "release": {**_release(draft), "draft": ended.drafted}})
        delivered = ended.delivery.sentence if ended.delivery else ""
        told = explanation(draft.ledger, ended.verdict, summary=draft.summary, more=(delivered, *draft.remarks))
        self.output.write_text("explanation.md", told)
        self._add_to_summary(draft, ended.verdict)
        self.console.say(f"{ended.verdict.outcome}: {ended.verdict.reason}")
        self.evidence = written
        return {**written, "notes": draft.text, "ledger": draft.document}

    @contextlib.contextmanager
    def _whole(self, repository: Repository) -> Iterator[Log]:
        """The history, completed where the checkout is shallow. Raises UnsupportedError where that cannot be done."""
        if not repository.is_shallow():
            yield Log(repository.root)
            return
        with Clone.of(repository) as clone:
            try:
                clone.complete(repository.remote(), repository.head())
            except ToolError as error:
                raise UnsupportedError(
                    "the history of this checkout was cut off when it was fetched, so that the notes would be wrong, "
                    "and the rest cannot be fetched; fetch all of it (GitHub: fetch-depth: 0 of actions/checkout, "
                    f"GitLab: GIT_DEPTH: 0) ({error})"
                ) from error
            yield Log(clone.directory, is_bare=True)

    def _end(self, repository: Repository, log: Log) -> str:
        """The commit that the notes end with: that of the release's tag where there is one, else the checkout's."""
        if self.release and self.release in (known := log.tags("HEAD" if not log.is_bare else repository.head())):
            return known[self.release]
        return repository.head()

    def _beginning(self, log: Log, until: str) -> str:
        """The tag or revision that the notes begin after, "" for everything. Raises UsageError for an unknown one."""
        release = version(self.release) if self.release else None
        if self.release and release is None:
            raise UsageError(
                f"--release {self.release!r} is no version; give it as the tag will be called, as in v1.2.0"
            )
        known = log.tags(until)
        if self.since and not log.knows(self.since):
            raise UsageError(f"--since {self.since!r} names no commit here; fetch it, or name the tag of a release")
        if self.since:
            return self.since
        package = self.package or (release.package if release else "")
        found = baseline(
            (tag for tag, commit in known.items() if commit != until or not release), release=release, package=package
        )
        if found is None:
            self.console.say("no release before this one can be reached from here, so that everything counts as new")
        return found.tag if found else ""


@dataclass(frozen=True)
class _Place:
    """Where a change goes: the forge, what is judged, and the objects to make commits of."""

    forge: Forge
    context: Context
    clone: Clone


@dataclass(frozen=True)
class _Ended:
    """What became of the notes: the verdict, the bytes of `fix.patch`, its commit's message, and where it went."""

    verdict: Verdict
    patch: bytes | None = field(default=None, repr=False)
    message: str = ""
    delivery: Delivery | None = None
    drafted: str = ""


def _nothing(draft: Draft) -> _Ended:
    reason = f"nothing was committed since {draft.ledger.range.since or 'the beginning'}; the notes say so"
    return _Ended(Verdict(Outcome.NOTHING_TO_DO, reason, Evidence(JOB, draft.summary)))


def _model(drafted: Drafted | None) -> dict[str, object]:
    """The model and its prompts, as the evidence names them."""
    return {"model": drafted.model, "prompts": dict(drafted.prompts)} if drafted else {"model": None, "prompts": {}}


def _release(draft: Draft) -> dict[str, object]:
    range_ = draft.ledger.range
    return {"version": draft.version, "since": range_.since, "until": range_.until, "commits": len(range_.commits)}


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
