"""What the tests of notes in a model's words share."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.checkouts import Checkout
from tests.rewording.runs import CHANGELOG, COLOURS, INJECTED, SUM


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = Checkout.at(tmp_path / "work")
    made.commit({"CHANGELOG.md": CHANGELOG, "till/price.py": "a = 1\n", ".gitignore": ".agent-ci/\n"}, "Begin")
    made.git("tag", "v1.0.0")
    made.commit({"till/price.py": "total = sum(item.price * item.count for item in items)\n"}, SUM)
    made.commit({"till/shown.py": "flag('--colours', variable='TILL_COLOURS')\n"}, COLOURS)
    made.commit({"till/parser.py": "lines = [line for line in lines if line]\n"}, INJECTED)
    made.git("remote", "add", "origin", "https://forge.example/shop/till.git")
    return made
