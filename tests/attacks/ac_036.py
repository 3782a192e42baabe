"""A report is a link to a device that never ends."""

from __future__ import annotations

from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, _around: Outside) -> str:
    (folder / "report.xml").symlink_to("/dev/zero")
    return "report.xml"


ATTACK = Attack(
    "AC-36",
    "report",
    "a link to /dev/zero",
    forbidden=(HUNG, GREW),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
