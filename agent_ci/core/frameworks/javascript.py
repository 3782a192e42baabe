"""Knows how jest, vitest, mocha and playwright are run, report, and select one test by its file and its full title."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

from agent_ci.core.frameworks.framework import Place, Step, by_file, relative
from agent_ci.core.frameworks.javascript_options import JEST, MOCHA, PLAYWRIGHT, VITEST, Habits
from agent_ci.core.frameworks.options import with_more
from agent_ci.core.report import TestCase

# A title is matched as a regular expression of JavaScript, where these are the signs with a meaning.
_SIGNS = re.compile(r"[\\^$.*+?()\[\]{}|/-]")
_CONTROLS = re.compile(r"[\x00-\x1f\x7f\u2028\u2029]")
_BETWEEN = " › "  # noqa: RUF001 - what stands between the titles in the name of a case
_HOOK = re.compile(r'(?:^| )"(?:before|after) (?:all|each)" hook\b.*$', re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Program:
    """A program of the project; *arguments* and *variables* of the environment are what the user's command adds."""

    habits: ClassVar[Habits]
    arguments: tuple[str, ...] = ()
    variables: tuple[tuple[str, str], ...] = ()

    def _step(self, words: tuple[str, ...], report: str) -> Step:
        """By npx, which takes the project's own program and is kept from looking for another one."""
        return Step(("npx", "--no-install", *words), (report,), environment={**dict(self.variables), "CI": "true"})

    def _all(self, *ours: str) -> tuple[str, ...]:
        """The user's words as they were typed, with options of *ours* behind them."""
        return with_more(self.habits.options.without(self.arguments, self.habits.left_out), ours)

    @property
    def options(self) -> tuple[str, ...]:
        """The user's options without those that choose, and without the tests that were named."""
        return self.habits.options.alone(self.arguments, self.habits.left_out | self.habits.chooses)

    def _typed(self, *words: str) -> tuple[str, ...]:
        return (*(f"{name}={value}" for name, value in self.variables), *words, *self.arguments)


class Jest(_Program):
    """https://jestjs.io/docs/cli. An id is ``FILE::TITLE``, with the titles of the suites in front of the test's."""

    __slots__ = ()
    name = "jest"
    habits = JEST

    @property
    def command(self) -> tuple[str, ...]:
        """By npx, which takes the project's own."""
        return self._typed("npx", "jest")

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """All at once; for a selection once per file, since one pattern for titles counts in every file."""
        ours = ("--ci", "--json", "--testLocationInResults")
        if not only:
            report = f"{place.outbox}/jest.json"
            return (self._step(("jest", *self._all(*ours, f"--outputFile={report}")), report),)
        argv = ("jest", *self.options, *ours)
        return tuple(
            self._step((*argv, f"--outputFile={report}", *_titles(titles), "--runTestsByPath", file), report)
            for file, titles, report in _selections(only, place)
        )

    def id_of(self, case: TestCase, place: Place) -> str:
        """The file relative to the project, and the titles of the suites and of the test, as jest joins them."""
        return _id(case, place, _full_title(case))


class Vitest(_Program):
    """https://vitest.dev/guide/cli. An id is ``FILE::TITLE``, with the titles of the suites in front of the test's."""

    __slots__ = ()
    name = "vitest"
    habits = VITEST

    @property
    def command(self) -> tuple[str, ...]:
        """``run`` is what keeps it from watching."""
        return self._typed("npx", "vitest", "run")

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """All at once; for a selection once per file. A file is named absolutely: its path is looked for in others."""
        if not only:
            report = f"{place.outbox}/vitest.json"
            return (self._step(("vitest", "run", *self._all(*_vitest_report(report))), report),)
        argv = ("vitest", "run", *self.options)
        return tuple(
            self._step((*argv, *_vitest_report(report), *_vitest_titles(titles), f"{place.folder}/{file}"), report)
            for file, titles, report in _selections(only, place)
        )

    def id_of(self, case: TestCase, place: Place) -> str:
        """The file relative to the project, and the titles of the suites and of the test, as vitest shows them."""
        return _id(case, place, _full_title(case, " > "))


class Mocha(_Program):
    """https://mochajs.org/#command-line-usage. An id is ``FILE::TITLE``, with the titles of the suites in front.

    A hook that failed is selected with the suite that it belongs to. Where the settings of the project name files,
    mocha looks for the title in those as well.
    """

    __slots__ = ()
    name = "mocha"
    habits = MOCHA

    @property
    def command(self) -> tuple[str, ...]:
        """By npx, which takes the project's own."""
        return self._typed("npx", "mocha")

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """All at once; for a selection once per file."""
        if not only:
            report = f"{place.outbox}/mocha.json"
            return (self._step(("mocha", *self._all(*_mocha_report(report))), report),)
        argv = ("mocha", *self.options)
        return tuple(
            self._step((*argv, *_mocha_report(report), *_patterns(titles), file), report)
            for file, titles, report in _selections(only, place)
        )

    def id_of(self, case: TestCase, place: Place) -> str:
        """The file relative to the project, and the full title as it is read."""
        return _id(case, place, case.name if case.name != case.file else "")


