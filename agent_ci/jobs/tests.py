"""Adds the tests that a change is missing: those that are reliable, reach new lines and notice small faults there."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from agent_ci.clone import Sources
from agent_ci.core.change import ChangedFile
from agent_ci.core.coverage import IMPORTS, Coverage, Lines
from agent_ci.core.frameworks.python_projects import roots_of
from agent_ci.core.outcome import Outcome
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Control, Evidence, Side
from agent_ci.core.test_style import Style, next_to, style_of
from agent_ci.core.untaken import Branches, changed_branches, deciding, known, untaken
from agent_ci.core.untested import Target, changed_code, targets, unread
from agent_ci.core.worth.callers import callers
from agent_ci.core.worth.provenance import delivery_id, delivery_name
from agent_ci.core.worth.question import Shown, question_of_tests
from agent_ci.core.worth.selection import MOST_OF_PUSH, Reach
from agent_ci.core.worth.values import Written
from agent_ci.errors import UnsupportedError
from agent_ci.history import often_repaired
from agent_ci.jobs.beside_all import BesideAll
from agent_ci.jobs.controls import Controls
from agent_ci.jobs.measuring import MOST_MUTANTS
from agent_ci.jobs.worth import Worth, held_to_policy
from agent_ci.pipeline import Tools
from agent_ci.ports import Covering
from agent_ci.templates import template

JOB = "tests"
_NO_TESTS = ("found no tests", "ran no tests")
_OURS = "the judged commit is one of ours, and nothing is added to it"
_MOST_MODULES = 20
_MOST_NAMES = 10
_MOST_TEST_FILES = 2
PROMPT = "tests.v1"


@dataclass
class Tests:
    """The job `tests` for the change from the commit *base* to the one that is judged; *tree* are the judged files.

    What one part used up of what a push may have is not there for the next. *seed* makes every choice repeatable.
    """

    tree: str
    base: str
    base_note: str = ""
    seed: int = 0
    _cases: int = field(default=MOST_OF_PUSH, init=False)
    _mutants: dict[str, int] = field(default_factory=dict, init=False)
    _lines: int = field(default=0, init=False)
    _styles: dict[str, Style] = field(default_factory=dict, init=False)
    _reach: Reach = field(default_factory=Reach, init=False)
    _done: dict[str, tuple[Attempt, ...]] = field(default_factory=dict, init=False)
    _texts: Mapping[str, str] = field(default_factory=dict, init=False)
    _branches: Branches = field(default_factory=dict, init=False)
    _changes: Mapping[str, str] = field(default_factory=dict, init=False)
    _earlier: Mapping[str, str] = field(default_factory=dict, init=False)

    __test__ = False

    def gather(self, tools: Tools) -> Evidence:
        """Run the suite with its coverage, and say which changed lines no test runs."""
        evidence = Evidence(JOB, "", self.tree, toolchain=tools.runner.toolchain)
        notes = (self.base_note,) if self.base_note else ()
        changed = self._changed(tools)
        if not changed:
            why = _OURS if _is_ours(tools) else "the change adds no line that a test could run"
            return replace(evidence, summary=why, settled=Outcome.NOTHING_TO_DO, notes=notes)
        self._texts = Sources(tools.clone.tree(self.tree))
        self._branches = self._branched(changed)
        with tools.progress.phase("run the suite"):
            before, seconds = self._suite(tools)
        with tools.progress.phase("see what the tests run"):
            coverage = self._coverage(tools, before)
        self._branches = known(self._branches, coverage)
        repaired = often_repaired(tools.context.commit, tools.repository)
        changed, found = self._untested(changed, coverage, repaired)
        self._styles = dict(self._styled(found, coverage, tools.runner.toolchain))
        whole = replace(
            evidence,
            before=before,
            controls=(Control(Side.HEAD, alone=False, statuses={}, seconds=seconds),),
            untested=found,
            changed=changed,
            branches=self._branches,
            coverage=_of_files(coverage, changed),
            earlier={path: text for path, text in self._earlier.items() if path in changed},
            notes=(
                *notes,
                *_about_suite(before),
                *left_for_later(found),
                *_about_unread(unread(changed, self._texts)),
                *coverage.partial,
            ),
        )
        count = sum(map(len, changed.values()))
        if _is_ours(tools):  # anybody can write such a trailer, so that its lines are counted all the same
            return replace(whole, summary=_OURS, settled=Outcome.NOTHING_TO_DO)
        if not found:
            why = f"every one of the {count} changed lines that can be run is run by a test"
            return replace(whole, summary=why, settled=Outcome.NOTHING_TO_DO)
        left = [f"no test runs {sum(len(target.every_line) for target in found)} of {count} changed lines"]
        if skipped := sum(len(target.branches) for target in found):
            left.append(f"or takes {skipped} of {sum(map(len, self._branches.values()))} changed branches")
        return replace(whole, summary=f"{' '.join(left)}, in {len(found)} place(s)")

    def _changed(self, tools: Tools) -> Lines:
        """The executable lines that the change adds, by path."""
        clone = tools.clone
        old, new = clone.tree(self.base), clone.tree(self.tree)
        before = Sources(old)
        patch = clone.patch(old.id, new.id)
        self._changes = sections(patch.diff)
        touched = (file.path for file in patch.files if file.path.endswith(".py"))
        self._earlier = {path: text for path in touched if (text := before.get(path))}
        return changed_code(clone.added_lines(old.id, new.id), Sources(new), self._earlier.values())

    def _branched(self, changed: Lines) -> Branches:
        """The branches among *changed* of which it is asked whether tests take them."""
        return changed_branches(changed, self._texts)

    def _untested(
        self, changed: Lines, coverage: Coverage, repaired: Mapping[str, int]
    ) -> tuple[Lines, tuple[Target, ...]]:
        """What of *changed* can be executed, and what of that no test runs."""
        skipped = untaken(self._branches, coverage)
        return changed, targets(changed, self._texts, coverage, repaired=repaired, untaken=skipped)

    def _styled(
        self, found: tuple[Target, ...], coverage: Coverage, toolchain: Mapping[str, str]
    ) -> Iterator[tuple[str, Style]]:
        """How the tests of each module are to be written, each to a file of its own."""
        taken: set[str] = set()
        for path, _ in _by_module(found):
            style = self._style(path, _covering(coverage, path), toolchain, taken)
            taken.add(style.path)
            yield path, style

    def _style(self, path: str, covering: tuple[str, ...], toolchain: Mapping[str, str], taken: set[str]) -> Style:
        files = [id_.partition("::")[0] for id_ in covering]
        roots = roots_of(toolchain)
        return style_of(path, self._texts, roots=roots, covering=files, taken=taken)

    def _suite(self, tools: Tools) -> tuple[TestReport, float]:
        """The whole suite, and the seconds it took; an empty report where there is no test at all."""
        try:
            return Controls(tools, ()).whole(self.tree)
        except UnsupportedError as error:
            if not any(words in str(error) for words in _NO_TESTS):
                raise
            return TestReport(), 0.0

    def _coverage(self, tools: Tools, before: TestReport) -> Coverage:
        """The lines that each passing test runs. Raises UnsupportedError where nothing here can tell."""
        if not before.cases:
            return Coverage()
        if not isinstance(tools.runner, Covering):
            raise UnsupportedError("which lines the tests run can be told for pytest and unittest only so far")
        with tools.sandbox.open(tools.clone.tree(self.tree)) as workspace:
            seconds = max(1.0, tools.seconds_left())
            found = tools.runner.covered(workspace, timeout=seconds, deciding=deciding(self._branches))
        return found.of((IMPORTS, *before.ids(Status.PASSED)))

    def parts(self, evidence: Evidence) -> Generator[Evidence, Attempt | None, None]:
        """One module after the other, the most important first, each on top of what was proven before.

        The model comes when nobody else has more to offer, and again for what its own tests leave.
        """
        part = evidence
        modules = tuple(_by_module(evidence.untested))
        for by_model in (False, True):
            for number, (path, own) in enumerate(modules):
                waiting = () if by_model else modules[number:]
                self._lines = sum(len(target.guarded) for _, some in waiting for target in some)
                while self._cases > 0 and (left := self._left(path, own)):
                    proof = yield self._part(part, path, left, by_model=by_model)
                    if not (proof and proof.patch):
                        break
                    part = replace(part, tree=proof.patch.tree)
                    self._keep(path, proof)
                    if not by_model:
                        break

    def _part(self, part: Evidence, path: str, own: tuple[Target, ...], *, by_model: bool) -> Evidence:
        """The evidence about the module *path*."""
        covering = _covering(part.coverage or Coverage(), path)
        return replace(
            part,
            untested=own,
            group=path,
            summary=_summary(own),
            style=self._styles.get(path),
            covering=covering,
            by_model=by_model,
        )

    def _left(self, path: str, own: tuple[Target, ...]) -> tuple[Target, ...]:
        """Those of *own*, the targets in *path*, of which something is not run yet, or a small fault not noticed."""
        last = next((proof.written for proof in reversed(self._done.get(path, ())) if proof.written), Written())
        alive = {one.target for one in last.alive}
        return tuple(target for target in own if target.name in alive or not self._reach.covers(target))

    def _keep(self, path: str, proof: Attempt) -> None:
        """Remember what *proof* adds, and that its files are taken."""
        delivered = proof.written.delivered if proof.written else ()
        self._cases -= len(delivered)
        self._reach = self._reach.after(delivered)
        self._done[path] = (*self._done.get(path, ()), proof)
        if style := self._styles.get(path):
            made = (file.path for proofs in self._done.values() for each in proofs for file in _files(each))
            taken = {*(each.path for each in self._styles.values()), *made}
            self._styles[path] = replace(style, path=next_to(style.path, self._texts, taken))

    def ask(self, evidence: Evidence, attempts: tuple[Attempt, ...], tools: Tools) -> str:
        """What is untested, where, and how tests are written here: for proposers that read text."""
        tree = tools.clone.tree(evidence.tree)
        path, texts = evidence.group, Sources(tree)
        names = [target.function for target in evidence.untested]
        lines = callers(names, tree.paths(), texts, but=path)
        made = [file.path for proof in self._done.get(path, ()) for file in _files(proof)]
        shown = Shown(
            code={path: texts.get(path, "")},
            callers={each: texts[each] for each in lines},
            lines=lines,
            change=self._changes.get(path, ""),
            tests={each: texts[each] for each in _shown_tests(evidence, tree.paths(), made)},
        )
        return question_of_tests(template(PROMPT), evidence, shown, attempts, nonce=str(self.seed))

    def prove(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """Hold every test that is offered against the filters, and keep those that are worth having."""
        with tools.progress.phase("prove"):
            judged = self._judged(attempt, evidence, tools)
        if judged.written:
            tried = judged.written.mutants.tried
            self._mutants[evidence.group] = max(self._mutants.get(evidence.group, 0), tried)
        return judged

    def _judged(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        base = tools.clone.tree(self.base).id
        return Worth(evidence, tools, self._cases, self._share(evidence), self._reach, base).of(attempt)

    def _share(self, evidence: Evidence) -> int:
        """How many of the faults that are left go to the module of *evidence*: by its part of the lines still to do."""
        own = sum(len(target.guarded) for target in evidence.untested)
        left = MOST_MUTANTS - sum(count for path, count in self._mutants.items() if path != evidence.group)
        return max(1, min(left, round(left * own / max(own, self._lines))))

    def choose(self, proven: tuple[Attempt, ...], _evidence: Evidence, _tools: Tools) -> Attempt:
        """The one whose tests notice most."""
        return max(proven, key=lambda attempt: attempt.written.mutants.after if attempt.written else 0)

    def together(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> Attempt:
        """All new tests as one change, run beside all others."""
        base = tools.clone.tree(self.base).id
        made = BesideAll(evidence, tools, delivery_id(delivery_name(tools.context.commit)), base).of(proven)
        return held_to_policy(made, tools, causes=max(evidence.causes, len(proven)))


def sections(diff: str) -> dict[str, str]:
    """What git's *diff* does to each file, by the path that it has afterwards."""
    found: dict[str, str] = {}
    for section in re.split(r"(?m)^(?=diff --git )", diff):
        if named := re.search(r"(?m)^\+\+\+ b/(.+)$", section):
            found[named[1]] = section
    return found


