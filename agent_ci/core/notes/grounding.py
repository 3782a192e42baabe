"""Knows when a line that somebody else wrote about changes holds, by the line and what is said of these alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from agent_ci.core.notes import audience, letters
from agent_ci.core.notes.claims import Claim, Kind, claims, is_address_in, is_code_in, is_name_in, is_number_in
from agent_ci.core.notes.habits import is_changelog
from agent_ci.core.notes.sources import Sources
from agent_ci.core.notes.support import OF_SECTIONS, bears, unsupported
from agent_ci.core.notes.values import Entry, Section
from agent_ci.core.review.instructions import speaks_to_a_model

LONGEST = 300
"""Characters of a line."""

_READ = 1_000  # characters of a line that is looked into at all
_SENTENCES = 2
_MOST_NAMES = 200  # identifiers that are looked for in the files of the release, for one answer
_FEWEST_SHARED = 0.1
"""The share of a line's words that its sources must have; of a hundred entries that people wrote, one has less."""
_FEW = 3  # words; fewer tell nothing where code says more, and nothing of another change
_LIKE_ANOTHER = 0.6
_MUCH_MORE = 0.3
_END = re.compile(r"[.!?](?=\s+[A-Z\"'(])")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|etc|vs|cf|approx|no)\.", re.IGNORECASE)
_CODE = re.compile(r"`+[^`]*`+")
_WORD = re.compile(r"[^\W\d_]{4,}")
_COMMON = frozenset(
    {
        "that", "this", "with", "from", "when", "will", "they", "have", "been", "were", "into", "more", "than", "also",
        "only", "such", "some", "their", "there", "which", "using", "used", "make", "makes", "made", "does", "what",
        "where", "your", "other", "while", "then", "them", "these", "those", "like", "just", "very", "over", "after",
        "before", "instead", "support", "supports", "added", "adds", "fixed", "fixes", "changed", "changes", "updated",
        "updates", "removed", "removes", "release", "version",
    }
)  # fmt: skip
_ISSUE = re.compile(r"(?<![\w/])[#!]\d+\b")
_BULLET = re.compile(r"^[-*+]\s+")
_ID = re.compile(r"[#!]\d+|[0-9a-f]{7,40}")
_CITED = re.compile(r"\s*\(`?(?:[#!]\d+|[0-9a-f]{7,40})`?(?:, ?`?(?:[#!]\d+|[0-9a-f]{7,40})`?)*\)\.?$")
_MARK = re.compile(r"^\W*breaking(?: change)?\s*\**:\W*", re.IGNORECASE)


class Check(StrEnum):
    """What a line can fail."""

    FORM = "form"
    KNOWN = "known"
    ONCE = "once"
    TOGETHER = "together"
    SECTION = "section"
    SOURCES = "sources"
    SUPPORT = "support"
    MATTER = "matter"
    ORDERS = "orders"
    LENGTH = "length"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was offered: which changes it is about, where it is to stand, and what it says."""

    ids: tuple[str, ...]
    section: str
    text: str


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a line does not hold, as a sentence, and which check says so.

    *name* is the identifier that is not said of the change, where that is all: it may stand elsewhere in the release.
    """

    check: Check
    text: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Kept:
    """A line that holds: the changes that it is about by id, its section, and its text."""

    ids: tuple[str, ...]
    section: Section
    text: str


def _nothing(_names: frozenset[str]) -> frozenset[str]:
    return frozenset()


