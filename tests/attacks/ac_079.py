"""The environment of the job names programs for git."""

from __future__ import annotations

from collections.abc import Mapping

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered


def _programs(trip: str) -> Mapping[str, str]:
    names = ("GIT_EXTERNAL_DIFF", "GIT_SSH_COMMAND", "GIT_PAGER", "GIT_EDITOR", "GIT_ASKPASS", "GIT_PROXY_COMMAND")
    setting = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.fsmonitor", "GIT_CONFIG_VALUE_0": trip}
    return {**dict.fromkeys(names, trip), **setting}


ATTACK = Attack(
    "AC-79",
    "git",
    "GIT_EXTERNAL_DIFF, GIT_SSH_COMMAND and GIT_CONFIG_*",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(variables=_programs, live=("diff",)),
    twin=Tampered(variables=lambda _trip: {"GIT_PAGER": "cat", "GIT_CONFIG_COUNT": "0"}),
)
