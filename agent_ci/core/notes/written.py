"""Knows which lines each commit added to which file, from the patches that `git log` prints."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

HEAD = "\x02"
"""What the format of the log begins each commit with; the id follows."""
_BEGINNING = re.compile(HEAD + r"([0-9a-f]{40}|[0-9a-f]{64})")
_HUNK = re.compile(r"@@ -\d+(?:,(\d+))? \+\d+(?:,(\d+))? @@")
_HEADING = re.compile(r"#{1,6} |\W*\w+\W*$")
_SHORT = 12  # lines: a longer file holds the entries of several changes
_FILE = re.compile(r"\+\+\+ (?:b/(.+?)\t?$)?")


def begun(line: str) -> str:
    """The commit that *line*, or a name in a list of files, begins; empty where it is anything else."""
    found = _BEGINNING.fullmatch(line)
    return found[1] if found else ""


def added(log: str) -> Mapping[str, Mapping[str, str]]:
    """The added lines by commit and path, with the headings that stand around them.

    What replaces other words mends them, and what is taken from one place to another is no addition either. The lines
    of a hunk are counted, so that none is taken for a header. A file that is gone, or whose name is in quotes, adds
    nothing. What comes before the first commit is that of "".
    """
    found: dict[str, dict[str, _File]] = {}
    commit, path = "", ""
    lines = iter(log.split("\n"))
    for line in lines:
        if id_ := begun(line):
            commit, path = id_, ""
        elif file := _FILE.match(line):
            path = file[1] or ""
        elif hunk := _HUNK.match(line):
            files = found.setdefault(commit, {}) if path else {}
            files.setdefault(path, _File()).read(lines, hunk)
    return {commit: {path: file.text for path, file in files.items()} for commit, files in found.items()}


def settled(found: Mapping[str, Mapping[str, str]], now: Mapping[str, str]) -> Mapping[str, Mapping[str, str]]:
    """*found*, newest first, where a short file of *now*, by path, says what it says now, and once: where it began.

    So a fragment that was mended later is told in its last words, and the change that mends it is no news.
    """
    short = {path: text for path, text in now.items() if text.count("\n") < _SHORT}
    began = {path: commit for commit, files in found.items() for path in files}  # the last one is the oldest
    return {
        commit: {
            path: short.get(path, text) for path, text in files.items() if path not in short or began[path] == commit
        }
        for commit, files in found.items()
    }


@dataclass
class _File:
    added: list[str] = field(default_factory=list)
    removed: set[str] = field(default_factory=set)

    @property
    def text(self) -> str:
        return "\n".join(line for line in self.added if not line.strip() or line not in self.removed)

    def read(self, lines: Iterator[str], hunk: re.Match[str]) -> None:
        """Take one hunk from *lines*, to its end."""
        old, new = (int(count) if count is not None else 1 for count in hunk.groups())
        run, is_mended = list[str](), False
        while (old or new) and (line := next(lines, None)) is not None:
            mark, text = line[:1], line[1:].removesuffix("\r")
            if mark == "\\":  # no newline at the end of the file
                continue
            old, new = old - (mark != "+"), new - (mark != "-")
            if mark == "+":
                run.append(text)
            elif mark == "-":
                self.removed.add(text)
                is_mended = is_mended or bool(text.strip())
            else:
                self.added += () if is_mended else run
                self.added += (text,) if _HEADING.match(text) else ()
                run, is_mended = [], False
        self.added += () if is_mended else run
