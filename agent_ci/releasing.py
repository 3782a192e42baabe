"""The notes of a release, and the change that brings them into the changelog, proven before it goes anywhere."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from agent_ci.clone import Clone, GitTree
from agent_ci.core.change import Patch
from agent_ci.core.context import Context
from agent_ci.core.message import changelog_message
from agent_ci.core.notes import restructured
from agent_ci.core.notes.account import SCOPE, account
from agent_ci.core.notes.changelog import NAMES, OTHERS, Changelog, EditedError, Release, UnknownFormError, faults
from agent_ci.core.notes.drafted import Drafted
from agent_ci.core.notes.proposal import Proposal
from agent_ci.core.notes.rendering import USUAL, Place, Style, body, headed
from agent_ci.core.notes.restructured_changelog import NAMES as STRUCTURED_NAMES
from agent_ci.core.notes.restructured_changelog import StructuredChangelog, form_of
from agent_ci.core.notes.values import Ledger
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.terminal import cleaned
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.parcel import Parcel
from agent_ci.core.policy import CHANGELOG_POLICY
from agent_ci.core.report import TestReport
from agent_ci.core.rules import NEW_SECRET
from agent_ci.core.run import Attempt, Evidence, Reply, Verdict
from agent_ci.delivery import parcel_of
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.scanners import likely_secrets

JOB = "changelog"
_CITED = re.compile(r"(?<=[\[( `])[#!]\d+\b|(?<=`)[0-9a-f]{7,40}(?=[` ])")


@dataclass(frozen=True)
class Target:
    """The changelog of *tree*: its *path*, and its *text* with what is no UTF-8 as surrogates, "" for a new file."""

    tree: GitTree
    path: str
    text: str

    @classmethod
    def of(cls, tree: GitTree, named: str = "") -> Target | None:
        """The file *named*, else the one that is found; None where there is none that can be written to.

        Raises UsageError for a name that is none of a changelog.
        """
        paths = frozenset(tree.paths())
        path = named or next((name for name in (*NAMES, *STRUCTURED_NAMES) if name in paths), "")
        if OTHERS.fullmatch(named):
            return None
        if named and not CHANGELOG_POLICY.allows(named):
            raise UsageError(f"--changelog-file {named} is no name of a changelog, as CHANGELOG.md and CHANGES.rst are")
        if not path:
            return None
        text = tree.read(path).decode("utf-8", "surrogateescape") if path in paths else ""
        return cls(tree, path, text)

    @property
    def form(self) -> type[Changelog]:
        """Its language, by its name."""
        return form_of(self.path)

    @cached_property
    def style(self) -> Style:
        """How it spells notes in Markdown; those beside one in reStructuredText are spelled as usual."""
        return USUAL if self.is_structured else Changelog(self.text).style

    @property
    def is_structured(self) -> bool:
        """Whether it is reStructuredText."""
        return self.form is StructuredChangelog

    @property
    def notes(self) -> str:
        """The file of the run that has the notes in its language."""
        return "notes.rst" if self.is_structured else "notes.md"

    def told(self, ledger: Ledger, place: Place, until: str) -> str:
        """The notes of *ledger* in reStructuredText, as this file spells them."""
        return restructured.body(ledger, place=place, until=until, style=StructuredChangelog(self.text).style)


@dataclass(frozen=True)
class Draft:
    """What a run has to say, and how: in the style of *target*, the changelog, with links into *place*.

    *version* is that of the release, "" for none yet, and *day* is YYYY-MM-DD. *following* is the next version, *heard*
    what is to be said of the forge, and ``drafted`` the part that a model had in it, None where none was asked.
    """

    ledger: Ledger
    version: str
    day: str
    place: Place
    target: Target | None
    following: Proposal
    heard: str
    drafted: Drafted | None = None

    @property
    def style(self) -> Style:
        """How the notes are spelled in Markdown."""
        return self.target.style if self.target else USUAL

    @cached_property
    def release(self) -> Release:
        """The notes in Markdown, without a heading, as a release says them."""
        text = body(self.ledger, place=self.place, until=self._end, style=self.style)
        return Release(self.version, self.day, text, self.place.compared(self.ledger.range.since, self._end))

    @cached_property
    def text(self) -> str:
        """What `notes.md` says."""
        title = f"{self.version} - {self.day}" if self.version else "Unreleased"
        return headed(title, self.release.body, self.style)

    @cached_property
    def structured(self) -> str:
        """The notes in reStructuredText, where the changelog is; else empty."""
        return self.target.told(self.ledger, self.place, self._end) if self.target and self.target.is_structured else ""

    @cached_property
    def document(self) -> dict[str, object]:
        """What `ledger.json` holds."""
        found = account(self.ledger, version=self.version, drafted=self.drafted)
        return {**found, "proposal": self.following.document, "forge": self.heard}

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said of the model beside the notes, a sentence each."""
        return (self.drafted.sentence, self.drafted.warning) if self.drafted else ()

    @property
    def summary(self) -> str:
        """How much the notes tell of, as a sentence."""
        range_ = self.ledger.range
        return f"The notes tell of {len(range_.commits)} commits since {range_.since or 'the first'}"

    @property
    def _end(self) -> str:
        """What links call the end of the range."""
        return self.version or self.ledger.range.until[:12]