def _files(attempt: Attempt) -> tuple[ChangedFile, ...]:
    return attempt.patch.files if attempt.patch else ()


def _shown_tests(evidence: Evidence, paths: Sequence[str], made: Sequence[str]) -> tuple[str, ...]:
    """The files of tests to show: the nearest, those *made* before, the fixtures, and others that run the module."""
    style, known = evidence.style, frozenset(paths)
    above = [path for path in paths if path.rpartition("/")[2] == "conftest.py"]
    fixtures = [path for path in above if style and style.path.startswith(path.removesuffix("conftest.py"))]
    covering = Counter(id_.partition("::")[0] for id_ in evidence.covering)
    nearest = [style.nearest] if style and style.nearest else []
    most = [path for path, _ in covering.most_common(_MOST_TEST_FILES)]
    return tuple(path for path in dict.fromkeys((*nearest, *made, *fixtures, *most)) if path in known)


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
    return replace(coverage, tests={id_: files for id_, files in tests.items() if files})


def _about_suite(before: TestReport) -> Iterator[str]:
    if red := before.red:
        names = ", ".join(case.id for case in red[:_MOST_NAMES])
        more = f" and {len(red) - _MOST_NAMES} more" if len(red) > _MOST_NAMES else ""
        yield f"{len(red)} test(s) fail already and count for nothing here: {names}{more}"
    if not before.cases:
        yield "there is no test yet"


def _about_unread(paths: Sequence[str]) -> Iterator[str]:
    if paths:
        more = f" and {len(paths) - _MOST_NAMES} more" if len(paths) > _MOST_NAMES else ""
        names = ", ".join(paths[:_MOST_NAMES])
        yield f"Python cannot read {names}{more}, so that every added line there counts as run by no test"


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
    branches = sum(len(target.branches) for target in own)
    told = f" or takes {branches} branch{'es' * (branches != 1)}" if branches else ""
    return f"no test runs {sum(len(target.lines) for target in own)} changed lines{told} of {own[0].path} ({names})"
