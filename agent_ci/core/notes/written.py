"""Knows which lines each commit added to which file, from the patches that `git log` prints without context."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

HEAD = "\x02"
"""What the format of the log begins each commit with; the id follows."""
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_PATH = re.compile(r"\+\+\+ b/(.+?)\t?$")


def added(log: str) -> Mapping[str, Mapping[str, str]]:
    """The added lines by commit and path. The lines of a hunk are counted, so that none is taken for a header."""
    found: dict[str, dict[str, list[str]]] = {}
    commit, path = "", ""
    lines = iter(log.split("\n"))
    for line in lines:
        if line.startswith(HEAD):
            commit, path = line[1:], ""
        elif name := _PATH.match(line):
            path = name[1]
        elif path and (hunk := _HUNK.match(line)):
            found.setdefault(commit, {}).setdefault(path, []).extend(_hunk(lines, hunk))
    return {commit: {path: "\n".join(text) for path, text in files.items()} for commit, files in found.items()}


def _hunk(lines: Iterator[str], hunk: re.Match[str]) -> Iterator[str]:
    """The added lines of one hunk, read to its end."""
    left = sum(int(count) if count is not None else 1 for count in hunk.groups())
    while left and (line := next(lines, None)) is not None:
        if line.startswith("\\"):  # no newline at the end of the file
            continue
        left -= 1
        if line.startswith("+"):
            yield line[1:].removesuffix("\r")
