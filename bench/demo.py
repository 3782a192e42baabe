"""Measures the demo for each of its bugs: our own time, and what certainty costs. ``python -m bench.demo``."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

from agent_ci.demo import BUGS
from bench.table import print_table

COLUMNS = ("bug", "outcome", "verified", "test runs", "of them controls", "proof s", "controls s", "own s", "total s")


def main() -> int:
    """Run each seed once and verify its evidence; exit with 1 where one was not fixed or does not hold."""
    rows = [_row(seed) for seed in range(len(BUGS))]
    print_table("The demo, one row per injected bug", COLUMNS, rows, packages=("agent-ci", "pytest"))
    runs, controls = (sum(int(row[column]) for row in rows) / len(rows) for column in (3, 4))
    print(f"A fix takes {runs:.1f} runs of tests, where trusting an exit code takes 2; {controls:.1f} are controls.")
    return 0 if all(row[1:3] == ("fixed", "yes") for row in rows) else 1


def _row(seed: int) -> tuple[str, str, str, int, int, float, float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        ours = (sys.executable, "-m", "agent_ci")
        subprocess.run([*ours, "demo", "--seed", str(seed), "--into", folder], check=False, capture_output=True)
        out = Path(folder, ".agent-ci")
        verify = [*ours, "verify", "--repository", folder, str(out / "evidence.json")]
        verified = subprocess.run(verify, check=False, capture_output=True)
        document = json.loads((out / "evidence.json").read_text(encoding="utf-8"))
        events = [json.loads(line) for line in (out / "audit.jsonl").read_text(encoding="utf-8").splitlines()]
    runs = sum(event["event"] == "command" and any("junitxml" in word for word in event["argv"]) for event in events)
    bug, timings = BUGS[seed], document["timings"]
    return (
        f"{seed}: {bug.path}: {bug.wrong}",
        document["outcome"],
        "no" if verified.returncode else "yes",
        runs,
        len(document["controls"]),
        timings["prove"],
        sum(seconds for phase, seconds in timings.items() if phase.startswith("controls")),
        timings["own"],
        timings["total"],
    )


if __name__ == "__main__":
    sys.exit(main())
