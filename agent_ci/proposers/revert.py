"""Offers to take back the last commit, a repair of ours, where the evidence says that it broke something."""

from __future__ import annotations

from collections.abc import Generator

from agent_ci.core.run import REVERT, Attempt, Evidence, Reply
from agent_ci.ports import Workbench

_SHOWN = 3


class Revert:
    """The exact revert, once; nothing where there is nothing to take back."""

    def propose(
        self, evidence: Evidence, _attempts: tuple[Attempt, ...], _workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer what brings back the files before that commit; it is proven like any other change."""
        if taken := evidence.takes_back:
            count = len(evidence.target_ids)
            cause = f"commit {taken.commit[:12]}, a repair of ours, broke {count} test{'s' * (count != 1)}"
            again = ", ".join(taken.red_again[:_SHOWN])
            more = f" and {left} more" if (left := len(taken.red_again) - _SHOWN) > 0 else ""
            note = f"the revert repairs nothing else: {again}{more} will be red again" if again else ""
            yield Reply(REVERT, taken.diff, cause=f"{cause}; {note}" if note else cause)
