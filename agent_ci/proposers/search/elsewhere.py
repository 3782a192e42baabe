"""Searches JavaScript, TypeScript, Go and Java for an edit that makes the failing tests pass, as their runner says."""

from __future__ import annotations

import posixpath
import random
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from agent_ci.core.coverage import Coverage
from agent_ci.core.edits.grammars import grammar_of
from agent_ci.core.edits.hints import Hints, read_hints
from agent_ci.core.edits.operators import Candidate, candidates
from agent_ci.core.edits.suspicion import Clues, folder_of, reached
from agent_ci.core.edits.syntax import SourceFile, is_readable
from agent_ci.core.elsewhere.blocks import TestsText
from agent_ci.core.elsewhere.languages import EVERY, JAVASCRIPT
from agent_ci.core.patches.hunks import added_lines
from agent_ci.core.paths import is_test_path, matches
from agent_ci.core.policy import PROTECTED
from agent_ci.core.questions.frames import Index, frames
from agent_ci.core.run import Evidence
from agent_ci.errors import UnsupportedError
from agent_ci.ports import Runner, Tree, Workbench
from agent_ci.proposers.search.answers import Answer
from agent_ci.proposers.search.checkpoints import UNENDED, Checkpoint
from agent_ci.proposers.search.hunt import Hunt
from agent_ci.proposers.search.trials import Trials

_RUNNERS = frozenset({"jest", "vitest", "mocha", "go", "maven", "gradle"})
_COMMANDS = frozenset({
    "node", "npm", "npx", "yarn", "pnpm", "bun", "deno", "go", "gotestsum", "mvn", "./mvnw", "gradle", "./gradlew",
})  # fmt: skip
_MOST_FILES = 2_000
_MOST_READ = 40  # files whose syntax is looked at


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
        return (is_known or any(map(grammar_of, self._named_tests))) and bool(self._editable)

    def search(self, workbench: Workbench, before: Checkpoint, *, seconds: float, most: int) -> Answer:
        """The edits that survive, the likeliest first, found in *seconds* with at most *most* candidates tried.

        It goes on where the search left off that made *before*.
        """
        started = time.monotonic()
        with workbench.open() as workspace:
            trials = Trials(workspace, self.runner, self.evidence, started + seconds)
            if not trials.begin():
                return Answer(reason="not_reproduced", seconds=time.monotonic() - started)
            coverage = trials.covered()
            trials.screened(self.tree)
            hunt = Hunt(trials, {file.path: file for file in self._files(coverage)}, self._hints, coverage)
            hunt.go_on_after(before)
            reason = ""
            with suppress(UnsupportedError):  # what it runs left something in the way; what is found by then stands
                reason = hunt.over(self._ranked(hunt), most)
        survivors = tuple(hunt.standing(one) for one in hunt.survivors)
        left_off = hunt.checkpoint if reason in UNENDED else None
        spent = time.monotonic() - started
        return Answer(survivors, reason, hunt.tried, spent, before=before.tried, checkpoint=left_off)

    @cached_property
    def _editable(self) -> tuple[str, ...]:
        """The sources that may be edited: no tests, and nothing that decides how they run."""
        ours = (path for path in self.tree.paths() if grammar_of(path) and not is_test_path(path))
        return tuple(islice((path for path in ours if not matches(path, PROTECTED)), _MOST_FILES))

    @cached_property
    def _tests(self) -> tuple[str, ...]:
        """The files of the failing tests; all tests of our languages where it cannot be told which those are."""
        beside = (path for path in self.tree.paths() if is_test_path(path) and grammar_of(path))
        return (self._named_tests or tuple(beside))[:_MOST_READ]

    @cached_property
    def _texts(self) -> Mapping[str, str]:
        """All of them, by path."""
        return Sources(self.tree, (*self._editable, *self._tests))

    @cached_property
    def _named_tests(self) -> tuple[str, ...]:
        """The paths of files of tests that the failing ones name; those of Go name the package."""
        index, paths = Index(self.tree.paths()), self.tree.paths()
        wheres = [(case.file, case.id.partition("::")[0]) for case in self.evidence.targets]
        said = [name for file, where in wheres for name in (file, where, _file_of_class(where)) if name]
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
        for path in self._tests:
            text = self._texts[path]
            language = next((one for one in EVERY if path.endswith(one.endings)), JAVASCRIPT)
            file = TestsText.read(text, language)
            chosen = [file.body(test) for test, own in file.with_ids(ids).items() if own]
            if chosen or not path.endswith(".go"):
                yield "\n".join(chosen) if chosen else text

    @cached_property
    def _frames(self) -> tuple[tuple[tuple[str, int], ...], ...]:
        """The places in the sources that each failure names, the innermost first."""
        index = Index(self._editable)
        named = (frames(f"{case.message}\n{case.traceback}") for case in self.evidence.targets[:20])
        return tuple(tuple((path, one.line) for one in found if (path := index.resolve(one.path))) for found in named)

    def _files(self, coverage: Coverage | None) -> Iterator[SourceFile]:
        """The files to edit: those that the failing tests execute, that they name, and that they import."""
        of_targets = coverage.of(self.evidence.target_ids) if coverage else Coverage()
        executed = [path for path in self._editable if of_targets.lines(path)]
        named = [path for places in self._frames for path, _ in places]
        packages = [id_.partition("::")[0] for id_ in self.evidence.target_ids]
        near = reached(self._tests, packages, self._texts)
        editable = frozenset(self._editable)
        paths = [path for path in dict.fromkeys((*executed, *named, *near)) if path in editable]
        for path in (paths or self._editable)[:_MOST_READ]:
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


def _file_of_class(name: str) -> str:
    """Where the class *name* of Java, or the one around it, is written by habit."""
    return f"{name.partition('$')[0].replace('.', '/')}.java"


@dataclass(frozen=True)
class Sources(Mapping[str, str]):
    """The texts of the files *names* of *tree*, each read when it is asked for; empty where nobody could edit it."""

    tree: Tree
    names: tuple[str, ...]
    _read: dict[str, str] = field(default_factory=dict, repr=False, compare=False)

    def __getitem__(self, path: str) -> str:
        if path not in self._read:
            if path not in self._known:
                raise KeyError(path)
            data = self.tree.read(path)
            self._read[path] = data.decode() if is_readable(data) else ""
        return self._read[path]

    def __contains__(self, path: object) -> bool:
        return path in self._known

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)

    @cached_property
    def _known(self) -> frozenset[str]:
        return frozenset(self.names)
