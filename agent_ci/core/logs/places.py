"""Which file of the repository a place in a log means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from agent_ci.core.origins import is_generated, is_vendored
from agent_ci.core.questions.frames import Index
from agent_ci.core.run import Finding


def mapped(found: Iterable[Finding], paths: Iterable[str]) -> tuple[Finding, ...]:
    """*found* with the places of another machine as files of *paths*.

    ``/home/runner/work/x/x/src/a.c`` is ``src/a.c`` where that is the longest ending of it that is a file. What could
    be several files stays as it is. Of what one tool says in one go, the files that a person wrote come first.
    """
    index = Index(paths)
    return tuple(_own_first([_at(finding, index) for finding in found]))


def _at(finding: Finding, index: Index) -> Finding:
    if finding.file == finding.log:
        return finding
    file = index.resolve(finding.file)
    return replace(finding, file=file) if file else finding


def _own_first(found: list[Finding]) -> Iterator[Finding]:
    """*found*, in each run of one tool the files of the repository first, in their order."""
    start = 0
    while start < len(found):
        end = start
        while end < len(found) and found[end].tool == found[start].tool:
            end += 1
        yield from sorted(found[start:end], key=lambda each: is_vendored(each.file) or is_generated(each.file))
        start = end
