"""A checkout names a program that watches its files."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, setting
from tests.test_git import fsmonitor

ATTACK = Attack(
    "AC-65",
    "git",
    "core.fsmonitor",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(fsmonitor, live=("status",)),
    twin=Tampered(setting(("core.fsmonitor", "false"))),
)
