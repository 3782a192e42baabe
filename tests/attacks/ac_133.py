"""AC-133: the pull request is closed, merged or given another target while the run goes on."""

from __future__ import annotations

from bench.attacks.case import Attack

ATTACK = Attack(
    id="AC-133",
    stage="context",
    what="a pull request is closed, merged or given another target while the run goes on",
    left_out="not written as an attack yet; tests/forges show that what is not open any more gets no suggestion",
)
