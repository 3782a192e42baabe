"""A checkout has another address put in the place of its remote's."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered, fetching, setting

ATTACK = Attack(
    "AC-74",
    "git",
    "url.insteadOf",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(
        setting(("protocol.ext.allow", "always"), ("url.ext::{trip} .insteadOf", "file://")),
        act=fetching("file://{root}"),
        live=("fetch", "file:///nowhere"),
    ),
    twin=Tampered(act=fetching("file://{root}")),
)
