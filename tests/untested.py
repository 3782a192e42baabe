"""Small real repositories with a change that no test runs, and the way to run the job `tests` on them."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.session import Session
from agent_ci.testing import Testing
from bench.repositories import PYTEST, git, write
from tests.red import Run

BASE = '''"""Prices."""


def net(price, tax):
    return price - tax
'''
CHANGED = (
    BASE
    + '''

def discount(price, percent):
    """*price* less *percent* of it."""
    if percent < 0 or percent > 100:
        raise ValueError("percent must be from 0 to 100")
    if price > 1000:
        return price * (100 - percent) / 100 - 5
    return price * (100 - percent) / 100
'''
)
TESTS = """from shop import net


def test_net():
    assert net(10, 2) == 8
"""
FILES = {"shop.py": BASE, "tests/test_shop.py": TESTS, "tests/__init__.py": ""}
WRITTEN = "tests/test_shop_agent_ci.py"
DISCOUNTS = """@pytest.mark.parametrize(
    ("price", "percent", "expected"),
    [
        (100, 10, 90.0),
        (1000, 50, 500.0),
        (1001, 0, 996.0),
    ],
)
def test_discount(price, percent, expected):
    assert discount(price, percent) == expected
"""
GOOD = f"""import pytest

from shop import discount


{DISCOUNTS}

@pytest.mark.parametrize("percent", [-1, 101])
def test_discount_refuses(percent):
    with pytest.raises(ValueError, match="from 0 to 100"):
        discount(100, percent)
"""


_NO_PLUGINS = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"  # those that are installed here take most of the time of a small run


def added(path: str, text: str) -> str:
    """The diff that adds the file *path*."""
    lines = text.splitlines()
    body = "\n".join(f"+{line}" for line in lines)
    return f"--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{len(lines)} @@\n{body}\n"


def candidates(run: Run) -> dict[str, dict[str, Any]]:
    """What *run* tells of each test that was offered, by its name."""
    return {row["id"]: row for row in run.document["tests"]["candidates"]}


@dataclass(frozen=True)
class Untested:
    """A repository whose branch ``change`` adds code to what ``main`` has."""

    path: Path
    scratch: Path

    @classmethod
    def make(
        cls, scratch: Path, before: Mapping[str, str] = FILES, change: Mapping[str, str] | None = None
    ) -> Untested:
        """One commit on main, and one on a branch on top of it."""
        path = scratch / "repository"
        path.mkdir(parents=True)
        git(path, "init", "-q", "-b", "main")
        made = cls(path, scratch).commit(before, "first")
        git(path, "checkout", "-q", "-b", "change")
        return made.commit({"shop.py": CHANGED} if change is None else change)

    def commit(self, files: Mapping[str, str], message: str = "change") -> Untested:
        """One more commit on the branch that is checked out."""
        write(self.path, files)
        git(self.path, "add", "-A")
        git(self.path, "commit", "-q", "--allow-empty", "-m", message)
        return self

    def run(
        self, *replies: str, environment: Mapping[str, str] | None = None, revert: str = "", **given: object
    ) -> Run:
        """Run the job with the recorded *replies*, or take out the delivery *revert*, and give what it wrote."""
        out = self.scratch / "out"
        if replies:
            cassette = self.scratch / "cassette.jsonl"
            cassette.write_text("".join(f"{json.dumps({'text': text})}\n" for text in replies), encoding="utf-8")
            given = {"proposer": ("replay",), "cassette": str(cassette), **given}
        quick = {"pass_env": (_NO_PLUGINS,), "sandbox": "none", "repeat": 2}
        options = {
            "repository": str(self.path),
            "run": f"{PYTEST} -p xdist.plugin",
            "base": "main",
            "out": str(out),
            **quick,
            **given,
        }
        stderr = io.StringIO()
        around = {"PATH": os.environ["PATH"], _NO_PLUGINS: "1", **(environment or {})}
        session = Session(around, options, stderr, job="tests")
        document: dict[str, Any] = session.run(Testing(session, revert).run)
        return Run(document, out, stderr.getvalue())
