"""Measures where the search looks first: ``python -m bench.search.ranking [--packages DIR --cosmic PYTHON]``.

For each bug, the statements are ranked by their suspicion as before the first edit is tried. A rank is the middle of
those of equal suspicion. Where a statement is missing, its neighbours are the place of the bug. Several ways to rank
are compared on the same observations.
"""

from __future__ import annotations

import argparse
import ast
import json
import math
import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import chain
from pathlib import Path
from statistics import mean, median

from agent_ci.core.report import Status, TestReport
from agent_ci.ports import Command
from agent_ci.proposers.search.kit.localise import Coefficient, Scores, ochiai
from agent_ci.proposers.search.kit.observed import Observed
from agent_ci.proposers.search.kit.operands import Operands
from agent_ci.proposers.search.kit.suspicion import of_lines, of_statements, with_operands
from agent_ci.proposers.search.proposer import suspects_in
from agent_ci.sandbox_kit.source import Source, header_lines
from bench.search.case import TUNING, VALIDATION, Case
from bench.search.chosen import of_packages, of_written
from bench.search.judge import sandbox
from bench.search.written import TOGETHER
from bench.table import print_table

Ranking = Callable[[Observed, Mapping[str, Source], Path], Scores]
"""What ranks: by what was observed, in which sources, with the tests below which folder."""

COLUMNS = ("bugs", "half", "ranking", "number", "first", "of the first 5", "rank, median", "MAP")
_OURS = Path(__file__).parents[2]
_SECONDS = 60.0
_TOP = 5
_NOTHING_MORE = {
    **dict.fromkeys(("arguments", "messages"), ()),
    **dict.fromkeys(("seed", "max_candidates", "max_survivors", "cpu_seconds"), 0),
    "earlier": {},
    "seconds": _SECONDS,
}


def tarantula(red: int, green: int, failing: int, passing: int) -> float:
    """Jones and Harrold 2005."""
    share = green / passing if passing else 0.0
    return (red / failing) / (red / failing + share)


def barinel(red: int, green: int, _failing: int, _passing: int) -> float:
    """Abreu, Zoeteweij and van Gemund 2009, for one fault."""
    return red / (red + green)


def dstar(red: int, green: int, failing: int, _passing: int) -> float:
    """Wong, Debroy, Gao and Li 2014, with an exponent of 2, bent so that it ends at 1."""
    others = green + failing - red
    return 1.0 if others == 0 else red**2 / (red**2 + others)


def _by(coefficient: Coefficient) -> Ranking:
    return lambda seen, sources, _folder: of_statements(of_lines(seen, coefficient), sources)


def with_values(seen: Observed, sources: Mapping[str, Source], folder: Path) -> Scores:
    """As the search ranks: by Ochiai's coefficient, and where the values of the failing assertion come from."""
    return of_statements(with_operands(of_lines(seen), seen, Operands(sources, folder)), sources)


RANKINGS: Mapping[str, Ranking] = {
    **{one.__name__: _by(one) for one in (tarantula, barinel, dstar, ochiai)},
    "ochiai and operands": with_values,
}


@dataclass(frozen=True)
class Place:
    """The ranks of the statements that are wrong, from 1 on, the best first."""

    ranks: tuple[float, ...]

    @property
    def average_precision(self) -> float:
        """The mean over the statements of how many are wrong among those down to each."""
        return mean(number / max(rank, number) for number, rank in enumerate(self.ranks, 1))


