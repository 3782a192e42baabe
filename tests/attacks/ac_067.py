"""A checkout has its hooks in another folder."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, setting
from tests.test_git import hooks_path

ATTACK = Attack(
    "AC-67",
    "git",
    "core.hooksPath",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(hooks_path, live=("commit", "--all", "--no-verify", "--message", "x")),
    twin=Tampered(setting(("core.hooksPath", ".git/hooks"))),
)
