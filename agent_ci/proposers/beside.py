"""The model as a proposer that comes after others: where it cannot be had, what they found stays found."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field

from agent_ci.core.run import MODEL, Attempt, Evidence, Reply
from agent_ci.errors import BudgetExhaustedError, ModelUnavailableError, UnsupportedError
from agent_ci.ports import Proposer, Workbench


@dataclass
class Beside:
    """Asks *model*. Once it failed, it is not asked again, and the failure ends the run only if nothing is proven."""

    model: Proposer
    _has_failed: bool = field(default=False, init=False)

    def propose(
        self, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer what the model offers; its failure, where something was proven before, is the last reply."""
        if self._has_failed:
            return
        try:
            yield from self.model.propose(evidence, attempts, workbench)
        except (ModelUnavailableError, BudgetExhaustedError, UnsupportedError) as error:
            self._has_failed = True
            if not any(attempt.is_proven for attempt in attempts):
                raise
            said = str(error)
        else:
            return
        yield Reply(MODEL, objection=said)
