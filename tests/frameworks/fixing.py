"""A red repository of any language, repaired by a recorded reply and verified, as far as that is the same for all."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from agent_ci.verification import Verification, passed
from tests.red import RedRepository, Run


def needs(*programs: str) -> None:
    """Skip the test, loudly, where one of *programs* is not here."""
    for program in programs:
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed, so that this is NOT tested")


def diff(path: str, line: int, old: str, new: str) -> str:
    """A diff of *path* that has the lines *new* instead of *old*, which begin at *line*."""
    removed = "".join(f"-{text}\n" for text in old.splitlines())
    added = "".join(f"+{text}\n" for text in new.splitlines())
    counts = f"@@ -{line},{len(old.splitlines())} +{line},{len(new.splitlines())} @@"
    return f"--- a/{path}\n+++ b/{path}\n{counts}\n{removed}{added}"


def around() -> Mapping[str, str]:
    """What a job has in its environment: where the programs are, and its home with what they downloaded."""
    return {"PATH": os.environ["PATH"], "HOME": str(Path.home())}


def repaired(folder: Path, files: Mapping[str, str], reply: str, *, run: str = "", **given: object) -> Run:
    """What `fix` wrote about *files* where the only proposer says *reply*."""
    return RedRepository.make(folder, files).run(run=run, replies=(reply,), environment=around(), **given)


def is_verified(folder: Path, run: Run) -> bool:
    """Whether every claim of *run*, made on the repository in *folder*, holds again."""
    given = {"repository": str(folder / "repository"), "quiet": True}
    check = Verification(around(), given, io.StringIO(), run.out / "evidence.json", run.out / "fix.patch")
    return passed(list(check.claims()))
