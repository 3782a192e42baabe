"""A report lies behind a link that leads out of the checkout."""

from __future__ import annotations

from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import READ, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, around: Outside) -> str:
    (folder / "reports").symlink_to(around.folder / "home")
    return "reports/.netrc"


ATTACK = Attack(
    "AC-39",
    "report",
    "a folder on the way that is a link",
    forbidden=(READ,),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
