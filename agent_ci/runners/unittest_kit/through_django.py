"""Runs inside a Django project's own Python: its test runner, which hands the tests to ours once all is prepared."""

from __future__ import annotations

import importlib
from typing import Any

_HANDED = "agent_ci_unittest_handed"


def _run_suite(_self: object, suite: Any, **_options: object) -> Any:
    return importlib.import_module(_HANDED).run(suite)


def _made() -> Any:
    """The class that the project's settings name, with the databases and settings that it prepares for tests."""
    settings = importlib.import_module("django.conf").settings
    base = importlib.import_module("django.test.utils").get_runner(settings)
    return type("Runner", (base,), {"run_suite": _run_suite})


Runner = _made()
