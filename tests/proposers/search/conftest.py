"""A workbench on a plain folder: real copies, real processes, no git."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import pytest

from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.ports import Command, Completed
from agent_ci.proposers.search.proposer import Search

SEARCH = Search()


@dataclass(frozen=True)
class FolderTree:
    folder: Path
    id: str = "0" * 40

    def paths(self) -> tuple[str, ...]:
        files = (path for path in self.folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
        return tuple(sorted(path.relative_to(self.folder).as_posix() for path in files))

    def read(self, path: str) -> bytes:
        return (self.folder / path).read_bytes()

    def export(self, into: Path) -> None:
        shutil.copytree(self.folder, into, dirs_exist_ok=True)


@dataclass(frozen=True)
class FolderWorkspace:
    root: Path
    outbox: Path

    def run(self, command: Command) -> Completed:
        environment = {"PATH": os.environ["PATH"], **command.environment}
        done = subprocess.run(
            command.argv,
            cwd=self.root,
            env=environment,
            capture_output=True,
            text=True,
            timeout=command.timeout,
            check=False,
        )
        return Completed(command.argv, done.returncode, done.stdout + done.stderr, 0.0)


@dataclass(frozen=True)
class FolderWorkbench:
    tree: FolderTree
    seconds: float = 40.0

    def question(self, _attempts: tuple[Attempt, ...]) -> str:
        return ""

    @contextmanager
    def open(self) -> Iterator[FolderWorkspace]:
        with tempfile.TemporaryDirectory() as scratch:
            root, outbox = Path(scratch, "repository"), Path(scratch, "outbox")
            root.mkdir()
            outbox.mkdir()
            self.tree.export(root)
            yield FolderWorkspace(root, outbox)

    def seconds_left(self) -> float:
        return self.seconds


@dataclass(frozen=True)
class RedRepository:
    """A folder of files with a red pytest suite."""

    folder: Path

    def pytest(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        argv = [sys.executable, "-B", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-rA", *arguments]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(self.folder)}
        return subprocess.run(argv, cwd=self.folder, env=environment, capture_output=True, text=True, check=False)

    def evidence(self, toolchain: Mapping[str, str] = MappingProxyType({})) -> Evidence:
        """What a real run of the suite says."""
        words = {"PASSED": Status.PASSED, "FAILED": Status.FAILED, "ERROR": Status.ERRORED}
        cases = []
        for line in self.pytest().stdout.splitlines():
            word, _, rest = line.partition(" ")
            if word in words:
                id_, _, message = rest.partition(" - ")
                cases.append(TestCase(id_, words[word], message=message))
        report = TestReport.of(*cases)
        tools = {"runner": "pytest", "python": sys.executable, "pythonpath": ".", **toolchain}
        return Evidence("fix", "red", before=report, targets=report.red, toolchain=tools)

    def search(self, *, seconds: float = 40.0, **toolchain: str) -> tuple[list[Reply], str]:
        """Every change offered to a judge who never believes one, and what the search says of itself."""
        return self.search_with(self.evidence(toolchain), seconds=seconds)

    def search_with(
        self, evidence: Evidence, *, seconds: float = 40.0, search: Search = SEARCH
    ) -> tuple[list[Reply], str]:
        """The same with evidence from elsewhere, by another *search* than the usual one."""
        session = search.propose(evidence, (), FolderWorkbench(FolderTree(self.folder), seconds))
        replies = []
        try:
            replies.append(next(session))
            while True:
                replies.append(session.send(Attempt(replies[-1], objections=("not believed",))))
        except StopIteration:
            return [reply for reply in replies if not reply.objection], replies[-1].note if replies else ""

    def apply(self, reply: Reply) -> None:
        subprocess.run(["git", "apply", "-"], cwd=self.folder, input=reply.text, text=True, check=True)


@pytest.fixture
def red_repository(tmp_path: Path) -> object:
    """Makes a repository of the files given by path."""

    def make(files: Mapping[str, str]) -> RedRepository:
        folder = tmp_path / "red"
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, "utf-8")
        return RedRepository(folder)

    return make
