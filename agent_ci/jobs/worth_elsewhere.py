"""Which tests of JavaScript, TypeScript, Go or Java are worth having, by every filter but that of possible bugs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent_ci.clone import Texts
from agent_ci.core.change import Patch
from agent_ci.core.coverage import Coverage
from agent_ci.core.elsewhere.blocks import Block, TestsText
from agent_ci.core.elsewhere.claims import dependence, objection
from agent_ci.core.elsewhere.languages import Language
from agent_ci.core.elsewhere.style import class_in
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Evidence
from agent_ci.core.untested import Target
from agent_ci.core.worth.selection import MOST_OF_PUSH, Reach, Useful, chosen
from agent_ci.core.worth.tests_file import Candidate
from agent_ci.core.worth.values import NOT_MUTATED, Filter, Judged, Mutants, Stage, Written
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.jobs.controls import SUITE, report_of
from agent_ci.jobs.faults_elsewhere import Guarded, noticed
from agent_ci.jobs.sieve import SHARE_OF_SUITE, SLOWEST, SLOWEST_OF_ALL, doubling
from agent_ci.jobs.worth import FRESH, fault_of, gained, held_to_policy, objections_of, record, suite_seconds
from agent_ci.pipeline import Tools
from agent_ci.ports import Covering

_LONGEST = 300
_MARGIN = 3.0  # what runs it takes besides; the time that a report tells is of the test alone


@dataclass
class _File:
    """One file of offered tests on its way through the filters; what was there ``before`` is not ours to judge."""

    path: str
    read: TestsText
    before: TestsText
    judged: dict[Block, Judged] = field(default_factory=dict)
    useful: dict[Block, Useful] = field(default_factory=dict)
    mutants: Mutants = field(default_factory=Mutants)

    def __post_init__(self) -> None:
        old = {named(test) for test in self.before.tests}
        tests = [test for test in self.read.tests if named(test) not in old]
        self.judged = {test: Judged(self.path, named(test)) for test in tests}

    @property
    def left(self) -> list[Block]:
        return [test for test, one in self.judged.items() if not one.rejected_by]

    @property
    def remaining(self) -> str:
        out = [test for test, one in self.judged.items() if one.rejected_by]
        return self.read.without(out, before=self.before.text)

    def reject(self, test: Block, by: str, reason: str) -> None:
        short = " ".join(reason.split())[:_LONGEST]
        self.judged[test] = replace(self.judged[test], rejected_by=str(by), reason=short)

    def advance(self, test: Block, stage: Stage, **facts: object) -> None:
        self.judged[test] = replace(self.judged[test], stage=stage, **facts)  # type: ignore[arg-type] # as named

    def screen(self) -> None:
        """The filters that read and run nothing: F1 in part, F4 and F7."""
        names = [named(test) for test in self.read.tests]
        doubled = doubling(names, map(named, self.before.tests))
        for test in self.left:
            faults = (
                (Filter.BUILDS, doubled),
                (Filter.BUILDS, "another test in the file has the same name" if names.count(named(test)) > 1 else ""),
                (Filter.ASSERTS, objection(test, self.read)),
                (Filter.CLEAN, dependence(test, self.read)),
            )
            if fault := next((fault for fault in faults if fault[1]), None):
                self.reject(test, *fault)


def named(test: Block) -> str:
    """The name of *test* for a person, with those of the suites around it."""
    return " > ".join((*test.suites, test.title))


@dataclass(frozen=True)
class WorthElsewhere:
    """The filters for tests in *language* about what *evidence* says is untested; at most *room* of them are kept.

    *reach* is what tests do that were kept before and are no part of the suite yet.
    """

    evidence: Evidence
    tools: Tools
    language: Language
    room: int = MOST_OF_PUSH
    reach: Reach = field(default_factory=Reach)

    def of(self, attempt: Attempt) -> Attempt:
        """*attempt* with those of its tests that are worth having, or the objections to every one of them."""
        patch = attempt.patch
        assert patch is not None  # noqa: S101 - the pipeline proves changes only
        files = [*self._files(patch)]
        if not any(file.judged for file in files):
            return replace(
                attempt, objections=("the change adds no test whose name is a plain text",), written=Written()
            )
        for file in files:
            file.screen()
            if file.left:
                self._run(file, patch)
        judged = tuple(one for file in files for one in self._delivered(file))
        mutants = sum((file.mutants for file in files), Mutants())
        written = Written(judged, gained(judged, self.evidence), mutants)
        record(judged, self.tools)
        if not any(file.left for file in files):
            return replace(attempt, objections=objections_of(judged), written=written)
        made = self.tools.clone.patch(patch.base_tree, self._tree(patch, [file for file in files if file.left]))
        proven = replace(attempt, patch=made, after=self.evidence.before, repeats=self._runs, written=written)
        return held_to_policy(proven, self.tools, causes=self.evidence.causes)

    @property
    def _runs(self) -> int:
        return min(FRESH, self.tools.repeat)

    def _files(self, patch: Patch) -> Iterator[_File]:
        old, new = (Texts(self.tools.clone.tree(tree)) for tree in (patch.base_tree, patch.tree))
        for file in patch.files:
            read, before = (TestsText.read(texts.get(file.path, ""), self.language) for texts in (new, old))
            yield _File(file.path, read, before)

    def _run(self, file: _File, patch: Patch) -> None:
        """The filters that run the tests, the cheapest first."""
        tree, started = self._tree(patch, [file]), self.tools.clock()
        report = report_of(self.tools, tree, self._selected(file.path), SUITE)
        seconds = self.tools.clock() - started
        ids = file.read.with_ids(report.ids())
        strange = Selection(self.evidence, self.tools, self.language).unjudged(file.path, tree, report)
        for test in file.left:
            if strange:
                file.reject(test, Filter.BUILDS, strange)
            else:
                self._passes(file, test, ids[test], report)
        for test in file.left:
            self._gains(file, test, tree, ids[test])
        for number in range(2, 1 + self._runs):
            if file.left:
                again = report_of(self.tools, self._tree(patch, [file]), self._selected(file.path), SUITE)
                for test in file.left:
                    if fault := fault_of(ids[test], again):
                        file.reject(test, Filter.RELIABLE, f"run {number} of {self._runs} in a fresh process: {fault}")
        if file.left:
            self._notices(file, self._tree(patch, [file]), ids, seconds)
        self._select(file)

    def _passes(self, file: _File, test: Block, ids: tuple[str, ...], report: TestReport) -> None:
        if not ids:
            said = next((case.message for case in report.red if case.message), next(iter(report.partial), ""))
            return file.reject(test, Filter.BUILDS, f"it is not collected{f': {said}' if said else ''}")
        seconds = [case.seconds or 0.0 for case in report.cases if case.id in ids]
        file.advance(test, Stage.BUILT, seconds=round(sum(seconds), 3))
        if fault := fault_of(ids, report):
            return file.reject(test, Filter.GAINS, f"it does not pass: {fault}")
        if max(seconds, default=0.0) > SLOWEST:
            return file.reject(test, Filter.QUICK, f"it takes more than {SLOWEST:g} s")
        return file.advance(test, Stage.PASSED)

    def _gains(self, file: _File, test: Block, tree: str, ids: tuple[str, ...]) -> None:
        """F2: which of the untested lines it runs, alone."""
        alone = self._covered(tree, ids)
        if alone.partial and not alone.tests:
            return file.reject(test, Filter.GAINS, f"it does not pass alone: {alone.partial[0]}")
        lines = {target: _reached(target, alone) for target in self.evidence.untested}
        best = max(lines, key=lambda target: len(lines[target]), default=None)
        if best is None or not lines[best]:
            return file.reject(test, Filter.GAINS, "it runs no line that the tests there are do not run")
        own = lines[best]
        file.advance(test, Stage.GAINED, target=best.name, lines=tuple(sorted(own)))
        order, size = list(file.judged).index(test), file.read.body(test).count("\n") + 1
        file.useful[test] = Useful(Candidate(named(test)), best.name, frozenset(), own, size, order)
        return None

    def _notices(self, file: _File, tree: str, ids: Mapping[Block, tuple[str, ...]], seconds: float) -> None:
        """F5: it fails with a small fault in the lines that only it runs, where any could be put there.

        The tests of *file*, which ran for so many *seconds* without a fault, are in *tree*.
        """
        tests, paths = file.left, {target.name: target.path for target in self.evidence.untested}
        guarded = [
            Guarded(ids[test], paths[file.useful[test].target], frozenset(file.useful[test].lines)) for test in tests
        ]
        found = noticed(guarded, tree, self._selected(file.path), seconds, self.tools)
        for place, test in enumerate(tests):
            kills = frozenset(found.kills[place])
            if found.tried[place] and not kills:
                file.reject(test, Filter.KILLS, "it notices no small fault of the lines that it runs")
                continue
            file.useful[test] = replace(file.useful[test], kills=kills)
            labels = () if kills else (NOT_MUTATED,)
            file.advance(test, Stage.KILLED, kills=tuple(sorted(kills)), labels=labels)
        file.mutants = found.mutants([place for place, test in enumerate(tests) if test in file.left])

    def _covered(self, tree: str, ids: tuple[str, ...]) -> Coverage:
        assert isinstance(self.tools.runner, Covering)  # noqa: S101 - gather refused it else
        try:
            with self.tools.sandbox.open(self.tools.clone.tree(tree)) as workspace:
                return self.tools.runner.covered(workspace, ids, timeout=max(1.0, self.tools.seconds_left()))
        except (InfrastructureError, UnsupportedError) as error:
            return Coverage(partial=(str(error),))

    def _select(self, file: _File) -> None:
        """The filters that hold the tests against each other: F6, and F8 for all of them together."""
        by_name = {named(test): test for test in file.left}
        _, out = chosen([file.useful[test] for test in file.left], room=self.room, reach=self.reach)
        for candidate, (by, reason) in out.items():
            file.reject(by_name[candidate.function], by, reason)
        most = max(SLOWEST_OF_ALL, SHARE_OF_SUITE * suite_seconds(self.evidence))
        while sum(file.judged[test].seconds for test in file.left) > most:
            slowest = max(file.left, key=lambda test: file.judged[test].seconds)
            file.reject(slowest, Filter.QUICK, f"the new tests together take more than {most:.0f} s")

    def _delivered(self, file: _File) -> tuple[Judged, ...]:
        for test in file.left:
            file.advance(test, Stage.DELIVERED)
        return tuple(file.judged.values())

    def _selected(self, path: str) -> tuple[str, ...]:
        return (Selection(self.evidence, self.tools, self.language).of(path),)

    def _tree(self, patch: Patch, files: Sequence[_File]) -> str:
        texts = {file.path: file.remaining.encode() for file in files}
        return self.tools.clone.edit(patch.base_tree, {path: text for path, text in texts.items() if text})


@dataclass(frozen=True)
class Selection:
    """How the tests of a file are named to the runner of *tools*, in *language*, on the commit of *evidence*."""

    evidence: Evidence
    tools: Tools
    language: Language

    def of(self, path: str) -> str:
        """The id that runs all tests of the file *path*; in Go, those of its package, in Java those of its class."""
        if self.language.name == "javascript":
            return path
        project = self.tools.runner.toolchain.get("folder", "")
        if self.language.name == "java":
            return "/".join(filter(None, (project, class_in(path))))
        manifest = Texts(self.tools.clone.tree(self.evidence.tree)).get(f"{project}/go.mod".lstrip("/"), "")
        module = next((line.split()[1] for line in manifest.splitlines() if line.startswith("module ")), "")
        folder = _folder(path).removeprefix(project).strip("/")
        package = "/".join(filter(None, (module, folder)))
        return "/".join(filter(None, (project, package)))

    def unjudged(self, path: str, tree: str, report: TestReport) -> str:
        """What speaks against all new tests of *path* in *tree*: a case in *report* that no filter could look at.

        It is empty where each case was in the suite already, or is one of the tests that can be read in the file, in
        Go in its package.
        """
        where, known = self.of(path), frozenset(self.evidence.before.ids())
        strange = tuple(id_ for id_ in report.ids() if is_of(id_, where) and id_ not in known)
        texts = Texts(self.tools.clone.tree(tree))
        beside = (each for each in texts if _folder(each) == _folder(path) and self.language.is_test(each))
        for each in beside if strange else ():
            if self.of(each) == where:
                strange = TestsText.read(texts.get(each, ""), self.language).strangers(strange)
        return f"{strange[0]} runs as well, which no filter could look at: its name is no plain text" if strange else ""


def is_of(id_: str, where: str) -> bool:
    """Whether the test *id_* is one of those that *where* runs, or of a class within it."""
    own = id_.partition("::")[0]
    return own == where or own.startswith(f"{where}$")


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _reached(target: Target, coverage: Coverage) -> frozenset[int]:
    ran = {line for files in coverage.tests.values() for line in files.get(target.path, ())}
    return frozenset(ran & {*target.lines})
