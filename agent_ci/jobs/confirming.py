"""Has small faults that new tests are said to notice put into the code, and these tests run there as all tests are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agent_ci.clone import Texts
from agent_ci.core.untested import Target
from agent_ci.jobs.controls import SUITE, report_of
from agent_ci.mutation_kit.mutants import apply, mutants
from agent_ci.pipeline import Tools

_MOST_TRIES = 2  # faults that are tried for one test
_MOST_SECONDS = 60.0  # for one fault; a test that notices it has failed at once before

Kill = tuple[str, str]
"""A target, by its name, and the id of a fault in it."""


@dataclass(frozen=True)
class Confirmation:
    """Runs tests of *tree*, whose cases are *ids* by the test's name, with faults in *targets*.

    What was measured of them was written beside code of the repository, which could have written it as well.
    """

    tools: Tools
    tree: str
    targets: Sequence[Target]
    ids: Mapping[str, tuple[str, ...]]

    def of(self, claims: Mapping[str, Sequence[Kill]]) -> frozenset[str]:
        """Those tests of *claims*, by name, that fail where a fault which each claims to notice is in the code.

        Two of the faults that a test claims are tried at most, each for all tests that claim it.
        """
        left, tries, found = dict(claims), Counter[str](), set[str]()
        while left := {name: kills for name, kills in left.items() if kills and tries[name] < _MOST_TRIES}:
            counts = Counter(kill for kills in left.values() for kill in kills)
            fault = max(counts, key=lambda kill: counts[kill])
            names = [name for name, kills in left.items() if fault in kills]
            tries.update(names)
            found |= self._failing(names, fault)
            left = {name: [one for one in kills if one != fault] for name, kills in left.items() if name not in found}
        return frozenset(found)

    def _failing(self, names: Sequence[str], kill: Kill) -> set[str]:
        """Those of the tests *names* that fail with the fault of *kill*, or whose file cannot be read then."""
        faulty = self._faulty(kill)
        if not faulty:
            return set()
        tree = self.tools.clone.edit(self.tree, faulty)
        own = tuple(dict.fromkeys(id_ for name in names for id_ in self.ids.get(name, ())))
        report = report_of(self.tools, tree, own, SUITE, most=_MOST_SECONDS)
        if not report.cases:  # a file that cannot even be imported has none of its cases
            files = tuple(dict.fromkeys(map(_file_of, own)))
            report = report_of(self.tools, tree, files, SUITE, most=_MOST_SECONDS)
        red = {case.id for case in report.red}
        return {name for name in names if any(id_ in red or _file_of(id_) in red for id_ in self.ids.get(name, ()))}

    def _faulty(self, kill: Kill) -> dict[str, bytes]:
        """The file that the fault of *kill* is in, with it, by its path; nothing where none has this id there.

        Only the line that its id begins with is looked at.
        """
        name, id_ = kill
        texts = Texts(self.tools.clone.tree(self.tree))
        for target in self.targets:
            lines = [line for line in target.guarded if target.name == name and id_.startswith(f"{line}-")]
            text = texts.get(target.path, "") if lines else ""
            for fault in mutants(text, lines, untaken=target.deciding):
                if fault.id == id_:
                    return {target.path: apply(text, fault).encode()}
        return {}


def _file_of(id_: str) -> str:
    return id_.partition("::")[0]
