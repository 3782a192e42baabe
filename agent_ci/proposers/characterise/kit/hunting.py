"""Which calls notice which faults of the module, and further calls for the faults that none notices."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from ....mutation_kit.mutants import MOST_PER_LINE, Mutant, mutants
from . import exploring
from .acts import Call
from .calling import Setting
from .exploring import Case
from .inventing import Inventor
from .killing import Faults, prepare_patterns, reaching, words_around
from .targets import Target, variables_at

_ASKED, _ASKED_OF_DATA = 40, 150  # calls that one fault is shown to, and one in a table that many calls look into
_NEIGHBOURS, _ROUNDS, _PARENTS = 60, 2, 6
_HANDED = 2  # calls of private targets whose values are tried with public ones, for each fault
_MOST_ODD = 40  # faults that only odd calls notice, for which plain ones are looked for


@dataclass
class Found:
    """What is known so far: cases of all targets, and by fault the numbers of those that notice it."""

    cases: list[Case] = field(default_factory=list)
    noticed: dict[str, list[int]] = field(default_factory=dict)
    endless: set[str] = field(default_factory=set)
    disturbed: set[int] = field(default_factory=set)

    def is_odd(self, number: int) -> bool:
        """Whether the case of that *number* has values that nobody chose."""
        return self.cases[number].call.origin == "varied"


@dataclass(frozen=True)
class Hunt:
    """The faults that *spec* asks for. *on_import* are targets that run while the module is imported.

    *inventor* makes up calls of a target; *is_late* says whether the time is up.
    """

    spec: Any
    setting: Setting
    on_import: frozenset[str]
    inventor: Callable[[Target], Inventor]
    is_late: Callable[[], bool]
    _dependent: dict[tuple[str, ...], list[int]] = field(default_factory=dict, init=False, repr=False)

    def run(self, found: Found) -> None:
        """Tell in *found* which cases notice which faults, and add cases for those that none notices."""
        self._kill(found)
        for _ in range(_ROUNDS):
            self._look_near(found)
        self._put_plainly(found)

    @cached_property
    def faults(self) -> list[Mutant]:
        """The faults to put in: fewer on each line, rather than none on the last lines, where there are too many."""
        most = self.spec.most_mutants
        made: list[Mutant] = []
        source = self.setting.source
        for per_line in range(MOST_PER_LINE, 0, -1):
            made = mutants(source, self.spec.guarded, per_line=per_line, untaken=self.spec.deciding)
            if len(made) <= most:
                return made
        return made[:: -(-len(made) // most)]

    @cached_property
    def _bench(self) -> Faults:
        return Faults(self.setting.source, self.setting.module, self.setting.caller)

    def _kill(self, found: Found) -> None:
        prepare_patterns(vars(self.setting.module))
        for case in found.cases:
            self.setting.caller.prepare(case.call)
        found.disturbed = set(self._bench.disturbed(found.cases).cases)
        for mutant in self.faults:
            if self.is_late():
                return
            self._show(mutant, found, self._reaching(found, mutant, _ASKED))

    def _show(self, mutant: Mutant, found: Found, numbers: list[int]) -> None:
        asked = [number for number in numbers or self._above(mutant.line, found) if number not in found.disturbed]
        seen = self._bench.noticed(mutant, [found.cases[number] for number in asked])
        found.noticed.setdefault(mutant.id, []).extend(asked[place] for place in seen.cases if place < len(asked))
        if seen.is_endless:
            found.endless.add(mutant.id)

    def _reaching(self, found: Found, mutant: Mutant, most: int) -> list[int]:
        words = words_around(self.setting.source, mutant.line)
        private = frozenset(one.name for one in self.setting.targets.values() if not one.is_public)
        numbers = reaching(found.cases, mutant.line, words, most=most, private=private)
        fillers = [name for name in sorted(self.on_import) if mutant.line in self.setting.targets[name].lines]
        return numbers + (self._spread(self._depending(fillers, found), found) if fillers else [])

    def _depending(self, names: list[str], found: Found) -> list[int]:
        """The cases that come to something else where what the functions *names* do on import is not done; else all."""
        place = tuple(names)
        if place not in self._dependent:
            nodes = [self.setting.targets[name].node for name in names]
            seen = self._bench.depending(found.cases, nodes).cases
            self._dependent[place] = [*(seen or range(len(found.cases)))]
        return self._dependent[place]

    def _above(self, line: int, found: Found) -> list[int]:
        """The cases to show a fault that no call runs: one of a function's head, or of the module itself."""
        targets = self.setting.targets.values()
        heads = {one.name for one in targets if line in one.lines}
        if not heads:
            variables = variables_at(self.setting.tree, line)
            heads = {one.name for one in targets if not variables or one.mentions(variables)}
        users = {one.name for one in targets if one.reaches & heads}
        return self._spread([number for number, case in enumerate(found.cases) if case.call.target in users], found)

    def _spread(self, numbers: list[int], found: Found) -> list[int]:
        """Some of *numbers*, short calls and long ones, those first whose values people chose."""
        chosen = sorted(numbers, key=lambda number: (found.cases[number].call.rank, number))
        few = chosen[:: max(1, len(chosen) // _ASKED_OF_DATA)][:_ASKED_OF_DATA]
        return sorted(few, key=lambda number: found.cases[number].call.origin not in ("example", "recorded"))

    def _look_near(self, found: Found) -> None:
        """Look for calls that notice the faults that no call of a public target noticed, near those that reach them."""
        known = {case.call.key: number for number, case in enumerate(found.cases)}
        left = [one for one in self.faults if not self._is_noticed(one, found) and one.id not in found.endless]
        for _, together in itertools.groupby(left, key=lambda mutant: mutant.line):
            of_line = list(together)
            if self.is_late():
                return
            parents = [found.cases[number].call for number in self._reaching(found, of_line[0], _PARENTS * 4)]
            rng = random.Random(f"{self.spec.seed}:{of_line[0].id}:{len(found.cases)}")  # noqa: S311 - repeatable
            through = self._through(parents, [found.cases[number].call for number in self._private(of_line, found)])
            calls = [call for call in (*through, *self._near(parents, rng)) if call.key not in known]
            cases = [case for case in exploring.run(calls, self.setting.caller) if case.outcome.is_kept]
            for mutant in of_line:
                seen = self._bench.noticed(mutant, cases)
                if seen.cases:
                    first = min((cases[place] for place in seen.cases), key=self._awkwardness)
                    best = self._simplest(mutant, first)
                    if best.call.key not in known:
                        known[best.call.key] = len(found.cases)
                        found.cases.append(best)
                    found.noticed.setdefault(mutant.id, []).append(known[best.call.key])

    def _is_noticed(self, mutant: Mutant, found: Found) -> bool:
        """Whether a call of a public target notices *mutant*: one of a private target is no test that people like."""
        return not all(self._is_private(found.cases[number]) for number in found.noticed.get(mutant.id, ()))

    def _is_private(self, case: Case) -> bool:
        return not self.setting.targets[case.call.target].is_public

    def _awkwardness(self, case: Case) -> tuple[bool, int]:
        return self._is_private(case), case.call.size

    def _simplest(self, mutant: Mutant, case: Case) -> Case:
        """A simpler call than that of *case* which notices *mutant* as well, where there is one."""
        for _ in range(_ROUNDS):
            inventor = self.inventor(self.setting.targets[case.call.target])
            calls = list({one.key: one for one in inventor.simpler(case.call)}.values())
            cases = [one for one in exploring.run(calls, self.setting.caller) if one.outcome.is_kept]
            cases = [one for one in cases if one.call.rank < case.call.rank]
            seen = self._bench.noticed(mutant, cases)
            if not seen.cases:
                break
            case = cases[min(seen.cases, key=lambda place: cases[place].call.rank)]
        return case

    def _put_plainly(self, found: Found) -> None:
        """Look for plain calls that notice what only odd ones do, and show each of them all such faults."""
        odd = [one for one in self.faults if (numbers := found.noticed.get(one.id)) and all(map(found.is_odd, numbers))]
        known = {case.call.key for case in found.cases}
        plain: dict[Any, Case] = {}
        for mutant in odd[:_MOST_ODD]:
            if self.is_late():
                return
            least = min((found.cases[number] for number in found.noticed[mutant.id]), key=lambda case: case.call.rank)
            simpler = self._simplest(mutant, least)
            if simpler.call.key not in known:
                plain.setdefault(simpler.call.key, simpler)
        start = len(found.cases)
        found.cases += plain.values()
        for mutant in odd if plain else ():
            seen = self._bench.noticed(mutant, found.cases[start:])
            found.noticed[mutant.id] += [start + place for place in seen.cases]

    def _private(self, mutants_: Iterable[Mutant], found: Found) -> list[int]:
        """The first of the cases of private targets that notice each of *mutants_*, by number."""
        numbers = (sorted(found.noticed.get(one.id, ()))[:_HANDED] for one in mutants_)
        return list(dict.fromkeys(itertools.chain.from_iterable(numbers)))

    def _through(self, parents: list[Call], private: list[Call]) -> list[Call]:
        """The plainest of *parents*, of public targets, with what *private* calls were given."""
        ways: dict[tuple[str, frozenset[str]], Call] = {}
        for parent in parents:
            if self.setting.targets[parent.target].is_public:
                options = frozenset(name for name, _ in parent.arguments)
                ways.setdefault((parent.target, options), parent)
        found = [
            self.inventor(self.setting.targets[parent.target]).taking(parent, call)
            for parent in [*ways.values()][:_PARENTS]
            for call in private
        ]
        return list({call.key: call for call in found}.values())

    def _near(self, parents: list[Call], rng: random.Random) -> list[Call]:
        few = rng.sample(parents, min(_PARENTS, len(parents)))
        found = {}
        for index in range(_NEIGHBOURS if few else 0):
            parent = few[index % len(few)]
            call = self.inventor(self.setting.targets[parent.target]).near(parent)
            if index % 3 == 0:
                call = self.inventor(self.setting.targets[parent.target]).near(call)
            found[call.key] = call
        return list(found.values())