class Playwright(_Program):
    """https://playwright.dev/docs/test-cli. An id is ``FILE::SUITE › TEST [PROJECT]``, FILE below the folder of tests.

    A test is selected in one project, by its file and its full title, whatever tags it has.
    """  # noqa: RUF002 - playwright writes it so

    __slots__ = ()
    name = "playwright"
    habits = PLAYWRIGHT

    @property
    def command(self) -> tuple[str, ...]:
        """By npx, which takes the project's own."""
        return self._typed("npx", "playwright", "test")

    def steps(self, place: Place, only: tuple[str, ...]) -> tuple[Step, ...]:
        """All at once; for a selection once per file and project."""
        if not only:
            whole = ("playwright", "test", *self._all(_PLAYWRIGHT_REPORT))
            return (self._reporting(whole, f"{place.outbox}/playwright.json"),)
        argv = ("playwright", "test", *self.options, _PLAYWRIGHT_REPORT)
        by_project: dict[str, tuple[str, ...]] = {}
        for id_ in only:
            found = re.search(r" \[([^\]]*)\]$", id_)
            project = found[1] if found else ""
            plain = id_[: found.start()] if found else id_
            by_project[project] = (*by_project.get(project, ()), plain.replace(_BETWEEN, " "))
        return tuple(
            self._reporting(
                (*argv, *((f"--project={project}",) if project else ()), *_grep(file, titles), f"{_literal(file)}$"),
                report.replace("playwright-", f"playwright-{number}-"),
            )
            for number, (project, wanted) in enumerate(by_project.items())
            for file, titles, report in _selections(wanted, place, self.name)
        )

    def id_of(self, case: TestCase, _place: Place) -> str:
        """As it is read."""
        return case.id

    def _reporting(self, words: tuple[str, ...], report: str) -> Step:
        told = {**dict(self.variables), "CI": "true", "PLAYWRIGHT_JSON_OUTPUT_FILE": report}
        return Step(("npx", "--no-install", *words), (report,), environment=told)


_PLAYWRIGHT_REPORT = "--reporter=json"


def _vitest_report(report: str) -> tuple[str, ...]:
    return ("--reporter=json", f"--outputFile={report}")


def _mocha_report(report: str) -> tuple[str, ...]:
    return ("--reporter=json", f"--reporter-option=output={report}")


def _titles(titles: tuple[str, ...]) -> tuple[str, ...]:
    return ("--testNamePattern", any_of(titles)) if titles else ()


def _vitest_titles(titles: tuple[str, ...]) -> tuple[str, ...]:
    """Vitest 5 looks for a pattern in what it shows, vitest 4 in the titles with blanks between them."""
    return tuple(word.replace(" > ", "(?: >)? ") for word in _titles(titles))


def _patterns(titles: tuple[str, ...]) -> tuple[str, ...]:
    """Mocha's pattern for *titles*: of a hook, the suite that it belongs to."""
    suites = [_HOOK.sub("", title) for title in titles]
    if "" in suites or not titles:
        return ()
    tests = any_of(tuple(title for title in titles if not _HOOK.search(title)))
    parts = [f"^{_literal(suite)} " for suite, title in zip(suites, titles, strict=True) if suite != title]
    return ("--grep", "|".join((*parts, *((tests,) if len(parts) < len(titles) else ()))))


def _grep(file: str, titles: tuple[str, ...]) -> tuple[str, ...]:
    """Playwright looks for a pattern in the project, the file, the titles and the tags, with blanks in between."""
    if not titles:
        return ()
    return ("--grep", f"(?:^| ){_literal(file)} (?:{'|'.join(map(_literal, titles))})(?: @\\S+)*$")


def _literal(title: str) -> str:
    escaped = _SIGNS.sub(lambda sign: f"\\{sign[0]}", title)
    return _CONTROLS.sub(lambda sign: f"\\u{ord(sign[0]):04x}", escaped)  # mocha reads a pattern up to a line's end


def any_of(titles: tuple[str, ...]) -> str:
    """A regular expression of JavaScript that matches exactly *titles*."""
    return f"^(?:{'|'.join(map(_literal, titles))})$"


def _selections(
    only: tuple[str, ...], place: Place, name: str = "selected"
) -> tuple[tuple[str, tuple[str, ...], str], ...]:
    """The files of *only* that are here, the titles wanted of each (none: all), and a place for the report of each."""
    ends = tuple(f"/{known}" for known in place.files)
    wanted = {
        file: titles
        for file, titles in by_file(only).items()
        if not ends or any(known.endswith(f"/{file}") for known in ends)
    }.items()
    return tuple((file, titles, f"{place.outbox}/{name}-{number}.json") for number, (file, titles) in enumerate(wanted))


def _full_title(case: TestCase, between: str = " ") -> str:
    """The titles of *case* with *between* between them; what is read has another sign there."""
    suites = tuple(filter(None, case.suite))
    own = case.name.removeprefix(f"{_BETWEEN.join(suites)}{_BETWEEN}") if suites else case.name
    return between.join(filter(None, (*suites, own)))


def _id(case: TestCase, place: Place, title: str) -> str:
    return "::".join(filter(None, (relative(case.file, place), title)))
