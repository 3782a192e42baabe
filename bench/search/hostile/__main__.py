"""Measures what code of a repository brings about while the search runs it: ``python -m bench.search.hostile``."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence

from bench.attacks.oracles import outside
from bench.search.hostile.attempts import attempts
from bench.search.hostile.runs import PLACES, Ran, ran
from bench.table import print_table

COLUMNS = ("what the code does", "runs", "fixed", "no fix", "other", "effects")
_NAMED = ("fixed", "no_fix")


def main(arguments: Sequence[str] | None = None) -> int:
    """Make every attempt in both places; exit with 1 where anything happened that must not."""
    parser = argparse.ArgumentParser(prog="python -m bench.search.hostile", description=__doc__)
    parser.add_argument("--only", default="", metavar="WORD", help="attempts with WORD in their kind or name")
    parser.add_argument("--sandbox", default="auto", help="where code runs; `none` shows that the oracles see")
    given = parser.parse_args(arguments)
    chosen = [one for one in attempts() if given.only in one.kind or given.only in one.name]
    done = []
    for attempt in chosen:
        for place in PLACES:
            with outside() as around:
                done.append(ran(attempt, place, around, sandbox=given.sandbox))
            print(_line(done[-1]), file=sys.stderr, flush=True)
    kinds = dict.fromkeys(one.attempt.kind for one in done)
    rows = [_row(kind, [one for one in done if one.attempt.kind == kind]) for kind in kinds]
    print_table("Code that attacks the search", COLUMNS, [*rows, _row("all", done)], packages=("agent-ci", "pytest"))
    bad = [one for one in done if one.effects]
    print("\n".join([f"{len(bad)} of {len(done)} runs had an effect.", *map(_line, bad)]))
    return int(bool(bad) or not done)


def _line(one: Ran) -> str:
    return f"- {one.attempt.kind}: {one.attempt.name}, {one.place}: {one.outcome} {'; '.join(one.effects)}"


def _row(kind: str, done: Sequence[Ran]) -> tuple[str | int, ...]:
    ends = Counter(one.outcome for one in done)
    others = sum(count for outcome, count in ends.items() if outcome not in _NAMED)
    return (kind, len(done), *(ends[name] for name in _NAMED), others, sum(bool(one.effects) for one in done))


if __name__ == "__main__":
    sys.exit(main())
