"""Edits that are tried one after the other in one process, on a suite that a real pytest has collected."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

PROGRAM = """
import json, sys
from pathlib import Path
from agent_ci.proposers.search.kit import suite
from agent_ci.proposers.search.kit.bench import Bench, Limit
from agent_ci.proposers.search.kit.localise import Files
from agent_ci.proposers.search.kit.operators import Candidate
from agent_ci.proposers.search.kit.processes import at_root
from agent_ci.proposers.search.kit.series import Series
from agent_ci.sandbox_kit.source import Source, Splice

root, said, texts = at_root(), sys.argv[1], sys.argv[2:]

def work(session):
    named = {suite.id_of(item, root): item for item in session.items}
    bench = Bench(named, recorder, None, Files(root, ["area.py"]))
    source = Source("area.py", Path("area.py").read_bytes())
    start = source.data.index(b"a + b")
    edits = [Candidate("area.py", Splice(start, start + 5, text), "x", 1, 1.0) for text in texts]
    several = [bench.prepare(source, edit, cold=False) for edit in edits]
    limit, ids = Limit(5.0, 0.3), list(named)
    series = Series(bench, ids, limit=lambda ids: limit, together=True)
    found = series.run(several, ids, limit=limit, stop=True) if all(map(series.takes, several)) else []
    told = [one and ([case["outcome"] for case in one.messages] if one.ended else "ended early") for one in found]
    Path(said).write_text(json.dumps([told, Path("area.py").read_bytes() == source.data]))

recorder = suite.Recorder(work)
suite.start(["-q", "-p", "no:cacheprovider"], ["test_area.py"], recorder)
"""
AREA = """
kept = {}

def area(a, b):
    if a in kept:
        return kept[a]
    return a + b
"""
TEST = """
import subprocess, sys
from pathlib import Path
from area import area

class TestArea:
    def test_red(self):
        assert not hasattr(self, "before")
        self.before = True
        assert area(3, 4) == 12

    def test_file(self):
        assert Path("area.py").read_text().count("a + b") == 0
"""


def tried(folder: Path, area: str, test: str, *edits: str) -> list[object]:
    """What a series says of *edits* in the place of ``a + b``; the file is as before at its end."""
    (folder / "area.py").write_text(dedent(area), "utf-8")
    (folder / "test_area.py").write_text(dedent(test), "utf-8")
    said = folder / "said.json"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[3])}
    argv = [sys.executable, "-B", "-c", PROGRAM, str(said), *edits]
    subprocess.run(argv, cwd=folder, env=environment, check=True, timeout=60, capture_output=True)
    told, is_restored = json.loads(said.read_text("utf-8"))
    assert is_restored
    assert isinstance(told, list)
    return told


def test_each_edit_is_judged_as_if_it_were_alone(tmp_path: Path) -> None:
    right, green, red = "a * b", ["passed", "passed"], ["failed"]
    edits = {
        right: green,
        "a - b": red,
        "a*b": green,
        "kept.setdefault(a, 0)": None,  # leaves what would refuse the next one
        "a  * b": green,
        "[0 for _ in iter(int, 1)]": "ended early",
        "b * a": green,
        "__import__('os')._exit(0)": "ended early",
        "b*a": green,
        "[0] * 10**12": red,
        "b  * a": green,
    }
    assert tried(tmp_path, AREA, TEST, *edits) == list(edits.values())


ALONE = {
    "the code itself keeps what it gave": (AREA.replace("return a + b", "kept[a] = a + b\n    return kept[a]"), TEST),
    "a test passes or fails by turns": (AREA, TEST + "\n    def test_turn(self, n=[]):\n        n.append(1)\n"),
}


@pytest.mark.parametrize(("area", "test"), ALONE.values(), ids=ALONE.keys())
def test_there_is_no_series_where_one_run_may_change_the_next(tmp_path: Path, area: str, test: str) -> None:
    assert tried(tmp_path, area, test, "a * b", "b * a") == []


ASKED = """
class Twelve(int):
    def __eq__(self, other):
        asked.append(other)
        return int(self) == other

    __hash__ = int.__hash__


asked, LIMIT = [], Twelve(12)
"""
LATE = {
    "a module that a case imports late": ("LIMIT = 12\n", [["passed", "passed"], ["failed"]]),
    "a late module that keeps what it was asked": (ASKED, []),
}


@pytest.mark.parametrize(("late", "said"), LATE.values(), ids=LATE.keys())
def test_a_late_import_is_no_trace_but_what_is_left_in_it_is(tmp_path: Path, late: str, said: list[object]) -> None:
    (tmp_path / "late.py").write_text(late, "utf-8")
    test = TEST.replace("assert area(3, 4) == 12", "from late import LIMIT\n        assert LIMIT == area(3, 4)")
    assert tried(tmp_path, AREA, test, "a * b", "a - b") == said
