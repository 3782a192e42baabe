"""One cell of the fault matrix: a stage, a fault, the promised end; and the ways to run agent-ci into the fault."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import Any

from agent_ci.core.outcome import Outcome
from tests.red import CALC, GOOD, RedRepository
from tests.servers.chat import ChatServer

ROOT = Path(__file__).parents[2]
CANARY = "canary-Zq81uQm0Rt55vLw4"
TIME_LIMIT = 30.0  # seconds
SECONDS_OVER = 5.0
SUITE = f"""{{
    echo '<testsuite>'
    if grep -q 'a + b' calc.py; then echo '<testcase classname="calc" name="add"/>'
    else echo '<testcase classname="calc" name="add"><failure message="-1 is not 3 ({CANARY})"/></testcase>'; fi
    echo '<testcase classname="calc" name="double"/></testsuite>'
}} > report.xml
"""
FILES = {"calc.py": CALC, "check.sh": SUITE}
"""A red repository whose tests take milliseconds, and whose failure shows a secret of the job."""

_QUICK: Mapping[str, object] = MappingProxyType(
    {"run": "sh check.sh", "report": ("report.xml",), "repeat": 1, "sandbox": "none", "time_limit": TIME_LIMIT}
)


class Stage(StrEnum):
    """Where in a run the fault is met, in the order of a run."""

    SETTINGS = "read the settings"
    CLONE = "clone"
    SANDBOX = "choose the sandbox"
    REPRODUCE = "reproduce"
    CONTROLS = "controls"
    PROPOSE = "propose"
    PROVE = "prove"
    DELIVER = "deliver"
    WRITE = "write the files"


@dataclass(frozen=True)
class End:
    """How one run ended: its evidence, if there is any, and everything that can be looked at afterwards."""

    document: Mapping[str, Any]
    exit_code: int
    out: Path
    said: str
    seconds: float
    changed: bool

    @property
    def objections(self) -> str:
        """What was said against all attempts."""
        return "\n".join(text for attempt in self.document["attempts"] for text in attempt["objections"])


@dataclass(frozen=True)
class Lab:
    """A place for one cell: an empty folder *scratch*, and a model's endpoint."""

    scratch: Path
    server: ChatServer

    @property
    def out(self) -> Path:
        """Where the runs put their files."""
        return self.scratch / "out"

    @property
    def tmp(self) -> Path:
        """The folder for temporary files, which must be empty after a run."""
        return self.scratch / "tmp"

    def red(self, **files: str) -> RedRepository:
        """A red repository with *files* on top of the usual ones; a dot is written as two underscores."""
        named = {name.replace("__", "."): text for name, text in files.items()}
        return RedRepository.make(self.scratch, {**FILES, **named})

    def here(self, red: RedRepository, *replies: str, **given: object) -> End:
        """A run in this process, which is offered *replies*."""
        before, started = red.digest(), time.monotonic()
        options: dict[str, Any] = {**_QUICK, **given}
        run = red.run(replies=replies, environment={"A_TOKEN": CANARY}, **options)
        seconds = time.monotonic() - started
        document = run.document
        return End(document, document["exit_code"], run.out, run.progress, seconds, red.digest() != before)

    def apart(
        self,
        red: RedRepository,
        *options: str,
        around: tuple[str, ...] = (),
        environment: Mapping[str, str] = MappingProxyType({}),
        during: Callable[[subprocess.Popen[bytes]], None] = lambda _: None,
    ) -> End:
        """A run of the program, started by the words *around*; *during* is called while it goes on."""
        before, started = red.digest(), time.monotonic()
        argv = [*around, sys.executable, "-m", "agent_ci", *self.arguments(red), *options]
        argv += [] if "--proposer" in options else self.replayed()
        with subprocess.Popen(
            argv,
            cwd=ROOT,
            env=self.environment(**environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process:
            during(process)
            said = process.communicate(timeout=TIME_LIMIT + 4 * SECONDS_OVER)[0].decode()
        seconds = time.monotonic() - started
        evidence = self.out / "evidence.json"
        document = json.loads(evidence.read_text(encoding="utf-8")) if evidence.exists() else {}
        return End(document, process.returncode, self.out, said, seconds, red.digest() != before)

    def arguments(self, red: RedRepository) -> tuple[str, ...]:
        """The command line of a fix of *red*, up to where changes come from."""
        return (
            *("fix", "--repository", str(red.path), "--out", str(self.out), "--sandbox", "none", "--repeat", "1"),
            *("--run", "sh check.sh", "--report", "report.xml", "--time-limit", str(TIME_LIMIT)),
        )

    def replayed(self) -> tuple[str, ...]:
        """The options that have a run offered the right change."""
        cassette = self.scratch / "cassette.jsonl"
        cassette.write_text(f"{json.dumps({'text': GOOD})}\n", encoding="utf-8")
        return ("--proposer", "replay", "--cassette", str(cassette))

    def environment(self, **variables: str) -> dict[str, str]:
        """A job's environment, with a secret in it."""
        return {"PATH": os.environ["PATH"], "TMPDIR": str(self.tmp), "A_TOKEN": CANARY, **variables}


@dataclass(frozen=True)
class Cell:
    """A fault that *meet* runs into at *stage*, and the one *outcome* it must have there.

    *promise* is what else holds, in words for the page; *meet* asserts it. ``writes`` is off where the files cannot
    be written, which is what such a cell is about. ``needs_root`` is on where a file system has to be mounted.
    """

    stage: Stage
    fault: str
    outcome: Outcome
    meet: Callable[[Lab], End] = field(repr=False)
    promise: str = ""
    writes: bool = True
    needs_root: bool = False

    @property
    def id(self) -> str:
        """The cell's name as a test."""
        return f"{self.stage}: {self.fault}"


@dataclass(frozen=True)
class Elsewhere:
    """A fault whose promise a test of another file proves already: ``file.py::test``, below ``tests``."""

    stage: Stage
    fault: str
    promise: str
    test: str
