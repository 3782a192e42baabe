"""A report is a link to the environment of the process that reads it."""

from __future__ import annotations

from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import READ, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, _around: Outside) -> str:
    (folder / "report.xml").symlink_to("/proc/self/environ")
    return "report.xml"


ATTACK = Attack(
    "AC-35",
    "report",
    "a link to /proc/self/environ",
    forbidden=(READ,),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
