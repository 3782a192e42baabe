"""What a red run left at its forge, as values: reports and logs, of which run of which commit, and what is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

_LOG = ".log"
_HEAD = 4096  # bytes in which a report says that it is one
_REPORT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>)?\s*(?:<!--.{0,2000}?-->\s*)?<testsuites?[\s/>]", re.DOTALL
)
_UNUSUAL = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST = 60  # characters of a name


@dataclass(frozen=True, slots=True)
class Left:
    """A file that a run left: its *name* there, a stranger's text, and what it holds."""

    name: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RedRun:
    """The red *run* of a *repository*, by the id that its forge gave it, which judged *commit*.

    ``notes`` are sentences on what could not be had.
    """

    repository: str
    run: str
    commit: str
    reports: tuple[Left, ...] = ()
    logs: tuple[Left, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def files(self) -> Mapping[str, Left]:
        """Each file under the path that it is kept at, which is made of our own words and numbers."""
        return dict((*_placed("reports", ".xml", self.reports), *_placed("logs", _LOG, self.logs)))

    @property
    def sentence(self) -> str:
        """What there is, for a person."""
        return f"{len(self.reports)} report(s) and {len(self.logs)} log(s) of run {self.run} at {self.commit[:12]}"


def is_of_interest(path: str) -> bool:
    """Whether a file of that *path* may be a report or a log, by how its name ends."""
    return path.lower().endswith((".xml", _LOG))


def sorted_out(files: tuple[tuple[str, bytes], ...]) -> tuple[tuple[Left, ...], tuple[Left, ...]]:
    """The reports and the logs among *files*, path and content; what only has the name of a report is neither."""
    reports = (Left(path, content) for path, content in files if _is_report(path, content))
    logs = (Left(path, content) for path, content in files if path.lower().endswith(_LOG) and content.strip())
    return tuple(reports), tuple(logs)


def _is_report(path: str, content: bytes) -> bool:
    return path.lower().endswith(".xml") and _REPORT.match(content[:_HEAD]) is not None


def _placed(folder: str, end: str, files: tuple[Left, ...]) -> Iterator[tuple[str, Left]]:
    for number, left in enumerate(files, 1):
        stem = left.name.lower().removesuffix(end).rpartition("/")[2]
        plain = _UNUSUAL.sub("-", stem)[:_LONGEST].strip("-.")
        yield f"{folder}/{number:03}{f'-{plain}' if plain else ''}{end}", left
