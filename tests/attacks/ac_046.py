"""A report is nested 100,000 deep."""

from __future__ import annotations

from bench.attacks.case import Attack
from bench.attacks.oracles import GREW, HUNG
from bench.attacks.stages.report import PASSED_FOR_GREEN, RED, of_text

ATTACK = Attack(
    "AC-46",
    "report",
    "100,000 suites in each other",
    forbidden=(HUNG, GREW, PASSED_FOR_GREEN),
    promised=RED,
    attempt=of_text(f'{"<testsuite>" * 100_000}<testcase name="x"><failure/></testcase>{"</testsuite>" * 100_000}'),
    twin=of_text(f'{"<testsuite>" * 5}<testcase name="x"/>{"</testsuite>" * 5}'),
)
