"""A checkout names the program that receives what is pushed."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, setting

ATTACK = Attack(
    "AC-73",
    "git",
    "remote.origin.receivepack",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(
        setting(("remote.origin.receivepack", "{trip}"), ("remote.origin.url", "/var/empty")),
        live=("push", "origin", "main"),
    ),
    twin=Tampered(setting(("remote.origin.url", "/var/empty"))),
)
