"""A failure as the job `fix` knows it when it asks a model, and the pieces of code that its repair changed."""

from __future__ import annotations

import ast
import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from agent_ci.core.coverage import Coverage
from agent_ci.core.localising.blocks import Block, blocks
from agent_ci.core.paths import is_test_path
from agent_ci.core.report import TestReport
from agent_ci.core.run import Evidence
from agent_ci.errors import AgentCIError
from agent_ci.jobs.locating import ids_to_cover
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.sandboxes.none import NoSandbox
from bench.trees import Files

SECONDS = 300.0
_IS_RELEASE = re.compile(r"\s*(#|$|__version__|__all__|__date__|VERSION|version\b|\w*DEPRECATED)")


@dataclass(frozen=True)
class Touched:
    """A *block* of the file *path* of which the repair changes *lines*, or puts new ones between two of them."""

    path: str
    block: Block
    lines: frozenset[int]


@dataclass(frozen=True)
class Scene:
    """One failure: what the job knows, the files of the repository, and what the repair *touched*."""

    name: str
    package: str
    evidence: Evidence
    files: Mapping[str, str]
    touched: tuple[Touched, ...]

    @property
    def is_single(self) -> bool:
        """Whether the repair changes exactly one function, and nothing else that is there."""
        return len(self.touched) == 1 and self.touched[0].block.is_function


def touched(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Touched, ...]:
    """The pieces of the files *before* that the files *after*, of the same paths, change in more than words.

    A new function touches nothing that is there, and imports are no piece.
    """
    return tuple(one for path in sorted(after) for one in _touched_in(path, before.get(path, ""), after[path]))


def _touched_in(path: str, old: str, new: str) -> Iterator[Touched]:
    lines: dict[Block, set[int]] = {}
    pieces = blocks(path, old)
    matcher = difflib.SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False)
    for what, first, last, *_ in matcher.get_opcodes():
        if what == "equal":
            continue
        changed = range(first + 1, last + 1)
        for block in pieces:
            found = {line for line in changed if line in block.lines}
            if not changed and block.first <= first and first + 1 <= block.last:
                found = {first, first + 1}
            if found:
                lines.setdefault(block, set()).update(found)
    kept = {block.name: _syntax(path, new, block.name) for block in lines if block.is_function}
    rows = old.split("\n")
    for block, found in lines.items():
        if not block.is_function and all(_IS_RELEASE.match(rows[line - 1]) for line in found):
            continue
        if not block.is_function or kept[block.name] != _syntax(path, old, block.name):
            yield Touched(path, block, frozenset(found & block.told))


def _syntax(path: str, text: str, name: str) -> tuple[str, ...]:
    """What the functions called *name* do, without what they say about themselves."""
    rows = text.split("\n")
    found = []
    for block in blocks(path, text):
        if block.is_function and block.name == name:
            body = "\n".join(rows[line - 1] for line in sorted(block.told))
            found.append(_dumped(body))
    return tuple(found)


def _dumped(body: str) -> str:
    indent = len(body) - len(body.lstrip())
    plain = "\n".join(row[indent:] for row in body.split("\n"))
    try:
        return ast.dump(ast.parse(plain))
    except SyntaxError:
        return plain


@dataclass(frozen=True)
class Stand:
    """A way to run the tests of a package: *python* has pytest *pytest*, *paths* are what is run."""

    python: Path
    version: str
    pytest: str
    roots: tuple[str, ...] = (".",)
    paths: tuple[str, ...] = ()

    @property
    def runner(self) -> Pytest:
        """The runner, as `fix` would make it."""
        return Pytest(Interpreter(str(self.python), self.version, self.pytest, self.roots), self.paths)

    def run(self, files: Mapping[str, str], only: tuple[str, ...] = ()) -> TestReport:
        """The report of the tests of *files*."""
        with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(files)) as workspace:
            return self.runner.run(workspace, only=only, timeout=SECONDS)

    def covered(self, files: Mapping[str, str], ids: tuple[str, ...] = ()) -> Coverage | None:
        """Which lines the tests *ids* of *files* execute, None where nothing tells."""
        try:
            with NoSandbox({"PATH": os.environ["PATH"]}).open(Files(files)) as workspace:
                return self.runner.covered(workspace, ids, timeout=SECONDS)
        except AgentCIError:
            return None

    def evidence(self, files: Mapping[str, str], before: TestReport) -> Evidence:
        """What `fix` knows where the run *before* is red."""
        found = Evidence("fix", "red", before=before, targets=before.red, toolchain=self.runner.toolchain)
        return replace(found, coverage=self.covered(files, ids_to_cover(found)))


def source_of(files: Mapping[str, str]) -> dict[str, str]:
    """The Python files among *files* that are no tests."""
    return {path: text for path, text in files.items() if path.endswith(".py") and not is_test_path(path)}
