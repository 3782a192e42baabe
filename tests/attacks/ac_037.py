"""A report is a file of 500 GB that takes no room."""

from __future__ import annotations

from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, _around: Outside) -> str:
    with (folder / "report.xml").open("wb") as file:
        file.truncate(500_000_000_000)
    return "report.xml"


ATTACK = Attack(
    "AC-37",
    "report",
    "500 GB of nothing",
    forbidden=(HUNG, GREW),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
