"""Runs the same tests again and again, each time in a fork, in another order, time zone and locale.

``repeat.py RUNS SEED PATH`` prints how many runs were red. The hash seed is the process's own, so that it is started
once for each.
"""

from __future__ import annotations

import contextlib
import io
import locale
import os
import random
import sys
import time
from collections.abc import Iterator

import pytest

_ZONES = ("UTC", "Asia/Kathmandu", "America/New_York", "Pacific/Kiritimati")
_LOCALES = ("C", "C.UTF-8", "POSIX")


class Shuffled:
    """A plugin that gives the tests another order."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Shuffle them."""
        random.Random(self.seed).shuffle(items)  # noqa: S311 - an order, no secret


def red_runs(runs: int, seed: int, path: str) -> Iterator[int]:
    """The number of each run that is red."""
    for number in range(seed, seed + runs):
        child = os.fork()
        if not child:
            os.environ["TZ"] = _ZONES[number % len(_ZONES)]
            time.tzset()
            locale.setlocale(locale.LC_ALL, _LOCALES[number % len(_LOCALES)])
            with contextlib.redirect_stdout(io.StringIO()):
                code = pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:xdist", path], [Shuffled(number)])
            os._exit(int(code))
        if os.waitpid(child, 0)[1]:
            yield number


if __name__ == "__main__":
    print(len(list(red_runs(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))))
