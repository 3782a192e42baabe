"""Every fault at every stage has the end that docs/reliability.md promises, and costs nothing that was there before."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.outcome import Outcome
from tests.faults.invariants import breaches, survivors
from tests.faults.lab import CANARY, ROOT, Cell, Elsewhere, End, Lab, Stage
from tests.faults.matrix import CELLS, ELSEWHERE
from tests.red import GOOD
from tests.servers.chat import ChatServer


@pytest.fixture
def lab(tmp_path: Path, chat_server: ChatServer, monkeypatch: pytest.MonkeyPatch) -> Lab:
    made = Lab(tmp_path, chat_server)
    made.tmp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made.tmp))
    return made


@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: cell.id)
def test_a_fault_has_the_one_end_that_is_promised(cell: Cell, lab: Lab) -> None:
    if cell.needs_root and os.geteuid() != 0:
        pytest.skip("this cell mounts a file system, which takes root")
    assert breaches(cell, cell.meet(lab), lab) == []


def test_every_stage_has_its_faults_and_no_two_cells_have_one_name() -> None:
    assert {cell.stage for cell in CELLS} == set(Stage)
    assert len({cell.id for cell in CELLS}) == len(CELLS)


@pytest.mark.parametrize("row", ELSEWHERE, ids=lambda row: row.fault)
def test_the_test_that_a_row_names_is_there(row: Elsewhere) -> None:
    file, _, name = row.test.partition("::")
    assert f"\ndef {name}(" in (ROOT / "tests" / file).read_text(encoding="utf-8")


def _without(end: End, name: str) -> End:
    (end.out / name).unlink()
    return end


def _with(end: End, path: Path) -> End:
    path.write_text(CANARY, encoding="utf-8")
    return end


def _forged(end: End) -> End:
    evidence = end.out / "evidence.json"
    evidence.write_text(evidence.read_text(encoding="utf-8").replace('"job": "fix"', '"job": "mix"'), encoding="utf-8")
    return end


BREACHES: dict[str, Callable[[End, Lab], End]] = {
    "exit code 1": lambda end, _: replace(end, exit_code=1),
    "the outcome is no_fix": lambda end, _: replace(end, document={**end.document, "outcome": "no_fix"}),
    "the secret was printed": lambda end, _: replace(end, said=CANARY),
    "a traceback was printed": lambda end, _: replace(end, said="Traceback (most recent call last):"),
    "it took 36.0 s": lambda end, _: replace(end, seconds=36.0),
    "the checkout was changed": lambda end, _: replace(end, changed=True),
    "were written": lambda end, _: _without(end, "explanation.md"),
    "there is no fix.patch": lambda end, _: _without(end, "fix.patch"),
    "evidence.json: its part 'job' was changed": lambda end, _: _forged(end),
    "the secret is in note.txt": lambda end, _: _with(end, end.out / "note.txt"),
    "was left in the folder for temporary files": lambda end, lab: _with(end, lab.tmp / "left.txt"),
}


@pytest.mark.parametrize("breach", BREACHES)
def test_what_a_run_does_not_keep_is_noticed(breach: str, lab: Lab) -> None:
    cell = Cell(Stage.PROVE, "none", Outcome.FIXED, lambda lab: lab.here(lab.red(), GOOD))
    end = cell.meet(lab)
    assert breaches(cell, end, lab) == []
    found = breaches(cell, BREACHES[breach](end, lab), lab)
    assert any(breach in sentence for sentence in found), found


def test_a_process_that_lives_on_is_noticed(lab: Lab) -> None:
    with subprocess.Popen(["sleep", "30"], cwd=lab.scratch) as process:
        line = Path(f"/proc/{process.pid}/cmdline")
        for _ in range(500):  # the name is empty for a moment while the program is exchanged
            if line.read_bytes():
                break
            time.sleep(0.01)
        found = list(survivors(lab.scratch))
        process.kill()
    assert found == [(str(process.pid), "sleep 30 ")]
