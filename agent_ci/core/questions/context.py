"""What of a repository a question shows: the failing tests, the likeliest functions, and what stands around them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from pathlib import PurePosixPath

from agent_ci.core.budget import CHARACTERS_PER_TOKEN
from agent_ci.core.frameworks.python_projects import roots_of
from agent_ci.core.imports import imported_files
from agent_ci.core.localising.blocks import Block
from agent_ci.core.localising.choosing import Chosen, chosen, cost_of, told_of
from agent_ci.core.localising.ranking import Facts, Place, ranked
from agent_ci.core.localising.testing import function_of, imports_for, lines_of_tests, passing_beside
from agent_ci.core.patches.hunks import added_lines
from agent_ci.core.paths import is_test_path
from agent_ci.core.questions.frames import Index, named_lines, suspects
from agent_ci.core.run import Evidence

_MOST_FILES = 1_000
_MOST_CHARACTERS = 3_000_000
_MOST_TESTS = 8
_MOST_CALLERS = 4
_MOST_PASSING = 2
_CLEAR = 0.75  # of the likeliest piece's score; where the next has less, no passing test has to tell them apart
_COMMON = 4  # a name of fewer letters is called by everybody
_LINE_LENGTHS = ("ruff", "black")


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many tokens, at four characters each, the parts of one question may take."""

    failures: int = 700
    tests: int = 600
    sources: int = 2_800
    callers: int = 100
    passing: int = 100
    change: int = 400
    attempts: int = 1_500

    def wider(self, tries: int) -> Allowance:
        """What the question after so many *tries* may take: twice as much of the code, then three times."""
        more = min(tries, 2) + 1
        return replace(self, tests=self.tests * more, sources=self.sources * more, passing=self.passing * more)


