"""Which of two versions of a prompt repairs more, and for how many tokens: ``python -m bench.prompts system.v8=FILE``.

Each case is given to ``fix`` twice: with the prompts that are shipped, and with a copy of the package in which the text
of FILE stands for the prompt that is named. What else is given goes to `bench.repair` both times, which says what the
cases and the model may be: folders of your own, such as failures that were met in production, and any model. Without
one, its stand-in sees what a version shows and in how many calls, and not whether a model follows it.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import agent_ci
from agent_ci.core.questions.prompt import PromptError, Template
from agent_ci.errors import AgentCIError, UnsupportedError, UsageError
from agent_ci.templates import template
from bench.repair import trial
from bench.repair.__main__ import main as repair
from bench.repair.trial import OURS, Trial
from bench.table import print_table

_DIGEST = "import sys; from agent_ci.templates import template; print(*(template(id_).sha256 for id_ in sys.argv[1:]))"
COLUMNS = ("case", "fixed, as shipped", "with the other", "calls", "with the other", "prompt tokens", "with the other")


def main(arguments: Sequence[str]) -> int:
    """Print a row for each case and what both versions made of all; 0 where every case was measured twice."""
    options, passed_on = _parser().parse_known_args(arguments)
    try:
        others = dict(map(_version, options.prompts))
        with tempfile.TemporaryDirectory() as scratch:
            shipped = _trials(passed_on, Path(scratch, "shipped.json"))
            with in_force(others, Path(scratch)):
                changed = _trials(passed_on, Path(scratch, "changed.json"))
    except AgentCIError as error:
        print(f"bench.prompts: {error}", file=sys.stderr)
        return error.outcome.exit_code
    print_table(f"With another {', '.join(others)}", COLUMNS, rows(shipped, changed), packages=("agent-ci",))
    digests = [{id_: of(id_).sha256[:12] for id_ in others} for of in (template, others.__getitem__)]
    for found, digest in zip((shipped, changed), digests, strict=True):
        print(f"{', '.join(f'{id_} {value}' for id_, value in digest.items())}: {trial.total(found, OURS)}")
    is_whole = bool(shipped) and [one.case for one in shipped] == [one.case for one in changed]
    return 0 if is_whole and not any(one.error for one in (*shipped, *changed)) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench.prompts", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("prompts", nargs="+", metavar="ID=FILE", help="a prompt that is shipped, and its other text")
    return parser


def _version(told: str) -> tuple[str, Template]:
    """The id and the other version that *told* names. Raises UsageError where it cannot stand for what is shipped."""
    id_, _, file = told.partition("=")
    try:
        shipped, other = template(id_), Template(id_, Path(file).read_text(encoding="utf-8"))
    except (PromptError, OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{told!r} is not ID=FILE of a prompt that is shipped and a text: {error}") from error
    if other.variables != shipped.variables:
        wanted = ", ".join(sorted(shipped.variables)) or "none"
        raise UsageError(f"{file} has to use the variables of {id_}, each of them and no other: {wanted}")
    return id_, other


@contextmanager
def in_force(others: Mapping[str, Template], scratch: Path) -> Iterator[None]:
    """Have each program that is started import a copy of agent-ci with *others*, as long as this is open.

    Raises UnsupportedError where it would import another one.
    """
    package = Path(agent_ci.__file__).parent
    copy = shutil.copytree(package, scratch / package.name, ignore=shutil.ignore_patterns("__pycache__"))
    for id_, other in others.items():
        (copy / "prompts" / f"{id_}.md").write_text(other.text, encoding="utf-8")
    before = {name: os.environ.get(name) for name in ("PYTHONPATH", "PYTHONSAFEPATH")}
    os.environ |= {"PYTHONPATH": str(scratch), "PYTHONSAFEPATH": "1"}
    try:
        seen = subprocess.run([sys.executable, "-c", _DIGEST, *others], capture_output=True, text=True, check=False)
        if seen.stdout.split() != [other.sha256 for other in others.values()]:
            raise UnsupportedError(f"the other prompts are not read by this Python: {seen.stderr.strip()[-300:]}")
        yield
    finally:
        for name in before:
            del os.environ[name]
        os.environ |= {name: value for name, value in before.items() if value is not None}


def _trials(passed_on: Sequence[str], file: Path) -> tuple[Trial, ...]:
    """What `bench.repair` makes of the cases. Raises UsageError where it measures none."""
    code = repair([*passed_on, "--json", str(file)])
    if not file.exists():
        raise UsageError(f"bench.repair measured nothing and ended with exit code {code}")
    found = (Trial(**row) for row in json.loads(file.read_text(encoding="utf-8"))["trials"])
    return tuple(one for one in found if one.tool == OURS)


def rows(shipped: Sequence[Trial], changed: Sequence[Trial]) -> Iterator[tuple[object, ...]]:
    """One row for each case that was tried with both versions."""
    by_case = {one.case: one for one in changed}
    for one in shipped:
        if other := by_case.get(one.case):
            (fixed, calls, tokens), (then_fixed, then_calls, then_tokens) = _told(one), _told(other)
            yield one.case, fixed, then_fixed, calls, then_calls, tokens, then_tokens


def _told(one: Trial) -> tuple[object, object, object]:
    _, _, fixed, _, calls, tokens, *_ = trial.row(one)
    return fixed, calls, tokens


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
