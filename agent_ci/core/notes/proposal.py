"""Proposes the next version from what a range holds, with a reason for each step; decides and tags nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from agent_ci.core.notes import audience
from agent_ci.core.notes.breaks import Broken
from agent_ci.core.notes.schemes import Kind, Scheme, Step
from agent_ci.core.notes.values import Entry, Ledger, Section
from agent_ci.core.notes.versions import Version, version

_WISHED = re.compile(r"^Release-As:\s*(\S+)\s*$", re.IGNORECASE | re.MULTILINE)
_MOST_REASONS = 10
_CONVENTIONAL = 0.8  # the share of changes with a type from which on types are believed
# A title of this kind tells of something that was added or removed, but not of anything that users call or see.
_INNER = re.compile(
    r"\b(unused|unneeded|dead|redundant|needless|obsolete|leftover|no-?ops?|typos?|docs?|docstrings?|documentation|"
    r"tests?|testing|pytest|coverage|mypy|pyright|typing|type[ -](hints?|ignores?|checkers?)|annotations?|lint\w*|"
    r"ruff|flake8|isort|CI|workflows?|AppVeyor|Travis|classifiers?|setup\.(py|cfg)|warnings?|error messages?|log\w*|"
    r"hacks?|workarounds?|missing|back)\b",
    re.IGNORECASE,
)


class Confidence(StrEnum):
    """How sure a proposal is."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence for at least ``step``; ``cites`` are the changes, commits or symbols that it stands on."""

    step: Step
    text: str
    cites: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """The version that a release of a range would have; ``warnings`` are sentences for whoever decides.

    ``since`` is the release before, None for the first. ``preview`` is the next preview where there are some already.
    """

    version: Version
    since: Version | None
    kind: Kind
    step: Step
    confidence: Confidence
    reasons: tuple[Reason, ...]
    warnings: tuple[str, ...] = ()
    preview: Version | None = None
    broken: tuple[Broken, ...] = ()

    @property
    def lines(self) -> tuple[str, ...]:
        """The proposal as a person reads it: what, why, what to mind."""
        before = f", after {self.since.tag}" if self.since else ", the first release"
        preview = f"; the next preview is {self.preview.tag}" if self.preview else ""
        first = f"{self.version.tag} ({self.kind}, {self.step}{before}; confidence: {self.confidence}){preview}"
        shown = [f"{one.step}: {one.text}{_cited(one)}" for one in self.reasons[:_MOST_REASONS]]
        left = len(self.reasons) - _MOST_REASONS
        return (first, *shown, *((f"and {left} more reasons",) if left > 0 else ()), *self.warnings)

    @property
    def document(self) -> dict[str, object]:
        """What the ledger holds of it."""
        return {
            "version": self.version.tag,
            "since": self.since.tag if self.since else "",
            "scheme": str(self.kind),
            "step": str(self.step),
            "confidence": str(self.confidence),
            "preview": self.preview.tag if self.preview else "",
            "reasons": [{"step": str(one.step), "text": one.text, "cites": list(one.cites)} for one in self.reasons],
            "warnings": list(self.warnings),
            "interface": [one.document for one in self.broken],
        }


def proposal(  # noqa: PLR0913 - what one proposal is made of, each by name
    ledger: Ledger,
    scheme: Scheme,
    *,
    day: date,
    broken: tuple[Broken, ...] = (),
    named: str = "",
    remarks: tuple[str, ...] = (),
) -> Proposal:
    """What to call the release of *ledger* on *day*; *broken* is what changed in its interface.

    *named* is the version that somebody has decided on, "" for none: it is taken, and what speaks against it is said.
    *remarks* are sentences to hand on, such as what could not be compared.
    """
    reasons = tuple(sorted(_reasons(ledger, scheme, broken), key=lambda one: -one.step.size))
    step = max((one.step for one in reasons), key=lambda one: one.size, default=Step.PATCH)
    counted = _beyond_previews(scheme, scheme.next(step, day))
    wished, refused = _wished(ledger, scheme.last)
    decided = version(named) if named else wished
    chosen = decided or counted
    warnings = (*refused, *_objections(chosen, counted, scheme, broken, is_decided=decided is not None), *remarks)
    confidence = Confidence.HIGH if decided else _confidence(ledger, scheme, reasons, broken)
    why = (_decision(chosen, named, wished, ledger),) if decided else ()
    return Proposal(
        chosen,
        scheme.last,
        scheme.kind,
        step_between(scheme.last, chosen),
        confidence,
        (*why, *reasons),
        warnings,
        scheme.preview_after(chosen),
        broken,
    )


def step_between(before: Version | None, after: Version) -> Step:
    """Which number *after* moved first."""
    if before is None:
        return Step.MINOR
    old, new = ((*one.numbers, 0, 0)[:2] for one in (before, after))
    return Step.MAJOR if old[0] != new[0] else Step.MINOR if old != new else Step.PATCH


