"""The commands `plan` and `merge` on a real repository, a large red build, and evidence made to measure."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agent_ci.core.sealing import sealed, text_of
from agent_ci.merging import Merging
from agent_ci.planning import Planning
from agent_ci.session import Session
from bench.repositories import PYTEST
from tests.red import RedRepository, Run

CAUSES, CASES, CELLS = 12, 25, 4
MODULE = "def value(a):\n    if a < 0:\n        raise ValueError(a)\n    return a {sign} {number}\n"
TEST = """import pytest

from shop.m{number} import value


@pytest.mark.parametrize("a", range({cases}))
def test_value(a):
    assert value(a) == a {sign} {number}
"""


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


def files() -> Iterator[tuple[str, str]]:
    """Twelve modules with one wrong sign each, and twenty-five failing cases for each of them."""
    yield "conftest.py", ""
    yield "shop/__init__.py", ""
    for number in range(1, CAUSES + 1):
        yield f"shop/m{number}.py", MODULE.format(number=number, sign="-")
        yield f"tests/test_m{number}.py", TEST.format(number=number, sign="+", cases=CASES)


def repaired(number: str) -> str:
    """The diff that repairs one module."""
    path, line = f"shop/m{number}.py", "    return a {} " + number
    kept = " def value(a):\n     if a < 0:\n         raise ValueError(a)\n"
    return f"--- a/{path}\n+++ b/{path}\n@@ -1,4 +1,4 @@\n{kept}-{line.format('-')}\n+{line.format('+')}\n"


def whole_suites(out: Path) -> int:
    """How often all tests were run."""
    rows = map(json.loads, (out / "audit.jsonl").read_text(encoding="utf-8").splitlines())
    runs = [row["argv"] for row in rows if "pytest" in row.get("argv", ())]
    return sum(not any("test_m" in word for word in argv) for argv in runs)