@dataclass(frozen=True)
class Inventory:
    """What lines are wanted for.

    ``entries`` are the lines that there are, by the id of their one change, and ``sources`` what is known of each of
    these. ``others`` are further changes of the release, by id, that a line may be confused with. ``sections`` are
    those of the document by the names that it has for them, in lower case. ``versions`` may be named by every line, and
    so may ``released``, the versions of three numbers that came before, as whole ones. ``holds`` says which of some
    identifiers stand anywhere in the files of the release.
    """

    entries: Mapping[str, Entry]
    sources: Mapping[str, Sources]
    sections: Mapping[str, Section]
    versions: tuple[str, ...] = ()
    released: frozenset[str] = frozenset()
    others: Mapping[str, str] = field(default_factory=dict)
    holds: Callable[[frozenset[str]], frozenset[str]] = _nothing

    def judged(self, lines: tuple[Line, ...]) -> Judgement:
        """Which of *lines* hold, and what stands against the others, by the id of each change that they leave open."""
        offered = Counter(id_ for line in lines for id_ in line.ids)
        before = [(line, tuple(self._objections(line, offered))) for line in lines]
        found = self._named_elsewhere(before)
        kept = tuple(self._kept(line) for line, objections in found if not objections)
        against: dict[str, list[Objection]] = {id_: [] for id_ in self.entries}
        strange: list[Objection] = []
        for line, said_against in found:
            for id_ in (id_ for id_ in line.ids if id_ in against):
                against[id_] += said_against
            if not any(id_ in against for id_ in line.ids):
                strange += said_against
        told = {id_ for one in kept for id_ in one.ids}
        for id_, objections in against.items():
            if not offered[id_]:
                objections.append(Objection(Check.ONCE, f"no line is about {id_}"))
        left = {id_: tuple(dict.fromkeys(ones)) for id_, ones in against.items() if id_ not in told}
        return Judgement(kept, left, tuple(dict.fromkeys(strange)), tuple(found))

    def _named_elsewhere(
        self, judged: list[tuple[Line, tuple[Objection, ...]]]
    ) -> list[tuple[Line, tuple[Objection, ...]]]:
        """*judged* without the objections to code that the release holds elsewhere, asked for once.

        It is asked for only where nothing but its length stands against a line, and for the first 200 names at most.
        """
        open_ = [
            one for _, ones in judged if all(one.name or one.check is Check.LENGTH for one in ones) for one in ones
        ]
        names = frozenset(list(dict.fromkeys(one.name for one in open_ if one.name))[:_MOST_NAMES])
        held = self.holds(names) & names if names else names
        return [(line, tuple(one for one in ones if one.name not in held)) for line, ones in judged]

    def _objections(self, line: Line, offered: Counter[str]) -> Iterator[Objection]:
        if unknown := [id_ for id_ in line.ids if id_ not in self.entries]:
            yield Objection(Check.KNOWN, f"{', '.join(unknown)[:80]} is no change that was asked about")
        if not line.ids:
            yield Objection(Check.KNOWN, "a line is about no change")
        if twice := [id_ for id_ in dict.fromkeys(line.ids) if offered[id_] > 1]:
            yield Objection(Check.ONCE, f"{', '.join(twice)} has more than one line, or is named twice in one")
        if unknown or not line.ids:
            return
        entries = [self.entries[id_] for id_ in line.ids]
        about = tuple(self.sources[id_] for id_ in line.ids)
        yield from _together(entries, about)
        yield from self._misplaced(line, entries, about)
        text = said(line, is_breaking=any(entry.is_breaking for entry in entries))
        yield from _shape(line.text, text)
        if len(text) > _READ:
            return
        text = letters.plain(text)
        for word in letters.of_several_alphabets(text):
            yield Objection(Check.SOURCES, f"{word[:40]!r} mixes letters of several alphabets")
        yield from self._ungrounded(text, about)
        yield from _unsupported(text, about)
        yield from self._off_the_matter(text, about)
        if speaks_to_a_model(text) and not any(text in letters.plain(one.unit.title) for one in about):
            yield Objection(Check.ORDERS, "it speaks to a model, and not to the people who use the project")

    def _kept(self, line: Line) -> Kept:
        is_breaking = any(self.entries[id_].is_breaking for id_ in line.ids)
        section = self.sections[line.section.strip().casefold()]
        return Kept(line.ids, section, said(line, is_breaking=is_breaking))

    def _misplaced(self, line: Line, entries: list[Entry], about: tuple[Sources, ...]) -> Iterator[Objection]:
        section = self.sections.get(line.section.strip().casefold())
        if section is None:
            known = ", ".join(dict.fromkeys(self.sections.values()))
            yield Objection(Check.SECTION, f"there is no section {line.section[:40]!r} here, only {known}")
            return
        for entry in entries:
            if entry.is_placed and entry.section is not section:
                yield Objection(Check.SECTION, f"people put {_ids(entry)} under {entry.section}, where it stays")
            elif entry.section in OF_SECTIONS and entry.section is not section:
                yield Objection(Check.SECTION, f"{_ids(entry)} is under {entry.section}, which no line leaves")
        family = OF_SECTIONS.get(section)
        is_moved = any(entry.section is not section for entry in entries)
        if family and is_moved and not any(bears(one, family) for one in about):
            yield Objection(Check.SUPPORT, f"nothing in its sources puts it under {section}")

    def _ungrounded(self, text: str, about: tuple[Sources, ...]) -> Iterator[Objection]:
        for claim in claims(text):
            if not self._is_said(claim, about):
                name = claim.text if claim.kind is Kind.CODE else ""
                yield Objection(Check.SOURCES, f"its sources do not say the {claim.kind} {claim.text[:80]!r}", name)

    def _is_said(self, claim: Claim, about: tuple[Sources, ...]) -> bool:
        """Whether one of the sources says it; a number by which people call a flaw counts only where people decide."""
        match claim.kind:
            case Kind.ADVISORY:
                return any(is_name_in(claim.text, one.firm.casefold()) for one in about)
            case Kind.REFERENCE:
                return any(claim.text == one.unit.id or is_code_in(claim.text, one.said.casefold()) for one in about)
            case Kind.NAME:
                return any(is_name_in(claim.text, one.said.casefold()) for one in about)
            case Kind.CODE:
                return any(is_code_in(claim.text, one.whole) for one in about)
            case Kind.NUMBER:
                texts = (*self.versions, *(text for one in about for text in (one.said, one.changed)))
                return claim.text in self.released or any(is_number_in(claim.text, text) for text in texts)
            case Kind.ADDRESS:
                return any(is_address_in(claim.text, one.whole) for one in about)

    def _off_the_matter(self, text: str, about: tuple[Sources, ...]) -> Iterator[Objection]:
        words = stems(text)
        own = {word for word in words if any(word in one.whole for one in about)}
        names_code = len(words) < _FEW and any(claim.kind is Kind.CODE for claim in claims(text))
        if words and not names_code and len(own) < _FEWEST_SHARED * len(words):
            yield Objection(Check.MATTER, "it says hardly a word that its sources say")
        mine = max(_likeness(words, one.unit.title) for one in about)
        strange = words - own
        titles = {**{id_: one.unit.title for id_, one in self.sources.items()}, **self.others}
        for id_, title in titles.items():
            wanted = stems(title)
            is_like = len(words & wanted) >= _FEW and _likeness(words, title) >= max(_LIKE_ANOTHER, mine + _MUCH_MORE)
            if is_like and strange & wanted and id_ not in _of(about):
                yield Objection(Check.MATTER, f"it says what {id_} is about, which it does not name")
                return


