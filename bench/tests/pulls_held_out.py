"""Pull requests as in `pulls`, that were written when the search was done."""

from __future__ import annotations

from bench.tests.pull import Pull

HELD_OUT: tuple[Pull, ...] = ()
