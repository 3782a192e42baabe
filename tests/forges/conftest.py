"""What the tests of the forges share: a proven change to the checkout."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence, Reply, Verdict


@pytest.fixture
def proven(repository: Repository, clone: Clone) -> Callable[[], Verdict]:
    """Makes the verdict on a change to what is checked out when it is called."""

    def make() -> Verdict:
        base = clone.tree(repository.head()).id
        patch = clone.patch(base, clone.edit(base, {"a.py": b"a = 2\n"}))
        red = TestCase("test_a.py::test_a", Status.FAILED, "assert 1 == 2")
        evidence = Evidence("fix", "one case fails", tree=base, before=TestReport.of(red), targets=(red,))
        after = TestReport.of(TestCase(red.id, Status.PASSED))
        attempt = Attempt(Reply("search", cause="a is one too small"), patch, after=after)
        return Verdict(Outcome.FIXED, "proven", evidence, (attempt,))

    return make
