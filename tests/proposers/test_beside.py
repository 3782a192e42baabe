"""A model that comes after other proposers: its failure takes nothing from them, and is not paid for twice."""

from __future__ import annotations

from collections.abc import Generator
from typing import cast

import pytest

from agent_ci.core.change import Patch
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.errors import ModelUnavailableError
from agent_ci.ports import Workbench
from agent_ci.proposers.beside import Beside

WORKBENCH = cast("Workbench", None)
PROVEN = Attempt(Reply("characterise"), Patch("", (), "a", "b"), after=TestReport())


class Gone:
    """A model that has one answer and then cannot be reached."""

    def propose(
        self, _evidence: Evidence, _attempts: tuple[Attempt, ...], _workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        yield Reply("model", "an answer")
        raise ModelUnavailableError("the endpoint is gone")


def test_where_something_is_proven_the_failure_is_the_last_word_and_nobody_asks_again() -> None:
    beside = Beside(Gone())
    session = beside.propose(Evidence("tests", ""), (PROVEN,), WORKBENCH)
    assert next(session).text == "an answer"
    assert session.send(Attempt(Reply("model"))).objection == "the endpoint is gone"
    assert list(session) == []
    assert list(beside.propose(Evidence("tests", ""), (PROVEN,), WORKBENCH)) == []


def test_where_nothing_is_proven_the_failure_ends_the_run() -> None:
    session = Beside(Gone()).propose(Evidence("tests", ""), (), WORKBENCH)
    next(session)
    with pytest.raises(ModelUnavailableError):
        session.send(Attempt(Reply("model")))
