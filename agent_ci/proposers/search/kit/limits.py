"""When a search ends: what it has used so far, and what it may use."""

from __future__ import annotations

import math
from dataclasses import dataclass

_MORE = 150  # candidates tried after the first survivor
_MORE_TIME = 0.15  # of the time spent until then, and
_LEAST_MORE_TIME = 5.0  # seconds at least


@dataclass(frozen=True)
class Used:
    """What a search has used so far: *seconds* of wall clock, *cpu_seconds* of processor time, *candidates* tried."""

    seconds: float
    cpu_seconds: float
    candidates: int


@dataclass(frozen=True)
class Limits:
    """What a search may use of each; ``cpu_seconds`` is infinite where the clock alone counts.

    Where processor time is limited the clock only ends what hangs, so that other work on the machine changes nothing.
    """

    seconds: float
    cpu_seconds: float
    candidates: int

    def reached(self, used: Used) -> str:
        """Which of the limits *used* has reached: ``time`` or ``count``; empty while there is something left."""
        if self.left(used) <= 0:
            return "time"
        return "count" if used.candidates >= self.candidates else ""

    def left(self, used: Used) -> float:
        """The seconds that are left, of the clock or of the processor, whichever are fewer."""
        return min(self.seconds - used.seconds, self.cpu_seconds - used.cpu_seconds)

    def after_a_survivor(self, used: Used) -> Limits:
        """What may be used to look for a better survivor than the first one."""
        is_clocked = math.isinf(self.cpu_seconds)
        return Limits(
            min(self.seconds, _a_little_more(used.seconds)) if is_clocked else self.seconds,
            min(self.cpu_seconds, math.inf if is_clocked else _a_little_more(used.cpu_seconds)),
            min(self.candidates, used.candidates + _MORE),
        )


def _a_little_more(spent: float) -> float:
    return spent + max(_MORE_TIME * spent, _LEAST_MORE_TIME)
