from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from agent_ci.audit import AuditLog, first_break
from agent_ci.core.outward.writer import Known, Outward

LEAK = "hunter2-hunter2-hunter2"


def written(path: Path, *secrets: str) -> str:
    log = AuditLog(path / "audit.jsonl", Outward(Known({f"{at}_KEY": secret for at, secret in enumerate(secrets)})))
    log.record("command", argv=("pytest", f"--token={LEAK}"), seconds=0.5)
    log.record("reply", text=f'said "{LEAK}"\n', cost={"usd": None, LEAK: [LEAK]}, ok=True)
    log.record("outcome", path=path, note="\udcff\u2028")
    return (path / "audit.jsonl").read_text(encoding="utf-8")


def test_each_event_is_one_line_of_json_in_order(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in written(tmp_path).split("\n")[:-1]]
    assert [(row["seq"], row["event"]) for row in rows] == [(0, "command"), (1, "reply"), (2, "outcome")]
    assert rows[0]["argv"] == ["pytest", f"--token={LEAK}"]
    assert (rows[1]["ok"], rows[2]["path"]) == (True, str(tmp_path))


def test_a_chain_as_it_was_written_has_no_break(tmp_path: Path) -> None:
    assert first_break(written(tmp_path)) is None
    assert first_break("") is None


@pytest.mark.parametrize(
    ("tamper", "number"),
    [
        (lambda lines: [lines[0].replace("pytest", "pytset"), *lines[1:]], 1),
        (lambda lines: [lines[0], lines[2]], 1),
        (lambda lines: lines[1:], 0),
        (lambda lines: [lines[1], lines[0], lines[2]], 0),
        (lambda lines: [lines[0], "{}", *lines[1:]], 1),
        (lambda lines: [lines[0], "[" * 100_000], 1),
        (lambda _: ["[]"], 0),
        (lambda _: ["nonsense"], 0),
    ],
    ids=["edited", "one-removed", "beginning-removed", "swapped", "inserted", "deep", "no-object", "no-json"],
)
def test_a_tampered_chain_names_its_first_break(
    tamper: Callable[[list[str]], list[str]], number: int, tmp_path: Path
) -> None:
    assert first_break("\n".join(tamper(written(tmp_path).splitlines()))) == number


def test_no_secret_is_written_and_the_chain_still_holds(tmp_path: Path) -> None:
    text = written(tmp_path, LEAK, "000000", "previous")
    assert LEAK not in text
    assert first_break(text) is None


def test_a_fact_cannot_take_the_place_of_the_chain(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", Outward())
    log.record("one", previous="forged", seq=7)
    assert first_break((tmp_path / "audit.jsonl").read_text(encoding="utf-8")) is None
