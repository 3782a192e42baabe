"""What names a failure from one run to the next: its root causes, and the tests that show them."""

from __future__ import annotations

import hashlib

from agent_ci.core.grouping import groups
from agent_ci.core.report import TestCase


def fingerprint(cases: tuple[TestCase, ...]) -> str:
    """Sixteen hexadecimal digits that name the failure of *cases* taken together."""
    rows = sorted(f"{case.id}|{group.fingerprint}" for group in groups(cases) for case in group.cases)
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogateescape")).hexdigest()[:16]
