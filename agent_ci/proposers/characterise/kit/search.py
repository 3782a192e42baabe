"""The search of one module: which targets, with which calls, what these notice, and what looks like a bug."""

from __future__ import annotations

import ast
import json
import os
import random
import re
import time
import types
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ....mutation_kit.mutants import MOST_PER_LINE, Mutant, mutants
from . import effects, exploring
from .acts import Call
from .calling import Caller
from .examples import Example, documented, shown_calls
from .exploring import Case, Corpus
from .inventing import Inventor
from .killing import Faults, reaching, words_around
from .literals import module_values
from .pools import Pools, hints_of
from .targets import Target, run_on_import, variables_at

_PATIENCE = 2.5  # seconds of wall clock for each of processor time, on a machine that does other things as well
# What takes some texts only, whatever its annotation says.
_NOT_ANY_TEXT = re.compile(r"format|fmt|template|pattern|regex|encoding|locale|backend|algorithm|kind|mode|type|unit")
_MOST_DRIVERS = 60
_KEPT_OF_ONE = 260  # calls of one target that faults are shown to
_MOST_SEEN = 12  # recorded values of one parameter
_ASKED, _ASKED_OF_DATA = 40, 150  # calls that one fault is shown to, and one in a table that many calls look into
_NEIGHBOURS, _ROUNDS, _PARENTS = 60, 2, 6


