"""What the tests of release notes share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkouts import Checkout
from tests.drafting.runs import CHANGELOG, ORIGIN, change


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit({"CHANGELOG.md": CHANGELOG, "till/price.py": "a = 1\n", ".gitignore": ".agent-ci/\n"}, "Begin")
    made.git("tag", "v1.0.0")
    change(made, "Fix the sum (#7)")
    made.git("remote", "add", "origin", ORIGIN)
    return made
