"""The bench of logs is what it says: its halves are drawn by name, its recall counts what is there, and it can miss."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from agent_ci.core.logs.cleaning import clean
from bench import logs
from bench.logs import key, keyword, main, read, recall, tail, tuned

TEXT = "\n".join([*(f"step {n} of it" for n in range(400)), "a.c:3:5: error: no", *(f"bye {n}" for n in range(40))])


def corpus(folder: Path, gold: str = "a.c:3:5: error: no") -> Path:
    rows = []
    for name in "abcd":
        (folder / f"{name}.log.gz").write_bytes(gzip.compress(TEXT.encode()))
        rows.append(json.dumps({"id": name, "path": f"{name}.log.gz", "gold_keys": [key(gold)]}))
    (folder / "manifest.jsonl").write_text("\n".join(rows), encoding="utf-8")
    return folder


def test_the_halves_are_drawn_by_name_and_nothing_else() -> None:
    names = [f"log_{n}" for n in range(21)]
    assert len(tuned(names)) == 10
    assert tuned(reversed(names)) == tuned(names)
    assert tuned(names) != tuned(f"{name}x" for name in names)


def test_recall_counts_the_marked_lines_that_are_there() -> None:
    raw = "a-b: c\n\n2021-01-02T03:04:05Z d\ne"
    lines = clean(raw)
    assert recall([key("abc"), key("d"), key("f"), key("e")], lines[:2], raw.split("\n")) == 0.5


def test_the_others_do_what_their_names_say() -> None:
    lines = clean(TEXT)
    assert [line.number for line in tail(lines, 3)] == [439, 440, 441]
    assert [line.number for line in keyword(lines, 100)] == [*range(396, 407)]


def test_the_table_is_printed_and_the_goals_are_met(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [log.is_tuned for log in read(corpus(tmp_path))].count(True) == 2
    assert main(["--logs", str(tmp_path), "--each"]) == 0
    said = capsys.readouterr().out
    assert "| agent-ci                 |   100 | 1.000 |      1.000 |        1.000 |" in said
    assert "| tail                     |   100 | 1.000" in said


def test_a_goal_that_is_missed_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "_MOST_SECONDS", 0.0)
    assert main(["--logs", str(corpus(tmp_path, gold="step 200 of it"))]) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == ["MISSED"] * 4


def test_without_logs_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--logs", str(tmp_path)]) == 0
    assert "SKIPPED" in capsys.readouterr().err
