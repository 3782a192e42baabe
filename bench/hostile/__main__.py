"""Measures what an endpoint can bring about that means harm: ``python -m bench.hostile [--runs N] [--whole N]``."""

from __future__ import annotations

import argparse
import itertools
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.attacks.oracles import outside
from bench.hostile.answers import Answer, of_diffs
from bench.hostile.code import of_code
from bench.hostile.looks import of_looks
from bench.hostile.runs import Place, Ran
from bench.hostile.shapes import of_shapes
from bench.hostile.words import of_words
from bench.table import print_table

ANSWERS = (*of_words(), *of_shapes(), *of_looks(), *of_code(), *of_diffs())
COLUMNS = ("kind of answer", "runs", "fixed", "refused by a rule", "no fix", "model unavailable", "other", "effects")
_NAMED = ("fixed", "policy_refused", "no_fix", "model_unavailable")


def main(arguments: Sequence[str] | None = None) -> int:
    """Answer with everything there is; exit with 1 where anything happened that must not."""
    parser = argparse.ArgumentParser(prog="bench.hostile")
    parser.add_argument("--runs", type=int, default=200, help="how many answers to give; every kind takes part")
    parser.add_argument("--whole", type=int, default=10, help="how many more to give to whole command lines")
    parser.add_argument("--only", default="", help="answers whose kind or name holds this")
    parser.add_argument("--sandbox", default="auto", help="where code runs; `none` shows that the oracles see")
    chosen = parser.parse_args(arguments)
    answers = [answer for answer in ANSWERS if chosen.only in answer.kind or chosen.only in answer.name]
    given = spread(answers, chosen.runs), spread(answers, chosen.whole)
    return 0 if measured(*given, sandbox=chosen.sandbox) else 1


def measured(answers: Sequence[Answer], whole: Sequence[Answer], *, sandbox: str = "auto") -> bool:
    """Whether none of *answers*, nor of those given to *whole* command lines, has an effect; prints the tables."""
    ran = [one for is_open in (False, True) for one in _ran(answers, whole, sandbox, is_open=is_open)]
    bad = [one for one in ran if one.effects]
    kinds = list(dict.fromkeys(one.answer.kind for one in ran))
    rows = [_row(kind, [one for one in ran if one.answer.kind == kind]) for kind in kinds]
    print_table("Answers that want harm", COLUMNS, [*rows, _row("all", ran)], packages=("agent-ci", "litellm"))
    print(f"{len(bad)} of {len(ran)} runs had an effect, {len(whole)} of them as whole command lines.")
    for one in bad:
        print(f"- {one.answer.kind}: {one.answer.name}: {one.outcome}: {'; '.join(one.effects)}")
    return is_right(ran)


def is_right(ran: Sequence[Ran]) -> bool:
    """Whether there was a run, and none had an effect."""
    return bool(ran) and not any(one.effects for one in ran)


def _ran(answers: Sequence[Answer], whole: Sequence[Answer], sandbox: str, *, is_open: bool) -> Iterator[Ran]:
    """The runs in a place of one kind, which is only made where it is needed."""
    by_pipeline = [answer for answer in answers if answer.is_open is is_open]
    by_command = [answer for answer in whole if answer.is_open is is_open]
    if not by_pipeline and not by_command:
        return
    with (
        outside() as around,
        tempfile.TemporaryDirectory(prefix="bench-hostile-") as folder,
        Place.made(Path(folder), around, is_open=is_open, sandbox=sandbox) as place,
    ):
        yield from map(_told(place.ran), by_pipeline)
        yield from map(_told(place.ran_whole), by_command)


def _told(run: Callable[[Answer], Ran]) -> Callable[[Answer], Ran]:
    """*run*, with a line on standard error for each answer."""

    def told(answer: Answer) -> Ran:
        ran = run(answer)
        print(f"{answer.kind}: {answer.name}: {ran.outcome} {ran.effects}", file=sys.stderr, flush=True)
        return ran

    return told


def spread(answers: Sequence[Answer], most: int) -> list[Answer]:
    """At most *most* of *answers*, taken from each kind in turn."""
    kinds = [[one for one in answers if one.kind == kind] for kind in dict.fromkeys(one.kind for one in answers)]
    turns = itertools.zip_longest(*kinds)
    return [one for turn in turns for one in turn if one is not None][:most]


def _row(kind: str, ran: Sequence[Ran]) -> tuple[str | int, ...]:
    ends = Counter(one.outcome for one in ran)
    others = sum(count for outcome, count in ends.items() if outcome not in _NAMED)
    return (kind, len(ran), *(ends[name] for name in _NAMED), others, sum(bool(one.effects) for one in ran))


if __name__ == "__main__":
    sys.exit(main())
