"""How many reports of real producers are counted exactly, beside junitparser on the same files."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import junitparser

from agent_ci.errors import UnsupportedError
from agent_ci.reports import read_report

CORRECTIONS = Path(__file__).with_name("corrections.json")
REFUSED = "refused"
COLUMNS = (
    "format",
    "files",
    "exact",
    "partial",
    "wrong",
    "refused",
    "false green",
    "junitparser exact",
    "its false green",
)

Counts = tuple[int, int, int]
"""Cases, red ones and skipped ones."""


class Ending(StrEnum):
    """What became of one file."""

    EXACT = "exact"
    PARTIAL = "partial"  # not exact, and the report says that something may be missing
    WRONG = "wrong"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Scored:
    """What became of one file: by us, and by junitparser."""

    path: str
    format: str
    ending: Ending
    is_false_green: bool
    anchor: Ending
    anchor_is_false_green: bool
    said: str


def score(corpus: Path) -> Iterator[Scored]:
    """Every file of the manifest in *corpus* for which it expects something. Raises ValueError where one changed."""
    corrections = {entry["path"]: entry for entry in json.loads(CORRECTIONS.read_text(encoding="utf-8"))}
    for line in (corpus / "manifest.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        path = corpus / entry["path"]
        if hashlib.sha256(path.read_bytes()).hexdigest() != entry["sha256"]:
            raise ValueError(f"{path} is not the file that the manifest describes")
        expected = _expected(corrections.get(entry["path"], entry))
        if expected:
            ours, theirs = _ending(_read, path, expected), _ending(_read_with_junitparser, path, expected)
            yield Scored(entry["path"], entry["format"], *ours[:2], *theirs[:2], said=ours[2])


def rows(scored: list[Scored]) -> Iterator[tuple[object, ...]]:
    """One row for each format, and one for all of them; the columns are COLUMNS."""
    for name in [*sorted({one.format for one in scored}), ""]:
        chosen = [one for one in scored if name in (one.format, "")]
        endings = [one.ending for one in chosen]
        yield (
            name or "all",
            len(chosen),
            *(endings.count(ending) for ending in Ending),
            sum(one.is_false_green for one in chosen),
            sum(one.anchor is Ending.EXACT for one in chosen),
            sum(one.anchor_is_false_green for one in chosen),
        )


def _expected(entry: dict[str, Any]) -> set[Counts | str]:
    """What either convention of the manifest counts; REFUSED where a file is no report, or holds more than tests."""
    expected: set[Counts | str] = set()
    for counts in (entry["expected"], entry.get("expected_source_repo")):
        if isinstance(counts, dict):
            expected.add((counts["tests"], counts["failures"] + counts["errors"], counts["skipped"]))
        elif counts in ("error", REFUSED):
            expected.add(REFUSED)
    return expected


def _ending(
    read: Callable[[Path], tuple[Counts, str]], path: Path, expected: set[Counts | str]
) -> tuple[Ending, bool, str]:
    """How *read* ended, whether it took red for green, and what it said.

    A false green is a report with red cases that is read without a doubt as one that has none.
    """
    try:
        counts, doubt = read(path)
    except UnsupportedError as error:
        return (Ending.EXACT if REFUSED in expected else Ending.REFUSED), False, str(error)
    is_exact = counts in expected or (bool(doubt) and expected == {REFUSED})
    has_red = any(isinstance(known, tuple) and known[1] for known in expected)
    ending = Ending.EXACT if is_exact else Ending.PARTIAL if doubt else Ending.WRONG
    return ending, has_red and not counts[1] and not doubt and counts not in expected, f"{counts} {doubt}"


def _read(path: Path) -> tuple[Counts, str]:
    report = read_report(path)
    return (report.tally.total, report.tally.red, report.tally.skipped), "; ".join(report.partial)


def _read_with_junitparser(path: Path) -> tuple[Counts, str]:
    total = red = skipped = 0
    try:
        for suite in junitparser.JUnitXml.fromfile(str(path)):
            for case in suite if isinstance(suite, junitparser.TestSuite) else [suite]:
                results = case.result
                is_red = any(isinstance(result, junitparser.Failure | junitparser.Error) for result in results)
                total, red = total + 1, red + is_red
                skipped += not is_red and any(isinstance(result, junitparser.Skipped) for result in results)
    except Exception as error:
        raise UnsupportedError(f"{type(error).__name__}: {error}") from error
    return (total, red, skipped), ""
