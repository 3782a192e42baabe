"""The commands `plan` and `merge` on a real repository, and the evidence of a cell made to measure."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agent_ci.core.document import sealed, text_of
from agent_ci.merging import Merging
from agent_ci.planning import Planning
from agent_ci.session import Session
from bench.repositories import PYTEST
from tests.red import RedRepository, Run


def session(
    repository: RedRepository, job: str, out: Path, environment: Mapping[str, str] | None = None, **given: object
) -> Session:
    options = {"repository": str(repository.path), "run": PYTEST, "repeat": 2, "sandbox": "none", "out": str(out)}
    around = {"PATH": os.environ["PATH"], **(environment or {})}
    return Session(around, {**options, "quiet": True, **given}, io.StringIO(), job=job)


def plan(
    repository: RedRepository,
    *,
    cells: int = 4,
    form: str = "github",
    environment: Mapping[str, str] | None = None,
    **given: object,
) -> tuple[Run, Planning, dict[str, Any]]:
    """A run of `plan`, the command after it, and the plan that it wrote."""
    out = repository.scratch / "plan"
    opened = session(repository, "plan", out, environment, **given)
    planning = Planning(opened, cells, form)
    document = opened.run(planning.run)
    path = out / "plan.json"
    written = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return Run(document, out, ""), planning, written


def merge(repository: RedRepository, *folders: Path, plan_file: Path | None = None, **given: object) -> Run:
    """A run of `merge` over *folders*."""
    out = repository.scratch / "merged"
    opened = session(repository, "merge", out, None, **given)
    return Run(opened.run(Merging(opened, folders, plan_file).run), out, "")


def resealed(folder: Path, **changes: object) -> None:
    """Change parts of the evidence in *folder* and seal it again, as whoever can write it could."""
    document = json.loads((folder / "evidence.json").read_text(encoding="utf-8"))
    del document["seal"]
    (folder / "evidence.json").write_text(text_of(sealed({**document, **changes})), encoding="utf-8")
