"""Offers what was proven before for the same failure; the pipeline proves it again before it counts."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from pathlib import Path

from agent_ci import memory
from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.memory import ProvenFix
from agent_ci.ports import Workbench


@dataclass(frozen=True)
class Known:
    """Reads the fixes kept in *path* and offers those whose failure has the same fingerprint, newest first.

    A file that came with the judged commit, which is checked out in *root*, is not read. *further* gives those that are
    kept elsewhere, which are offered last.
    """

    path: Path
    root: Path
    further: Callable[[], tuple[ProvenFix, ...]] = tuple

    def propose(
        self, evidence: Evidence, _attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer each known fix of this failure once, with the doubts that there ever were about it."""
        is_theirs = memory.is_of_the_change(self.path, self.root, workbench.tree.paths())
        wanted = fingerprint(evidence.targets)
        known = (*self.further(), *(() if is_theirs else memory.recall(self.path)))
        fixes = [fix for fix in known if fix.fingerprint == wanted]
        note = "the same failure was repaired this way before"
        for diff in dict.fromkeys(fix.diff for fix in reversed(fixes)):
            same = [fix for fix in fixes if fix.diff == diff]
            doubts = dict.fromkeys(doubt for fix in same for doubt in fix.doubts)
            yield Reply("known", diff, cause=same[-1].cause, note=note, doubts=tuple(doubts))
