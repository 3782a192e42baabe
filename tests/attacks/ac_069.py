"""A checkout names programs that show differences."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, setting
from tests.test_git import diff_programs

ATTACK = Attack(
    "AC-69",
    "git",
    "diff.external, diff.command and diff.textconv",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(diff_programs, live=("diff",)),
    twin=Tampered(setting(("diff.x.xfuncname", "^a"))),
)
