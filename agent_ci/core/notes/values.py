"""What release notes are made of: commits of a range, changes that people merged, entries, and what was left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody as git knows them, by `.mailmap` where there is one."""

    name: str
    address: str

    @property
    def signs(self) -> tuple[str, ...]:
        """What two commits by one person have in common: the address, or a name of several words.

        People use more than one address; a single word, as in "root", is no one's own.
        """
        words = self.name.casefold().split()
        return (self.address.casefold(), *((" ".join(words),) if len(words) > 1 else ()))


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. ``message`` is whole, and ``paths`` are the files that differ from the first parent."""

    id: str
    parents: tuple[str, ...]
    author: Person
    message: str
    paths: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The first line."""
        return self.message.partition("\n")[0].strip()

    @property
    def body(self) -> str:
        """Everything after the first line."""
        return self.message.partition("\n")[2].strip()


@dataclass(frozen=True)
class Range:
    """What was committed after ``since``, a tag ("" from the beginning on), up to the commit ``until``.

    ``commits`` are all of them by id, as `git rev-list` has them, newest first. ``main_line`` are the ids along first
    parents, newest first. ``released`` maps commits whose copies were released from another branch to that copy.
    ``known`` are the signs of everybody who contributed before. ``earlier`` are the last commits of the main line
    before ``since``, newest first: what the project does usually. ``written`` are the lines that commits of the main
    line added to changelogs and their fragments, by commit and path.
    """

    since: str
    until: str
    commits: Mapping[str, Commit]
    main_line: tuple[str, ...]
    released: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    known: frozenset[str] = frozenset()
    earlier: tuple[Commit, ...] = ()
    written: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Issue:
    """An issue that a change closed. ``id`` is ``#7``."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Unit:
    """One change as people decided on it: a merged change request, else a commit that was pushed by itself.

    ``id`` is ``#12`` (GitHub), ``!12`` (GitLab) or the short id of the commit. ``head`` is the commit of the main line
    that brought it, ``commits`` are all that came with it, that one included. ``paths`` are what it changed there.
    ``labels`` are those of its request, ``login`` is its author, and ``issues`` are what it closed, as far as a forge
    was asked.
    """

    id: str
    title: str
    body: str
    head: str
    commits: tuple[str, ...]
    authors: tuple[Person, ...]
    paths: tuple[str, ...]
    labels: tuple[str, ...] = ()
    login: str = ""
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True)
class Dropped:
    """Commits that no line of the notes tells of, and why, as a sentence."""

    commits: tuple[str, ...]
    reason: str


class Section(StrEnum):
    """Where an entry stands, in the words of Keep a Changelog; the last two are not for users of the project."""

    ADDED = "Added"
    CHANGED = "Changed"
    DEPRECATED = "Deprecated"
    REMOVED = "Removed"
    FIXED = "Fixed"
    SECURITY = "Security"
    DEPENDENCIES = "Dependencies"
    INTERNAL = "Internal"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the notes: what *units* did, in *text*; ``why`` says what put it into its section.

    ``is_written`` says that an author wrote the text for users, and ``is_placed`` that a person chose the section. One
    that ``is_further`` tells more of changes for whose commits another line answers.
    """

    section: Section
    text: str
    units: tuple[Unit, ...]
    why: str
    is_breaking: bool = False
    is_further: bool = False
    is_written: bool = False
    is_placed: bool = False

    @property
    def commits(self) -> tuple[str, ...]:
        """The commits that it answers for."""
        return () if self.is_further else tuple(commit for unit in self.units for commit in unit.commits)


@dataclass(frozen=True)
class Ledger:
    """Every commit of a range, each once: told of by an entry, or dropped for a reason."""

    range: Range
    entries: tuple[Entry, ...]
    dropped: tuple[Dropped, ...]

    @property
    def faults(self) -> tuple[str, ...]:
        """Why the ledger is no account of its range, a sentence each; empty where it is one."""
        told = [commit for entry in self.entries for commit in entry.commits]
        every = Counter([*told, *(commit for one in self.dropped for commit in one.commits)])
        missing = [commit for commit in self.range.commits if commit not in every]
        strange = [commit for commit in every if commit not in self.range.commits]
        return (
            *(f"{commit[:12]} is accounted for twice" for commit, count in every.items() if count > 1),
            *(f"{commit[:12]} is neither told of nor dropped" for commit in missing),
            *(f"{commit[:12]} is not in the range" for commit in strange),
            *(f"{one.commits[0][:12]} is dropped without a reason" for one in self.dropped if not one.reason),
        )
