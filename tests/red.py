"""Small real repositories that are red, and the way to run a job on them."""

from __future__ import annotations

import hashlib
import io
import json
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.session import Session
from bench.repositories import PYTEST, git, write

CALC = "def add(a, b):\n    return a - b\n\n\ndef double(a):\n    return a * 2\n"
TESTS = """from calc import add, double


def test_add():
    assert add(1, 2) == 3


def test_double():
    assert double(2) == 4
"""
FILES = {"calc.py": CALC, "test_calc.py": TESTS}
CHECK = """import calc
print('<testsuite>')
for name, got, wanted in ("add", calc.add(1, 2), 3), ("double", calc.double(2), 4):
    failure = "" if got == wanted else f'<failure message="{got} is not {wanted}"/>'
    print(f'<testcase classname="calc" name="{name}">{failure}</testcase>')
print('</testsuite>')
"""
QUICK_FILES = {"calc.py": CALC, "check.py": CHECK}
QUICK: Mapping[str, Any] = {"run": f"sh -c '{sys.executable} -SB check.py > report.xml'", "report": ("report.xml",)}
"""How to test these in a tenth of what pytest needs to start, where the runner does not matter."""
GOOD = "--- a/calc.py\n+++ b/calc.py\n@@ -1,2 +1,2 @@\n def add(a, b):\n-    return a - b\n+    return a + b\n"
WRONG = GOOD.replace("+    return a + b", "+    return a * b")


@dataclass(frozen=True)
class RedRepository:
    path: Path
    scratch: Path

    @classmethod
    def make(cls, scratch: Path, files: Mapping[str, str] = FILES) -> RedRepository:
        path = scratch / "repository"
        path.mkdir(parents=True, exist_ok=True)
        git(path, "init", "-q", "-b", "main")
        return cls(path, scratch).commit(files, "first")

    def commit(self, files: Mapping[str, str], message: str = "change") -> RedRepository:
        write(self.path, files)
        git(self.path, "add", "-A")
        git(self.path, "commit", "-q", "-m", message)
        return self

    def run(
        self,
        job: str = "fix",
        *,
        replies: tuple[str, ...] = (),
        environment: Mapping[str, str] | None = None,
        **given: object,
    ) -> Run:
        """Run *job* with the proposer `replay` (where there are replies) and give what it wrote."""
        out = self.scratch / "out"
        if replies:
            cassette = self.scratch / "cassette.jsonl"
            cassette.write_text("".join(f"{json.dumps({'text': text})}\n" for text in replies), encoding="utf-8")
            given = {"proposer": ("replay",), "cassette": str(cassette), **given}
        options = {
            "repository": str(self.path),
            "run": PYTEST,
            "repeat": 2,
            "out": str(out),
            **given,
        }
        around = {"PATH": os.environ["PATH"], **(environment or {})}
        stderr = io.StringIO()
        document = Session(around, options, stderr, job=job).run()
        return Run(document, out, stderr.getvalue())

    def digest(self) -> str:
        """One digest over every byte of the checkout, its git folder included."""
        digest = hashlib.sha256()
        for path in self._files():
            digest.update(f"{path.relative_to(self.path)}\0{path.stat().st_mode}\0".encode())
            digest.update(path.read_bytes() if path.is_file() else b"")
        return digest.hexdigest()

    def _files(self) -> Iterator[Path]:
        yield from sorted(self.path.rglob("*"))


@dataclass(frozen=True)
class Run:
    document: dict[str, Any]
    out: Path
    progress: str

    @property
    def outcome(self) -> str:
        return str(self.document["outcome"])

    @property
    def objections(self) -> list[list[str]]:
        return [attempt["objections"] for attempt in self.document["attempts"]]

    @property
    def patch(self) -> str:
        return (self.out / "fix.patch").read_text(encoding="utf-8")
