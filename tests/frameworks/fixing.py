"""A red repository of any language, repaired by a recorded reply and verified, as far as that is the same for all."""

from __future__ import annotations

import io
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from agent_ci.verification import Verification, passed
from bench.selectors.ecosystem import MissingToolError
from tests.red import RedRepository, Run


@dataclass(frozen=True)
class Red:
    """A red project: *wrong* is a line of *path*, and *right* what repairs it. *red* and *green* are ids.

    *new* are ids of tests that could not run before. *prepare* does what an earlier step of the job would.
    """

    programs: tuple[str, ...]
    files: Mapping[str, str]
    path: str
    line: int
    wrong: str
    right: str
    red: tuple[str, ...]
    green: tuple[str, ...]
    given: Mapping[str, object] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    prepare: Callable[[Path], None] = lambda _checkout: None


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


def repaired(folder: Path, files: Mapping[str, str], reply: str, **given: Any) -> Run:
    """What `fix` wrote about *files* where the only proposer says *reply*."""
    return RedRepository.make(folder, files).run(replies=(reply,), environment=around(), **{"run": "", **given})


def is_verified(folder: Path, run: Run) -> bool:
    """Whether every claim of *run*, made on the repository in *folder*, holds again."""
    given = {"repository": str(folder / "repository"), "quiet": True}
    check = Verification(around(), given, io.StringIO(), run.out / "evidence.json", run.out / "fix.patch")
    return passed(list(check.claims()))


def is_repaired_and_verified(project: Red, folder: Path) -> None:
    """Assert that `fix` repairs *project*, written to *folder*, and that the proof holds again."""
    needs(*project.programs)
    reply = diff(project.path, project.line, project.wrong, project.right)
    try:
        project.prepare(folder / "repository")
    except MissingToolError as error:
        pytest.skip(f"this is NOT tested: {error}")
    run = repaired(folder, project.files, reply, repeat=1, **project.given)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    before = run.document["before"]
    assert (before["failed"] + before["errored"], before["passed"]) == (list(project.red), sorted(project.green))
    assert run.document["after"]["passed"] == sorted((*project.red, *project.green, *project.new))
    assert is_verified(folder, run)
