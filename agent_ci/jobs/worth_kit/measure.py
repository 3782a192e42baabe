"""Runs in the user's interpreter: what each new test reaches, alone, and which small faults it and the others notice.

Python 3.10 and its standard library only. ``main`` is given a spec and the file that rows are written to.
"""

from __future__ import annotations

import ast
import contextlib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ...mutation_kit.mutants import Mutant, mutants
from ...proposers.search.kit import suite
from ...proposers.search.kit.bench import Bench, Limit, Prepared
from ...proposers.search.kit.localise import Files
from ...proposers.search.kit.operators import Candidate
from ...proposers.search.kit.processes import Cold, ColdLine, at_root, with_collected
from ...proposers.search.kit.search import Results
from ...proposers.search.kit.spec import files_of
from ...proposers.search.kit.suite import Watch
from ...sandbox_kit.children import Message
from ...sandbox_kit.source import Source, Splice
from .following import Following

_ALONE = 10.0  # seconds that one test may take at most; what is too slow to deliver is for others to say
_LEAST, _TIMES = 0.5, 5.0  # a mutant's processor time: so many seconds, and so many times what the tests usually take
_START = 3.0  # seconds of processor time that a process which imports everything anew gets for that
_WALL, _MORE_WALL = 3.0, 2.0  # the same on the clock, on a busy machine
_LONGEST_ERROR = 300


@dataclass(frozen=True)
class Target:
    """The *lines* of the file *path* that tests are to guard, under a *name*.

    Those that are *deciding* have a branch around what follows them that no test takes.
    """

    name: str
    path: str
    lines: tuple[int, ...]
    deciding: tuple[int, ...]


@dataclass(frozen=True)
class Spec:
    """What to measure. Paths are relative to the current folder; ``seconds`` is wall clock for all of it.

    ``file`` holds the new tests, and is empty where there are none. ``existing`` are the ids of the tests there are, by
    path and line that they run. ``most`` mutants are made in all, and ``most_of_one`` of one target.
    """

    file: str
    targets: tuple[Target, ...]
    existing: Mapping[str, Mapping[str, Sequence[str]]]
    arguments: tuple[str, ...]
    most: int
    most_of_one: int
    seconds: float

    @classmethod
    def read(cls, path: Path) -> Spec:
        """The spec that *path* holds."""
        facts: dict[str, Any] = json.loads(path.read_text("utf-8"))
        rows = (
            Target(row["name"], row["path"], tuple(row["lines"]), tuple(row["deciding"])) for row in facts["targets"]
        )
        return cls(**{**facts, "targets": tuple(rows), "arguments": tuple(facts["arguments"])})

    @property
    def paths(self) -> tuple[str, ...]:
        """The files of the targets, each once."""
        return tuple(dict.fromkeys(target.path for target in self.targets))

    @property
    def deciding(self) -> dict[str, set[int]]:
        """The lines, by path, of which it is told what runs after them; empty where no target has any."""
        found: dict[str, set[int]] = {}
        for target in self.targets:
            if target.deciding:
                found.setdefault(target.path, set()).update(target.deciding)
        return found

    @property
    def known(self) -> tuple[str, ...]:
        """The ids of all tests that there are and that run some of the lines, each once."""
        return tuple(dict.fromkeys(id_ for lines in self.existing.values() for ids in lines.values() for id_ in ids))


