"""Measures the demo for each of its bugs: what our own code costs beside the test runs. ``python -m bench.demo``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from agent_ci.demo import BUGS
from bench.table import print_table


def main() -> int:
    """Run each seed once; exit with 1 where one was not fixed."""
    rows = [_row(seed) for seed in range(len(BUGS))]
    columns = ("bug", "outcome", "candidates", "test runs s", "own s", "total s")
    print_table("The demo, one row per injected bug", columns, rows, packages=("agent-ci", "pytest"))
    return 0 if all(row[1] == "fixed" for row in rows) else 1


def _row(seed: int) -> tuple[str, str, str, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "agent_ci", "demo", "--seed", str(seed), "--into", folder]
        subprocess.run(command, check=False, capture_output=True)
        document = json.loads(Path(folder, ".agent-ci", "evidence.json").read_text(encoding="utf-8"))
    timings = document["timings"]
    note = document["attempts"][-1]["note"] if document["attempts"] else ""
    bug = BUGS[seed]
    name = f"{seed}: {bug.path}: {bug.wrong}"
    return name, document["outcome"], note, timings["sandboxed"], timings["own"], timings["total"]


if __name__ == "__main__":
    sys.exit(main())
