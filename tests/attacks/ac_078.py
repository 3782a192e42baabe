"""A remote is a program."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import REFUSED, Tampered, fetching, setting

ATTACK = Attack(
    "AC-78",
    "git",
    "a remote of the form ext::",
    forbidden=(RAN,),
    promised=REFUSED,
    attempt=Tampered(
        setting(("protocol.ext.allow", "always")),
        act=fetching("ext::{trip}"),
        live=("fetch", "ext::sh -c touch% ../PWNED"),
    ),
    twin=Tampered(act=fetching("file://{root}")),
)
