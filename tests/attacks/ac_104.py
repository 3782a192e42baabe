"""AC-104: a diff has thousands of files, megabytes, or more lines than a person would read."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.stages.diffs import ACCEPTED, REFUSED

ATTACK = Attack(
    id="AC-104",
    stage="diff",
    what="a diff has thousands of files, megabytes, or more lines than a person would read",
    forbidden=(ACCEPTED,),
    promised=REFUSED,
    attempt=("two thousand files", "eleven files", "five megabytes", "five hundred lines"),
    twin=("two thousand files",),
)
