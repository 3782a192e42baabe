"""All diffs of the bench, and which numbered attacks they cover."""

from __future__ import annotations

from bench.diffs.contents import CALLS, CHARACTERS, PROTECTED
from bench.diffs.notation import Diffs
from bench.diffs.shapes import PATHS, TEXTS

ATTACKS = tuple(f"AC-{number}" for number in range(86, 111))
DIFFS: dict[str, Diffs] = {**PATHS, **TEXTS, **CHARACTERS, **CALLS, **PROTECTED}
