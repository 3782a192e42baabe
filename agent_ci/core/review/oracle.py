"""In what a change of the tests, or of what decides how they run, makes them weaker."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import PurePosixPath

from agent_ci.core.change import ChangedText
from agent_ci.core.paths import is_test_path
from agent_ci.core.review.oracle_elsewhere import text_weakenings
from agent_ci.core.review.oracle_languages import BY_SUFFIX
from agent_ci.core.review.oracle_python import python_weakenings
from agent_ci.core.review.oracle_settings import decides_how_tests_run, looser_settings
from agent_ci.core.rules import REWRITTEN_SNAPSHOT, WEAKENED_TEST

_RECORDED = frozenset(
    {".snap", ".ambr", ".json", ".yml", ".yaml", ".txt", ".csv", ".tsv", ".xml", ".html", ".svg", ".out", ".golden"}
)
_CLAIM = re.compile(r"^[\s\w$.:>-]*?(?:assert|expect|should|require|verify|check)\w*", re.IGNORECASE)
_SHOWN = 90


def weakenings(change: ChangedText) -> tuple[str, ...]:
    """One objection per way in which *change* asks less of the code; none for what is neither test nor setting."""
    return tuple(dict.fromkeys(_weakenings(change)))


def _weakenings(change: ChangedText) -> Iterator[str]:
    if decides_how_tests_run(change.path):
        yield from looser_settings(change)
    if not is_test_path(change.path):
        return
    suffix = PurePosixPath(change.path).suffix
    if suffix in (".py", ".pyi"):
        yield from python_weakenings(change)
    elif suffix in BY_SUFFIX:
        yield from text_weakenings(change, BY_SUFFIX[suffix])
    elif suffix in _RECORDED:
        yield from _recorded_anew(change)
    else:
        yield from _lost_lines(change)


def _recorded_anew(change: ChangedText) -> Iterator[str]:
    """What tests compare with may grow; what is there says what was right."""
    gone = _gone(change)
    if gone:
        number, line = gone[0]
        sentence = f"{change.path}:{number}: the recorded line `{line[:_SHOWN]}` was changed or removed"
        yield REWRITTEN_SNAPSHOT.objection(f"{sentence}; repair the code, or let a person record it anew")


def _lost_lines(change: ChangedText) -> Iterator[str]:
    """What can be said of a language that is not read here: no line that claims something may go."""
    for number, line in _gone(change):
        if _CLAIM.match(line):
            yield WEAKENED_TEST.objection(f"{change.path}:{number}: the line `{line[:_SHOWN]}` is gone; keep it")


def _gone(change: ChangedText) -> list[tuple[int, str]]:
    """The lines, by number from 1, that stood in the file and stand there no more as often."""
    left = Counter(line.strip() for line in (change.after or "").splitlines())
    gone = []
    for number, line in enumerate((change.before or "").splitlines(), 1):
        left[line.strip()] -= 1
        if line.strip() and left[line.strip()] < 0:
            gone.append((number, line.strip()))
    return gone