def unread(tree: GitTree, named: str = "") -> str:
    """The changelog *named*, else that of *tree*, in a format which is not written to; empty where there is none."""
    return named or next((path for path in tree.paths() if OTHERS.fullmatch(path)), "")


def proposed(target: Target, release: Release, ledger: Ledger, clone: Clone) -> Verdict:
    """The change that puts *release* into *target*, with all that speaks against it.

    Raises UnsupportedError where the file cannot be added to, or a person wrote in the section.
    """
    evidence = Evidence(JOB, f"The notes of {release.name} tell of {len(ledger.range.commits)} commits", target.tree.id)
    try:
        text = target.form(target.text or "# Changelog\n").with_release(release)
    except (UnknownFormError, EditedError) as error:
        raise UnsupportedError(
            f"{target.path} {error}; nothing was changed, and the notes are in {target.notes}"
        ) from error
    if text == target.text:
        return Verdict(Outcome.NOTHING_TO_DO, f"{target.path} has these notes of {release.name} already", evidence)
    tree = clone.edit(target.tree.id, {target.path: text.encode("utf-8", "surrogateescape")})
    patch = clone.patch(target.tree.id, tree)
    objections = (
        *replace(CHANGELOG_POLICY, only=(target.path,)).objections(patch),
        *faults(target.text or "# Changelog\n", text, release, target.form),
        *unfit(release.body, ledger),
    )
    reply = Reply("inventory", cause=f"add the notes of {release.name}")
    attempt = Attempt(reply, patch, objections, after=None if objections else TestReport(), repeats=1, scope=SCOPE)
    if objections:
        return Verdict(Outcome.POLICY_REFUSED, f"the change is not proven: {objections[0]}", evidence, (attempt,))
    return Verdict(Outcome.FIXED, f"the notes of {release.name} are proven for {target.path}", evidence, (attempt,))


def unfit(body: str, ledger: Ledger) -> tuple[str, ...]:
    """What speaks against showing the notes *body* of *ledger*: a secret in them, or that they are no account of it."""
    secrets = likely_secrets(cleaned(body).text)  # no other search: a title may speak of passwords
    return (
        *(NEW_SECRET.objection(f"the notes hold what looks like a secret ({len(one)} signs)") for one in secrets),
        *ledger.faults,
        *ungrounded(body, ledger),
    )


def ungrounded(body: str, ledger: Ledger) -> tuple[str, ...]:
    """A sentence for each line of the notes *body* that cites no change, or one that is not in the range."""
    known = frozenset(unit.id for entry in ledger.entries for unit in entry.units)
    return tuple(_ungrounded(body, known))


def _ungrounded(body: str, known: frozenset[str]) -> Iterator[str]:
    for line in body.splitlines():
        if not line.startswith(("- ", "* ", "+ ")):
            continue
        cited = {*_CITED.findall(line[line.rfind(" (") :])}
        if not cited or not cited <= known:
            strange = ", ".join(sorted(cited - known)) or "nothing"
            yield f"a line of the notes cites {strange}, which is no change of the range: {line:.80}"


def parcel(verdict: Verdict, patch: Patch, clone: Clone, context: Context, outward: Outward) -> Parcel:
    """The proven *patch* as a forge is handed it."""
    cause = verdict.attempts[-1].reply.cause
    name = hashlib.sha256(f"{JOB} {cause}".encode()).hexdigest()[:16]
    said = outward.to(Sink.COMMIT, changelog_message(cause, verdict.evidence.summary, name, run=context.run_url))
    made = parcel_of(patch, clone, context, said, name)
    return replace(made, title=made.subject, body=outward.to(Sink.COMMENT, said))
