"""A checkout has a hook of every kind."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import RAN
from bench.attacks.stages.git import WORKED, Tampered
from tests.test_git import hooks

ATTACK = Attack(
    "AC-66",
    "git",
    "hooks, also those that --no-verify does not stop",
    forbidden=(RAN,),
    promised=WORKED,
    attempt=Tampered(hooks, live=("status",)),
    twin=Tampered(lambda checkout, _trip: checkout.write({".git/hooks/pre-commit.sample": "exit 1"})),
)