def main(arguments: Sequence[str] | None = None) -> None:
    """Print one line for each bug, then the table."""
    parser = argparse.ArgumentParser(prog="python -m bench.search.ranking", description=__doc__)
    parser.add_argument("--packages", type=Path, metavar="DIR", help="measure faults in packages as well, kept in DIR")
    parser.add_argument("--cosmic", default="", metavar="PYTHON", help="a Python with cosmic-ray, for --packages")
    parser.add_argument("--sample", type=int, default=100, metavar="N", help="faults of packages  [default: 100]")
    parser.add_argument("--half", choices=(TUNING, VALIDATION), default=TUNING, help="[default: tuning]")
    given = parser.parse_args(arguments)
    rows: dict[tuple[str, str], list[Place]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        usual, together = (of_written(Path(scratch), half=given.half, which=one) for one in ("usual", TOGETHER))
        bugs = chain(usual, together)
        if given.packages:
            bugs = chain(bugs, of_packages(given.packages, given.cosmic, half=given.half, sample=given.sample))
        for case, report in bugs:
            seen = observed(case, report)
            places = {name: place(case, scores) for name, scores in ranked(case, seen).items()} if seen else {}
            print(case.name, {name: one.ranks for name, one in places.items()}, flush=True)
            for name, one in places.items():
                rows.setdefault((_kind(case), name), []).append(one)
    table = [_row(kind, given.half, name, places) for (kind, name), places in rows.items()]
    print_table("Where the search looks first", COLUMNS, table, packages=("agent-ci", "pytest"))


def _kind(case: Case) -> str:
    return "in packages" if ":" in case.name else TOGETHER if case.group == TOGETHER else "written"


def _row(kind: str, half: str, name: str, places: Sequence[Place]) -> tuple[object, ...]:
    best = [one.ranks[0] for one in places]
    first, top = sum(rank <= 1 for rank in best), sum(rank <= _TOP for rank in best)
    return (
        kind,
        half,
        name,
        len(places),
        first,
        top,
        median(best),
        round(mean(one.average_precision for one in places), 3),
    )


def observed(case: Case, report: TestReport) -> Observed | None:
    """What the tests of the red *case* do, which *report* has the outcomes of; None where it cannot be seen."""
    asked = {
        "targets": [one.id for one in report.red],
        "passing": report.ids(Status.PASSED),
        "suspects": suspects_in(case.red),
        **_NOTHING_MORE,
    }
    with tempfile.TemporaryDirectory() as scratch, sandbox().open(case.red) as workspace:
        spec, result = Path(scratch, "spec.json"), Path(scratch, "seen.json")
        spec.write_text(json.dumps(asked), encoding="utf-8")
        roots = [str(workspace.root / root) for root in case.roots]
        environment = {"PYTHONPATH": os.pathsep.join([*roots, str(_OURS)]), "PYTHONHASHSEED": "0"}
        argv = (case.python, "-B", "-m", "bench.search.observing", str(spec), str(result))
        workspace.run(Command(argv, environment, timeout=2 * _SECONDS))
        return Observed(**json.loads(result.read_text("utf-8"))) if result.exists() else None


def ranked(case: Case, seen: Observed) -> Mapping[str, Scores]:
    """The suspicion of each statement, in each way."""
    sources = {path: Source(path, case.red.read(path)) for path in of_lines(seen)}
    return {name: ranking(seen, sources, case.folder) for name, ranking in RANKINGS.items()}


def place(case: Case, scores: Scores) -> Place:
    """Where the statements that are wrong stand by *scores*; behind all of them where they have none."""
    flat = {(path, line): score for path, lines in scores.items() for line, score in lines.items()}
    return Place(tuple(sorted(_rank(flat, (case.path, line)) for line in wrong_statements(case))) or (math.inf,))


def _rank(flat: Mapping[tuple[str, int], float], at: tuple[str, int]) -> float:
    score = flat.get(at, 0.0)
    above = sum(other > score for other in flat.values())
    alike = sum(other == score for other in flat.values()) if at in flat else 1
    return above + (alike + 1) / 2


def wrong_statements(case: Case) -> frozenset[int]:
    """The lines on which the statements begin that have to change, or that stand beside one that is missing."""
    wrong, right = case.wrong.splitlines(), case.right.splitlines()
    lines: set[int] = set()
    for tag, start, end, _, _ in SequenceMatcher(None, wrong, right, autojunk=False).get_opcodes():
        if tag == "insert":
            lines |= {start, start + 1}
        elif tag != "equal":
            lines |= set(range(start + 1, end + 1))
    return frozenset(_begin(ast.parse(case.wrong), lines))


def _begin(tree: ast.Module, lines: set[int]) -> Iterator[int]:
    statements = [node for node in ast.walk(tree) if isinstance(node, ast.stmt)]
    yield from (node.lineno for node in statements if lines & set(header_lines(node)))


if __name__ == "__main__":
    main()
