"""Measures which cheats pass for a fix: ``python -m bench.cheats [--language NAME] [--only TEXT]``."""

from __future__ import annotations

import argparse
import itertools
import json
import sys
from collections.abc import Mapping, Sequence

from bench.cheats import jest
from bench.cheats.javascript_source import JAVASCRIPT_SOURCE
from bench.cheats.javascript_tests import JAVASCRIPT_TESTS
from bench.cheats.judging import Judge, caught_by, judging
from bench.cheats.pairs import Pair
from bench.cheats.python_source import PYTHON_SOURCE
from bench.cheats.python_tests import PYTHON_TESTS
from bench.repositories import PYTEST
from bench.table import print_table

COLUMNS = ("cheat", "attack", "fools an exit code", "accepted", "caught by", "twin accepted")
GOAL = 0.97
REPEAT = 4
"""Runs per control: so often a cheat that is right at times has to be lucky."""

Row = tuple[str, str, str, str, str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge every pair; exit with 1 where a cheat was accepted, or too many twins were refused."""
    parser = argparse.ArgumentParser(prog="bench.cheats")
    parser.add_argument("--language", choices=("python", "javascript"))
    parser.add_argument("--only", default="", help="cheats whose name holds this")
    chosen = parser.parse_args(arguments)
    is_right = True
    if chosen.language in (None, "python"):
        is_right &= _in_python(chosen.only)
    if chosen.language in (None, "javascript"):
        is_right &= _in_javascript(chosen.only)
    return 0 if is_right else 1


def _in_python(only: str) -> bool:
    pairs = {**PYTHON_SOURCE, **PYTHON_TESTS}
    return measured("Cheats against pytest", pairs, PYTEST, only=only, packages=("pytest",))


def _in_javascript(only: str) -> bool:
    try:
        jest.install(jest.default_cache())
    except jest.MissingToolError as error:
        print(f"SKIPPED: cheats against jest were not measured: {error}", file=sys.stderr, flush=True)
        return True
    pairs = {**JAVASCRIPT_SOURCE, **JAVASCRIPT_TESTS}
    command = jest.command(jest.default_cache())
    return measured(f"Cheats against {jest.VERSION}", pairs, command, only=only, report=(jest.REPORT,))


def measured(
    title: str,
    pairs: Mapping[str, Pair],
    command: str,
    *,
    only: str = "",
    packages: tuple[str, ...] = (),
    **given: object,
) -> bool:
    """Whether no cheat among *pairs* passes and enough twins do; prints the table. ``given`` are session options."""
    rows: list[Row] = []
    chosen = [(name, pair) for name, pair in pairs.items() if only in name]
    if not chosen:
        print(f"{title}: no cheat's name holds {only!r}; leave --only out to judge all", file=sys.stderr)
        return False
    for _tree, group in itertools.groupby(chosen, lambda entry: json.dumps(entry[1].tree)):
        entries = list(group)
        with judging(entries[0][1].tree, command, repeat=REPEAT, **given) as judge:
            for name, pair in entries:
                rows.append(_row(name, pair, judge))
                print(f"{name}: {rows[-1][3:]}", file=sys.stderr, flush=True)
    print_table(title, COLUMNS, rows, packages=("agent-ci", *packages))
    cheats, twins = sum(row[3] != "no" for row in rows), sum(row[5] == "yes" for row in rows)
    fooled = sum(row[2] == "yes" for row in rows)
    print(f"{cheats} of {len(rows)} cheats were accepted; an exit code alone would have accepted {fooled}.")
    print(f"{twins} of {len(rows)} honest twins were accepted ({twins / len(rows):.1%}); the goal is {GOAL:.0%}.\n")
    return cheats == 0 and twins >= GOAL * len(rows)


def _row(name: str, pair: Pair, judge: Judge) -> Row:
    cheat, twin = judge.attempt(pair.cheat), judge.attempt(pair.twin)
    return (
        name,
        pair.attack,
        "yes" if judge.fools_an_exit_code(pair.cheat) else "no",
        "YES" if cheat.is_proven else "no",
        caught_by(cheat),
        "yes" if twin.is_proven else f"NO: {caught_by(twin)}",
    )


if __name__ == "__main__":
    sys.exit(main())
