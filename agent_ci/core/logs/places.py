"""Which file of the repository a place in a log means."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from agent_ci.core.generated import Generated
from agent_ci.core.originals import Originals
from agent_ci.core.questions.frames import Index
from agent_ci.core.run import Finding


def mapped(found: Iterable[Finding], texts: Mapping[str, str]) -> tuple[Finding, ...]:
    """*found* with the places of another machine as files of *texts*, which are read by their paths when asked for.

    ``/home/runner/work/x/x/src/a.c`` is ``src/a.c`` where that is the longest ending of it that is a file. What could
    be several files stays as it is. A place in generated code is that of its source, where a source map tells it. Of
    what one tool says in one go, the files that a person wrote come first.
    """
    index, originals = Index(texts), Originals(texts)
    return tuple(_own_first([originals.finding(_at(finding, index)) for finding in found], Generated(texts)))


def _at(finding: Finding, index: Index) -> Finding:
    if finding.file == finding.log:
        return finding
    file = index.resolve(finding.file)
    return replace(finding, file=file) if file else finding


def _own_first(found: list[Finding], generated: Generated) -> Iterator[Finding]:
    """*found*, in each run of one tool the files of the repository first, in their order."""
    start = 0
    while start < len(found):
        end = start
        while end < len(found) and found[end].tool == found[start].tool:
            end += 1
        yield from sorted(found[start:end], key=lambda each: generated.holds(each.file))
        start = end
