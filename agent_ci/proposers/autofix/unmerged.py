"""Settles a merge that was committed unfinished: offers each of its sides, and both; which is meant, a person knows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent_ci.core.codebase import Codebase
from agent_ci.core.paths import is_test_path
from agent_ci.core.questions.frames import Index, frames
from agent_ci.core.run import Evidence, Reply
from agent_ci.core.unmerged import Conflict, Side, conflicts, settled
from agent_ci.ports import Workbench

_MOST_FILES = 5_000
_LONGEST = 50_000  # characters of what one failure says
# What compilers and interpreters say of the marks; no other failure has the files read for them.
_SYNTAX = re.compile(
    r"[<>=|]{7}|syntax ?error|IndentationError|unexpected (?:token|'?<<)|illegal start of|parse error|expected ",
    re.IGNORECASE,
)


def repaired(evidence: Evidence, workbench: Workbench) -> Iterator[Reply]:
    """At most three replies, for all files that hold a conflict; none where the failure names no such file."""
    said = [f"{case.message}\n{case.traceback}"[-_LONGEST:] for case in evidence.targets]
    said += [f"{finding.file}:{finding.line or 0}: {finding.message}" for finding in evidence.findings]
    index, sources = Index(workbench.tree.paths()), Codebase(workbench.tree.paths(), workbench.tree.read)
    named = {index.resolve(frame.path) for text in said if _SYNTAX.search(text) for frame in frames(text)}
    if not any(path and conflicts(sources.text(path)) for path in named):
        return
    every = ((path, conflicts(sources.text(path))) for path in workbench.tree.paths()[:_MOST_FILES])
    found = {path: some for path, some in every if some and not is_test_path(path)}
    offered = set()
    for side in Side if found else ():
        text = sources.diff({path: settled(sources.text(path), side) for path in found})
        if text not in offered:
            offered.add(text)
            cause, doubt = _told(found, side)
            yield Reply("autofix", text, cause=cause, doubts=(doubt,))
    if tests := sorted(path for path in named if path and is_test_path(path) and conflicts(sources.text(path))):
        yield Reply("autofix", objection=f"a merge was committed unfinished in {', '.join(tests)}, which is a test")


def _told(found: dict[str, tuple[Conflict, ...]], side: Side) -> tuple[str, str]:
    """The cause, by the first conflict of each file, and what a person has to decide."""
    places = ", ".join(f"`{path}:{some[0].start}`" for path, some in found.items())
    first = next(iter(found.values()))[0]
    kept = {
        Side.OURS: f"the version of {first.name or 'the first'}",
        Side.THEIRS: f"the version of {first.other or 'the second'}",
        Side.BOTH: "both versions, one after the other",
    }
    cause = f"A merge was committed unfinished: {places} holds git's marks around two versions."
    return cause, f"which version of a merge is meant, the tests may not tell: this keeps {kept[side]}"
