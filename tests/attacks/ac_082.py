"""A branch is called like an option that names a program."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import REFUSED, Tampered, fetching

ATTACK = Attack(
    "AC-82",
    "git",
    "a branch called --upload-pack=PROGRAM",
    forbidden=(RAN,),
    promised=REFUSED,
    attempt=Tampered(
        act=fetching("file://{root}", "--upload-pack={trip}"),
        live=("fetch", "file:///nowhere", "--upload-pack=touch ../PWNED;"),
    ),
    twin=Tampered(act=fetching("file://{root}", "main")),
)
