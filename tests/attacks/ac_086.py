"""AC-86: a diff names a path above the root, an absolute one, or git's own folder in any spelling."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import CHANGED
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-86",
    stage="diff",
    what="a diff names a path above the root, an absolute one, or git's own folder in any spelling",
    forbidden=(ACCEPTED, CHANGED),
    promised=REFUSED,
    attempt=(
        "above the root",
        "above by a detour",
        "an absolute path",
        "git's folder",
        "git's folder in capitals",
        "git's short name",
        "git's folder with a dot",
        "git's folder with a space",
        "git's folder as a stream",
    ),
    twin=("above the root",),
)
