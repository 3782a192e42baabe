"""Finds the first commit of a range on which the failing tests fail, by the same control runs as triage."""

from __future__ import annotations

from dataclasses import dataclass

from agent_ci.core.run import Evidence, FirstBad, Side
from agent_ci.errors import InfrastructureError, UnsupportedError, UsageError
from agent_ci.jobs.controls import Controls
from agent_ci.pipeline import Tools
from agent_ci.process import ToolError

_SEPARATOR = ".."


@dataclass(frozen=True)
class Bisection:
    """A search between the commit *good*, on which the tests of *evidence* pass, and *bad*, on which they fail."""

    evidence: Evidence
    tools: Tools
    good: str
    bad: str

    def first_bad(self) -> FirstBad:
        """The first bad commit along first parents; a sentence instead where there is none, or several may be it."""
        commits = self.tools.repository.commits_between(self.good, self.bad)
        if not commits:
            raise UsageError(
                f"--bisect: {self.good[:12]} is no ancestor of {self.bad[:12]}; name an older commit first"
            )
        if self._is_red(self.good):
            return FirstBad(sentence=f"the failing tests fail on {self.good[:12]} as well; name an older good commit")
        low, high, tested, skipped = 0, len(commits) - 1, 1, set[int]()
        while low < high:
            middle = self._next(low, high, skipped)
            if middle is None:
                break
            is_red = self._is_red(commits[middle])
            tested += 1
            if is_red is None:
                skipped.add(middle)
            elif is_red:
                high = middle
            else:
                low = middle + 1
        if low < high:
            names = ", ".join(commit[:12] for commit in commits[low : high + 1])
            return FirstBad(sentence=f"one of {names}: the tests cannot be run on those between", tested=tested)
        if not self._is_red(commits[high]):
            return FirstBad(sentence=f"the failing tests pass on {self.bad[:12]}", tested=tested + 1)
        subject, author = self.tools.repository.subject_and_author(commits[high])
        return FirstBad(commits[high], subject, author, tested=tested + 1, of=len(commits))

    @staticmethod
    def _next(low: int, high: int, skipped: set[int]) -> int | None:
        """The index nearest the middle that was not skipped; never the last, which is known to be bad."""
        middle = (low + high) // 2
        open_ = (index for index in range(low, high) if index not in skipped)
        return min(open_, key=lambda index: abs(index - middle), default=None)

    def _is_red(self, commit: str) -> bool | None:
        """Whether the failing tests are steadily red on *commit*; None where they cannot be run there."""
        controls = Controls(self.tools, self.evidence.target_ids)
        try:
            runs = controls.repeated(
                Side.BASE, self._tree(commit), until=lambda made: not made[-1].is_red, runs=self.tools.repeat
            )
        except (InfrastructureError, UnsupportedError):
            return None
        return all(run.is_red for run in runs)

    def _tree(self, commit: str) -> str:
        """The tree of *commit*, with the failing tests' files where it does not have them yet."""
        tree, head = self.tools.clone.tree(commit), self.tools.clone.tree(self.evidence.tree)
        files = {id_.partition("::")[0] for id_ in self.evidence.target_ids}
        absent = (files & set(head.paths())) - set(tree.paths())
        return self.tools.clone.edit(tree.id, {path: head.read(path) for path in absent}) if absent else tree.id


def bisected(evidence: Evidence, tools: Tools, given: str) -> FirstBad:
    """The first bad commit of the range *given* as ``GOOD..BAD``. Raises UsageError for anything else."""
    good, separator, bad = given.partition(_SEPARATOR)
    commits = [tools.repository.commit(name) for name in (good, bad or "HEAD")]
    if not separator or None in commits:
        raise UsageError(
            f"--bisect {given!r} is not GOOD..BAD with two commits that are here; fetch them, or name others"
        )
    try:
        return Bisection(evidence, tools, *(str(commit) for commit in commits)).first_bad()
    except ToolError as error:
        return FirstBad(sentence=f"the history cannot be read: {error}")
