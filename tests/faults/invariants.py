"""What holds after every run, whatever the fault was; each breach is one sentence."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from agent_ci.core.document import SCHEMA
from agent_ci.core.outcome import Outcome
from agent_ci.core.sealing import broken_seal
from tests.faults.lab import CANARY, SECONDS_OVER, TIME_LIMIT, Cell, End, Lab


def breaches(cell: Cell, end: End, lab: Lab) -> list[str]:
    """Everything that the run into *cell* did not keep."""
    found = [*_of_the_end(cell, end), *_of_the_machine(lab)]
    if end.seconds > TIME_LIMIT + SECONDS_OVER:
        found.append(f"it took {end.seconds:.1f} s")
    if end.changed and cell.outcome is not Outcome.DELIVERED:
        found.append("the checkout was changed, and nothing was delivered")
    return found + (list(_of_the_files(end)) if cell.writes else [])


def _of_the_end(cell: Cell, end: End) -> Iterator[str]:
    if end.exit_code != cell.outcome.exit_code:
        yield f"exit code {end.exit_code}, and {cell.outcome} has {cell.outcome.exit_code}: {end.said[-800:]}"
    if cell.writes and end.document.get("outcome") != cell.outcome:
        yield f"the outcome is {end.document.get('outcome')}: {end.document.get('reason')}"
    if CANARY in end.said:
        yield "the secret was printed"
    if "Traceback" in end.said:
        yield f"a traceback was printed: {end.said[-800:]}"


def _of_the_files(end: End) -> Iterator[str]:
    evidence, explanation = end.out / "evidence.json", end.out / "explanation.md"
    if not evidence.exists() or not explanation.exists():
        yield f"only {sorted(path.name for path in end.out.glob('*'))} were written"
        return
    if broken := broken_seal(evidence.read_text(encoding="utf-8")):
        yield f"evidence.json: {broken}"
    if (end.document["schema"], end.document["exit_code"]) != (SCHEMA, end.exit_code):
        yield f"the evidence says {end.document['schema']} and exit code {end.document['exit_code']}"
    if not explanation.read_text(encoding="utf-8").startswith("# "):
        yield "explanation.md says nothing"
    if end.document["patch"] and not (end.out / "fix.patch").exists():
        yield "a change was proven, and there is no fix.patch"
    for path in end.out.rglob("*"):
        if path.is_file() and CANARY.encode() in path.read_bytes():
            yield f"the secret is in {path.name}"


def _of_the_machine(lab: Lab) -> Iterator[str]:
    for name, words in survivors(lab.scratch):
        yield f"process {name} survived: {words}"
    for path in lab.tmp.iterdir():
        yield f"{path.name} was left in the folder for temporary files"


def survivors(folder: Path) -> Iterator[tuple[str, str]]:
    """The processes that are about *folder* or stand in it, ours excepted."""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            words = (process / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            stands = str((process / "cwd").readlink())
            if process.name != str(os.getpid()) and str(folder) in f"{words} {stands}":
                yield process.name, words
