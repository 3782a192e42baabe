"""Which new tests pass without the change: each by itself where their file cannot even be loaded there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from agent_ci.core.report import Status, TestReport
from agent_ci.core.worth.cutting import without
from agent_ci.core.worth.tests_file import TestsFile
from agent_ci.jobs.controls import SUITE, report_of
from agent_ci.pipeline import Tools

Key = tuple[str, str]
"""A file of tests, and the name of a test in it."""


@dataclass(frozen=True)
class OnBase:
    """The new tests that ``passed`` on the base; ``is_known`` is False where nothing could be run there."""

    passed: frozenset[Key] = frozenset()
    is_known: bool = False


def on_base(tools: Tools, base: str, texts: Mapping[str, str]) -> OnBase:
    """Run the test files *texts*, by path, in the tree *base*.

    A file is not loaded there if it imports what only the change brings, though some of its tests need none of that:
    these are run again, each in a file of its own.
    """
    report = report_of(
        tools, tools.clone.edit(base, {path: text.encode() for path, text in texts.items()}), (*texts,), SUITE
    )
    ids = dict(ids_in(texts, report))
    loaded = {path for path, _ in ids}
    passed = {key for key, own in ids.items() if all(report.statuses.get(id_) is Status.PASSED for id_ in own)}
    alone = {place: one for path, text in texts.items() if path not in loaded for place, one in _apart(path, text)}
    if not alone:
        return OnBase(frozenset(passed), is_known=bool(report.cases))
    tree = tools.clone.edit(base, {place: text.encode() for place, (_, text) in alone.items()})
    again = report_of(tools, tree, (*alone,), SUITE)
    red = {case.id.partition("::")[0] for case in again.cases if case.status is not Status.PASSED}
    green = {case.id.partition("::")[0] for case in again.cases} - red
    passed |= {key for place, (key, _) in alone.items() if place in green}
    return OnBase(frozenset(passed), is_known=bool(report.cases or again.cases))


def ids_in(texts: Mapping[str, str], report: TestReport) -> Iterator[tuple[Key, tuple[str, ...]]]:
    """The ids of the cases of each test in the files *texts*, where *report* has any of it."""
    for path, text in texts.items():
        if file := TestsFile.read(text):
            yield from (((path, name), ids) for name, ids in ids_by_name(file, path, report).items())


def ids_by_name(file: TestsFile, path: str, report: TestReport) -> Mapping[str, tuple[str, ...]]:
    """The ids of each candidate's cases, by its name, where *report* has them in the order of the *file* at *path*."""
    return {candidate.name: ids for candidate, ids in file.with_ids(path, [case.id for case in report.cases]).items()}


def _apart(path: str, text: str) -> Iterator[tuple[str, tuple[Key, str]]]:
    """A file for each test of *text*, with the test that it is for."""
    file = TestsFile.read(text)
    every = file.candidates if file else ()
    for number, one in enumerate(every):
        others = [other for other in every if other != one]
        yield f"{path.removesuffix('.py')}_{number}.py", ((path, one.name), without(text, others))
