"""How many bugs are repaired with a model, and for how many tokens: ``python -m bench.repair``.

``--cases`` is ``real``, the historical bugs of `bench.real` (their packages are fetched from pip's configured index),
``written``, a few small ones for which nothing is fetched, or a folder of your own with a folder for each case::

    NAME/case.toml   run = ["tests"] is what pytest is given, relative to the root; optional are failing = [node ids],
                     of which all that is red is taken otherwise, and python = "/path/to/the/interpreter"
    NAME/red/        the whole tree of the red build
    NAME/fixed/      the files that people's repair changes, as it left them; no tests

The model is any that litellm knows, with its key from AGENT_CI_API_KEY. Without one, a stand-in on loopback knows
people's repair, and tells it if and only if it is shown all the code that the repair touches: it measures what is
shown, in how many calls, and not how well a model thinks. The code of the cases is run on this machine, and what a peer
runs is confined by nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from pathlib import Path

from agent_ci.errors import AgentCIError
from bench.real.cases import load
from bench.real.fetch import Cache
from bench.real.measure import Request
from bench.repair import peers, trial
from bench.repair.endpoint import NAME, Endpoint
from bench.repair.mind import Mind
from bench.repair.problems import Problem, of_folder, of_releases, written
from bench.repair.trial import Trial
from bench.table import print_table

_CACHE = Path("~/.cache/agent-ci/bench-real")


def main(arguments: Sequence[str]) -> int:
    """Print a row for each case and tool, and the totals; 0 where every case was measured."""
    options = _parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as scratch, nullcontext() if options.model else Endpoint() as endpoint:
            trials, left_out = _measured(options, endpoint, Path(scratch))
    except AgentCIError as error:
        print(f"bench.repair: {error}", file=sys.stderr)
        return error.outcome.exit_code
    print_table(f"Repairs, the mind is {_said(options)}", trial.HEADER, map(trial.row, trials), packages=("agent-ci",))
    for tool in dict.fromkeys(one.tool for one in trials):
        print(trial.total(trials, tool))
    if options.peer:
        print(trial.ratio(trials))
        if not options.model:
            print(f"of {options.peer} this is a floor: it looks only where the repair is, runs no test and errs never")
    return 1 if left_out or any(one.error for one in trials) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.repair", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", default="written", metavar="WHICH", help="real, written, or DIR  [default: written]")
    parser.add_argument("--only", action="append", default=[], metavar="ID", help="this case alone (repeatable)")
    parser.add_argument("--proposer", action="append", metavar="NAME", help="of `fix` (repeatable)  [default: model]")
    parser.add_argument("--model", metavar="NAME", help="as litellm names it  [default: the stand-in]")
    parser.add_argument("--api-base", metavar="URL", help="where the model is, if not at its provider")
    parser.add_argument("--max-looks", metavar="N", help="of `fix`")
    parser.add_argument("--repeat", metavar="N", help="of `fix`")
    parser.add_argument("--peer", choices=[peers.MINI], help="another agent, given the same endpoint and statement")
    parser.add_argument("--cache", type=Path, default=_CACHE, metavar="DIR", help="[default: %(default)s]")
    parser.add_argument("--time-limit", type=int, default=300, metavar="N", help="seconds a case  [default: 300]")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results here as well")
    return parser


def _said(options: argparse.Namespace) -> str:
    return str(options.model or f"a {NAME} that knows people's repair")


def _measured(options: argparse.Namespace, endpoint: Endpoint | None, scratch: Path) -> tuple[list[Trial], int]:
    """The trials, and how many cases were left out; each is told as soon as it is there."""
    cache = options.cache.expanduser().resolve()
    base = endpoint.url if endpoint else options.api_base or ""
    mind = peers.Mind(options.model or f"openai/{NAME}", base, os.environ.get("AGENT_CI_API_KEY", ""))
    python = peers.installed(cache) if options.peer else None
    request = _request(options, mind)
    trials: list[Trial] = []
    left_out = 0
    for problem in _chosen(_problems(options.cases, cache, scratch, tuple(options.only)), options.only):
        if isinstance(problem, str):
            left_out += 1
            print(f"left out: {problem}", file=sys.stderr, flush=True)
            continue
        if endpoint:
            endpoint.mind = Mind(problem)
        found = [trial.ours(problem, request)]
        if python:
            found.append(trial.peer(problem, python, mind, seconds=options.time_limit))
        trials += found
        for one in found:
            print(" | ".join(map(str, trial.row(one))), one.says or one.error, sep=" | ", file=sys.stderr, flush=True)
        if options.json:
            document = trial.document(trials, _said(options))
            options.json.write_text(f"{json.dumps(document, indent=2)}\n", encoding="utf-8")
    return trials, left_out


def _request(options: argparse.Namespace, mind: peers.Mind) -> Request:
    passed_on = [("--model", mind.name), ("--api-base", mind.api_base)]
    passed_on += [("--max-looks", options.max_looks), ("--repeat", options.repeat)]
    return Request(
        proposers=tuple(options.proposer or ["model"]),
        time_limit=options.time_limit,
        options=tuple(part for name, value in passed_on if value for part in (name, value)),
    )


def _problems(which: str, cache: Path, scratch: Path, only: tuple[str, ...]) -> Iterator[Problem | str]:
    if which == "real":
        file = load()
        cache.mkdir(parents=True, exist_ok=True)
        return of_releases(file, file.named(only), Cache(cache, file.build, file.runner))
    return written(scratch) if which == "written" else of_folder(Path(which), scratch)


def _chosen(problems: Iterable[Problem | str], only: Sequence[str]) -> Iterator[Problem | str]:
    """Those that are named, or all; with the sentences that belong to them."""
    for problem in problems:
        name = problem.partition(":")[0] if isinstance(problem, str) else problem.name
        if not only or name in only:
            yield problem


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