def plain_rule(ledger: Ledger, scheme: Scheme) -> Step:
    """The step by the rule of Conventional Commits alone, to compare with."""
    commits = ledger.range.commits.values()
    if any(entry.is_breaking for entry in ledger.entries):
        return Step.MINOR if scheme.is_unstable else Step.MAJOR
    return Step.MINOR if any(audience.conventional(one.subject)[0] == "feat" for one in commits) else Step.PATCH


def _reasons(ledger: Ledger, scheme: Scheme, broken: tuple[Broken, ...]) -> Iterator[Reason]:
    breaking = Step.MINOR if scheme.is_unstable else Step.MAJOR
    for one in (one for one in broken if one.is_hard and one.is_promised):
        yield Reason(breaking, one.text, one.changes or tuple(hit.symbol for hit in one.breaks))
    for entry in ledger.entries:
        cites = tuple(unit.id for unit in entry.units)
        if entry.is_breaking:
            yield Reason(breaking, f"{entry.text} is marked as breaking", cites)
        elif entry.section is not Section.INTERNAL and entry.section is not Section.DEPENDENCIES:
            yield Reason(_step(entry), f"{entry.text}: {entry.why}", cites)


def _step(entry: Entry) -> Step:
    if entry.section not in (Section.ADDED, Section.REMOVED, Section.DEPRECATED):
        return Step.PATCH
    is_typed = any(audience.conventional(unit.title)[0] for unit in entry.units)
    return Step.PATCH if not is_typed and _INNER.search(entry.text) else Step.MINOR


def _wished(ledger: Ledger, last: Version | None) -> tuple[Version | None, tuple[str, ...]]:
    """What the newest `Release-As:` of the range asks for, and why it is not taken where it cannot be."""
    for commit in ledger.range.commits.values():
        for word in _WISHED.findall(commit.message)[-1:]:
            asked = version(word)
            if asked is None or (last and asked.order <= last.order):
                why = "is no version" if asked is None else f"does not come after {last.tag if last else ''}"
                return None, (f"Release-As of {commit.id[:10]} asks for {word[:40]!r}, which {why}",)
            if last:
                asked = Version(last.prefix + word[len(asked.prefix) :], last.prefix, asked.numbers, asked.pre)
            return asked, ()
    return None, ()


def _decision(chosen: Version, named: str, wished: Version | None, ledger: Ledger) -> Reason:
    step = step_between(version(ledger.range.since), chosen)
    if named or wished is None:
        return Reason(step, f"{chosen.tag} was named when this was called")
    commit = next(one for one in ledger.range.commits.values() if _WISHED.search(one.message))
    return Reason(step, f"a commit says Release-As: {chosen.tag}", (commit.id[:10],))


def _beyond_previews(scheme: Scheme, counted: Version) -> Version:
    """*counted*, or what the newest previews are previews of where that is more."""
    last = scheme.last
    if not scheme.previews or scheme.kind is Kind.CALVER:
        return counted
    newest = scheme.previews[-1]
    tag = newest.tag[: newest.tag.lower().rindex(newest.pre)].rstrip(".-_")
    target = Version(tag, newest.prefix, newest.numbers)
    is_ahead = last is None or target.order > last.order
    return target if is_ahead and target.order > counted.order else counted


def _objections(
    chosen: Version, counted: Version, scheme: Scheme, broken: tuple[Broken, ...], *, is_decided: bool
) -> Iterator[str]:
    if is_decided and chosen.order[0] < counted.order[0] and scheme.kind is not Kind.CALVER:
        yield f"{chosen.tag} is less than the changes ask for, which is {counted.tag}"
    if is_decided and scheme.last and chosen.order <= scheme.last.order:
        yield f"{chosen.tag} does not come after {scheme.last.tag}"
    for one in broken:
        if one.is_hard and not one.is_declared:
            made_by = f" (by {', '.join(one.changes)})" if one.changes else ""
            inner = "" if one.is_promised else ", which the package itself does not export: it moves no number"
            yield f"undeclared breaking change{made_by}: {one.text}{inner}"


def _confidence(ledger: Ledger, scheme: Scheme, reasons: tuple[Reason, ...], broken: tuple[Broken, ...]) -> Confidence:
    """High where the changes say by their types what they are, medium where titles agree, low where little speaks."""
    titles = [unit.title for entry in ledger.entries for unit in entry.units]
    typed = sum(bool(audience.conventional(title)[0]) for title in titles)
    if scheme.last is None or not reasons:
        return Confidence.LOW
    if any(one.is_hard and one.is_promised and not one.is_declared for one in broken):
        return Confidence.MEDIUM
    if typed >= _CONVENTIONAL * len(titles):
        return Confidence.HIGH
    top = [one for one in reasons if one.step is reasons[0].step]
    return Confidence.LOW if len(top) == 1 and top[0].step is not Step.PATCH else Confidence.MEDIUM


def _cited(reason: Reason) -> str:
    return f" ({', '.join(reason.cites[:3])})" if reason.cites else ""
