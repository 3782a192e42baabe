"""What the tests of the forges share: a proven change to the checkout, on its way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.context import Context
from agent_ci.core.parcel import Parcel
from agent_ci.delivery import parcel_of

FINGERPRINT = "0123456789abcdef"
MESSAGE = f"fix: a is one too small\n\nWhat failed.\n\nAgent-CI-Run: local\nAgent-CI-Fingerprint: {FINGERPRINT}\n"


@pytest.fixture
def parcel(repository: Repository, clone: Clone) -> Callable[[], Parcel]:
    """Makes the parcel with a change to what is checked out when it is called."""

    def make() -> Parcel:
        head = repository.head()
        base = clone.tree(head).id
        patch = clone.patch(base, clone.edit(base, {"a.py": b"a = 2\n"}))
        context = Context("git", "work", str(repository.root), head, branch=repository.branch())
        return parcel_of(patch, clone, context, MESSAGE, FINGERPRINT)

    return make