@dataclass(frozen=True)
class Judgement:
    """What became of lines: those that hold, and the objections by the id of each change that has none yet.

    ``strange`` are objections to lines that are about no change that was asked about. ``lines`` are all that were
    judged, each with its objections.
    """

    kept: tuple[Kept, ...]
    left: Mapping[str, tuple[Objection, ...]]
    strange: tuple[Objection, ...] = ()
    lines: tuple[tuple[Line, tuple[Objection, ...]], ...] = ()


def said(line: Line, *, is_breaking: bool) -> str:
    """The text of *line* as it goes into the notes, which name its changes and mark what *is_breaking* themselves."""
    plain = _BULLET.sub("", " ".join(line.text.split()))
    cited = _CITED.search(plain)
    if cited and {*_ID.findall(cited[0])} <= {*line.ids}:
        plain = plain[: cited.start()]
    return _MARK.sub("", plain) if is_breaking else plain


def _shape(raw: str, text: str) -> Iterator[Objection]:
    plain = _ABBREVIATION.sub("x", _CODE.sub("x", text))
    if not text:
        yield Objection(Check.LENGTH, "it says nothing")
    if len(text) > LONGEST:
        yield Objection(Check.LENGTH, f"it has {len(text)} characters, and may have {LONGEST}")
    if len(_END.findall(plain)) >= _SENTENCES or "\n" in raw.strip():
        yield Objection(Check.LENGTH, "it is more than one sentence or two")


def _unsupported(text: str, about: tuple[Sources, ...]) -> Iterator[Objection]:
    for word, family in unsupported(text, about):
        yield Objection(Check.SUPPORT, f"nothing in its sources bears {word!r}, which speaks of {family.name}")


def _together(entries: list[Entry], about: tuple[Sources, ...]) -> Iterator[Objection]:
    """Why these changes have no line in common; one that breaks something always has its own."""
    if len(about) > 1 and any(entry.is_breaking for entry in entries):
        yield Objection(Check.TOGETHER, f"{', '.join(_of(about))}: a breaking change has a line of its own")
    for place, one in enumerate(about[1:], start=1):
        if not any(_is_related(one, other) for other in about[:place]):
            yield Objection(Check.TOGETHER, f"{one.unit.id} has nothing in common with {about[0].unit.id}")


def _is_related(one: Sources, other: Sources) -> bool:
    """Whether two changes are about one thing: an issue, or each other, or words and a file that users get."""
    issues = {*_ISSUE.findall(one.said), one.unit.id} & {*_ISSUE.findall(other.said), other.unit.id}
    files = {path for path in one.unit.paths if audience.is_shipped(path) and not is_changelog(path)}
    words = stems(one.unit.title) & stems(other.unit.title)
    return bool(issues) or bool(words and files & {*other.unit.paths})


def stems(text: str) -> frozenset[str]:
    """The beginnings of the words of *text* that say what it is about."""
    return frozenset(word[:5] for word in _WORD.findall(text.casefold()) if word not in _COMMON)


def _likeness(words: frozenset[str], title: str) -> float:
    """The share of the words of *title* that *words* have; nothing for a title too short to tell."""
    wanted = stems(audience.without_type(title))
    return len(words & wanted) / len(wanted) if len(wanted) > 1 else 0.0


def _of(about: tuple[Sources, ...]) -> tuple[str, ...]:
    return tuple(one.unit.id for one in about)


def _ids(entry: Entry) -> str:
    return ", ".join(unit.id for unit in entry.units)