@dataclass(frozen=True)
class Results:
    """The file that the trusted side reads, one JSON object a line."""

    path: Path

    def write(self, kind: str, facts: Any) -> None:
        """Append one object."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({kind: facts}) + "\n")


@dataclass(frozen=True)
class Setting:
    """The module under test as it was loaded, and the way to call it."""

    module: types.ModuleType
    tree: ast.Module
    source: str
    targets: Mapping[str, Target]
    caller: Caller


@dataclass
class _Found:
    """What is known so far: cases of all targets, and by fault the numbers of those that notice it."""

    cases: list[Case] = field(default_factory=list)
    noticed: dict[str, list[int]] = field(default_factory=dict)
    endless: set[str] = field(default_factory=set)
    disturbed: set[int] = field(default_factory=set)


class Search:
    """One search; *recorded* are the calls that tests made."""

    def __init__(self, spec: Any, setting: Setting, recorded: Mapping[str, Any], results: Results) -> None:
        self._spec = spec
        self._setting = setting
        self._results = results
        self._deadlines = (_spent() + spec.seconds, time.monotonic() + _PATIENCE * spec.seconds)
        self._is_cut = False
        caller = setting.caller
        caller.shower.names.learn(recorded.get("names", {}))
        self._recorded = [Call.read(facts) for facts in recorded.get("calls", ())]
        self._examples = documented(setting.tree, setting.targets)
        self._shown = shown_calls(setting.tree, setting.targets)
        self._pools = Pools(setting.module, setting.tree, setting.targets, caller.shower)
        self._learn(recorded.get("objects", {}))
        self._skipped = effects.reasons(setting.tree, setting.targets)
        self._on_import = run_on_import(setting.tree, setting.targets)
        self._inventors: dict[str, Inventor] = {}

    def _learn(self, objects: Mapping[str, list[str]]) -> None:
        """Let what people chose come first wherever values are made."""
        seen = self._pools.seen
        for call in (*self._recorded, *(example.call for example in self._examples)):
            for name, text in call.arguments:
                values = seen.setdefault((call.target, name), [])
                if text not in values and len(values) < _MOST_SEEN:
                    values.append(text)
        for owner, texts in objects.items():
            seen[owner, ""] = list(texts)[:_MOST_SEEN]

    def run(self) -> None:
        """Search, and write what was found."""
        drivers = self._drivers()
        found = _Found()
        for driver in drivers:
            self._explore(driver, found)
        faults = self._faults()
        self._kill(faults, found)
        for _ in range(_ROUNDS):
            self._look_near(faults, found)
        self._tell(faults, found)

    def _drivers(self) -> list[Target]:
        """The targets to call for the wanted lines: their own, and for private ones those that lead there."""
        targets, wanted = self._setting.targets, self._spec.lines
        owners = [one for one in targets.values() if one.lines & wanted]
        private = {one.name for one in owners if not one.is_public}
        found = {one.name: one for one in owners}
        for one in targets.values():
            if one.is_public and one.reaches & private:
                found[one.name] = one
        variables = self._variables(private)
        if variables:  # what only runs on import, and tables, show in those who look into them
            found.update({one.name: one for one in targets.values() if one.is_public and one.mentions(variables)})
        chosen = []
        for one in sorted(found.values(), key=lambda one: (not one.is_public, one.node.lineno))[:_MOST_DRIVERS]:
            reason = self._skipped.get(one.name)
            if reason:
                self._results.write("skipped", {"target": one.name, "reason": reason})
            else:
                chosen.append(one)
        return chosen

    def _variables(self, private: set[str]) -> frozenset[str]:
        """The module's variables that wanted lines outside of functions make, or functions that run on import fill."""
        targets, wanted = self._setting.targets, self._spec.lines
        inside = {line for one in targets.values() for line in one.lines}
        made = {name for line in wanted - inside for name in variables_at(self._setting.tree, line)}
        filled = (name for name in module_values(self._setting.tree))
        runs = [targets[name] for name in private & self._on_import]
        return frozenset(made | {name for name in filled if any(one.mentions(frozenset({name})) for one in runs)})

    def _inventor(self, target: Target) -> Inventor:
        if target.name not in self._inventors:
            partners = [
                one
                for one in self._setting.targets.values()
                if one.owner == target.owner and one.kind == "method" and one.is_step and one.name not in self._skipped
            ]
            seed = str(self._spec.seed)
            self._inventors[target.name] = Inventor(target, self._pools, partners, seed=seed)
        return self._inventors[target.name]

    def _is_late(self) -> bool:
        late: bool = _spent() > self._deadlines[0] or time.monotonic() > self._deadlines[1]
        self._is_cut = self._is_cut or late
        return late

    def _explore(self, target: Target, found: _Found) -> None:
        if self._is_late():
            self._results.write("skipped", {"target": target.name, "reason": "the time was up"})
            return
        inventor = self._inventor(target)
        given = [call for call in self._recorded if call.target == target.name]
        examples = [example for example in self._examples if example.call.target == target.name]
        wrong = self._contradicted(examples)
        shown = [call for call in self._shown if call.target == target.name]
        given += [call for call in (*(one.call for one in examples), *shown) if call.key not in wrong]
        corpus = exploring.explore(inventor, self._setting.caller, given, trials=self._spec.trials)
        cases = [case for case in corpus.cases if case.call.key not in wrong]
        found.cases += _diverse(cases)
        self._tell_crashes(target, corpus)
        if not cases:
            self._results.write("skipped", {"target": target.name, "reason": _why_nothing(corpus, inventor)})

    def _contradicted(self, examples: list[Example]) -> set[Any]:
        """The keys of the calls whose docstring says otherwise; each is told as a possible bug."""
        wrong = set()
        cases = exploring.run([example.call for example in examples], self._setting.caller)
        for example, case in zip(examples, cases, strict=False):
            said = case.outcome
            if said.kind == "crash" or (said.kind == "returns" and said.value and not _says(said.value, example.want)):
                wrong.add(example.call.key)
                facts = {**_error_facts(case), "want": example.want[:300], "kind": "contradiction"}
                self._results.write("finding", facts)
        return wrong

    def _tell_crashes(self, target: Target, corpus: Corpus) -> None:
        """One possible bug for each kind of crash, where the arguments are what the annotations ask for."""
        hints = hints_of(self._setting.module, target)
        needed = [one.name for one in target.parameters if one.kind in ("positional", "keyword")]
        if not target.is_public or any(name not in hints for name in needed) or not (needed or target.needs_object):
            return
        simplest: dict[tuple[str, int], Case] = {}
        meant = [case for case in corpus.crashes if case.call.origin != "varied"]  # a change may break a type
        meant = [case for case in meant if not any(_NOT_ANY_TEXT.search(name) for name, _ in case.call.arguments)]
        for case in sorted(meant, key=lambda case: (case.call.size, case.call.key)):
            line = max((line for _, line in case.pairs), default=0)
            simplest.setdefault((case.outcome.value, line), case)
        kinds: dict[str, Case] = {}
        for (kind, _), case in simplest.items():
            kinds.setdefault(kind, case)
        for case in kinds.values():
            self._results.write("finding", {**_error_facts(case), "want": "", "kind": "crash"})

    # Faults

    def _faults(self) -> list[Mutant]:
        """The faults to put in: fewer on each line, rather than none on the last lines, where there are too many."""
        most = self._spec.most_mutants
        made: list[Mutant] = []
        for per_line in range(MOST_PER_LINE, 0, -1):
            made = mutants(self._setting.source, self._spec.lines, per_line=per_line)
            if len(made) <= most:
                return made
        return made[:: -(-len(made) // most)]

    def _kill(self, faults: list[Mutant], found: _Found) -> None:
        bench = Faults(self._setting.source, self._setting.module, self._setting.caller)
        for case in found.cases:
            self._setting.caller.prepare(case.call)
        found.disturbed = set(bench.disturbed(found.cases).cases)
        for mutant in faults:
            if self._is_late():
                return
            self._show(bench, mutant, found, self._reaching(found, mutant, _ASKED))

    def _show(self, bench: Faults, mutant: Mutant, found: _Found, numbers: list[int]) -> None:
        asked = [number for number in numbers or self._above(mutant.line, found) if number not in found.disturbed]
        seen = bench.noticed(mutant, [found.cases[number] for number in asked])
        found.noticed.setdefault(mutant.id, []).extend(asked[place] for place in seen.cases if place < len(asked))
        if seen.is_endless:
            found.endless.add(mutant.id)

    def _reaching(self, found: _Found, mutant: Mutant, most: int) -> list[int]:
        words = words_around(self._setting.source, mutant.line)
        numbers = reaching(found.cases, mutant.line, words, most=most)
        if any(mutant.line in self._setting.targets[name].lines for name in self._on_import):
            numbers += self._spread(list(range(len(found.cases))), found)
        return numbers

    def _above(self, line: int, found: _Found) -> list[int]:
        """The cases to show a fault that no call runs: one of a function's head, or of the module itself."""
        targets = self._setting.targets.values()
        heads = {one.name for one in targets if line in one.lines}
        if not heads:
            variables = variables_at(self._setting.tree, line)
            heads = {one.name for one in targets if not variables or one.mentions(variables)}
        users = {one.name for one in targets if one.reaches & heads}
        return self._spread([number for number, case in enumerate(found.cases) if case.call.target in users], found)

    def _spread(self, numbers: list[int], found: _Found) -> list[int]:
        """Some of *numbers*, short calls and long ones, those first whose values people chose."""
        chosen = sorted(numbers, key=lambda number: (found.cases[number].call.rank, number))
        few = chosen[:: max(1, len(chosen) // _ASKED_OF_DATA)][:_ASKED_OF_DATA]
        return sorted(few, key=lambda number: found.cases[number].call.origin not in ("example", "recorded"))

    def _look_near(self, faults: list[Mutant], found: _Found) -> None:
        """Look for calls that notice the faults that nothing noticed, close to those that reach them."""
        bench = Faults(self._setting.source, self._setting.module, self._setting.caller)
        known = {case.call.key for case in found.cases}
        for mutant in faults:
            if found.noticed.get(mutant.id) or mutant.id in found.endless or self._is_late():
                continue
            parents = [found.cases[number].call for number in self._reaching(found, mutant, _PARENTS * 4)]
            rng = random.Random(f"{self._spec.seed}:{mutant.id}:{len(found.cases)}")  # noqa: S311 - repeatable
            calls = [call for call in self._near(parents, rng) if call.key not in known]
            cases = [case for case in exploring.run(calls, self._setting.caller) if case.outcome.is_kept]
            seen = bench.noticed(mutant, cases)
            if seen.cases:
                first = cases[min(seen.cases, key=lambda place: cases[place].call.size)]
                best = self._simplest(bench, mutant, first)
                known.add(best.call.key)
                found.cases.append(best)
                found.noticed[mutant.id] = [len(found.cases) - 1]

    def _simplest(self, bench: Faults, mutant: Mutant, case: Case) -> Case:
        """A simpler call than that of *case* which notices *mutant* as well, where there is one."""
        for _ in range(_ROUNDS):
            inventor = self._inventor(self._setting.targets[case.call.target])
            calls = list({one.key: one for one in inventor.simpler(case.call)}.values())
            cases = [one for one in exploring.run(calls, self._setting.caller) if one.outcome.is_kept]
            cases = [one for one in cases if one.call.size < case.call.size]
            seen = bench.noticed(mutant, cases)
            if not seen.cases:
                break
            case = cases[min(seen.cases, key=lambda place: cases[place].call.size)]
        return case

    def _near(self, parents: list[Call], rng: random.Random) -> list[Call]:
        few = rng.sample(parents, min(_PARENTS, len(parents)))
        found = {}
        for index in range(_NEIGHBOURS if few else 0):
            parent = few[index % len(few)]
            call = self._inventor(self._setting.targets[parent.target]).near(parent)
            if index % 3 == 0:
                call = self._inventor(self._setting.targets[parent.target]).near(call)
            found[call.key] = call
        return list(found.values())

    def _tell(self, faults: list[Mutant], found: _Found) -> None:
        kills: dict[int, list[str]] = {}
        for name, numbers in found.noticed.items():
            for number in numbers:
                kills.setdefault(number, []).append(name)
        self._results.write("names", self._setting.caller.shower.names.known)
        for number, case in enumerate(found.cases):
            if number not in found.disturbed:
                facts = {
                    "call": case.call.facts(),
                    "outcome": case.outcome.facts(),
                    "pairs": [list(pair) for pair in sorted(case.pairs) if pair[1] in self._spec.lines],
                    "kills": sorted(set(kills.get(number, ()))),
                }
                self._results.write("case", facts)
        told = {"mutants": len(faults), "endless": sorted(found.endless), "cut": self._is_cut}
        self._results.write("summary", told)


def _spent() -> float:
    """Seconds of processor time so far, forks included: the same on a busy machine as on an idle one."""
    return sum(os.times()[:4])


def _diverse(cases: list[Case]) -> list[Case]:
    """Not all of *cases*, but those that reach something new, and of the rest such as come to different things."""
    if len(cases) <= _KEPT_OF_ONE:
        return cases
    seen_pairs: set[Any] = set()
    seen_outcomes: set[Any] = set()
    first, second, third = [], [], []
    for case in cases:
        outcome = (case.outcome.kind, case.outcome.value, case.outcome.message, case.outcome.after)
        if case.pairs - seen_pairs:
            first.append(case)
        elif outcome not in seen_outcomes:
            second.append(case)
        else:
            third.append(case)
        seen_pairs |= case.pairs
        seen_outcomes.add(outcome)
    return [*first, *second, *third][:_KEPT_OF_ONE]


def _says(value: str, want: str) -> bool:
    """Whether the source text *value* is what an example of a docstring prints as *want*."""
    if value == want:
        return True
    try:
        return bool(ast.literal_eval(value) == ast.literal_eval(want))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return "(" in want or "<" in want or "(" in value  # another spelling of an object: not ours to say


def _error_facts(case: Case) -> dict[str, Any]:
    outcome = case.outcome
    return {"call": case.call.facts(), "outcome": outcome.facts()}


def _why_nothing(corpus: Corpus, inventor: Inventor) -> str:
    if not inventor.is_possible:
        what = "no object of its class" if inventor.target.needs_object and not inventor.objects else "no argument"
        return f"{what} can be made for it"
    reasons = {
        "denied": "every call does what a guard denies",
        "endless": "no call ends within its limits",
        "unshown": "what it gives cannot be written down",
        "killed": "its calls end the process",
        "unbuilt": "its arguments cannot be built",
        "crash": "every call that was tried ends in an accident",
    }
    lost = {**corpus.lost, **({"crash": len(corpus.crashes)} if corpus.crashes else {})}
    most = max(sorted(lost), key=lambda kind: lost[kind], default="")
    return reasons.get(most, "no call of it tells anything")
