"""How much CPU time and memory it takes to read a large report."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import uuid
from dataclasses import dataclass
from pathlib import Path

from bench.table import print_table

# Each program prints what it counted, and what its whole process (start and imports included) has used:
# CPU seconds, and the peak of the resident set in MiB.
_REPORT_USE = """
import json, resource, sys, time
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
try:  # Linux counts the parent's memory into ru_maxrss of a process that it starts; this is our own
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) / 2**10 for line in status if line.startswith("VmHWM"))
except OSError:
    pass
print(json.dumps({"total": total, "red": red, "cpu": time.process_time(), "peak": peak}))
"""
_OURS = """
import sys
from pathlib import Path
from agent_ci.reports import Keep, read_report
tally = read_report(Path(sys.argv[1]), keep=Keep.{keep}).tally
total, red = tally.total, tally.red
"""
_JUNITPARSER = """
import sys
from junitparser import Error, Failure, JUnitXml
total = red = 0
for suite in JUnitXml.fromfile(sys.argv[1]):
    for case in suite:
        total += 1
        red += any(isinstance(result, (Error, Failure)) for result in case.result)
"""
_ANCHOR = "junitparser"
_READERS = {
    "agent-ci, red cases kept": _OURS.format(keep="RED"),
    "agent-ci, all cases kept": _OURS.format(keep="ALL"),
    _ANCHOR: _JUNITPARSER,
}
_RED_EVERY = 100
_SMALL, _LARGE = 100_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Use:
    """What one run has used: CPU seconds and peak MiB."""

    cpu: float
    peak: float


def measure(*, large: bool, runs: int) -> None:
    """Measure reports of 100,000 cases, and with *large* one of a million as well."""
    with tempfile.TemporaryDirectory() as folder:
        junit, trx = Path(folder, "junit.xml"), Path(folder, "results.trx")
        write_report(junit, cases=_SMALL, output=0)
        _measure(junit, cases=_SMALL, runs=runs, readers=list(_READERS))
        write_trx(trx, cases=_SMALL)
        _measure(trx, cases=_SMALL, runs=runs, readers=[name for name in _READERS if name != _ANCHOR])
        if large:
            write_report(junit, cases=_LARGE, output=200)
            _measure(junit, cases=_LARGE, runs=1, readers=[name for name in _READERS if "all cases" not in name])


def _measure(place: Path, *, cases: int, runs: int, readers: list[str]) -> None:
    uses = {name: _median([_run(_READERS[name], place, cases) for _ in range(runs)]) for name in readers}
    anchor = uses.get(_ANCHOR)
    rows = [
        (name, use.cpu, use.peak)
        + ((f"{anchor.cpu / use.cpu:.1f}x", f"{anchor.peak / use.peak:.1f}x") if anchor else ("", ""))
        for name, use in uses.items()
    ]
    size = place.stat().st_size / 1e6
    print_table(
        f"{place.suffix[1:]}: {cases:,} cases, 1 in {_RED_EVERY} failing, {size:.0f} MB, median of {runs}",
        ("reader", "CPU s", "peak MiB", "less CPU", "less memory"),
        rows,
        packages=("agent-ci", "junitparser"),
    )


def write_report(place: Path, *, cases: int, output: int) -> None:
    """Write a report of *cases* with one in a hundred failing, each with *output* characters of output."""
    said = f"<system-out>{'the quick brown fox ' * (output // 20)}</system-out>" if output else ""
    trace = "".join(f"    at package.Class.method{n}(Class.java:{n})\n" for n in range(20))
    failure = f'<failure message="expected 1, got 2" type="AssertionError">{trace}</failure>'
    with place.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n')
        for first in range(0, cases, 1000):
            file.write(f'<testsuite name="suite {first}" tests="1000" failures="10" errors="0" skipped="0">\n')
            for n in range(first, first + 1000):
                inner = (failure if n % _RED_EVERY == 0 else "") + said
                file.write(
                    f'  <testcase classname="org.example.project.module{n % 97}.package.ExampleServiceTest" '
                    f'name="test_that_request_{n:07d}_is_answered_within_the_time_limit[{n % 13}]" '
                    f'file="tests/module{n % 97}/test_example_service.py" time="0.{n % 1000:03d}">'
                    f"{inner}</testcase>\n"
                )
            file.write("</testsuite>\n")
        file.write("</testsuites>\n")


def write_trx(place: Path, *, cases: int) -> None:
    """Write what ``dotnet test --logger trx`` would of *cases* tests, with one in a hundred failing."""
    trace = "".join(f"   at Package.Class.Method{n}() in /src/Class.cs:line {n}\n" for n in range(20))
    told = f"<Output><ErrorInfo><Message>Expected 1</Message><StackTrace>{trace}</StackTrace></ErrorInfo></Output>"
    with place.open("w", encoding="utf-8") as file:
        file.write('<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">\n<Results>\n')
        for n in range(cases):
            is_red = n % _RED_EVERY == 0
            file.write(
                f'<UnitTestResult executionId="{_guid(n)}" testId="{_guid(-n)}" testName="Example.Service{n % 97}Tests.'
                f'Request_{n}_is_answered" computerName="host" duration="00:00:00.0170545" '
                f'outcome="{"Failed" if is_red else "Passed"}" testListId="{_guid(1)}">{told if is_red else ""}'
                "</UnitTestResult>\n"
            )
        file.write("</Results><TestDefinitions>\n")
        for n in range(cases):
            file.write(
                f'<UnitTest name="Request_{n}" id="{_guid(-n)}"><Execution id="{_guid(n)}"/>'
                f'<TestMethod codeBase="a" className="Example.Service{n % 97}Tests" name="Request_{n}_is_answered"/>'
                "</UnitTest>\n"
            )
        file.write("</TestDefinitions><TestEntries>\n")
        for n in range(cases):
            file.write(f'<TestEntry testId="{_guid(-n)}" executionId="{_guid(n)}" testListId="{_guid(1)}"/>\n')
        file.write(
            f'</TestEntries><ResultSummary outcome="Failed"><Counters total="{cases}"/></ResultSummary></TestRun>'
        )


def _guid(number: int) -> str:
    return str(uuid.UUID(int=number % 2**128))


def _run(program: str, place: Path, cases: int) -> Use:
    command = [sys.executable, "-c", program + _REPORT_USE, str(place)]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    seen = json.loads(output)
    if (seen["total"], seen["red"]) != (cases, cases // _RED_EVERY):
        sys.exit(f"{seen} is not what the report holds; the figures would mean nothing")
    return Use(seen["cpu"], seen["peak"])


def _median(uses: list[Use]) -> Use:
    return Use(statistics.median(use.cpu for use in uses), statistics.median(use.peak for use in uses))
