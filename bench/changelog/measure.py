"""Measures lists of changes against what people wrote: how much of it they cover, and how much else they say.

A human entry *counts* where it is for users and cites a number that a commit message of its range names. It is
*covered* where a line names one of its numbers. *Noise* is the share of lines that match no human entry at all. What
stands inside a merged request is credited to the request, also for the other programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from agent_ci import git
from agent_ci.commits import Log
from agent_ci.core.notes.audience import is_bot
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.units import units
from agent_ci.core.notes.values import Commit, Entry, Ledger, Range, Section
from agent_ci.core.notes.versions import Version, baseline, version
from bench.changelog.humans import NAMES, Human, cited, entries

RELEASES = 8
FEWEST = 4
_FOR_OTHERS = (Section.DEPENDENCIES, Section.INTERNAL)
Line = frozenset[str]


@dataclass(frozen=True)
class Release:
    """One release: its tag, the one before, the commits between, what people wrote, and our account of it."""

    tag: str
    before: str
    humans: tuple[Human, ...]
    ledger: Ledger

    @property
    def range(self) -> Range:
        """Its commits."""
        return self.ledger.range

    @property
    def counted(self) -> tuple[Human, ...]:
        """The entries that a list of the range's changes can cover."""
        named = {number for commit in self.range.commits.values() for number in named_by(commit)}
        return tuple(human for human in self.humans if human.is_for_users and human.numbers & named)


@dataclass(frozen=True)
class Score:
    """How *lines* lines did: how many of the *counted* entries they cover, and how many lines match no entry."""

    counted: int = 0
    covered: int = 0
    lines: int = 0
    noisy: int = 0

    def __add__(self, other: Score) -> Score:
        """Both together."""
        return Score(
            self.counted + other.counted,
            self.covered + other.covered,
            self.lines + other.lines,
            self.noisy + other.noisy,
        )

    @property
    def coverage(self) -> float:
        """In percent."""
        return 100 * self.covered / self.counted if self.counted else 100.0

    @property
    def noise(self) -> float:
        """In percent."""
        return 100 * self.noisy / self.lines if self.lines else 0.0


@dataclass(frozen=True)
class Project:
    """A checkout, or a bare clone, of a project that keeps its changelog by hand."""

    folder: Path

    @property
    def git_folder(self) -> Path:
        """Where its objects are."""
        return self.folder / ".git" if (self.folder / ".git").is_dir() else self.folder

    @property
    def log(self) -> Log:
        """Its history."""
        return Log(self.git_folder, is_bare=True)

    def git(self, *arguments: str) -> str:
        """What git answers about it."""
        return git.text(git.run(self.git_folder, *arguments, GIT_DIR=str(self.git_folder)))

    def releases(self) -> Iterator[Release]:
        """Its last stable releases of which people told enough, newest first."""
        rows = (row.split(" ") for row in self.git("tag", "--format=%(refname:strip=2) %(objectname)").splitlines())
        tags = [one for name, _ in rows if (one := version(name)) and not one.is_preview and not one.package]
        seen: set[tuple[int, ...]] = set()
        found = 0
        for one in sorted(tags, key=lambda tag: (tag.order, len(tag.tag)), reverse=True):
            if one.order[0] not in seen and found < RELEASES and (release := self._release(one)):
                found += 1
                yield release
            seen.add(one.order[0])

    def _release(self, one: Version) -> Release | None:
        humans = self._humans(one)
        if sum(human.is_for_users for human in humans) < FEWEST:
            return None
        before = baseline(self.log.tags(f"refs/tags/{one.tag}"), release=one)
        if before is None:
            return None
        span = self.log.range(f"refs/tags/{before.tag}", f"refs/tags/{one.tag}")
        return Release(one.tag, before.tag, humans, ledger(span))

    def _humans(self, one: Version) -> tuple[Human, ...]:
        """What its fullest changelog says of *one*."""
        names = self.git("ls-tree", "-r", "--name-only", f"refs/tags/{one.tag}").splitlines()
        texts = (self.git("show", f"refs/tags/{one.tag}:{name}") for name in names if NAMES.search(name))
        return max((entries(text, one.numbers) for text in texts), key=len, default=())


def named_by(commit: Commit) -> frozenset[str]:
    """The numbers that *commit* names; what a program quotes from other projects does not count."""
    return cited(commit.subject if is_bot(commit.author) else commit.message)


def score(release: Release, lines: Iterable[Line]) -> Score:
    """How *lines*, each the numbers that it names, do on *release*."""
    given = tuple(lines)
    named = frozenset[str]().union(*given)
    every = frozenset[str]().union(*(human.numbers for human in release.humans))
    counted = release.counted
    covered = sum(bool(human.numbers & named) for human in counted)
    return Score(len(counted), covered, len(given), sum(not line & every for line in given))


def ours(release: Release, *, is_whole: bool) -> Iterator[Line]:
    """The lines of our notes: those for users, or with *is_whole* all of them."""
    for entry in release.ledger.entries:
        if is_whole or entry.section not in _FOR_OTHERS:
            yield _line(release.range, entry.commits)


def sections(release: Release) -> tuple[int, int]:
    """How many entries that people put under a known heading we tell of, and how many of them stand where they did."""
    pairs = [
        (human.section, {str(entry.section) for entry in release.ledger.entries if _names(release, entry, human)})
        for human in release.counted
        if human.section
    ]
    found = [(section, ours) for section, ours in pairs if ours]
    return len(found), sum(section in ours for section, ours in found)


def _names(release: Release, entry: Entry, human: Human) -> bool:
    return entry.section not in _FOR_OTHERS and bool(_line(release.range, entry.commits) & human.numbers)


def by_merge(release: Release) -> Iterator[Line]:
    """One line for each merged request or pushed commit, as forges make notes."""
    yield from (_line(release.range, unit.commits) for unit in units(release.range))


def by_commit(release: Release, commits: Iterable[str]) -> Iterator[Line]:
    """One line for each of *commits*, with what its request names."""
    of = {commit: _line(release.range, unit.commits) for unit in units(release.range) for commit in unit.commits}
    yield from (of.get(commit, frozenset()) for commit in commits)


def _line(range_: Range, commits: Iterable[str]) -> Line:
    return frozenset[str]().union(*(named_by(range_.commits[commit]) for commit in commits))
