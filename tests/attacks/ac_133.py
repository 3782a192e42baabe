"""AC-133: the pull request is closed, merged or given another target while the run goes on."""

from __future__ import annotations

from bench.attacks.case import Attack

ATTACK = Attack(
    id="AC-133",
    stage="context",
    what="a pull request is closed, merged or given another target while the run goes on",
    left_out="nothing is written to a forge in this release, so its state is never asked for",
)
