"""Measures how long ``agent-ci --help`` takes, beside a bare Python and click alone. ``python -m bench.startup``."""

from __future__ import annotations

import subprocess
import sys
import time

from bench.table import print_table

COMMANDS = {
    "python -c pass": ("-c", "pass"),
    "python -c 'import click'": ("-c", "import click"),
    "agent-ci --help": ("-m", "agent_ci", "--help"),
    "agent-ci fix --help": ("-m", "agent_ci", "fix", "--help"),
    "python -c 'import litellm'": ("-c", "import litellm"),
}
_RUNS = 5


def main() -> int:
    """Print the best of a few runs of each command, in seconds of wall clock, and the ratio to a bare Python."""
    best = {name: min(_seconds(arguments) for _ in range(_RUNS)) for name, arguments in COMMANDS.items()}
    bare = best["python -c pass"]
    rows = [(name, seconds, seconds / bare) for name, seconds in best.items()]
    print_table("Start-up", ("command", "seconds", "ratio"), rows, packages=("agent-ci", "click", "litellm"))
    return 0


def _seconds(arguments: tuple[str, ...]) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True)
    return time.perf_counter() - started


if __name__ == "__main__":
    sys.exit(main())
