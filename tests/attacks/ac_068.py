"""A checkout names programs that its files pass through."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, setting
from tests.test_git import filters

ATTACK = Attack(
    "AC-68",
    "git",
    "filter.clean, filter.smudge and filter.process",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(filters, live=("add", "--all")),
    twin=Tampered(setting(("filter.x.clean", ""), ("filter.x.required", "false"))),
)
