"""Turns a signal that asks for the end into an error, once, so that what was found so far is still written."""

from __future__ import annotations

import contextlib
import signal
from collections.abc import Iterator
from typing import NoReturn

from agent_ci.errors import CancelledError


@contextlib.contextmanager
def by_signals() -> Iterator[None]:
    """Turn the first SIGINT or SIGTERM into CancelledError, and ignore further ones to the end of the process."""

    def cancel(number: int, _frame: object) -> NoReturn:
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_IGN)
        raise CancelledError(f"stopped by {signal.Signals(number).name}; nothing was delivered")

    for name in _SIGNALS:
        signal.signal(name, cancel)
    try:
        yield
    finally:
        for name in _SIGNALS:
            signal.signal(name, signal.SIG_IGN)  # the process ends now, with a code that no late signal may change


_SIGNALS = (signal.SIGINT, signal.SIGTERM)
