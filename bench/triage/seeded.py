"""What one seeded repository is, and what its build is to be called."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

REPAIR = "repair"
"""Not a verdict: the failure is the code's own, and is handed to a proposer."""


@dataclass(frozen=True)
class Case:
    """One seeded repository.

    ``files`` are what is judged, over ``base`` where a change is judged against one. ``given`` are options.
    ``event`` is "" for a laptop, else "pull_request" or "push" (to the default branch). ``reported`` are the names
    of the tests in test_it.py that the report of the red run calls failed.
    """

    kind: str
    expected: str
    why: str
    files: Mapping[str, str]
    base: Mapping[str, str] | None = None
    given: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    event: str = ""
    reported: tuple[str, ...] = ()


BUG = {
    "calc.py": "def add(a, b):\n    return a - b\n",
    "test_it.py": "from calc import add\n\n\ndef test_it():\n    assert add(1, 2) == 3\n",
}
RIGHT = {**BUG, "calc.py": "def add(a, b):\n    return a + b\n"}
TEST = "\n\n\ndef test_it():\n    "
