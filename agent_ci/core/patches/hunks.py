"""How a canonical git diff falls apart into hunks, and how some of them make a smaller diff."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from unidiff import Hunk, PatchSet

_FILE = re.compile(r"^(?=diff --git )", re.MULTILINE)
_FIRST_HUNK = re.compile(r"^(?=@@ )", re.MULTILINE)
_NAMES = re.compile(r"^(?=--- )", re.MULTILINE)
_RANGES = re.compile(r"@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@")
_INDIVISIBLE = re.compile(r"^(new file mode|deleted file mode|old mode) ", re.MULTILINE)


def split(diff: str) -> tuple[str, ...]:
    """The parts of *diff*, each a diff that ``git apply`` takes on its own against the same old tree.

    *diff* is git's own, without renames. Hunks come apart; a file that appears, goes or changes its mode, and
    a binary one, stays whole.
    """
    return tuple(part for section in _sections(diff) for part in section.parts())


def join(parts: Iterable[str]) -> str:
    """The diff that makes the changes of all *parts*, which ``split`` made, in the order of the files."""
    together: dict[str, _Section] = {}
    for section in _sections("".join(parts)):
        first = together.get(section.header)
        together[section.header] = section.behind(first) if first else section
    return "".join(str(section) for section in together.values())


def without(diff: str, index: int) -> str:
    """*diff* with the part number *index* of ``split`` left out."""
    parts = split(diff)
    return join((*parts[:index], *parts[index + 1 :]))


@dataclass(frozen=True, slots=True)
class _Section:
    """What a diff says of one file: git's header with the two names, and its hunks if it can be divided."""

    header: str
    hunks: tuple[Hunk, ...] = ()

    def __str__(self) -> str:
        return self.header + "".join(_shifted(self.hunks))

    def parts(self) -> Iterator[str]:
        """The section, once for each hunk."""
        if not self.hunks:
            yield self.header
        for hunk in self.hunks:
            yield str(_Section(self.header, (hunk,)))

    def behind(self, other: _Section) -> _Section:
        """This section's hunks and those of *other*, in the order of the file."""
        hunks = sorted((*other.hunks, *self.hunks), key=lambda hunk: int(hunk.source_start))
        return _Section(self.header, tuple(hunks))


def _sections(diff: str) -> Iterator[_Section]:
    for text in _FILE.split(diff):
        if text.startswith("diff --git "):
            yield _section(text)


def _section(text: str) -> _Section:
    # In git's own diffs a hunk's lines start with a mark and a header's never with "@@ " or "--- a".
    header = _FIRST_HUNK.split(text, maxsplit=1)[0]
    if header == text or _INDIVISIBLE.search(header):
        return _Section(text)
    # unidiff gets the lines from "---" on: it pairs quoted names of the line "diff --git" wrongly
    names_and_hunks = _NAMES.split(text, maxsplit=1)[1]
    (file,) = PatchSet(io.StringIO(names_and_hunks, newline="\n"))
    return _Section(header, tuple(file))


def _shifted(hunks: Iterable[Hunk]) -> Iterator[str]:
    """The hunks as text, with the new line numbers that follow from the hunks above them."""
    shift = 0
    for hunk in hunks:
        # an empty side is numbered by the line above it
        start = hunk.source_start + shift + (hunk.source_length == 0) - (hunk.target_length == 0)
        ranges = f"-{hunk.source_start},{hunk.source_length} +{start},{hunk.target_length}"
        yield f"@@ {ranges} @@ {hunk.section_header}".rstrip(" ") + "\n" + "".join(map(str, hunk))
        shift += hunk.target_length - hunk.source_length


def added_lines(diff: str) -> dict[str, frozenset[int]]:
    """The numbers, from 1, of the lines that git's own *diff* adds, in the new file, by path; quoted paths left out."""
    found: dict[str, set[int]] = {}
    path, number, left = "", 0, 0
    for line in diff.split("\n"):
        if left and not line.startswith("\\"):
            if line.startswith("+"):
                found.setdefault(path, set()).add(number)
            is_new = not line.startswith("-")
            number, left = number + is_new, left - is_new
        elif line.startswith("+++ "):
            path = line.removeprefix("+++ b/").rstrip("\t") if line.startswith("+++ b/") else ""
        elif ranges := _RANGES.match(line):
            number, left = int(ranges[1]), int(ranges[2] or 1)
    return {path: frozenset(lines) for path, lines in found.items() if path}
