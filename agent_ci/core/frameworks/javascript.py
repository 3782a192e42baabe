"""Knows how jest, vitest and mocha are run, report, and select one test by its file and its full title."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import PurePath

from agent_ci.core.frameworks.framework import Framework, Place, Step
from agent_ci.core.frameworks.kind import Kind, Manifest, after
from agent_ci.core.report import TestCase

# A title is matched as a regular expression of JavaScript, where these are the signs with a meaning.
_SIGNS = re.compile(r"[\\^$.*+?()\[\]{}|/-]")


@dataclass(frozen=True, slots=True)
class Jest:
    """https://jestjs.io/docs/cli; *arguments* are what the user's command adds."""

    arguments: tuple[str, ...] = ()
    name = "jest"

    @property
    def command(self) -> tuple[str, ...]:
        """By npx, which takes the project's own."""
        return ("npx", "jest", *self.arguments)

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """All at once; for a selection once per file, since one pattern for titles counts in every file."""
        argv = ("npx", "--no-install", "jest", *self.arguments, "--ci", "--json", "--testLocationInResults")
        if not only:
            report = f"{place.outbox}/jest.json"
            return (Step((*argv, f"--outputFile={report}"), (report,)),)
        return tuple(
            Step((*argv, f"--outputFile={report}", *_titles(titles), "--runTestsByPath", file), (report,))
            for number, (file, titles) in enumerate(by_file(only).items())
            for report in [f"{place.outbox}/jest-{number}.json"]
        )

    def id_of(self, case: TestCase, place: Place) -> str:
        """The file relative to the project, and the titles of the suites and of the test, as jest joins them."""
        return "::".join(filter(None, (relative(case.file, place), " ".join((*case.suite, case.name)))))


def _titles(titles: tuple[str, ...]) -> tuple[str, ...]:
    return ("--testNamePattern", any_of(titles)) if titles else ()


def any_of(titles: tuple[str, ...]) -> str:
    """A regular expression of JavaScript that matches exactly *titles*."""
    escaped = [_SIGNS.sub(lambda sign: f"\\{sign[0]}", title) for title in titles]
    return f"^(?:{'|'.join(escaped)})$"


def by_file(only: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """The titles wanted of each file; none where the whole file is."""
    found: dict[str, tuple[str, ...]] = {}
    whole: set[str] = set()
    for id_ in only:
        file, _, title = id_.partition("::")
        found[file] = (*found.get(file, ()), title)
        if not title:
            whole.add(file)
    return {file: () if file in whole else titles for file, titles in found.items()}


def relative(file: str, place: Place) -> str:
    """*file* relative to the project, where a report names it absolutely."""
    path = PurePath(file)
    return path.relative_to(place.folder).as_posix() if path.is_relative_to(place.folder) else file


def _package_uses(manifest: Manifest, program: str) -> bool:
    """Whether package.json depends on *program* and its test script starts it, or starts nothing else we know."""
    try:
        facts = json.loads(manifest.text)
        named = {**facts.get("dependencies", {}), **facts.get("devDependencies", {})}
        script = str(facts.get("scripts", {}).get("test", ""))
    except (ValueError, AttributeError, TypeError):
        return False
    return program in named and (program in script.split() or not script)


def _read_jest(words: tuple[str, ...]) -> Framework | None:
    rest = after(words, ("npx", "jest"), ("jest",), ("yarn", "jest"), ("pnpm", "jest"), ("node_modules/.bin/jest",))
    return None if rest is None else Jest(rest)


JEST = Kind(
    "jest",
    ("package.json",),
    lambda manifest: Jest() if _package_uses(manifest, "jest") else None,
    _read_jest,
    programs=("npx",),
    installed="node_modules/jest",
)
