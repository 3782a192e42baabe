"""Measures the offline search: ``python -m bench.search [--packages DIR --cosmic PYTHON]``.

The bugs that were written for it always; faults in published packages with --packages, made by cosmic-ray's operators:
of all that their tests see, a sample that the hashes of their names choose, so that a larger one holds a smaller one.
A repair is plausible where all tests pass, and right where it is the original or agrees with it on 200 inputs. Where it
could not be called so often and nothing shows a difference, it is untold: not right, and told apart.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from statistics import median

from agent_ci.core.report import TestReport
from bench.search.case import TUNING, VALIDATION, Case
from bench.search.chosen import WRITTEN, of_packages, of_written
from bench.search.measure import Result, measure
from bench.search.written import TOGETHER
from bench.table import print_table

_COLUMNS = (
    *(
        "group",
        "half",
        "bugs",
        "plausible",
        "right",
        "untold",
        "commit",
        "of them right",
        "of them untold",
        "suggest",
        "mention",
    ),
    *("CPU s, median", "CPU s, most", "tried per CPU s", "while trying", "pytest x"),
)


def main() -> None:
    """Print one line for each bug while it is measured, then the table."""
    given = _parser().parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        written = of_written(Path(scratch), half=given.half, word=given.only, which=given.written)
        results = [] if given.without_written else list(_measured(written, given.seconds, show=given.show))
        if given.packages is not None:
            which = {"half": given.half, "sample": given.sample, "word": given.only}
            sample = of_packages(given.packages, given.cosmic, **which)
            results += _measured(sample, given.seconds, show=given.show)
    groups: dict[tuple[str, str], list[Result]] = {}
    for result in results:
        for group in (result.case.group, _kind(result.case)):
            groups.setdefault((group, result.case.half), []).append(result)
    rows = [_row(*key, members) for key, members in sorted(groups.items())]
    print_table(
        f"The offline search, at most {given.seconds:.0f} CPU s each", _COLUMNS, rows, packages=("agent-ci", "pytest")
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.search", description=__doc__)
    parser.add_argument(
        "--packages", type=Path, metavar="DIR", help="fetch packages into DIR, and measure those as well"
    )
    parser.add_argument("--cosmic", default="", metavar="PYTHON", help="a Python with cosmic-ray, for --packages")
    parser.add_argument("--sample", type=int, default=200, metavar="N", help="faults of packages  [default: 200]")
    parser.add_argument("--half", choices=("both", TUNING, VALIDATION), default="both", help="[default: both]")
    parser.add_argument(
        "--seconds", type=float, default=60.0, metavar="N", help="of the processor, for each bug  [default: 60]"
    )
    parser.add_argument("--only", default="", metavar="WORD", help="bugs with WORD in their name")
    parser.add_argument(
        "--written", choices=(*WRITTEN, TOGETHER), default="usual", help="which set of them  [default: usual]"
    )
    parser.add_argument("--without-written", action="store_true", help="the packages alone")
    parser.add_argument("--show", action="store_true", help="print the patches, too")
    return parser


def _measured(bugs: Iterable[tuple[Case, TestReport]], seconds: float, *, show: bool) -> Iterator[Result]:
    for case, report in bugs:
        result = measure(case, report, seconds=seconds)
        print(_line(result), flush=True)
        if show:
            print(result.diff, "\n".join(result.differed), flush=True)
        yield result


def _line(result: Result) -> str:
    plausible = "untold" if result.is_untold else "plausible"
    said = "right" if result.is_right else plausible if result.is_plausible else "nothing"
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
        sum(one.is_untold for one in results),
        len(commit),
        sum(one.is_right for one in commit),
        sum(one.is_untold for one in commit),
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
