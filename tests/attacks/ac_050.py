"""A report is named by a web address."""

from __future__ import annotations

from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _address(_folder: Path, around: Outside) -> str:
    return f"http://127.0.0.1:{around.told['tcp']}/report.xml"


ATTACK = Attack(
    "AC-50",
    "report",
    "an address in place of a path",
    forbidden=(REACHED,),
    promised=REFUSED,
    attempt=Report(_address),
    twin=of_text(BENIGN),
)
