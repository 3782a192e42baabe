"""How often the first question holds what the repair needs, without any model: ``python -m bench.context``.

The cases are those of `bench.real`, whose packages are fetched and run on this machine.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from agent_ci.core.questions.question import fix_question
from agent_ci.templates import template
from bench.context import mutants, real
from bench.context.rankings import TOKENS, WAYS, Shown
from bench.context.scenes import Scene
from bench.real.cases import SETS, Case, CaseFile, load
from bench.real.fetch import Cache
from bench.repair.endpoint import tokens
from bench.table import print_table

_CACHE = Path("~/.cache/agent-ci/bench-real")
_HEADER = ("way", "cases", "all in, %", "one function", "whole, %", "tokens of code, median")
_PROMPT, _SYSTEM = "fix.v3", "system.v8"


def main(arguments: Sequence[str]) -> int:
    """Print the tables; 0 where every case that was asked for could be measured, else 1."""
    parser = argparse.ArgumentParser(prog="python -m bench.context", description=__doc__)
    parser.add_argument("--set", choices=SETS, default="releases", help="which cases  [default: %(default)s]")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="this case alone (repeatable)")
    parser.add_argument("--cache", type=Path, default=_CACHE, metavar="DIR", help="[default: %(default)s]")
    parser.add_argument("--mutants", type=int, default=0, metavar="N", help="faults in each package  [default: none]")
    parser.add_argument("--seed", type=int, default=0, help="which faults  [default: 0]")
    parser.add_argument("--cases", action="store_true", help="print each case as well")
    options = parser.parse_args(arguments)
    file = load(SETS[options.set])
    chosen = file.named(tuple(options.only))
    folder = options.cache.expanduser().resolve()
    folder.mkdir(parents=True, exist_ok=True)
    cache = Cache(folder, file.build, file.runner)
    if options.mutants:
        found = _said(_mutants(file, chosen, cache, options.mutants, options.seed), print_each=options.cases)
        _print("Faults of ours in released packages", found)
        return 0 if found else 1
    found = _said(real.scenes(file, chosen, cache), print_each=options.cases)
    _print("Historical bugs", found)
    return 0 if len(found) == len(chosen) else 1


def _mutants(file: CaseFile, chosen: Sequence[Case], cache: Cache, count: int, seed: int) -> Iterator[Scene]:
    pytest = dict(pin.split("==") for pin in file.runner)["pytest"]
    for case in {case.package: case for case in chosen}.values():
        yield from mutants.scenes(case, cache, count=count, seed=seed, pytest=pytest)


def _said(found: Iterable[Scene | str], *, print_each: bool) -> list[Scene]:
    """The scenes of *found*; what could not be one is said."""
    scenes: list[Scene] = []
    for one in found:
        if isinstance(one, str):
            print(f"left out: {one}", file=sys.stderr, flush=True)
            continue
        scenes.append(one)
        if print_each:
            shown = Shown.of(one, WAYS["ours"](one))
            names = ", ".join(f"{part.path}::{part.block.name or part.block.first}" for part in one.touched)
            print(f"{one.name}: {'in' if shown.holds else 'NOT in'}, {'whole' if shown.whole else 'in part'}: {names}")
    return scenes


def _print(title: str, scenes: list[Scene]) -> None:
    if not scenes:
        return
    rows = []
    for name, way in WAYS.items():
        shown = [Shown.of(scene, way(scene)) for scene in scenes]
        single = [one.whole for scene, one in zip(scenes, shown, strict=True) if scene.is_single]
        whole = 100 * sum(single) / len(single) if single else 0.0
        holds = 100 * sum(one.holds for one in shown) / len(scenes)
        rows.append((name, len(scenes), holds, len(single), whole, statistics.median(one.tokens for one in shown)))
    print_table(f"{title}, at most {TOKENS} tokens of code", _HEADER, rows, packages=("agent-ci",))
    sizes, seconds = zip(*(_asked(scene) for scene in scenes), strict=True)
    print(
        f"the question with all prompts: {statistics.median(sizes):.0f} tokens in the median, {max(sizes)} at most; "
        f"made in {statistics.median(seconds):.2f} s in the median, {max(seconds):.2f} s at most\n"
    )


def _asked(scene: Scene) -> tuple[int, float]:
    started = time.perf_counter()
    question = fix_question(template(_PROMPT), scene.evidence, scene.files, ())
    seconds = time.perf_counter() - started
    return tokens(f"{template(_SYSTEM).text}{question}"), seconds


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
