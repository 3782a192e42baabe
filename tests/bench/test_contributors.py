"""The measurement of first contributions counts a release as exact where both name the same people."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench import contributors
from tests.notes.histories import History

CHANGELOG = """# Changelog

## 1.2.0

* @ada
* @cy-1 (first contribution)

Fixed:

* Green by @cy-1 in https://x.example/pull/8

## 1.1.0

* @bo (first contribution)
* @zoe (first contribution)

Added:

* Red by @bo in https://x.example/pull/7

## 1.0.0

Everything.
"""


def test_releases_are_compared_by_who_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    history = History.at(tmp_path)
    history.commit("Red (#7)", by=("Bo Diddley", "bo@example.org"))
    history.tag("v1.1.0")
    history.commit("Green (#8)", by=("Cy", "cy@example.org"))
    history.commit("Blue (#9)")
    history.checkout.commit({"CHANGELOG.md": CHANGELOG}, "Tell of it")
    history.tag("v1.2.0")
    monkeypatch.setattr(sys, "argv", ["bench.contributors", str(tmp_path)])
    assert contributors.main() == 1
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in capsys.readouterr().out.splitlines()]
    assert ["1.2.0", "1", "1", "yes"] in rows
    assert ["1.1.0", "2", "1", "no: zoe"] in rows
