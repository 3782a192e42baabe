"""What Pynguin writes for a project, measured as ours is."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from bench.repositories import write
from bench.tests.measure import Score, measured, passing
from bench.tests.project import Project
from bench.tests.workbench import evidence_of

_SEARCH = 60  # seconds of search, as it is asked, and of looking for what to assert
_LIMIT = 240  # seconds in all


def pynguin(project: Project, program: str, *, cosmic_python: str) -> Score:
    """The score of what *program* writes in a copy of *project*, without tests that fail; of nothing where it fails."""
    style = evidence_of(project).style
    assert style is not None  # noqa: S101 - we gave it one
    with tempfile.TemporaryDirectory() as scratch:
        root, out = Path(scratch, "project"), Path(scratch, "out")
        write(root, project.files)
        out.mkdir()
        argv = [program, "--project-path", str(root / project.roots[0]), "--output-path", str(out)]
        argv += ["--module-name", style.module, "--maximum-search-time", str(_SEARCH), "--seed", "0"]
        argv += ["--maximum-mutation-time", str(_SEARCH), "--no-xfail", "True"]  # as good as it can be in that time
        environment = {"PATH": os.environ["PATH"], "PYNGUIN_DANGER_AWARE": "1", "HOME": scratch}
        started = time.monotonic()
        try:
            subprocess.run(argv, cwd=root, env=environment, capture_output=True, timeout=_LIMIT, check=False)
        except subprocess.TimeoutExpired:
            return Score(project, "", seconds=float(_LIMIT))
        seconds = time.monotonic() - started
        written = sorted(out.glob("test_*.py"))
        text = written[0].read_text("utf-8") if written else ""
    kept, failures = passing(project, text)
    found = measured(project, kept, cosmic_python=cosmic_python)
    return Score(**{**vars(found), "seconds": seconds, "failures": failures})
