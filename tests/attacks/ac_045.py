"""A report names a server by a parameter entity, which is looked up before anything is used."""

from __future__ import annotations

from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import REACHED, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, around: Outside) -> str:
    declared = f'<!DOCTYPE x [<!ENTITY % a SYSTEM "http://127.0.0.1:{around.told["tcp"]}/x"> %a;]>'
    (folder / "report.xml").write_text(f'{declared}<testsuite><testcase name="x"/></testsuite>')
    return "report.xml"


ATTACK = Attack(
    "AC-45",
    "report",
    "a parameter entity on a server",
    forbidden=(REACHED,),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
