"""Searches JavaScript, TypeScript and Go for the edit that turns the failing tests green: the runner is the judge."""

from __future__ import annotations

import hashlib
import posixpath
import random
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.edits.grammars import grammar_of
from agent_ci.core.edits.hints import Hints, read_hints
from agent_ci.core.edits.operators import Candidate, brings_literal, candidates
from agent_ci.core.edits.suspicion import TRANSLATED, Clues, folder_of, reached
from agent_ci.core.edits.syntax import SourceFile, is_readable
from agent_ci.core.elsewhere.blocks import TestsText
from agent_ci.core.elsewhere.languages import GO, JAVASCRIPT
from agent_ci.core.patches.hunks import added_lines
from agent_ci.core.paths import is_test_path, matches
from agent_ci.core.policy import PROTECTED
from agent_ci.core.questions.frames import Index, frames
from agent_ci.core.run import Evidence
from agent_ci.errors import UnsupportedError
from agent_ci.ports import Runner, Tree, Workbench
from agent_ci.proposers.search.answers import Answer, Survivor
from agent_ci.proposers.search.trials import Trials
from agent_ci.sandbox_kit.source import Splice

_RUNNERS = frozenset({"jest", "vitest", "mocha", "go"})
_COMMANDS = frozenset({"node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "go", "gotestsum"})
_MOST_FILES = 2_000
_MOST_READ = 40  # files whose syntax is looked at
_MOST_SURVIVORS = 5
_RIVAL = 0.25  # of the rank of the one that is offered, from which on another one counts
_MOST_RIVALS, _LEAST_TIME_FOR_RIVALS = 25, 10.0  # seconds; half of what the first survivor took, where that is more


@dataclass(frozen=True)
class Elsewhere:
    """The search in one tree: *evidence* says what is red, *runner* runs it."""

    evidence: Evidence
    runner: Runner
    tree: Tree
    seed: int = 0

    @property
    def is_possible(self) -> bool:
        """Whether the tests are of a language that is known here, and there is anything that could be edited."""
        tools = self.evidence.toolchain
        is_known = tools.get("runner") in _RUNNERS or tools.get("command", "").partition(" ")[0] in _COMMANDS
        return (is_known or any(map(grammar_of, self._named_tests))) and bool(self._texts)

    def search(self, workbench: Workbench, *, seconds: float, most: int) -> Answer:
        """The edits that survive, the likeliest first, found in *seconds* with at most *most* candidates tried."""
        started = time.monotonic()
        with workbench.open() as workspace:
            trials = Trials(workspace, self.runner, self.evidence, started + seconds)
            if not trials.begin():
                return Answer(reason="not_reproduced", seconds=time.monotonic() - started)
            coverage = None if all(path.endswith(TRANSLATED) for path in self._texts) else trials.covered()
            hunt = Hunt(trials, {file.path: file for file in self._files(coverage)}, self._hints, coverage)
            reason = ""
            with suppress(UnsupportedError):  # what it runs left something in the way; what is found by then stands
                reason = hunt.over(self._ranked(hunt), most)
        survivors = tuple(hunt.standing(one) for one in hunt.survivors)
        return Answer(survivors, reason, hunt.tried, time.monotonic() - started)

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """The sources that may be edited, by path: no tests, nothing that decides how they run, nothing unreadable."""
        found: dict[str, str] = {}
        for path in self.tree.paths():
            if len(found) < _MOST_FILES and grammar_of(path) and not is_test_path(path):
                data = b"\0" if matches(path, PROTECTED) else self.tree.read(path)
                if is_readable(data):
                    found[path] = data.decode()
        return found

    @cached_property
    def _tests(self) -> Mapping[str, str]:
        """The files of the failing tests, by path."""
        named = self._named_tests
        beside = [path for path in self.tree.paths() if is_test_path(path) and grammar_of(path)] if not named else []
        paths = [*named, *beside][:_MOST_READ]
        return {path: self.tree.read(path).decode("utf-8", "replace") for path in paths}

    @cached_property
    def _named_tests(self) -> tuple[str, ...]:
        """The paths of files of tests that the failing ones name; those of Go name the package."""
        index, paths = Index(self.tree.paths()), self.tree.paths()
        said = [name for case in self.evidence.targets for name in (case.file, case.id.partition("::")[0]) if name]
        named = {path for path in map(index.resolve, said) if is_test_path(path)}
        packages = {id_.partition("::")[0] for id_ in self.evidence.target_ids}
        of_go = [path for path in paths if path.endswith("_test.go")]
        folders = {folder_of(package, of_go) for package in packages} if not named else set()
        return tuple(path for path in paths if path in named or (path in of_go and posixpath.dirname(path) in folders))

    @cached_property
    def _hints(self) -> Hints:
        messages = [f"{case.message}\n{case.traceback}" for case in self.evidence.targets[:20]]
        return read_hints(messages, self._bodies(), [place for places in self._frames for place in places])

    def _bodies(self) -> Iterator[str]:
        """The texts of the failing tests; the whole file where it cannot be told which those are."""
        ids = self.evidence.target_ids
        for path, text in self._tests.items():
            if not is_readable(text.encode()):
                continue
            file = TestsText.read(text, GO if path.endswith(".go") else JAVASCRIPT)
            chosen = [file.body(test) for test, own in file.with_ids(ids).items() if own]
            if chosen or not path.endswith(".go"):
                yield "\n".join(chosen) if chosen else text

    @cached_property
    def _frames(self) -> tuple[tuple[tuple[str, int], ...], ...]:
        """The places in the sources that each failure names, the innermost first."""
        index = Index(self._texts)
        named = (frames(f"{case.message}\n{case.traceback}") for case in self.evidence.targets[:20])
        return tuple(tuple((path, one.line) for one in found if (path := index.resolve(one.path))) for found in named)

    def _files(self, coverage: Coverage | None) -> Iterator[SourceFile]:
        """The files to edit: those that the failing tests execute, that they name, and that they import."""
        executed = [path for path in self._texts if coverage and coverage.of(self.evidence.target_ids).lines(path)]
        named = [path for places in self._frames for path, _ in places]
        packages = [id_.partition("::")[0] for id_ in self.evidence.target_ids]
        near = reached(self._tests, packages, {**self._texts, **self._tests})
        paths = [path for path in dict.fromkeys((*executed, *named, *near)) if path in self._texts]
        for path in (paths or list(self._texts))[:_MOST_READ]:
            if file := SourceFile.read(path, self._texts[path].encode()):
                yield file

    def _ranked(self, hunt: Hunt) -> list[Candidate]:
        """All candidates, each text once, the likeliest first; *seed* orders those that are alike."""
        clues = Clues(
            self.evidence.target_ids,
            hunt.coverage,
            self._frames,
            added_lines(self.evidence.diff),
            self._hints.words,
        )
        scores = clues.scores(list(hunt.files.values()))
        order = random.Random(self.seed)  # noqa: S311 - to be repeatable, not to be secret
        every = [
            (candidate, order.random() if self.seed else 0.0)
            for file in hunt.files.values()
            for candidate in candidates(file, scores[file.path], self._hints, self.evidence.earlier.get(file.path, ""))
        ]
        every.sort(key=lambda one: (-one[0].rank, one[1], one[0].path, one[0].start, one[0].replacement))
        return [candidate for candidate, _ in every]


@dataclass
class Hunt:
    """What is found so far with *trials* in *files*, by path: the *survivors*, and what each function refused."""

    trials: Trials
    files: Mapping[str, SourceFile]
    hints: Hints
    coverage: Coverage | None = None
    survivors: list[Candidate] = field(default_factory=list)
    refused: Counter[tuple[str, tuple[int, int]]] = field(default_factory=Counter)
    tried: int = 0
    _seen: set[tuple[str, bytes]] = field(default_factory=set)

    def over(self, ranked: Sequence[Candidate], most: int) -> str:
        """Try *ranked* in their order, at most *most* of them, and say why it ended.

        Once one survives, only other edits of the same function are tried, to see how well the tests tell them apart.
        """
        started = time.monotonic()
        waiting, end = deque(ranked), self.trials.end
        while waiting and self.tried < most and time.monotonic() < end and len(self.survivors) < _MOST_SURVIVORS:
            candidate = waiting.popleft()
            if not self._is_worth_a_run(candidate):
                continue
            self.tried += 1
            if not self._survives(candidate):
                self.refused[_place(candidate)] += 1
                continue
            self.survivors.append(candidate)
            if len(self.survivors) == 1:
                rivals = (one for one in waiting if _place(one) == _place(candidate))
                waiting = deque(islice(rivals, _MOST_RIVALS))
                end = min(end, time.monotonic() + max(_LEAST_TIME_FOR_RIVALS, (time.monotonic() - started) / 2))
        if self.survivors:
            return "found"
        return "count" if self.tried >= most else "time" if waiting else "exhausted"

    def _is_worth_a_run(self, candidate: Candidate) -> bool:
        """Whether *candidate* makes the file read as nothing before it did, without a fault of syntax."""
        file = self.files[candidate.path]
        data = _with(candidate, file)
        key = (candidate.path, hashlib.sha256(data).digest())
        if key in self._seen or data == file.data:
            return False
        self._seen.add(key)
        return file.is_parsed(data)

    def _survives(self, candidate: Candidate) -> bool:
        file = self.files[candidate.path]
        survives = self.trials.survives(candidate.path, _with(candidate, file))
        self.trials.put(candidate.path, file.data)
        return survives

    def standing(self, candidate: Candidate) -> Survivor:
        """*candidate*, which survived, with what is known of how far it can be trusted."""
        rivals = [one for one in self.survivors if one is not candidate and one.rank >= _RIVAL * candidate.rank]
        tests = {*self.trials.targets}
        if self.coverage:
            tests |= self.coverage.tests_of(candidate.path, candidate.line) - {IMPORTS}
        return Survivor(
            candidate.path,
            Splice(candidate.start, candidate.end, candidate.replacement),
            candidate.operator,
            candidate.line,
            tests=len(tests),
            refused=self.refused[_place(candidate)],
            is_copied=brings_literal(candidate, self.files[candidate.path], self.hints),
            function=candidate.function,
            rivals=len(rivals),
        )


def _place(candidate: Candidate) -> tuple[str, tuple[int, int]]:
    """The function that *candidate* edits."""
    return candidate.path, candidate.place


def _with(candidate: Candidate, file: SourceFile) -> bytes:
    return file.with_splice(candidate.start, candidate.end, candidate.replacement)
