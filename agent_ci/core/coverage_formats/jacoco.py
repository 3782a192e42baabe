"""JaCoCo's XML report: by package and source file, the lines that have instructions, and those that ran."""

from __future__ import annotations

from collections.abc import Iterable

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.gathering import Gathering, Place
from agent_ci.core.xml.recovery import TagFinder
from agent_ci.core.xml.text import decoded
from agent_ci.errors import UnsupportedError

_MOST_DIGITS = 9


def read_jacoco(chunks: Iterable[bytes], place: Place, *, test: str = IMPORTS) -> Coverage:
    """The lines in *chunks*, which *test* executed; *place* is asked for PACKAGE/FOLDERS/File.java.

    Damage makes it partial. Raises UnsupportedError where it is no such report.
    Source: https://www.jacoco.org/jacoco/trunk/coverage/report.dtd
    """
    events = _Events(Gathering(place), test)
    finder = TagFinder(events, _refuse_other_types)
    finder.read(decoded(chunks))
    if not events.is_report:
        raise UnsupportedError("this is no XML report of JaCoCo: its root is no <report> with a name")
    if finder.damage:
        events.cut_short(f"the XML is damaged: {finder.damage}")
    return events.found.coverage()


class _Events:
    """Listens to the elements, in which a line has no text and no children."""

    def __init__(self, found: Gathering, test: str) -> None:
        self.found = found
        self.is_report = False
        self._test = test
        self._package = self._file = ""
        self._lines: set[int] = set()
        self._executable: set[int] = set()
        found.begin(test)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if name == "report":
            self.is_report = self.is_report or "name" in attributes
        elif name == "package":
            self._package = attributes.get("name", "")
        elif name == "sourcefile":
            self._file, self._lines, self._executable = attributes.get("name", ""), set(), set()
        elif name == "line":
            number = _number(attributes.get("nr", ""))
            self._executable.add(number)
            if _number(attributes.get("ci", "")):
                self._lines.add(number)

    def end(self, name: str) -> None:
        """An element ends."""
        if name == "sourcefile" and self.is_report and self._file:
            path = "/".join(filter(None, (self._package, self._file)))
            self.found.add(self._test, path, self._lines)
            self.found.can(path, self._executable)
            self._lines, self._executable = set(), set()

    def text(self, data: str) -> None:
        """There is none that means anything."""

    def cut_short(self, reason: str) -> None:
        """The report stops, or is damaged; what was read of a file is kept."""
        self.end("sourcefile")
        self.found.note(f"the coverage may lack lines: {reason}")

    def means(self, name: str) -> bool:
        """Whether an element *name* is one of JaCoCo's that is read."""
        return name in ("package", "sourcefile", "line")


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else 0


def _refuse_other_types(name: str, _system: str | None, _public: str | None, _has_more: int) -> None:
    """JaCoCo names its own type, which nobody reads: nothing outside of the file is, and no entity is made anywhere."""
    if name != "report":
        raise UnsupportedError("this is no XML report of JaCoCo: it declares another type of document")
