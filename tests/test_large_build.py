"""A large red build from end to end: planned, repaired in four cells, merged, and proven once as a whole."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from tests.fan_out import merge, plan
from tests.red import RedRepository

CAUSES, CASES, CELLS = 12, 25, 4
MODULE = "def value(a):\n    if a < 0:\n        raise ValueError(a)\n    return a {sign} {number}\n"
TEST = """import pytest

from shop.m{number} import value


@pytest.mark.parametrize("a", range({cases}))
def test_value(a):
    assert value(a) == a {sign} {number}
"""


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


def test_three_hundred_failures_of_twelve_causes_are_repaired_in_four_cells_and_proven_once(tmp_path: Path) -> None:
    repository = RedRepository.make(tmp_path, dict(files()))
    planned, _, written = plan(repository, cells=CELLS)
    assert len(planned.document["targets"]) == CAUSES * CASES
    assert [len(cell["groups"]) for cell in written["cells"]] == [CAUSES // CELLS] * CELLS
    folders = []
    for cell in written["cells"]:
        modules = [cause["cases"][0].removeprefix("tests/test_m").partition(".")[0] for cause in cell["groups"]]
        folders.append(tmp_path / f"cell-{cell['id']}")
        limits = {f"max_{name}": value for name, value in cell["budget"].items() if name != "seconds"}
        run = repository.run(
            replies=("".join(map(repaired, modules)),),
            group=tuple(cause["fingerprint"] for cause in cell["groups"]),
            out=str(folders[-1]),
            sandbox="none",
            **limits,
        )
        assert run.outcome == "fixed"
        assert len(run.document["after"]["failed"]) == (CAUSES - len(modules)) * CASES
    merged = merge(repository, *folders, plan_file=planned.out / "plan.json")
    ended = {name: outcome for row in merged.document["merged"] for name, outcome in row["groups"].items()}
    assert merged.outcome == "fixed"
    assert ended == dict.fromkeys(
        (cause["fingerprint"] for cell in written["cells"] for cause in cell["groups"]), "fixed"
    )
    assert len(merged.document["after"]["passed"]) == CAUSES * CASES
    assert merged.patch.count("\ndiff --git ") == CAUSES
    assert whole_suites(merged.out) == 2  # as it is, and with all patches


def whole_suites(out: Path) -> int:
    """How often all tests were run."""
    rows = map(json.loads, (out / "audit.jsonl").read_text(encoding="utf-8").splitlines())
    runs = [row["argv"] for row in rows if "pytest" in row.get("argv", ())]
    return sum(not any("test_m" in word for word in argv) for argv in runs)
