"""A process that reads one report and tells what it made of it: ``python -m bench.attacks.reading ROOT PATH``."""

from __future__ import annotations

import json
import resource
import sys
from pathlib import Path

from agent_ci.core.report import TestReport
from agent_ci.errors import UnsupportedError
from agent_ci.reports import read_report

_MOST_MEMORY = 2 << 30  # where a guard is missing, it is this process that ends


def main() -> None:
    """Print the outcome, what was read, and the most memory that it took, as JSON."""
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
    root, path = Path(sys.argv[1]), Path(sys.argv[2])
    try:
        report = read_report(path, root=root)
    except UnsupportedError as error:
        outcome, said = "refused", str(error)
    else:
        outcome, said = outcome_of(report), repr(report)
    print(json.dumps({"outcome": outcome, "said": said[:100_000], "peak": _peak()}))


def _peak() -> int:
    """The most KiB that this program held; getrusage would count what our parent held when it forked."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def outcome_of(report: TestReport) -> str:
    """What the report says of the build, in one word."""
    if report.tally.red:
        return "red"
    if report.partial:
        return "in doubt"
    return "green" if report.is_green else "empty"


if __name__ == "__main__":
    main()
