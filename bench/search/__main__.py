"""Measures the offline search: ``python -m bench.search [--packages DIR --cosmic PYTHON]``.

The bugs that were written for it always; faults in published packages with --packages, made by cosmic-ray's operators.
A repair is plausible where all tests pass, and right where it is the original or agrees with it on 200 inputs.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.real.cases import load
from bench.real.fetch import Cache
from bench.search.case import TUNING, VALIDATION, Case
from bench.search.gaps import GAPS
from bench.search.measure import Result, measure, red_report
from bench.search.packages import MODULES, faults
from bench.search.pairs import PAIRS
from bench.search.slips import SLIPS
from bench.search.written import Slip, cases
from bench.table import print_table

_COLUMNS = (
    *("group", "half", "bugs", "plausible", "right", "commit", "of them right", "suggest", "mention"),
    *("CPU s, median", "CPU s, most", "tried per CPU s", "while trying", "pytest x"),
)


@dataclass(frozen=True)
class _Wanted:
    """What is measured: a *half*, or both, of bugs with *word* in their names, *most* of each package."""

    half: str
    word: str
    most: int

    def takes(self, case: Case) -> bool:
        return self.half in ("both", case.half) and self.word in case.name


def main() -> None:
    """Print one line for each bug while it is measured, then the table."""
    given = _parser().parse_args()
    wanted = _Wanted(given.half, given.only, given.faults)
    with tempfile.TemporaryDirectory() as scratch:
        written = () if given.without_written else (*SLIPS, *GAPS, *PAIRS)
        chosen = _cases(written, given.packages, given.cosmic, Path(scratch))
        results = list(_measured(chosen, wanted, given.seconds, show=given.show))
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        for group in (result.case.group, _kind(result.case)):
            groups.setdefault((group, result.case.half), []).append(result)
    rows = [_row(*key, members) for key, members in sorted(groups.items())]
    print_table(
        f"The offline search, at most {given.seconds:.0f} s each", _COLUMNS, rows, packages=("agent-ci", "pytest")
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument(
        "--packages", type=Path, metavar="DIR", help="fetch packages into DIR, and measure those as well"
    )
    parser.add_argument("--cosmic", default="", metavar="PYTHON", help="a Python with cosmic-ray, for --packages")
    parser.add_argument("--faults", type=int, default=25, metavar="N", help="faults of each package  [default: 25]")
    parser.add_argument("--half", choices=("both", TUNING, VALIDATION), default="both", help="[default: both]")
    parser.add_argument("--seconds", type=float, default=60.0, metavar="N", help="for each bug  [default: 60]")
    parser.add_argument("--only", default="", metavar="WORD", help="bugs with WORD in their name")
    parser.add_argument("--without-written", action="store_true", help="the packages alone")
    parser.add_argument("--show", action="store_true", help="print the patches, too")
    return parser


def _cases(written: tuple[Slip, ...], packages: Path | None, cosmic: str, scratch: Path) -> Iterator[Iterator[Case]]:
    """The bugs, each group by itself."""
    yield cases(written, scratch)
    if packages is not None:
        file = load()
        packages.mkdir(parents=True, exist_ok=True)
        cache = Cache(packages.resolve(), file.build, file.runner)
        yield from (faults(module, cache, cosmic) for module in MODULES)


def _measured(chosen: Iterator[Iterator[Case]], wanted: _Wanted, seconds: float, *, show: bool) -> Iterator[Result]:
    """The bugs that their tests see; of each package the first ones, so that its table stays comparable."""
    for group in chosen:
        left = wanted.most
        for case in group:
            is_written = case.group in {slip.kind for slip in (*SLIPS, *GAPS, *PAIRS)}
            if not left and not is_written:
                break
            if not wanted.takes(case):
                continue
            report = red_report(case)
            if report is None:
                continue
            left -= 1
            result = measure(case, report, seconds=seconds)
            print(_line(result), flush=True)
            if show:
                print(result.diff, "\n".join(result.differed), flush=True)
            yield result


def _line(result: Result) -> str:
    said = "right" if result.is_right else "plausible" if result.is_plausible else "nothing"
    return (
        f"{result.case.name} ({result.case.half}): {said} {result.confidence}, {result.cpu:.1f} CPU s, agreed on "
        f"{result.agreed}, differed on {len(result.differed)}; {result.note}"
    )


def _kind(case: Case) -> str:
    return "all packages" if ":" in case.name else "all written"


def _row(group: str, half: str, results: Sequence[Result]) -> tuple[object, ...]:
    commit = [one for one in results if one.confidence == "commit"]
    cpu = [one.cpu for one in results]
    rates = [one.tried / one.cpu for one in results if one.cpu]
    trying = [one.tried / one.trying_cpu for one in results if one.trying_cpu]
    ratios = [one.tried / one.trying_cpu * one.pytest_cpu for one in results if one.trying_cpu]
    return (
        group,
        half,
        len(results),
        sum(one.is_plausible for one in results),
        sum(one.is_right for one in results),
        len(commit),
        sum(one.is_right for one in commit),
        sum(one.confidence == "suggest" for one in results),
        sum(one.confidence == "mention" for one in results),
        round(median(cpu), 1),
        round(max(cpu), 1),
        round(median(rates), 1),
        round(median(trying or [0.0]), 1),
        round(median(ratios or [0.0]), 1),
    )


if __name__ == "__main__":
    main()
