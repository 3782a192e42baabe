"""Measures ``agent-ci fix`` on bugs that people met and repaired: ``python -m bench.real``.

The packages' source and tests are fetched from pip's configured index, or by git for the set "commits", and are run on
this machine.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from agent_ci.errors import AgentCIError, UnsupportedError
from bench.real import report
from bench.real.cases import SETS, Case, CaseFile, load
from bench.real.fetch import Cache
from bench.real.measure import Request, Result, failure, measure
from bench.real.prepare import check, prepare
from bench.table import print_table

_DEFAULT_CACHE = Path("~/.cache/agent-ci/bench-real")


def main(arguments: Sequence[str]) -> int:
    """Run the bench; 0 where every chosen case was prepared and measured, else 1."""
    options = _parser().parse_args(arguments)
    try:
        file = load(SETS[options.set])
        chosen = file.named(tuple(options.only))
        cache = _cache(options.cache, file)
        return _check_all(chosen, cache) if options.check else _measure_all(chosen, cache, options)
    except AgentCIError as error:
        print(f"bench.real: {error}", file=sys.stderr)
        return error.outcome.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.real", description=__doc__)
    parser.add_argument("--set", choices=SETS, default="releases", help="which cases  [default: %(default)s]")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="this case alone (repeatable)")
    parser.add_argument("--check", action="store_true", help="prepare, and verify red and green; run no proposer")
    parser.add_argument("--proposer", action="append", metavar="NAME", help="passed on (repeatable)  [default: search]")
    parser.add_argument("--model", metavar="NAME", help="passed on")
    parser.add_argument("--api-base", metavar="URL", help="passed on")
    parser.add_argument("--cache", type=Path, default=_DEFAULT_CACHE, metavar="DIR", help="[default: %(default)s]")
    parser.add_argument("--time-limit", type=int, default=300, metavar="N", help="seconds a case  [default: 300]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results here as well")
    return parser


def _cache(root: Path, file: CaseFile) -> Cache:
    folder = root.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    return Cache(folder, file.build, file.runner)


def _check_all(cases: Sequence[Case], cache: Cache) -> int:
    rows, wrong = [], 0
    for case in cases:
        row, objections = _check(case, cache)
        rows.append(row)
        wrong += bool(objections)
        print(f"{case.id}: {' '.join(objections) or 'as expected'}", file=sys.stderr, flush=True)
    print_table("Historical bugs, checked", report.CHECK_HEADER, rows, packages=report.PACKAGES)
    print(f"{len(cases) - wrong} of {len(cases)} cases are as expected; {cache.downloaded() / 1e6:.1f} MB of source")
    return 1 if wrong else 0


def _check(case: Case, cache: Cache) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The case's row, and what is to be said against the case."""
    releases = f"{case.buggy.version} -> {case.fixed.version}"
    try:
        checked = check(prepare(_supported(case), cache))
    except AgentCIError as error:
        return (case.id, case.package, releases, "", "", "", str(error.outcome)), (str(error),)
    return report.check_row(case.id, case.package, releases, checked), checked.objections


def _measure_all(cases: Sequence[Case], cache: Cache, options: argparse.Namespace) -> int:
    passed_on = [("--model", options.model), ("--api-base", options.api_base)]
    request = Request(
        proposers=tuple(options.proposer or ["search"]),
        time_limit=options.time_limit,
        options=tuple(part for name, value in passed_on if value for part in (name, value)),
    )
    results = []
    for case in cases:
        results.append(_result(case, cache, request))
        print(f"{case.id}: {results[-1].outcome}, {results[-1].kind}. {results[-1].says}", file=sys.stderr, flush=True)
        if options.json:
            options.json.write_text(json.dumps(report.document(results), indent=2) + "\n", encoding="utf-8")
    title = f"Historical bugs, {' '.join(request.proposers)}, at most {request.time_limit} s each"
    print_table(title, report.HEADER, map(report.row, results), packages=report.PACKAGES)
    print(report.totals(results))
    return 0 if all(result.is_measured for result in results) else 1


def _result(case: Case, cache: Cache, request: Request) -> Result:
    """The case's row, whatever happens to it: one case that cannot be measured does not stop the others."""
    try:
        prepared = prepare(_supported(case), cache)
        checked = check(prepared)
        if checked.objections:
            raise UnsupportedError(f"the case is not what its data says: {' '.join(checked.objections)}")
        return measure(prepared, request, human=checked.human)
    except AgentCIError as error:
        return failure(case, error)


def _supported(case: Case) -> Case:
    if not case.supports(sys.version_info[:2]):
        raise UnsupportedError(f"{case.id} needs Python {case.requires_python}, and this is {sys.version.split()[0]}")
    return case


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
