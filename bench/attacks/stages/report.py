"""What is made of hostile test reports: each is read in a process of its own, with limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.errors import UnsupportedError
from agent_ci.runners.command import AnyCommand
from bench.attacks import oracles
from bench.attacks.boxes import NO_ISOLATION, box
from bench.attacks.case import HERE, Attack, Result
from bench.attacks.oracles import Outside, outside
from bench.attacks.reading import outcome_of
from bench.attacks.stages.sandbox import SMALL
from tests.trees import Files

PLACES = HERE
REFUSED, GREEN, RED, IN_DOUBT = "refused", "green", "red", "in doubt"
PASSED_FOR_GREEN = "it passed for green"
BENIGN = '<testsuite name="shop"><testcase classname="shop" name="test_total" time="0.01"/></testsuite>'

_SECONDS = 20.0
_MOST_KIB = 300 * 1024
_ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Report:
    """A report that ``write`` makes below a folder, given what lies outside of it; it returns the path to read."""

    write: Callable[[Path, Outside], str]


@dataclass(frozen=True)
class Suite:
    """A repository whose command leaves ``report.xml``, or does not."""

    files: Mapping[str, str]
    argv: tuple[str, ...]


def of_text(text: str | bytes) -> Report:
    """A report that holds *text* and is an ordinary file."""

    def write(folder: Path, _around: Outside) -> str:
        (folder / "report.xml").write_bytes(text if isinstance(text, bytes) else text.encode())
        return "report.xml"

    return Report(write)


def tried(attack: Attack, _place: str) -> Result:
    """What comes of the report and of its twin."""
    with outside() as around:
        _, twin = _read(attack.twin, around)
        effects, outcome = _read(attack.attempt, around)
    seen = tuple(effect for effect in effects if effect in attack.forbidden)
    return Result(seen, outcome, attack.promised, twin=twin == GREEN)


def _read(form: object, around: Outside) -> tuple[tuple[str, ...], str]:
    if isinstance(form, Suite):
        return _run(form)
    assert isinstance(form, Report)  # noqa: S101 - the forms that this stage takes
    with tempfile.TemporaryDirectory(prefix="reports-", dir=around.folder.parent) as folder:
        path = form.write(Path(folder), around)
        said, outcome, peak = _in_a_process(folder, path, around)
    effects = [*around.effects(said), *_of(outcome)]
    effects += [oracles.GREW] if peak > _MOST_KIB else []
    return tuple(effects), outcome


def _in_a_process(folder: str, path: str, around: Outside) -> tuple[str, str, int]:
    """What was said, the outcome, and the most memory in KiB."""
    command = (sys.executable, "-m", "bench.attacks.reading", folder, path)
    variables = {"PATH": os.environ["PATH"], "JOB_SECRET_TOKEN": around.canary}
    try:
        done = subprocess.run(
            command, cwd=_ROOT, env=variables, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return "", oracles.HUNG, 0
    if done.returncode:
        return done.stderr, f"exit code {done.returncode}: {done.stderr.strip()[-200:]}", 0
    found = json.loads(done.stdout)
    return found["said"], found["outcome"], found["peak"]


def _run(suite: Suite) -> tuple[tuple[str, ...], str]:
    runner = AnyCommand(suite.argv, ("report.xml",))
    with box(NO_ISOLATION, SMALL).open(Files(suite.files)) as workspace:
        try:
            outcome = outcome_of(runner.run(workspace, timeout=_SECONDS))
        except UnsupportedError:
            outcome = REFUSED
    return tuple(_of(outcome)), outcome


def _of(outcome: str) -> Iterator[str]:
    """The effects that an outcome is by itself."""
    if outcome == GREEN:
        yield PASSED_FOR_GREEN
    if outcome == oracles.HUNG:
        yield oracles.HUNG
