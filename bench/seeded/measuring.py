"""Runs `fix` on one seeded repository without a model, and repeats the proof of what it proves."""

from __future__ import annotations

import io
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.verification import Verification, passed
from bench.repositories import Small
from bench.seeded.case import Case

PROPOSERS = ("known", "autofix")


@dataclass(frozen=True)
class Measured:
    """What came of a case: *proposer* is whose change was proven, and *holds* says whether its proof was repeated."""

    outcome: str
    proposer: str
    calls: int
    holds: bool
    told: str
    seconds: float

    def is_right(self, case: Case) -> bool:
        """Whether it is what *case* expects, at no call, with a proof that holds where there is one."""
        holds = self.holds if self.outcome == "fixed" else True
        return self.outcome == case.expected and not self.calls and holds and case.says in self.told


def measured(case: Case, scratch: Path, *, repeat: int) -> Measured:
    """What comes of *case*, made below *scratch*."""
    small = Small.make(scratch / "repository", case.green)
    for name, content in case.blobs.items():
        (small.path / name).parent.mkdir(exist_ok=True)
        (small.path / name).write_bytes(content)
    small.commit({}).commit(case.red, branch="change")
    given: dict[str, Any] = {
        "run": case.run,
        "report": case.report or None,
        "base": "main",
        "repeat": repeat,
        "cassette": None,
    }
    if case.again is not None:
        small.fix(scratch, (), _home(), proposer=("search",), **given)
        small.commit(case.again, branch="another")
    started = time.monotonic()
    document = small.fix(scratch, (), _home(), proposer=PROPOSERS, **given)
    seconds = time.monotonic() - started
    told = (scratch / "out" / "explanation.md").read_text(encoding="utf-8")
    proposers = [str(one["proposer"]) for one in document["attempts"] if not one["objections"]]
    holds = document["outcome"] == "fixed" and _holds(small, scratch / "out", given)
    return Measured(document["outcome"], " ".join(proposers), int(document["cost"]["calls"]), holds, told, seconds)


def _home() -> dict[str, str]:
    """Where tools keep what they are, which rustup's are."""
    return {"HOME": os.environ.get("HOME", "")}


def _holds(small: Small, out: Path, given: Mapping[str, Any]) -> bool:
    """Whether each claim of the evidence in *out* holds when its proof is repeated."""
    asked = {"repository": str(small.path), **given}
    environment = {"PATH": os.environ["PATH"], **_home()}
    claims = Verification(environment, asked, io.StringIO(), out / "evidence.json", out / "fix.patch").claims()
    return passed(list(claims))
