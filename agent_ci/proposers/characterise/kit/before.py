"""Which calls tell a change from what was there before it, and how such calls are looked for."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from . import exploring
from .acts import Call
from .calling import Setting
from .exploring import Case
from .inventing import Inventor
from .killing import Faults
from .literals import Mined, mine, module_values
from .targets import Target, targets_of

_ROUNDS, _NEIGHBOURS, _PARENTS = 5, 120, 12
_SIMPLER = 3  # how often what was found is made simpler


@dataclass(frozen=True)
class Before:
    """The module as it read before the change, *earlier*: empty where that is not known, and then nothing differs.

    *lines* are those that the change added, and *is_late* says whether the time is up.
    """

    earlier: str
    setting: Setting
    lines: frozenset[int]
    is_late: Callable[[], bool]

    def mined(self, name: str) -> Mined:
        """The literals that the target *name* was written with; none where it was not there."""
        if name not in self._targets:
            return Mined()
        return mine(self._targets[name], self._targets, self._globals, vars(self.setting.module))

    @cached_property
    def _targets(self) -> Mapping[str, Target]:
        return targets_of(self._tree)

    @cached_property
    def _globals(self) -> Mapping[str, Any]:
        return module_values(self._tree)

    @cached_property
    def _tree(self) -> ast.Module:
        """Its syntax; of nothing where it is no Python."""
        try:
            return ast.parse(self.earlier)
        except (SyntaxError, ValueError, RecursionError):
            return ast.Module(body=[], type_ignores=[])

    def differing(self, cases: Sequence[Case]) -> frozenset[Any]:
        """The keys of those of *cases* that come to something else there."""
        if not self.earlier or not cases:
            return frozenset()
        faults = Faults(self.setting.source, self.setting.module, self.setting.caller)
        return frozenset(cases[number].call.key for number in faults.differing(self.earlier, cases))

    def told_apart(self, cases: Sequence[Case], inventor: Inventor) -> list[Case]:
        """Those of *cases* that tell the change from what was before; where none does, others near them that do."""
        if not self.earlier:
            return []
        keys = self.differing(cases)
        found = [case for case in cases if case.call.key in keys]
        if not found and inventor.is_possible:
            found = self._differing_of(itertools.islice(inventor.alike(), _NEIGHBOURS))
        if not found:
            found = self._near(cases, inventor)
        return found + (self._simpler(found, inventor) if found else [])

    def _near(self, cases: Sequence[Case], inventor: Inventor) -> list[Case]:
        """Cases that differ, close to those of *cases* that run the change."""
        reaching = sorted((case for case in cases if case.lines & self.lines), key=lambda case: case.call.rank)
        parents = reaching[:: max(1, len(reaching) // _PARENTS)][:_PARENTS]
        known = {case.call.key for case in cases}
        for _ in range(_ROUNDS if parents else 0):
            if self.is_late():
                break
            calls = {}
            for number in range(_NEIGHBOURS):
                call = inventor.near(parents[number % len(parents)].call)
                call = inventor.near(call) if number % 2 else call
                calls[call.key] = call
            fresh = [call for key, call in calls.items() if key not in known]
            known |= calls.keys()
            found = self._differing_of(fresh)
            if found:
                return found
        return []

    def _differing_of(self, calls: Iterable[Call]) -> list[Case]:
        """What those of *calls* come to that come to something else there."""
        tried = [case for case in exploring.run([*calls], self.setting.caller) if case.outcome.is_kept]
        keys = self.differing(tried)
        return [case for case in tried if case.call.key in keys]

    def _simpler(self, found: Sequence[Case], inventor: Inventor) -> list[Case]:
        """Simpler calls than the simplest of *found* that differ as well."""
        made: list[Case] = []
        best = min(found, key=lambda case: case.call.rank)
        for _ in range(_SIMPLER):
            calls = {call.key: call for call in inventor.simpler(best.call)}
            tried = [case for case in exploring.run([*calls.values()], self.setting.caller) if case.outcome.is_kept]
            tried = [case for case in tried if case.call.rank < best.call.rank]
            keys = self.differing(tried)
            if not keys:
                break
            best = min((case for case in tried if case.call.key in keys), key=lambda case: case.call.rank)
            made.append(best)
        return made
