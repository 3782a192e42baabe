"""All seeded repositories, by name."""

from __future__ import annotations

from bench.triage.faults import FAULTS
from bench.triage.outside import OUTSIDE
from bench.triage.seeded import Case
from bench.triage.unsteady import UNSTEADY

CASES: dict[str, Case] = {**FAULTS, **UNSTEADY, **OUTSIDE}
