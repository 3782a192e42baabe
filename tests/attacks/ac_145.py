"""AC-145: the archive with a job's logs names files outside, links, the same file twice, or unpacks to gigabytes."""

from __future__ import annotations

from bench.attacks.case import Attack

ATTACK = Attack(
    id="AC-145",
    stage="model",
    what="the archive with a job's logs names files outside, links, or unpacks to gigabytes",
    left_out="no archive is read in this release: logs and reports are files that the job left",
)
