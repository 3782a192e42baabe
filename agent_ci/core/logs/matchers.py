"""What a problem matcher is, and which lines of a log it reads.

The form is that of GitHub's runner: "Problem Matchers", ADR 0276 of github.com/actions/runner. Two keys are our own and
count in the matchers of this package only: ``class`` (of the matcher) and ``skip`` (of a pattern: how many lines that
do not fit may stand before it).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from agent_ci.core.kinds import Kind
from agent_ci.core.logs.dialect import RefusedPatternError, in_python

MOST_BYTES = 65_536
"""The size of a file with problem matchers."""

LONGEST = 500
"""The characters of a line that a matcher of a repository is tried on."""

_MOST_MATCHERS = 20
_MOST_PATTERNS = 5
_MOST_SKIPPED = 10
_GROUPS = ("file", "line", "column", "severity", "code", "message", "fromPath")


UNREAD = ("log", "ci")
"""What a finding has as its tool where no matcher read its line: it looks like an error, or the CI system says so."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a problem: which group of *regex* is what.

    *loop* lets the last of several fit again and again, *skip* lines may stand before it that do not fit, and one that
    *is_anchored* fits at the begin of a line or not at all.
    """

    regex: re.Pattern[str]
    groups: Mapping[str, int]
    loop: bool = False
    skip: int = 0
    is_anchored: bool = False

    def read(self, line: str) -> dict[str, str] | None:
        """The parts of *line* by name; None where it does not fit."""
        found = self.regex.match(line) if self.is_anchored else self.regex.search(line)
        return None if found is None else {name: found[number] or "" for name, number in self.groups.items()}


@dataclass(frozen=True, slots=True)
class Matcher:
    """Who reports problems (*owner*), and the lines in which; *is_ours* where it is one of this package."""

    owner: str
    patterns: tuple[Pattern, ...]
    severity: str = ""
    from_path: str = ""
    kind: Kind = Kind.OTHER
    is_ours: bool = False


def read_matchers(text: str, *, is_ours: bool = False) -> tuple[tuple[Matcher, ...], tuple[str, ...]]:
    """The matchers that the JSON file *text* describes, and a sentence for each that is left out, with the reason.

    A file without problem matchers has none and is no fault.
    """
    try:
        document = json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return (), (f"it is not JSON ({type(error).__name__})",)
    rows = document.get("problemMatcher", []) if isinstance(document, dict) else []
    if not isinstance(rows, list):
        return (), ("its problemMatcher is not a list",)
    found, faults = [], []
    for number, row in enumerate(rows if is_ours else rows[:_MOST_MATCHERS]):
        try:
            found.append(_matcher(row, is_ours=is_ours))
        except RefusedPatternError as error:
            name = row.get("owner", number) if isinstance(row, dict) else number
            faults.append(f"its matcher {str(name)[:80]!r} {error}")
    if len(rows) > _MOST_MATCHERS and not is_ours:
        faults.append(f"it has {len(rows)} matchers, and {_MOST_MATCHERS} are read")
    return tuple(found), tuple(faults)


def _matcher(row: object, *, is_ours: bool) -> Matcher:
    rows = row.get("pattern") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(rows, list) or not 1 <= len(rows) <= _MOST_PATTERNS:
        raise RefusedPatternError(f"has no list of 1 to {_MOST_PATTERNS} patterns")
    patterns = tuple(_pattern(each, is_ours=is_ours) for each in rows)
    if any(pattern.loop for pattern in patterns[:-1]) or (len(patterns) == 1 and patterns[0].loop):
        raise RefusedPatternError("has a loop that is not in the last of several patterns")
    named = [name for pattern in patterns for name in pattern.groups]
    if "message" not in named:
        raise RefusedPatternError("says in none of its patterns which group is the message")
    if len(patterns) > 1 and patterns[-1].loop and "message" not in patterns[-1].groups:
        raise RefusedPatternError("has no message in the pattern that loops")
    if any(named.count(name) > 1 for name in named):
        raise RefusedPatternError("names a part twice")
    kind = Kind(str(row["class"])) if is_ours else Kind.OTHER
    severity = str(row.get("severity") or "").lower()
    owner = str(row.get("owner") or "matcher")[:80]
    if owner in UNREAD:
        raise RefusedPatternError("has the name by which lines are known that no matcher read")
    return Matcher(owner, patterns, severity, str(row.get("fromPath") or ""), kind, is_ours)


def _pattern(row: object, *, is_ours: bool) -> Pattern:
    regexp = row.get("regexp") if isinstance(row, dict) else None
    if not isinstance(row, dict) or not isinstance(regexp, str):
        raise RefusedPatternError("has a pattern without a regexp")
    regex = re.compile(regexp) if is_ours else in_python(regexp)
    groups = {name: row[name] for name in _GROUPS if row.get(name) is not None}
    for name, number in groups.items():
        if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= regex.groups:
            raise RefusedPatternError(f"names group {number!r} as its {name}, and has {regex.groups} groups")
    skip = row.get("skip", 0) if is_ours else 0
    loop = row.get("loop") is True
    return Pattern(regex, groups, loop=loop, skip=min(int(skip), _MOST_SKIPPED), is_anchored=is_ours)


@dataclass(slots=True)
class Tracker:
    """How far a matcher has got in a log: what its patterns but the last have read, and how long ago."""

    matcher: Matcher
    _read: list[dict[str, str] | None] = field(init=False)
    _left: list[int] = field(init=False)
    _is_waiting: bool = False

    def __post_init__(self) -> None:
        count = len(self.matcher.patterns)
        self._read, self._left = [None] * count, [0] * count

    @property
    def is_waiting(self) -> bool:
        """Whether the first lines of a problem were seen, so that the next line may be part of it."""
        return self._is_waiting

    def feed(self, line: str) -> dict[str, str] | None:
        """The parts of the problem that ends in *line*; None where none does."""
        last = len(self.matcher.patterns) - 1
        found = None
        for index in range(last, -1, -1):
            before = self._read[index - 1] if index else {}
            if before is None:
                continue
            pattern = self.matcher.patterns[index]
            parts = pattern.read(line)
            if parts is not None and index == last:
                found = {**before, **parts}
                if last and not pattern.loop:
                    self._read[:] = [None] * len(self._read)
                break
            if parts is not None:
                self._read[index] = {**before, **parts}
                self._left[index] = self.matcher.patterns[index + 1].skip
                if index:
                    self._read[index - 1] = None
                break
            if index:
                self._pass(index - 1)
        self._is_waiting = any(read is not None for read in self._read)
        return found

    def _pass(self, index: int) -> None:
        """The line after the pattern *index* did not fit: forget what was read, unless lines may be skipped."""
        if self._left[index] <= 0:
            self._read[index] = None
        self._left[index] -= 1


def place(parts: Mapping[str, str], matcher: Matcher) -> str:
    """The file that *parts* name, from the folder of the project file where one is named."""
    file, project = parts.get("file", ""), parts.get("fromPath") or matcher.from_path
    if not file or not project or file.startswith("/"):
        return file
    return str(PurePosixPath(project.replace("\\", "/")).parent / file)
