"""A report is another name of a file with credentials."""

from __future__ import annotations

import os
from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import READ, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, around: Outside) -> str:
    os.link(around.folder / "home/.netrc", folder / "report.xml")
    return "report.xml"


ATTACK = Attack(
    "AC-38",
    "report",
    "a hard link to a file outside",
    forbidden=(READ,),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
