"""What may differ between two runs of the same tests on the same commit."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Conditions:
    """How one run is made; the default is the user's own way.

    ``order`` is the seed of a shuffle, 0 for the given order. ``hash_seed`` is Python's, None for whatever the
    job has. ``clock`` is how many seconds the tests' clock is ahead. ``workers`` is how many tests run at a
    time, 0 for what the user's command says.
    """

    order: int = 0
    hash_seed: int | None = None
    clock: float = 0.0
    workers: int = 0


USUAL = Conditions()
"""The user's own way."""
