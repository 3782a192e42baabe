"""A report is a FIFO that nobody writes to."""

from __future__ import annotations

import os
from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import HUNG, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, _around: Outside) -> str:
    os.mkfifo(folder / "report.xml")
    return "report.xml"


ATTACK = Attack(
    "AC-34",
    "report",
    "a FIFO in place of the report",
    forbidden=(HUNG,),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
