"""Measures how failures are grouped: ``python -m bench.clusters [--logs DIR]``."""

from __future__ import annotations

import argparse
import gzip
import json
import os
import re
import sys
import tempfile
import time
from pathlib import Path

from agent_ci.core.grouping import groups
from agent_ci.core.logs.groups import log_groups
from agent_ci.joblogs import findings_in
from agent_ci.process import run
from agent_ci.reports import read_report
from bench.repositories import PYTEST, write
from bench.table import print_table

_ROOT = Path(__file__).resolve().parents[1]
LOGS = Path(os.environ.get("AGENT_CI_CORPUS") or _ROOT.parent / "shared") / "logs"
CAUSES = {
    "load.py": "def price(name):\n    return {'tea': 250}[name]\n",
    "send.py": "import smtp_client\n\n\ndef send(text):\n    return smtp_client.send(text)\n",
    "cart.py": "def total(lines):\n    return sum(lines) / 0\n",
}
_ROWS = 100
SUITE = {
    **CAUSES,
    **{
        f"test_load_{name}.py": (
            "import pytest\n\nfrom load import price\n\n\n@pytest.mark.parametrize('n', range(100))\n"
            f"def test_{name}(n):\n    assert price(f'bun {{n}}') == n\n"
        )
        for name in ("a", "b")
    },
    "test_cart.py": (
        "import pytest\n\nfrom cart import total\n\n\n@pytest.mark.parametrize('n', range(197))\n"
        "def test_total(n):\n    assert total([n]) == n\n"
    ),
    **{f"test_send_{name}.py": "from send import send\n\n\ndef test_it():\n    assert send\n" for name in "abc"},
}


def main() -> int:
    """Group one suite with 400 failures, and the findings of every log; exit with 1 where the suite is not three."""
    parser = argparse.ArgumentParser(prog="bench.clusters")
    parser.add_argument("--logs", type=Path, default=LOGS)
    logs = parser.parse_args().logs
    count, made, seconds = suite()
    print_table("A suite with 400 failures from 3 causes", ("failures", "groups", "s"), [(count, made, seconds)])
    if (logs / "manifest.jsonl").is_file():
        rows = [_row(logs, json.loads(line)) for line in (logs / "manifest.jsonl").read_text("utf-8").splitlines()]
        columns = ("log", "findings", "groups", "a person marked the first", "marked groups", "first group")
        print_table("Real logs", columns, rows)
    else:
        print(f"SKIPPED: there are no logs at {logs}; name their folder with --logs", file=sys.stderr)
    return 0 if (count, made) == (400, 3) else 1


def suite() -> tuple[int, int, float]:
    """How many cases of the suite fail, how many groups they make, and the seconds that grouping took."""
    with tempfile.TemporaryDirectory(prefix="bench-clusters-") as folder:
        root = Path(folder)
        write(root, SUITE)
        options = (
            "--junitxml=junit.xml",
            "-o",
            "junit_family=xunit1",
            "--tb=short",
            "-q",
            "-p",
            "no:cacheprovider",
            "--continue-on-collection-errors",
        )
        run((*PYTEST.split(), *options), cwd=root, environment=dict(os.environ), timeout=120)
        red = read_report(root / "junit.xml").red
    started = time.perf_counter()
    made = groups(red)
    return len(red), len(made), time.perf_counter() - started


def _row(logs: Path, about: dict[str, object]) -> tuple[str, int, int, str, str, str]:
    text = gzip.decompress((logs / str(about["path"])).read_bytes()).decode("utf-8", "replace")
    found = log_groups(findings_in(text, "log"))
    gold = about["gold_keys"]
    marked = [_is_marked(group.title, gold if isinstance(gold, list) else []) for group in found]
    return (
        str(about["id"]),
        sum(len(group.findings) for group in found),
        len(found),
        "yes" if marked[:1] == [True] else "no",
        f"{sum(marked)}/{len(marked)}",
        found[0].title[:70].replace("|", "/") if found else "",
    )


def _is_marked(title: str, gold: list[str]) -> bool:
    key = re.sub(r"[^A-Za-z0-9]+", "", title)
    return any(key in line or (len(line) > len("a short one") and line in key) for line in gold)


if __name__ == "__main__":
    sys.exit(main())
