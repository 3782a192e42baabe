"""A checkout names a program in place of ssh."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import REFUSED, Tampered, fetching, setting

ATTACK = Attack(
    "AC-72",
    "git",
    "core.sshCommand",
    forbidden=(RAN,),
    promised=REFUSED,
    attempt=Tampered(
        setting(("core.sshCommand", "{trip}"), ("remote.origin.url", "ssh://git@127.0.0.1/x")),
        act=fetching("ssh://git@127.0.0.1/x"),
        live=("fetch", "ssh://git@127.0.0.1/x"),
    ),
    twin=Tampered(act=fetching("file://{root}")),
)
