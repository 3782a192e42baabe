"""How lines that a coverage tool names become those of the repository's files, within limits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from functools import lru_cache

from agent_ci.core.branches import Arc
from agent_ci.core.coverage import Coverage
from agent_ci.core.questions.frames import Index

Place = Callable[[str], str]
"""The path, relative to the repository's root, of the file that a tool calls by a name; empty where it has none."""

MAX_BYTES = 256 * 2**20
"""A file with the coverage of a run that is longer is not read."""

MAX_PLACES = 5_000_000
"""How many lines are kept of all tests together; equal sets of lines count once, and each use of one as one.

Where a test names a file again, all its lines of the file count, as they are put together anew.
"""

MAX_TESTS = 100_000
MAX_LINE = 1_000_000
"""Where a file is said to have a line beyond this one, it is not kept."""

_MAX_ID = 2000  # characters
_REMEMBERED = 2**16


def among(paths: Collection[str], *folders: str) -> Place:
    """Finds the file of *paths* that a name means: a path below one of *folders*, where the repository was, or alike.

    Names of other machines are found by their longest ending that is a file; what could be several files is none.
    """
    index = Index(paths)
    known = frozenset(paths)

    @lru_cache(maxsize=_REMEMBERED)
    def place(name: str) -> str:
        name = name.removeprefix("file://")
        for folder in folders:
            if name.startswith(f"{folder}/"):
                below = name.removeprefix(f"{folder}/")
                return below if below in known else ""
        return index.resolve(name)

    return place


def possible(lines: Iterable[int]) -> frozenset[int]:
    """Those of *lines* that a file can have."""
    return frozenset(line for line in lines if 0 < line <= MAX_LINE)


def pairs(value: object) -> frozenset[Arc]:
    """The pairs of lines of a file in the list *value*, of which nothing is believed."""
    return frozenset(arc for pair in value if (arc := _pair(pair))) if isinstance(value, list) else frozenset()


def _pair(value: object) -> Arc | None:
    match value:
        case [int(start), int(end)] if 0 < start <= MAX_LINE and 0 < abs(end) <= MAX_LINE:
            return start, end
        case _:
            return None


class Gathering:
    """What was read so far. *place* finds the files; lines of others are left out, as they belong to no repository."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._tests: dict[str, dict[str, frozenset[int]]] = {}
        self._executable: dict[str, frozenset[int]] = {}
        self._arcs: dict[str, dict[str, frozenset[Arc]]] = {}
        self._equal: dict[frozenset[int], frozenset[int]] = {}
        self._notes: dict[str, None] = {}
        self._left = MAX_PLACES

    @property
    def is_full(self) -> bool:
        """Whether nothing more is kept, so that reading can end."""
        return self._left <= 0

    def begin(self, test: str) -> None:
        """*test* ran, whatever it executed."""
        if test in self._tests:
            return
        if len(self._tests) >= MAX_TESTS:
            self.note(f"the coverage of more than {MAX_TESTS:,} tests is not kept")
        elif len(test) > _MAX_ID:
            self.note(f"the coverage of tests with ids longer than {_MAX_ID:,} characters is not kept")
        else:
            self._tests[test] = {}

    def add(self, test: str, name: str, lines: Iterable[int]) -> None:
        """*test* executed *lines* of the file that the tool calls *name*."""
        self.use(test, name, possible(lines))

    def use(self, test: str, name: str, found: frozenset[int]) -> None:
        """The same for lines that are ``possible`` already: it takes no longer than what it takes of the limit."""
        self.begin(test)
        files = self._tests.get(test)
        path = self._place(name)
        if files is None or not path:
            return
        if self.is_full:
            self.note(f"the coverage holds more than {MAX_PLACES:,} lines, and the rest was left out")
            return
        if path in files:
            found |= files[path]
            self._left -= len(found)
        if found not in self._equal:
            self._equal[found] = found
            self._left -= len(found)
        self._left -= 1
        files[path] = self._equal[found]

    def can(self, name: str, lines: Iterable[int]) -> None:
        """All of *lines* of the file that the tool calls *name* could be executed."""
        path = self._place(name)
        if path and not self.is_full:
            found = possible(lines)
            self._left -= len(found)
            self._executable[path] = self._executable.get(path, frozenset()) | found

    def follow(self, test: str, name: str, arcs: frozenset[Arc]) -> None:
        """In *test*, which has begun, the second line of each of *arcs* ran after the first, in the file *name*."""
        path = self._place(name)
        if path and test in self._tests and not self.is_full:
            self._left -= len(arcs)
            files = self._arcs.setdefault(test, {})
            files[path] = files.get(path, frozenset()) | arcs

    def note(self, reason: str) -> None:
        """Say why something may be missing; a reason is said once."""
        self._notes[reason] = None

    def coverage(self) -> Coverage:
        """All of it; files without an executed line are left out."""
        tests = {id_: {path: lines for path, lines in files.items() if lines} for id_, files in self._tests.items()}
        return Coverage(tests, tuple(self._notes), self._executable, self._arcs)
