"""A checkout names a program that signs."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, setting
from tests.test_git import signing

ATTACK = Attack(
    "AC-70",
    "git",
    "gpg.program and commit.gpgSign",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(signing, live=("commit", "--all", "--message", "x")),
    twin=Tampered(setting(("commit.gpgSign", "false"))),
)
