"""A report names a file of the machine as an entity."""

from __future__ import annotations

from pathlib import Path

from bench.attacks.case import Attack
from bench.attacks.oracles import READ, Outside
from bench.attacks.stages.report import BENIGN, REFUSED, Report, of_text


def _write(folder: Path, around: Outside) -> str:
    declared = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{around.folder}/home/.netrc">]>'
    (folder / "report.xml").write_text(f'{declared}<testsuite><testcase name="x">&a;</testcase></testsuite>')
    return "report.xml"


ATTACK = Attack(
    "AC-43",
    "report",
    "an entity that is a file",
    forbidden=(READ,),
    promised=REFUSED,
    attempt=Report(_write),
    twin=of_text(BENIGN),
)
