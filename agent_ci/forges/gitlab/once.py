"""How something is said once on a GitLab that has no keys against saying it twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent_ci.forges.gitlab.project import Item, number_of


@dataclass(frozen=True)
class Once:
    """A thing of ours that may be there: ``find`` gives those there are, ``make`` a new one, ``drop`` takes one away.

    Of several, the one with the lowest id stays. Runs at the same time agree on it, since each looks again after it
    made one, and an id is given in the order in which things are made.
    """

    find: Callable[[], tuple[Item, ...]]
    make: Callable[[Callable[[], Item | None]], Item]
    drop: Callable[[Item], None]

    def done(self) -> tuple[Item, bool]:
        """The one that stays, and whether it is new."""
        if found := self._first():
            return found, False
        made = self.make(self._first)
        first, *surplus = sorted(self.find(), key=number_of) or [made]
        for one in surplus:
            self.drop(one)
        return first, first.get("id") == made.get("id")

    def _first(self) -> Item | None:
        return min(self.find(), key=number_of, default=None)
