"""What makes two failures the same failure: stable across lines, paths, addresses, numbers and timings."""

from __future__ import annotations

import hashlib
import re

from agent_ci.core.report import TestCase

_VARYING = (
    (re.compile(r"0x[0-9a-fA-F]+"), "<address>"),
    (re.compile(r"(?:/[\w.@+-]+){2,}"), "<path>"),
    (re.compile(r"\d+(?:\.\d+)?"), "<number>"),
    (re.compile(r"\s+"), " "),
)


def fingerprint(cases: tuple[TestCase, ...]) -> str:
    """Sixteen hexadecimal digits that name the failure of *cases* taken together."""
    rows = sorted(f"{case.id}|{shape(_said(case))}" for case in cases)
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def _said(case: TestCase) -> str:
    """The message; pytest gives a file that cannot be imported none of its own, and the error ends the traceback."""
    lines = case.traceback.strip().splitlines()
    return lines[-1].removeprefix("E").strip() if case.message == "collection failure" and lines else case.message


def shape(message: str) -> str:
    """The first line of *message* with everything that varies from run to run replaced by its kind."""
    line = next(iter(message.strip().splitlines()), "")
    for pattern, kind in _VARYING:
        line = pattern.sub(kind, line)
    return line
