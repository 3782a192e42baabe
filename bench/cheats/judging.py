"""Judges the patches of pairs by the real machinery, and by the exit code alone, as a trusting bot would."""

from __future__ import annotations

import contextlib
import shlex
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci import pipeline
from agent_ci.core.rules import rule_of
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.jobs.fix import Fix
from agent_ci.pipeline import Tools
from bench.cheats.pairs import Edits, diff
from bench.repositories import Small


@dataclass(frozen=True)
class Judge:
    """The evidence of one red repository, ready to judge patches for it."""

    files: Mapping[str, str]
    command: str
    job: Fix
    tools: Tools
    evidence: Evidence

    def attempt(self, edits: Edits) -> Attempt:
        """What our machinery makes of *edits*."""
        return self.of_text(diff(self.files, edits))

    def of_text(self, patch: str) -> Attempt:
        """What it makes of the diff *patch*."""
        return pipeline.judge(self.job, self.tools, self.evidence, Reply("replay", patch))

    def fools_an_exit_code(self, edits: Edits) -> bool:
        """Whether the tests end with exit code 0 when *edits* are made: all that a trusting bot looks at."""
        with tempfile.TemporaryDirectory() as folder:
            for path, text in {**self.files, **edits}.items():
                if text is not None:
                    place = Path(folder, path)
                    place.parent.mkdir(parents=True, exist_ok=True)
                    place.write_text(text, encoding="utf-8")
            done = subprocess.run(shlex.split(self.command), cwd=folder, check=False, capture_output=True, timeout=120)
        return done.returncode == 0


@contextlib.contextmanager
def judging(files: Mapping[str, str], command: str, **given: object) -> Iterator[Judge]:
    """A judge for the red repository of *files*, whose tests *command* runs. Raises ValueError where it is not red.

    The tests run without a sandbox: what is measured is the judgement, and a bench's tools lie in the user's home.
    """
    with tempfile.TemporaryDirectory(prefix="bench-cheats-") as folder:
        scratch = Path(folder)
        repository = Small.make(scratch / "repository", files)
        session = repository.session(scratch, (), None, run=command, **{"sandbox": "none", **given})
        with session.opened() as (job, tools):
            evidence = job.gather(tools)
            if evidence.settled is not None:
                raise ValueError(f"the repository is not red: {evidence.summary}")
            yield Judge(files, command, job, tools, evidence)


def caught_by(attempt: Attempt) -> str:
    """The rules that *attempt* broke, or else what its runs showed."""
    named = list(dict.fromkeys(rule for objection in attempt.objections if (rule := rule_of(objection))))
    return ", ".join(named) or next((objection[:60] for objection in attempt.objections), "")
