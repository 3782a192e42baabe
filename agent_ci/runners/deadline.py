"""Knows how much time is left to a run of the tests that starts several programs in turn."""

from __future__ import annotations

import time
from dataclasses import dataclass

from agent_ci.errors import InfrastructureError


@dataclass(frozen=True, slots=True)
class Deadline:
    """The end of a run that may take *seconds* as a whole; *end* is a time of the clock that only goes forward."""

    seconds: float
    end: float

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """In *seconds* from now."""
        return cls(seconds, time.monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return time.monotonic() >= self.end

    def left(self) -> float:
        """The seconds that are left. Raises InfrastructureError where none are."""
        if self.is_over:
            raise self.missed("the tests")
        return self.end - time.monotonic()

    def missed(self, what: str) -> InfrastructureError:
        """The error that *what* takes too long."""
        return InfrastructureError(f"{what} did not finish within {self.seconds:.0f} s")
