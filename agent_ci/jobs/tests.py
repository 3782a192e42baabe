"""Adds the tests that a change is missing: those that are reliable, reach new lines and notice small faults there."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, field, replace

from agent_ci.clone import Texts
from agent_ci.core.coverage import IMPORTS, Coverage
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Control, Evidence, Side
from agent_ci.core.test_style import Style, style_of
from agent_ci.core.untested import Target, changed_code, targets
from agent_ci.core.worth.provenance import delivery_id, delivery_name
from agent_ci.core.worth.question import tests_question
from agent_ci.core.worth.selection import MOST_OF_PUSH
from agent_ci.errors import UnsupportedError
from agent_ci.history import often_repaired
from agent_ci.jobs.beside_all import BesideAll
from agent_ci.jobs.controls import SUITE
from agent_ci.jobs.measuring import MOST_MUTANTS
from agent_ci.jobs.worth import Worth
from agent_ci.pipeline import Tools
from agent_ci.ports import Covering, Tree

JOB = "tests"
_NO_TESTS = "found no tests"
_MOST_MODULES = 20
_MOST_NAMES = 10


@dataclass
class Tests:
    """The job `tests` for the change from the commit *base* to the one that is judged; *tree* are the judged files.

    What one part used up of what a push may have is not there for the next.
    """

    tree: str
    base: str
    base_note: str = ""
    _cases: int = field(default=MOST_OF_PUSH, init=False)
    _mutants: int = field(default=MOST_MUTANTS, init=False)
    _lines: int = field(default=0, init=False)
    _styles: dict[str, Style] = field(default_factory=dict, init=False)

    __test__ = False

    def gather(self, tools: Tools) -> Evidence:
        """Run the suite with its coverage, and say which changed lines no test runs."""
        evidence = Evidence(JOB, "", self.tree, toolchain=tools.runner.toolchain)
        notes = (self.base_note,) if self.base_note else ()
        if _is_ours(tools):
            why = "the judged commit is one of ours, and nothing is added to it"
            return replace(evidence, summary=why, settled=Outcome.NOTHING_TO_DO, notes=notes)
        changed = self._changed(tools)
        if not changed:
            why = "the change adds no line that a test could run"
            return replace(evidence, summary=why, settled=Outcome.NOTHING_TO_DO, notes=notes)
        with tools.progress.phase("run the suite"):
            before, seconds = self._suite(tools)
        with tools.progress.phase("see what the tests run"):
            coverage = self._coverage(tools, before)
        texts = Texts(tools.clone.tree(self.tree))
        repaired = often_repaired(tools.context.commit, tools.repository)
        found = targets(changed, texts, coverage, repaired=repaired)
        self._styles = dict(_styles(found, texts, coverage, tools.runner.toolchain))
        whole = replace(
            evidence,
            before=before,
            controls=(Control(Side.HEAD, alone=False, statuses={}, seconds=seconds),),
            untested=found,
            changed=changed,
            coverage=_of_files(coverage, changed),
            notes=(*notes, *_about_suite(before), *left_for_later(found), *coverage.partial),
        )
        count = sum(map(len, changed.values()))
        if not found:
            why = f"every one of the {count} changed lines that can be run is run by a test"
            return replace(whole, summary=why, settled=Outcome.NOTHING_TO_DO)
        left = sum(len(target.every_line) for target in found)
        return replace(whole, summary=f"no test runs {left} of {count} changed lines, in {len(found)} place(s)")

    def _changed(self, tools: Tools) -> Mapping[str, frozenset[int]]:
        """The executable lines that the change adds, by path."""
        clone = tools.clone
        old, new = clone.tree(self.base), clone.tree(self.tree)
        before = Texts(old)
        touched = (file.path for file in clone.patch(old.id, new.id).files if file.path.endswith(".py"))
        base = [text for path in touched if (text := before.get(path))]
        return changed_code(clone.added_lines(old.id, new.id), Texts(new), base)

    def _suite(self, tools: Tools) -> tuple[TestReport, float]:
        """The whole suite, and the seconds it took; an empty report where there is no test at all."""
        started = time.monotonic()
        try:
            with tools.sandbox.open(tools.clone.tree(self.tree)) as workspace:
                report = tools.runner.run(workspace, timeout=max(1.0, tools.seconds_left()), conditions=SUITE)
        except UnsupportedError as error:
            if _NO_TESTS not in str(error):
                raise
            report = TestReport()
        return report, time.monotonic() - started

    def _coverage(self, tools: Tools, before: TestReport) -> Coverage:
        """The lines that each passing test runs. Raises UnsupportedError where nothing here can tell."""
        if not before.cases:
            return Coverage()
        if not isinstance(tools.runner, Covering):
            raise UnsupportedError("which lines the tests run can be told for pytest and unittest only so far")
        with tools.sandbox.open(tools.clone.tree(self.tree)) as workspace:
            found = tools.runner.covered(workspace, timeout=max(1.0, tools.seconds_left()))
        return found.of((IMPORTS, *before.ids(Status.PASSED)))

    def parts(self, evidence: Evidence) -> Generator[Evidence, Attempt | None, None]:
        """One module after the other, the most important first, each on top of what was proven before."""
        part = evidence
        modules = tuple(_by_module(evidence.untested))
        for number, (path, own) in enumerate(modules):
            if self._cases < 1:
                return
            self._lines = sum(len(target.lines) for _, some in modules[number:] for target in some)
            style, covering = self._styles.get(path), _covering(evidence.coverage or Coverage(), path)
            proof = yield replace(part, untested=own, group=path, summary=_summary(own), style=style, covering=covering)
            if proof and proof.patch and proof.written:
                self._cases -= len(proof.written.delivered)
                part = replace(part, tree=proof.patch.tree)

    def ask(self, evidence: Evidence, attempts: tuple[Attempt, ...], tree: Tree) -> str:
        """What is untested, where, and how tests are written here: for proposers that read text."""
        near = evidence.style.nearest if evidence.style else ""
        paths = dict.fromkeys((*(target.path for target in evidence.untested), *((near,) if near else ())))
        sources = {path: tree.read(path).decode("utf-8", "replace") for path in paths}
        return tests_question(evidence, sources, attempts)

    def prove(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """Hold every test that is offered against the filters, and keep those that are worth having."""
        with tools.progress.phase("prove"):
            judged = Worth(evidence, tools, room=self._cases, mutants=self._share(evidence)).of(attempt)
        if judged.written:
            self._mutants -= judged.written.mutants.tried
        return judged

    def _share(self, evidence: Evidence) -> int:
        """How many of the faults that are left go to the module of *evidence*: by its part of the lines still to do."""
        own = sum(len(target.lines) for target in evidence.untested)
        return max(1, min(self._mutants, round(self._mutants * own / max(own, self._lines))))

    def choose(self, proven: tuple[Attempt, ...], _evidence: Evidence, _tools: Tools) -> Attempt:
        """The one whose tests notice most."""
        return max(proven, key=lambda attempt: attempt.written.mutants.after if attempt.written else 0)

    def together(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> Attempt:
        """All new tests as one change, run beside all others."""
        base = tools.clone.tree(self.base).id
        return BesideAll(evidence, tools, delivery_id(delivery_name(tools.context.commit)), base).of(proven)


def _styles(
    found: tuple[Target, ...], texts: Texts, coverage: Coverage, toolchain: Mapping[str, str]
) -> Iterator[tuple[str, Style]]:
    """How the tests of each module are to be written, each to a file of its own."""
    roots = toolchain.get("pythonpath", ".").split(":")
    taken: set[str] = set()
    for path, _ in _by_module(found):
        files = [id_.partition("::")[0] for id_ in _covering(coverage, path)]
        style = style_of(path, texts, roots=roots, covering=files, taken=taken)
        taken.add(style.path)
        yield path, style


def _covering(coverage: Coverage, path: str) -> tuple[str, ...]:
    """The ids of the tests that run *path* today."""
    return tuple(sorted({id_ for line in coverage.lines(path) for id_ in coverage.tests_of(path, line)} - {IMPORTS}))


def _is_ours(tools: Tools) -> bool:
    steps = tools.history.steps
    return bool(steps and steps[0].id == tools.context.commit and steps[0].failure)


def _of_files(coverage: Coverage, changed: Mapping[str, frozenset[int]]) -> Coverage:
    """*coverage* of the changed files alone."""
    tests = {
        id_: {path: lines for path, lines in files.items() if path in changed} for id_, files in coverage.tests.items()
    }
    return Coverage({id_: files for id_, files in tests.items() if files}, coverage.partial)


def _about_suite(before: TestReport) -> Iterator[str]:
    if red := before.red:
        names = ", ".join(case.id for case in red[:_MOST_NAMES])
        more = f" and {len(red) - _MOST_NAMES} more" if len(red) > _MOST_NAMES else ""
        yield f"{len(red)} test(s) fail already and count for nothing here: {names}{more}"
    if not before.cases:
        yield "there is no test yet"


def left_for_later(untested: tuple[Target, ...]) -> Iterator[str]:
    """The sentence on the modules that one run does not come to, if there are any."""
    count = len({target.path for target in untested if target.function})
    if count > _MOST_MODULES:
        yield f"{count - _MOST_MODULES} of {count} modules with untested lines are left for another run"


def _by_module(untested: tuple[Target, ...]) -> Iterator[tuple[str, tuple[Target, ...]]]:
    """The targets that can be called, module by module, in their order."""
    modules: dict[str, list[Target]] = {}
    for target in untested:
        if target.function:
            modules.setdefault(target.path, []).append(target)
    yield from ((path, tuple(own)) for path, own in list(modules.items())[:_MOST_MODULES])


def _summary(own: tuple[Target, ...]) -> str:
    names = ", ".join(target.function for target in own[:_MOST_NAMES]) + (" …" if len(own) > _MOST_NAMES else "")
    return f"no test runs {sum(len(target.lines) for target in own)} changed lines of {own[0].path} ({names})"
