"""Where a repository calls given functions: how they are meant to be used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping

from agent_ci.core.paths import is_test_path

_MOST_FILES, _MOST_PLACES = 5, 3
_MOST_READ, _LONGEST = 2_000, 300_000
_DEFINES = re.compile(r"^\s*(?:async\s+)?(?:def|class|func|function)\b")


def callers(
    names: Collection[str], paths: Iterable[str], texts: Mapping[str, str], *, but: str
) -> dict[str, tuple[int, ...]]:
    """The lines (1-based) of at most five files that call one of *names*, qualified or not, in files like *but*.

    Tests are left out, and *but*, the file that defines them. No more than 2,000 files are read.
    """
    last = {re.escape(name.rpartition(".")[2]) for name in names if name}
    if not last:
        return {}
    called = re.compile(rf"(?<![\w$])(?:{'|'.join(sorted(last))})\s*\(")
    ending = but.rpartition(".")[2]
    alike = [path for path in paths if path != but and path.endswith(f".{ending}") and not is_test_path(path)]
    found: dict[str, tuple[int, ...]] = {}
    for path in alike[:_MOST_READ]:
        text = texts.get(path, "")
        if len(text) > _LONGEST or not called.search(text):
            continue
        lines = (number for number, line in enumerate(text.split("\n"), 1) if _calls(line, called))
        if places := tuple(lines)[:_MOST_PLACES]:
            found[path] = places
        if len(found) == _MOST_FILES:
            break
    return found


def _calls(line: str, called: re.Pattern[str]) -> bool:
    return bool(called.search(line)) and not _DEFINES.match(line)
