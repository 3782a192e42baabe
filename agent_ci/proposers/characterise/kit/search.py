"""The search of one module: which targets, with which calls, what these notice, and what looks like a bug."""

from __future__ import annotations

import ast
import json
import os
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ....mutation_kit.mutants import Mutant
from . import effects, exploring
from .acts import Call
from .before import Before
from .calling import Setting
from .examples import Example, documented, shown_calls
from .exploring import Case, Corpus
from .hints import hints_of
from .hunting import Found, Hunt
from .inventing import Inventor
from .literals import module_values
from .pairing import pairs_of
from .pools import Pools
from .round_trips import RoundTrips
from .targets import Target, run_on_import, variables_at

_PATIENCE = 2.5  # seconds of wall clock for each of processor time, on a machine that does other things as well
# What takes some texts only, whatever its annotation says.
_NOT_ANY_TEXT = re.compile(r"format|fmt|template|pattern|regex|encoding|locale|backend|algorithm|kind|mode|type|unit")
_MOST_DRIVERS = 60
_KEPT_OF_ONE = 260  # calls of one target that faults are shown to
_MOST_SEEN = 12  # recorded values of one parameter


@dataclass(frozen=True)
class Results:
    """The file that the trusted side reads, one JSON object a line."""

    path: Path

    def write(self, kind: str, facts: Any) -> None:
        """Append one object."""
        with self.path.open("a", encoding="utf-8") as stream:
            stream.write(json.dumps({kind: facts}) + "\n")


class Search:
    """One search; *recorded* are the calls that tests made."""

    def __init__(self, spec: Any, setting: Setting, recorded: Mapping[str, Any], results: Results) -> None:
        self._spec = spec
        self._setting = setting
        self._results = results
        self._deadlines = (_spent() + spec.seconds, time.monotonic() + _PATIENCE * spec.seconds)
        self._is_cut = False
        caller = setting.caller
        caller.shower.names.learn(_needed_names(recorded))
        caller.shower.names.load()
        self._recorded = [Call.read(facts) for facts in recorded.get("calls", ())]
        self._examples = documented(setting.tree, setting.targets)
        self._shown = shown_calls(setting.tree, setting.targets)
        self._before = Before(spec.earlier, setting, spec.guarded, self._is_late)
        self._pools = Pools(setting.module, setting.tree, setting.targets, caller.shower)
        self._pools.earlier = self._before.mined
        self._learn(recorded.get("objects", {}))
        self._pools.passed = {name: texts[:_MOST_SEEN] for name, texts in recorded.get("passed", {}).items()}
        self._skipped = effects.reasons(setting.tree, setting.targets)
        self._on_import = run_on_import(setting.tree, setting.targets)
        self._inventors: dict[str, Inventor] = {}

    def _learn(self, objects: Mapping[str, list[str]]) -> None:
        """Let what people chose come first wherever values are made."""
        seen = self._pools.seen
        for call in (*self._recorded, *(example.call for example in self._examples), *self._shown):
            for name, text in call.arguments:
                values = seen.setdefault((call.target, name), [])
                if text not in values and len(values) < _MOST_SEEN:
                    values.append(text)
        for owner, texts in objects.items():
            seen[owner, ""] = sorted(texts, key=len)[:_MOST_SEEN]

    def run(self) -> None:
        """Search, and write what was found."""
        drivers = self._drivers()
        found = Found()
        for driver in drivers:
            self._explore(driver, found)
        hunt = Hunt(self._spec, self._setting, self._on_import, self._inventor, self._is_late)
        hunt.run(found)
        self._try_pairs(found)
        self._tell(hunt.faults, found)

    def _try_pairs(self, found: Found) -> None:
        """See which values come back where one target undoes another."""
        trips = RoundTrips(self._setting, self._results.write, is_property=self._spec.is_property)
        for pair in pairs_of(self._setting.targets):
            names = {pair.there.name, pair.back.name}
            if (pair.there.lines | pair.back.lines) & self._spec.guarded and not names & self._skipped.keys():
                cases = [case for number, case in enumerate(found.cases) if number not in found.disturbed]
                calls = [case.call for case in cases if case.call.target == pair.there.name]
                inventor = self._inventor(pair.there)
                if not self._is_late():
                    trips.run(pair, calls or (inventor.first() if inventor.is_possible else []))

    def _drivers(self) -> list[Target]:
        """The targets to call for the wanted lines: their own, and for private ones those that lead there."""
        targets, wanted = self._setting.targets, self._spec.guarded
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
        targets, wanted = self._setting.targets, self._spec.guarded
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

    def _explore(self, target: Target, found: Found) -> None:
        if self._is_late():
            self._results.write("skipped", {"target": target.name, "reason": "the time was up"})
            return
        inventor = self._inventor(target)
        given = [call for call in self._recorded if call.target == target.name]
        examples = [example for example in self._examples if example.call.target == target.name]
        wrong = self._contradicted(examples)
        shown = [call for call in self._shown if call.target == target.name]
        given += [call for call in (*(one.call for one in examples), *shown) if call.key not in wrong]
        caller, trials = self._setting.caller, self._spec.trials
        corpus = exploring.explore(inventor, caller, given, trials=trials, wanted=self._spec.lines)
        cases = [case for case in corpus.cases if case.call.key not in wrong]
        told = [case for case in self._before.told_apart(cases, inventor) if case.call.key not in wrong]
        found.cases += _diverse(list({case.call.key: case for case in (*told, *cases)}.values()), len(told))
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

    def _tell(self, faults: list[Mutant], found: Found) -> None:
        kills: dict[int, list[str]] = {}
        for name, numbers in found.noticed.items():
            for number in numbers:
                kills.setdefault(number, []).append(name)
        public = [case for case in found.cases if self._setting.targets[case.call.target].is_public]
        differing = self._before.differing(public)
        self._results.write("names", self._setting.caller.shower.names.known)
        for number, case in enumerate(found.cases):
            if number not in found.disturbed:
                inventor = self._inventor(self._setting.targets[case.call.target])
                call = replace(case.call, origin="odd") if inventor.is_odd(case.call) else case.call
                facts = {
                    "call": call.facts(),
                    "outcome": case.outcome.facts(),
                    "pairs": [list(pair) for pair in sorted(case.pairs) if pair[1] in self._spec.lines],
                    "arcs": [list(pair) for pair in sorted(case.pairs) if pair[0] in self._spec.deciding],
                    "kills": sorted(set(kills.get(number, ()))),
                    "new": case.call.key in differing,
                }
                self._results.write("case", facts)
        told = {"mutants": len(faults), "endless": sorted(found.endless), "cut": self._is_cut}
        self._results.write("summary", told)