@dataclass
class Measuring:
    """One measurement, which ends at a monotonic *deadline*."""

    spec: Spec
    bench: Bench
    results: Results
    deadline: float
    reach: dict[str, dict[str, set[int]]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)

    def run(self) -> None:
        """Write a row for each new test, then one for each mutant, and a last one."""
        ids = [id_ for id_ in self.bench.items if id_.partition("::")[0] == self.spec.file]
        self.results.write("collected", {"ids": ids})
        for id_ in ids:
            self._alone(id_)
        self._together([id_ for id_ in ids if id_ in self.reach])
        for target, source, mutant in self._mutants():
            if time.monotonic() > self.deadline:
                self.results.write("mutant", {**_facts(target, mutant), "state": "untried"})
                continue
            self.results.write("mutant", {**_facts(target, mutant), **self._tried(target, source, mutant)})
        self.results.write("end", {})

    def _alone(self, id_: str) -> None:
        """Run one test in a process of its own, and write what it came to."""
        left = min(_ALONE, self.deadline - time.monotonic())
        deciding = self.spec.deciding
        watch = Following(self.bench.files, deciding=deciding) if deciding else Watch(self.bench.files)
        heard = self.bench.watch([id_], watch, seconds=left) if left > 0 else []
        message: Message = heard[0] if heard else {"id": id_, "outcome": "hung", "seconds": _ALONE, "lines": {}}
        if message["outcome"] == "passed":
            self.reach[id_] = {path: set(lines) for path, lines in message["lines"].items()}
        facts = {name: message.get(name, {}) for name in ("id", "outcome", "seconds", "lines", "arcs")}
        self.results.write("case", {**facts, "error": str(message.get("error", ""))[:_LONGEST_ERROR]})

    def _together(self, ids: list[str]) -> None:
        """Leave out of what follows the tests that do not pass beside the others, and time the rest."""
        known = [id_ for id_ in self.spec.known if id_ in self.bench.items]
        limit = max(1.0, min(_ALONE + 2 * len(ids) + len(known), self.deadline - time.monotonic()))
        for message in self.bench.together([*ids, *known], seconds=limit):
            if message["outcome"] == "passed":
                self.seconds[str(message["id"])] = float(message["seconds"])

    def _mutants(self) -> Iterable[tuple[Target, Source, Mutant]]:
        """The faults to try, target by target, spread over the lines of each where they are too many."""
        found: list[tuple[Target, Source, list[Mutant]]] = []
        for target in self.spec.targets:
            with contextlib.suppress(OSError, SyntaxError, ValueError, RecursionError):
                source = Source(target.path, Path(target.path).read_bytes())
                made = mutants(source.data.decode("utf-8"), target.lines, untaken=target.deciding)
                found.append((target, source, made))
        shares = shared([min(len(made), self.spec.most_of_one) for _, _, made in found], self.spec.most)
        for (target, source, made), share in zip(found, shares, strict=True):
            yield from ((target, source, mutant) for mutant in _spread(made, share))

    def _tried(self, target: Target, source: Source, mutant: Mutant) -> Message:
        """Which tests notice the fault; those there are come first, since a new one that they make needless is none."""
        splice = Splice(mutant.start, mutant.end, mutant.replacement)
        edit = Candidate(target.path, splice, mutant.operator, mutant.line, 0.0)
        prepared = self.bench.prepare(source, edit, cold=False)
        if prepared is None:
            return {"state": "untried"}
        before = [id_ for id_ in self._existing(target.path, source, mutant) if id_ in self.seconds]
        noticed, ended = self._noticed(prepared, before, stop=True) if before else ([], True)
        if noticed:
            return {"state": "killed", "suite": True, "by": noticed}
        lines = set(target.lines)
        new = [
            id_ for id_, reach in self.reach.items() if id_ in self.seconds and reach.get(target.path, set()) & lines
        ]
        noticed, has_ended = self._noticed(prepared, new, stop=False) if new else ([], True)
        state = "killed" if noticed else "survived" if ended and has_ended else "timed out"
        return {"state": state, "suite": False, "by": noticed}

    def _noticed(self, prepared: Prepared, ids: Sequence[str], *, stop: bool) -> tuple[list[str], bool]:
        usual = sum(self.seconds[id_] for id_ in ids)
        cpu = max(_LEAST, _TIMES * usual) + (0.0 if prepared.is_warm else _START)
        limit = Limit(min(_WALL * cpu + _MORE_WALL, max(1.0, self.deadline - time.monotonic())), cpu)
        heard = self.bench.try_out(prepared, ids, limit=limit, stop=stop)
        failed = [str(one["id"]) for one in heard.messages if one["outcome"] == "failed"]
        whole = [id_ for id_ in failed if id_ in ids] or [id_ for id_ in ids if id_.partition("::")[0] in failed]
        return whole, heard.ended

    def _existing(self, path: str, source: Source, mutant: Mutant) -> list[str]:
        """The tests there are that run the statement with the fault."""
        by_line = self.spec.existing.get(path, {})
        simple = (node for node in source.parents if isinstance(node, ast.stmt) and not hasattr(node, "body"))
        spans = (range(node.lineno, (node.end_lineno or node.lineno) + 1) for node in simple)
        lines = next((span for span in spans if mutant.line in span), range(mutant.line, mutant.line + 1))
        return list(dict.fromkeys(id_ for line in lines for id_ in by_line.get(str(line), ())))


def shared(wanted: Sequence[int], most: int) -> list[int]:
    """How much of *most* each gets that wants as much as *wanted* says: all alike, until it has what it wants."""
    given = [0] * len(wanted)
    while (hungry := [place for place, wish in enumerate(wanted) if given[place] < wish]) and most > sum(given):
        each = max(1, (most - sum(given)) // len(hungry))
        for place in hungry[: most - sum(given)]:
            given[place] += min(each, wanted[place] - given[place])
    return given


def _spread(found: list[Mutant], most: int) -> list[Mutant]:
    """At most *most* of *found*, as far apart as they can be."""
    if len(found) <= most:
        return found
    return [found[index * len(found) // most] for index in range(most)] if most > 0 else []


def _facts(target: Target, mutant: Mutant) -> Message:
    told = {"id": mutant.id, "line": mutant.line, "description": mutant.description[:_LONGEST_ERROR]}
    return {**told, "path": target.path, "target": target.name}


def main(arguments: Sequence[str]) -> int:
    """Measure as ``arguments[0]`` (a spec) says, and write rows to ``arguments[1]``."""
    spec, results = Spec.read(Path(arguments[0])), Results(Path(arguments[1]))
    root, deadline = at_root(), time.monotonic() + spec.seconds

    def measure(session: pytest.Session, recorder: suite.Recorder, line: ColdLine) -> None:
        if spec.file in recorder.uncollected:
            error = recorder.uncollected[spec.file]
            results.write("broken", {"error": f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]})
        named = {suite.id_of(item, root): item for item in session.items}
        bench = Bench(named, recorder, line, Files(root, spec.paths))
        Measuring(spec, bench, results, deadline).run()

    files = [path for path in (spec.file, *files_of(spec.known)) if path]
    return 0 if with_collected(Cold(root, spec.paths), spec.arguments, files, measure, deadline=deadline) else 1
