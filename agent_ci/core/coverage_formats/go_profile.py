"""The profile of `go test -coverprofile`: blocks of statements by their place, and how often each was executed."""

from __future__ import annotations

import re
from collections.abc import Iterable

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.coverage_formats.gathering import MAX_LINE, MAX_PLACES, Gathering, Place
from agent_ci.core.coverage_formats.text_lines import lines
from agent_ci.errors import UnsupportedError

_BLOCK = re.compile(r"(?P<file>.+):(?P<first>\d{1,9})\.\d{1,9},(?P<last>\d{1,9})\.\d{1,9} \d{1,9} (?P<count>\d{1,20})")
_MOST = 10_000  # lines of one block; nobody writes as many without a branch
_MOST_BLOCKS = 1_000_000


def read_go_profile(chunks: Iterable[bytes], place: Place, *, test: str = IMPORTS) -> Coverage:
    """The lines in *chunks*, which *test* executed; *place* is asked for IMPORT-PATH/FILE, as the profile has it.

    Raises UnsupportedError where it is no such profile. Source: https://go.dev/blog/cover and
    https://pkg.go.dev/golang.org/x/tools/cover#Profile
    """
    found = Gathering(place)
    found.begin(test)
    executed: dict[str, set[int]] = {}
    executable: dict[str, set[int]] = {}
    left = MAX_PLACES
    told = lines(chunks)
    if not next(told, "").startswith("mode:"):
        raise UnsupportedError("this is no profile of go's coverage: it does not begin with its mode")
    for number, line in enumerate(filter(None, told)):
        block = _BLOCK.fullmatch(line)
        if number >= _MOST_BLOCKS:
            found.note(f"the profile has more than {_MOST_BLOCKS:,} blocks, and the rest was left out")
            break
        if not block:
            found.note("a line of the profile cannot be read, and was left out")
            continue
        span = range(int(block["first"]), int(block["last"]) + 1)
        if len(span) > _MOST or span.stop > MAX_LINE + 1:
            continue
        left -= len(span)
        if left < 0:
            found.note(f"the blocks of the profile have more than {MAX_PLACES:,} lines, and the rest was left out")
            break
        executable.setdefault(block["file"], set()).update(span)
        if block["count"].strip("0"):
            executed.setdefault(block["file"], set()).update(span)
    for file, span_lines in executed.items():
        found.add(test, file, span_lines)
    for file, span_lines in executable.items():
        found.can(file, span_lines)
    return found.coverage()


def in_module(manifest: str, folder: str = "") -> Place:
    """Finds the file of the module whose ``go.mod`` is *manifest*, in *folder* of the repository ("" for the root)."""
    named = re.search(r"^module\s+\"?([^\s\"]+)", manifest, re.MULTILINE)
    prefix = f"{named[1]}/" if named else ""

    def place(name: str) -> str:
        if not prefix or not name.startswith(prefix):
            return ""
        return "/".join(filter(None, (folder, name.removeprefix(prefix))))

    return place