def _needed_names(recorded: Mapping[str, Any]) -> Mapping[str, Any]:
    """Those names that recorded texts have in them: many more were met, and each costs an import."""
    objects = (text for texts in recorded.get("objects", {}).values() for text in texts)
    calls = (facts for facts in recorded.get("calls", ()))
    given = (text for facts in calls for text in (*(pair[1] for pair in facts["arguments"]), facts["receiver"]))
    words = {word for text in (*objects, *given) for word in re.findall(r"\w+", text)}
    return {name: place for name, place in recorded.get("names", {}).items() if name in words}


def _spent() -> float:
    """Seconds of processor time so far, forks included: the same on a busy machine as on an idle one."""
    return sum(os.times()[:4])


def _diverse(cases: list[Case], first_of_all: int = 0) -> list[Case]:
    """Not all of *cases*, but those that reach something new, and of the rest such as come to different things.

    The *first_of_all* of them have a share of the room, whatever they reach.
    """
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
    head = cases[: min(first_of_all, _KEPT_OF_ONE // 4)]
    return list({case.call.key: case for case in (*head, *first, *second, *third)}.values())[:_KEPT_OF_ONE]


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
        "exits": "its calls end the program",
        "crash": "every call that was tried ends in an accident",
    }
    lost = {**corpus.lost, **({"crash": len(corpus.crashes)} if corpus.crashes else {})}
    most = max(sorted(lost), key=lambda kind: lost[kind], default="")
    return reasons.get(most, "no call of it tells anything")
