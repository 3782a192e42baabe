"""All injected regressions of the bench, by the repository that they are for."""

from __future__ import annotations

from bench.regressions.figures import FIGURES
from bench.regressions.moments import MOMENTS
from bench.regressions.pages import PAGES
from bench.regressions.project import Regression
from bench.regressions.retries import RETRIES
from bench.regressions.settings import SETTINGS
from bench.regressions.slugs import SLUGS
from bench.regressions.stock import STOCK
from bench.regressions.wallet import WALLET

FAMILIES = (WALLET, STOCK, MOMENTS, PAGES, SETTINGS, RETRIES, FIGURES, SLUGS)
REGRESSIONS: dict[str, Regression] = {name: case for family in FAMILIES for name, case in family.items()}