@dataclass(frozen=True)
class Context:
    """What is shown of the files *texts*, which are all of the repository's and read when asked for."""

    evidence: Evidence
    texts: Mapping[str, str]
    allowance: Allowance = field(default_factory=Allowance)

    @cached_property
    def tests(self) -> Mapping[str, frozenset[int]]:
        """The lines of the failing tests and of what they use, by path."""
        found = [(path, block) for path, block in self._failing if block][:_MOST_TESTS]
        named = named_lines(self.evidence, dict.fromkeys(path for path, _ in self._failing))
        return lines_of_tests(tuple(dict.fromkeys(found)), self.texts, named, tokens=self.allowance.tests)

    @cached_property
    def hidden_tests(self) -> tuple[str, ...]:
        """The failing tests whose code there was no room for."""
        known = ((path, block) for path, block in self._failing if block)
        hidden = (f"{path}::{block.name}" for path, block in known if block.first not in self.tests.get(path, ()))
        return tuple(dict.fromkeys(hidden))

    @cached_property
    def unread_tests(self) -> tuple[str, ...]:
        """The files of failing tests that no function of theirs could be told of."""
        return tuple(dict.fromkeys(path for path, block in self._failing if not block and path not in self.tests))

    @cached_property
    def facts(self) -> Facts:
        """What the ranking starts from."""
        near = self._near
        changed = added_lines(self.evidence.diff)
        return Facts(self._sources(near), frozenset(near), self._said, self.evidence.coverage, changed)

    @cached_property
    def places(self) -> tuple[Place, ...]:
        """All pieces of the source, the likeliest first."""
        return ranked(self.evidence, self.facts)

    @cached_property
    def chosen(self) -> Chosen:
        """Which of them are shown; as many as there is room for where nothing tells what the failing tests execute."""
        is_blind = not self._executed
        return chosen(self.places, self.facts.texts, tokens=self.allowance.sources, is_filled=is_blind)

    @cached_property
    def sources(self) -> Mapping[str, frozenset[int]]:
        """The lines of the source to show, by path, with the imports that they use."""
        found: dict[str, frozenset[int]] = {}
        for path, lines in self.chosen.lines.items():
            text = self.facts.texts[path]
            rows = text.split("\n")
            used = imports_for(text, "\n".join(rows[line - 1] for line in sorted(lines)))
            found[path] = lines | frozenset(used if path.endswith(".py") else ())
        return found

    def callers(self) -> Iterator[str]:
        """The first lines of functions that call the two likeliest ones and are not shown themselves."""
        left = self.allowance.callers * CHARACTERS_PER_TOKEN
        for said in islice(self._calls(), _MOST_CALLERS):
            if len(said) <= left:
                left -= len(said)
                yield said

    def passing(self) -> Iterator[tuple[str, frozenset[int]]]:
        """Short tests that pass and use the likeliest function, where that is not by far the likeliest."""
        left = self.allowance.passing
        scores = [place.score for place in self.places[:2]]
        if not self.chosen.whole or scores[-1] < _CLEAR * scores[0]:
            return
        near = passing_beside(self.chosen.whole[0], self.evidence.coverage, self.evidence.target_ids, self.texts)
        fitting = 0
        for path, block in near:
            cost = cost_of(told_of(block), self.texts[path].split("\n"))
            if fitting < _MOST_PASSING and cost <= left and block.first not in self.tests.get(path, ()):
                fitting += 1
                left -= cost
                yield path, told_of(block)

    def conventions(self) -> str:
        """What the interpreter and the settings of formatters say, in words of ours."""
        version = self.evidence.toolchain.get("python_version", "")
        found = [f"Python {version}"] if re.fullmatch(r"[\d.]{1,12}", version) else []
        try:
            tools = tomllib.loads(self.texts.get("pyproject.toml", "")).get("tool", {})
        except (tomllib.TOMLDecodeError, RecursionError):
            tools = {}
        for name in _LINE_LENGTHS:
            settings = tools.get(name) if isinstance(tools, dict) else None
            width = settings.get("line-length") if isinstance(settings, dict) else None
            if isinstance(settings, dict):
                is_width = isinstance(width, int) and not isinstance(width, bool) and 0 < width < 1_000  # noqa: PLR2004
                found.append(f"formatted by {name}" + (f", {width} columns" if is_width else ""))
        return "; ".join(found)

    def _calls(self) -> Iterator[str]:
        """Where the two likeliest functions are called from functions that are not shown, the likeliest first."""
        for place in self.chosen.whole[:2]:
            name = place.block.name.rpartition(".")[2]
            if not place.block.is_function or len(name) < _COMMON or name.startswith("__"):
                continue
            call = re.compile(rf"(?<!\w){re.escape(name)}\(")
            for caller in self.places:
                block, text = caller.block, self.facts.texts[caller.path]
                is_shown = block.first in self.chosen.lines.get(caller.path, ())
                if is_shown or not block.is_function or f"{name}(" not in text:
                    continue
                rows = text.split("\n")
                line = next((line for line in range(block.body, block.last + 1) if call.search(rows[line - 1])), 0)
                head = rows[block.first - 1 : max(block.first, min(block.body - 1, block.first + 3))]
                if line:
                    said = (row.strip() for row in (*head, rows[line - 1]))
                    yield f"{caller.path}:{line}: in {' '.join(said)}"

    @cached_property
    def _failing(self) -> tuple[tuple[str, Block | None], ...]:
        """The files of the failing tests, and the functions in them that these are."""
        index = Index(self.texts)
        found: dict[tuple[str, Block | None], None] = {}
        for case in self.evidence.targets:
            path = index.resolve(case.file or case.id.partition("::")[0])
            if path and path in self.texts:
                found[path, function_of(case.id, path, self.texts[path])] = None
        return tuple(found)

    @cached_property
    def _said(self) -> str:
        """The text of the failing tests."""
        texts = []
        for path, block in self._failing:
            rows = self.texts[path].split("\n")
            texts.append("\n".join(rows[block.first - 1 : block.last] if block else rows))
        return "\n".join(texts)

    @property
    def _executed(self) -> tuple[Mapping[str, frozenset[int]], ...]:
        """The lines that each failing test executes, by path, as far as anything tells."""
        coverage = self.evidence.coverage
        return tuple(coverage.of(self.evidence.target_ids).tests.values()) if coverage else ()

    @cached_property
    def _near(self) -> tuple[str, ...]:
        """The files that the failure leads to directly, the nearest first."""
        roots = roots_of(self.evidence.toolchain)
        paths = frozenset(self.texts)
        found = [*suspects(self.evidence, self.texts)]
        found += [path for files in self._executed for path in sorted(files) if path in paths]
        for path in dict.fromkeys(path for path, _ in self._failing):
            found += imported_files(self.texts[path], path, paths=paths, roots=roots)
        return tuple(path for path in dict.fromkeys(found) if not is_test_path(path) and path in self.texts)

    def _sources(self, near: tuple[str, ...]) -> dict[str, str]:
        """The files to look into: those that are near, then all in the same languages, as many as are read quickly."""
        endings = {PurePosixPath(path).suffix for path in (*near, *(path for path, _ in self._failing))} - {""}
        others = (path for path in self.texts if PurePosixPath(path).suffix in endings and not is_test_path(path))
        found: dict[str, str] = {}
        size = 0
        for path in dict.fromkeys((*near, *others)):
            text = self.texts.get(path, "") if len(found) < _MOST_FILES and size < _MOST_CHARACTERS else ""
            if text:
                found[path] = text
                size += len(text)
        return found
