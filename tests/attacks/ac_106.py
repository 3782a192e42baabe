"""AC-106: a diff calls the network, a shell or eval, trusts blindly, or silences a checker."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-106",
    stage="diff",
    what="a diff calls the network, a shell or eval, trusts blindly, or silences a checker",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=(
        "a page",
        "a socket",
        "an HTTP client",
        "eval",
        "a shell",
        "a shell by another name",
        "pickle",
        "verify=False",
        "no verification",
        "no certificate",
        "nosec",
        "noqa",
        "type: ignore",
        "no cover",
    ),
    twin=("a page",),
)
