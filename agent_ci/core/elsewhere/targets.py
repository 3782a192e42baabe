"""Which changed lines of JavaScript, TypeScript, Go and Java no test runs, by the function they are in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from agent_ci.core.coverage import IMPORTS, Coverage, Lines
from agent_ci.core.elsewhere.languages import Language
from agent_ci.core.untested import Target

_PUBLIC, _REPAIRED, _MOST_REPAIRED, _MOST_LINES = 100.0, 10.0, 4, 50


def changed_code(added: Lines, head: Mapping[str, str], language: Language) -> Lines:
    """Those of the lines *added*, by path, of source files of *head* in which something could run."""
    found = {
        path: added[path] & language.runnable(head.get(path, ""))
        for path in sorted(added)
        if language.is_source(path) and path in head
    }
    return {path: lines for path, lines in found.items() if lines}


def executable(changed: Lines, coverage: Coverage) -> Lines:
    """Those of *changed* that the tool which counted says can be executed; all of a file that it does not know."""
    found = {path: lines & coverage.executable.get(path, lines) for path, lines in changed.items()}
    return {path: lines for path, lines in found.items() if lines}


def targets(
    changed: Lines, head: Mapping[str, str], coverage: Coverage, language: Language, *, repaired: Mapping[str, int]
) -> tuple[Target, ...]:
    """What of *changed* no test runs, the most important first: public, long, and recently *repaired* files first."""
    found = (
        target
        for path, lines in changed.items()
        for target in _of_file(path, head[path], lines, coverage, language, repaired.get(path, 0))
    )
    return tuple(sorted(found, key=lambda target: (-target.score, target.path, target.every_line)))


def _of_file(  # noqa: PLR0913, PLR0917 - what one file is looked at with
    path: str, source: str, changed: Collection[int], coverage: Coverage, language: Language, repaired: int
) -> Iterator[Target]:
    tests = {line: coverage.tests_of(path, line) for line in changed}
    left = {line for line in changed if not tests[line] - {IMPORTS}}
    outside = set(left)
    is_known = bool(coverage.lines(path)) or path in coverage.executable
    for one in language.functions(source):
        inside = range(one.header, one.last + 1)
        lines = tuple(sorted(line for line in left if one.first <= line <= one.last))
        outside -= {*inside}
        if lines:
            score = _PUBLIC * one.is_public + min(len(lines), _MOST_LINES) + _REPAIRED * min(repaired, _MOST_REPAIRED)
            count = f"{len(lines)} changed line{'s' * (len(lines) != 1)} of {one.name}"
            reason = f"{count} that no test runs" if is_known else f"{count}, and no test loads it"
            yield Target(path, one.name, lines, reason, one.is_public, score)
    outside = {line for line in outside if not tests[line]}
    if outside:
        yield Target(path, "", (), "changed, and no test loads it", is_public=False, at_import=tuple(sorted(outside)))
