"""How parts of files, tracebacks and changes are cut to what a reader needs, with a mark wherever something is gone."""

from __future__ import annotations

import re
from collections.abc import Mapping

from agent_ci.core.questions.fence import middle_cut
from agent_ci.core.questions.window import with_gaps

_FOREIGN = re.compile(r"(?:^|/)(?:site-packages|dist-packages|lib(?:64)?/python3[.\d]*)/|^<frozen ")
# pytest's short form (`path:3: in name`) and Python's own
_FRAME = re.compile(r'^(?:(?P<short><frozen [\w.]+>|\S+?):\d+: in |\s*File "(?P<long>[^"\n]+)", line \d+)')
# what pytest and unittest say below a comparison: where values come from stands less deep than how they differ
_COMPARED = re.compile(r"^E +(?:AssertionError: (?:assert )?|assert ).+ (?:==|!=) .+")
_DIFFERENCE = re.compile(r"^E {5}|^E *$|^E {3}[-+?] ")
_EQUAL = re.compile(r"(?:^E {7}.*\n){5,}", re.MULTILINE)
_POINTED = re.compile(r"^[ ~^]*\^[ ~^]*$\n?", re.MULTILINE)
_LONGEST_LINE = 500  # characters
_FILE = re.compile(r"^(?=diff --git )", re.MULTILINE)
_NEW_PATH = re.compile(r"^\+\+\+ b/(.*?)\t?$", re.MULTILINE)
_BLOBS = re.compile(r"^index [0-9a-f]+\.\.[0-9a-f]+.*\n", re.MULTILINE)


def excerpts(texts: Mapping[str, str], lines: Mapping[str, frozenset[int]]) -> dict[str, str]:
    """The *lines* (1-based) of *texts*, by path, in the order of the paths given."""
    return {path: with_gaps(texts[path].split("\n"), numbers) for path, numbers in lines.items()}


def without_foreign_frames(trace: str) -> str:
    """*trace* without the frames in installed packages, whose number stands in their place."""
    kept: list[str] = []
    count = 0
    is_foreign = False
    for line in trace.split("\n"):
        frame = _FRAME.match(line)
        if frame:
            is_foreign = bool(_FOREIGN.search(frame["short"] or frame["long"]))
            count += is_foreign
        elif is_foreign and line[:1] not in (" ", "\t"):
            is_foreign = False
        if count and not is_foreign:
            kept.append(f"[... {count} frames of other packages left out ...]")
            count = 0
        if not is_foreign:
            kept.append(line)
    if count:
        kept.append(f"[... {count} frames of other packages left out ...]")
    return "\n".join(kept)


def without_differences(trace: str) -> str:
    """*trace* without accounts of how two values differ that are printed whole above, and what is said once more.

    Of an account that is needed, lines that are equal in both values are left out, and of a line that is very long its
    middle.
    """
    kept: list[str] = []
    is_told = False
    for line in _EQUAL.sub(_ends, _POINTED.sub("", trace)).split("\n"):
        if _COMPARED.match(line):
            is_told = "..." not in line and len(line) <= _LONGEST_LINE
        elif not _DIFFERENCE.match(line):
            is_told = False
        elif is_told:
            continue
        kept.append(line if len(line) <= _LONGEST_LINE else middle_cut(line, _LONGEST_LINE * 4 // 5))
    return "\n\n".join(dict.fromkeys("\n".join(kept).split("\n\n")))


def _ends(equal: re.Match[str]) -> str:
    """The first and the last of so many *equal* lines."""
    rows = equal[0].splitlines(keepends=True)
    return f"{rows[0]}[... {len(rows) - 2} equal lines ...]\n{rows[-1]}"


def change_near(diff: str, shown: Mapping[str, object]) -> str:
    """Git's *diff* without blob ids, the files that are *shown* first."""
    files = [_BLOBS.sub("", part) for part in _FILE.split(diff) if part]
    return "".join(sorted(files, key=lambda part: not any(path in shown for path in _NEW_PATH.findall(part))))
