"""LCOV's tracefile, which c8, nyc, jest, vitest and many others write: executed lines by source file and test name."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.gathering import Gathering, Place
from agent_ci.core.coverage_formats.text_lines import lines
from agent_ci.errors import UnsupportedError

_LINE = re.compile(r"DA:(\d{1,9}),(\d+)")


def read_lcov(chunks: Iterable[bytes], place: Place, *, test: str = IMPORTS) -> Coverage:
    """The coverage in *chunks*; where a record has no test's name (``TN:``), the lines are *test*'s.

    Raises UnsupportedError where it is no such file. Source: geninfo(1), "FILES", of LCOV 2.
    """
    found = Gathering(place)
    name = file = ""
    executed: set[int] = set()
    has_files = False
    for line in lines(chunks):
        if line.startswith("TN:"):
            name = line.removeprefix("TN:").strip()
        elif line.startswith("SF:"):
            file, executed, has_files = line.removeprefix("SF:").strip(), set(), True
        elif file and (hit := _LINE.match(line)):
            if hit[2].strip("0"):
                executed.add(int(hit[1]))
        elif line == "end_of_record" and file:
            found.add(name or test, file, executed)
            file = ""
    if file:
        found.add(name or test, file, executed)
        found.note("the coverage ends in the middle of a file")
    if not has_files:
        raise UnsupportedError("this is no tracefile of LCOV: it names no source file")
    return found.coverage()
