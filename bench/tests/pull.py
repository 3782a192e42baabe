"""A small pull request: a module before and after it, and which tests tell the two apart."""

from __future__ import annotations

import difflib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from xml.etree import ElementTree as ET

from agent_ci.core.coverage import Coverage
from agent_ci.core.run import Evidence
from agent_ci.core.untested import changed_code, targets
from agent_ci.core.worth.cutting import without
from agent_ci.core.worth.tests_file import TestsFile
from bench.repositories import write
from bench.tests.project import Project
from bench.tests.workbench import answered, evidence_of, text_of

PATH = "shop.py"


@dataclass(frozen=True)
class Pull:
    """``before`` and ``after`` are the module's texts; ``changes`` is False where no caller could tell them apart."""

    name: str
    kind: str
    before: str = field(repr=False)
    after: str = field(repr=False)
    changes: bool = True

    @property
    def project(self) -> Project:
        """The repository after it."""
        return Project(self.name, PATH, {PATH: self.after})

    @property
    def evidence(self) -> Evidence:
        """What the job would know of it, where no test runs any line of the module."""
        head = {PATH: self.after}
        changed = changed_code({PATH: frozenset(_added(self.before, self.after))}, head, [self.before])
        found = targets(changed, head, Coverage({}), repaired={})
        return replace(evidence_of(self.project), untested=found, earlier={PATH: self.before})


@dataclass(frozen=True)
class Verdict:
    """The tests that were written for *pull*: ``passing`` of them after it, ``telling`` fail before it as well.

    ``asserting`` of the latter fail in a test, and not since a name is missing when the file is loaded.
    """

    pull: Pull
    text: str = field(default="", repr=False)
    tests: int = 0
    passing: int = 0
    telling: int = 0
    asserting: int = 0
    seconds: float = 0.0
    why: str = ""


def edited(name: str, kind: str, before: str, *edits: tuple[str, str], changes: bool = True) -> Pull:
    """The pull request that replaces the one place of each of *edits* by another text."""
    before = before.lstrip("\n")
    after = before
    for old, new in ((old.lstrip("\n"), new.lstrip("\n")) for old, new in edits):
        if after.count(old) != 1:
            raise ValueError(f"{old!r} stands {after.count(old)} times in the module of {name!r}")
        after = after.replace(old, new)
    return Pull(name, kind, before, after, changes)


def verdict(pull: Pull) -> Verdict:
    """Have tests written for *pull*, and run each of them by itself on both sides."""
    started = time.monotonic()
    reply = answered(pull.evidence, pull.project.files)
    seconds = time.monotonic() - started
    text = text_of(reply)
    if not text:
        return Verdict(pull, seconds=seconds, why=reply.objection)
    alone = tuple(_each_alone(text))
    after, before = (fates(alone, source) for source in (pull.after, pull.before))
    telling = [number for number in after if after[number] == "passed" and before[number] != "passed"]
    return Verdict(
        pull,
        text,
        len(alone),
        sum(fate == "passed" for fate in after.values()),
        len(telling),
        sum(before[number] == "failed" for number in telling),
        seconds,
    )


def _added(before: str, after: str) -> Iterator[int]:
    """The numbers (from 1) of the lines that only *after* has."""
    for tag, _, _, first, last in difflib.SequenceMatcher(
        None, before.split("\n"), after.split("\n"), autojunk=False
    ).get_opcodes():
        if tag in ("replace", "insert"):
            yield from range(first + 1, last + 1)


def _each_alone(text: str) -> Iterator[str]:
    """A file for each test or row of *text*, with nothing that only the others need."""
    file = TestsFile.read(text)
    for one in file.candidates if file else ():
        others = [other for other in file.candidates if other != one] if file else []
        yield without(text, others)


def fates(files: tuple[str, ...], source: str) -> Mapping[int, str]:
    """How the one test of each of *files* fares beside *source*: passed, failed, or error where it is not loaded."""
    with tempfile.TemporaryDirectory() as scratch:
        root = Path(scratch, "project")
        write(root, {PATH: source, **{f"test_{number}.py": text for number, text in enumerate(files)}})
        report = Path(scratch, "report.xml")
        argv = [
            sys.executable,
            "-B",
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:xdist",
            "-p",
            "no:randomly",
        ]
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(root)}
        subprocess.run(
            [*argv, "--continue-on-collection-errors", f"--junitxml={report}"],
            cwd=root, env=environment, capture_output=True, check=False,
        )  # fmt: skip
        found = dict.fromkeys(range(len(files)), "error")
        for case in ET.parse(report).iter("testcase"):  # noqa: S314 - pytest wrote it for us
            place = case.get("classname") or case.get("name") or ""
            number = int(place.partition("test_")[2].partition(".")[0])
            found[number] = next((f"{one.tag}" for one in case if one.tag in ("failure", "error")), "passed")
        return {number: "failed" if fate == "failure" else fate for number, fate in found.items()}
