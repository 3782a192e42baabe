"""A checkout takes its settings from another file."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, setting
from tests.test_git import filters_by_include

ATTACK = Attack(
    "AC-75",
    "git",
    "include.path",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(filters_by_include, live=("add", "--all")),
    twin=Tampered(setting(("include.path", "nothing"))),
)
