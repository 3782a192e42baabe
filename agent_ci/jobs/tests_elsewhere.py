"""The job `tests` for JavaScript, TypeScript, Go and Java: what their coverage tells of the change and of new tests."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent_ci.clone import Texts
from agent_ci.core.coverage import IMPORTS, Coverage, Lines
from agent_ci.core.elsewhere.blocks import Block, TestsText
from agent_ci.core.elsewhere.languages import JAVASCRIPT, Language
from agent_ci.core.elsewhere.style import style_of
from agent_ci.core.elsewhere.targets import changed_code, executable, targets
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.core.test_style import Style
from agent_ci.core.untaken import Branches
from agent_ci.core.untested import Target
from agent_ci.core.worth.provenance import Provenance, delivery_id, delivery_name
from agent_ci.core.worth.values import NEW_BEHAVIOUR, NOT_MUTATED, PINS_EXISTING, Judged, Written
from agent_ci.errors import UnsupportedError
from agent_ci.jobs.beside_all import LATE, ROUNDS, RUNS, cause, delivered, is_out, left, taken
from agent_ci.jobs.controls import SUITE, report_of
from agent_ci.jobs.on_base import Key
from agent_ci.jobs.tests import Tests, sections
from agent_ci.jobs.worth import absence, fault_of, gained, held_to_policy, objections_of
from agent_ci.jobs.worth_elsewhere import Selection, WorthElsewhere, is_of, named
from agent_ci.pipeline import Tools
from agent_ci.ports import Covering


@dataclass
class TestsElsewhere(Tests):
    """The job `tests` for code in *language*."""

    language: Language = JAVASCRIPT

    __test__ = False

    def _changed(self, tools: Tools) -> Lines:
        """The lines that the change adds and in which something could run, by path."""
        clone = tools.clone
        old, new = clone.tree(self.base), clone.tree(self.tree)
        self._changes = sections(clone.patch(old.id, new.id).diff)
        return changed_code(clone.added_lines(old.id, new.id), Texts(new), self.language)

    def _coverage(self, tools: Tools, before: TestReport) -> Coverage:
        """The lines that the tests of each file or package run; where some are red, those of each that passes."""
        if not before.cases:
            return Coverage()
        if not isinstance(tools.runner, Covering):
            raise UnsupportedError(
                "which lines tests run can be told for jest, vitest, mocha, go, maven and gradle only"
            )
        red = {case.id.partition("::")[0] for case in before.red}
        passed = (id_ for id_ in before.ids(Status.PASSED) if "::" in id_)
        ids = dict.fromkeys(id_ if id_.partition("::")[0] in red else id_.partition("::")[0] for id_ in passed)
        with tools.sandbox.open(tools.clone.tree(self.tree)) as workspace:
            found = tools.runner.covered(workspace, tuple(ids), timeout=max(1.0, tools.seconds_left()))
        return found.of((IMPORTS, *ids))

    def _branched(self, _changed: Lines) -> Branches:
        return {}  # what tools of other languages write of branches is not read

    def _untested(
        self, changed: Lines, coverage: Coverage, repaired: Mapping[str, int]
    ) -> tuple[Lines, tuple[Target, ...]]:
        can = executable(changed, coverage)
        return can, targets(can, self._texts, coverage, self.language, repaired=repaired)

    def _style(self, path: str, covering: tuple[str, ...], toolchain: Mapping[str, str], taken: set[str]) -> Style:
        framework = toolchain.get("runner", "")
        return style_of(path, self._texts, self.language, framework, covering=covering, taken=taken)

    def _judged(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        return WorthElsewhere(evidence, tools, self.language, self._cases, self._reach).of(attempt)

    def together(self, proven: tuple[Attempt, ...], evidence: Evidence, tools: Tools) -> Attempt:
        """All new tests as one change, run beside all others."""
        base = tools.clone.tree(self.base).id
        name = delivery_id(delivery_name(tools.context.commit))
        made = _Together(evidence, tools, self.language, name, base).of(proven)
        return held_to_policy(made, tools, causes=max(evidence.causes, len(proven)))


@dataclass(frozen=True)
class _Together:
    """The proof of all new tests together, for the delivery *name*; *base* is the tree before the change."""

    evidence: Evidence
    tools: Tools
    language: Language
    name: str
    base: str

    def of(self, proven: Sequence[Attempt]) -> Attempt:
        """The tests of *proven*, each on top of the one before, as one change; those that do not stand are left out."""
        last = proven[-1].patch
        assert last is not None  # noqa: S101 - they are proven
        written = sum((attempt.written for attempt in proven if attempt.written), Written())
        tree = self.tools.clone.tree(last.tree)
        files = [file.path for file in self.tools.clone.patch(self.evidence.tree, last.tree).files]
        texts = {path: TestsText.read(tree.read(path).decode("utf-8"), self.language) for path in files}
        by = {one.file: attempt.reply.proposer for attempt in proven for one in delivered(attempt)}
        judged = self._labelled({(one.file, one.id): one for one in written.judged}, texts)
        names = " + ".join(dict.fromkeys(attempt.reply.proposer for attempt in proven))
        reply = Reply(names, cause=cause(self.evidence), note=f"delivery {self.name}")
        for _ in range(ROUNDS):
            texts = dict(self._remaining(texts, judged))
            if not texts:
                break
            made = self._marked(texts, judged, by)
            report, faults = self._runs(made, texts, [*left(judged)])
            if not faults:
                kept = replace(written, judged=tuple(judged.values()))
                kept = replace(kept, gained=gained(kept.judged, self.evidence))
                patch = self.tools.clone.patch(self.evidence.tree, made)
                return Attempt(reply, patch, (), report, repeats=min(RUNS, self.tools.repeat), written=kept)
            judged |= {key: taken(judged[key], reason) for key, reason in faults.items()}
        judged |= {key: taken(judged[key], LATE) for key in left(judged)}
        kept = replace(written, judged=tuple(judged.values()), gained={})
        return Attempt(reply, objections=objections_of(kept.judged), written=kept)

    def _marked(self, texts: Mapping[str, TestsText], judged: Mapping[Key, Judged], by: Mapping[str, str]) -> str:
        """The tree with *texts*, in which each new test says where it comes from."""
        marked = {path: text.marked(self._told(path, text, judged, by)) for path, text in texts.items()}
        return self.tools.clone.edit(self.evidence.tree, {path: text.encode() for path, text in marked.items()})

    def _remaining(
        self, texts: Mapping[str, TestsText], judged: Mapping[Key, Judged]
    ) -> Iterator[tuple[str, TestsText]]:
        paths = {path for path, _ in left(judged)}
        before = Texts(self.tools.clone.tree(self.evidence.tree))
        for path, text in texts.items():
            out = [test for test in text.tests if is_out(judged.get((path, named(test))))]
            kept = text.without(out, before=before.get(path, ""))
            if kept and path in paths:
                yield path, TestsText.read(kept, self.language)

    def _runs(
        self, tree: str, texts: Mapping[str, TestsText], new: Sequence[Key]
    ) -> tuple[TestReport, Mapping[Key, str]]:
        """The last report of the whole suite, and what speaks against which of the *new* tests."""
        report = TestReport()
        passed = frozenset(self.evidence.before.ids(Status.PASSED))
        for number in range(1, 1 + min(RUNS, self.tools.repeat)):
            report = report_of(self.tools, tree, (), SUITE)
            found = dict(self._faults(texts, tree, report, new))
            hurt = next((id_ for id_ in sorted(passed) if report.statuses.get(id_) is not Status.PASSED), "")
            if hurt and not found and self._is_hurt(hurt):
                found = dict.fromkeys(new, f"{hurt} fails beside it")
            if found:
                return report, {key: f"run {number} of the suite: {why}" for key, why in found.items()}
        return report, {}

    def _is_hurt(self, id_: str) -> bool:
        """Whether the test *id_* passes where the new ones are not there."""
        return report_of(self.tools, self.evidence.tree, (), SUITE).statuses.get(id_) is Status.PASSED

    def _faults(
        self, texts: Mapping[str, TestsText], tree: str, report: TestReport, new: Sequence[Key]
    ) -> Iterator[tuple[Key, str]]:
        for path, text in texts.items():
            strange = Selection(self.evidence, self.tools, self.language).unjudged(path, tree, report)
            ids = {named(test): own for test, own in self._ids(path, text, report).items()}
            for key in (key for key in new if key[0] == path):
                own = ids.get(key[1], ())
                if fault := strange or (fault_of(own, report) if own else absence(report)):
                    yield key, fault

    def _where(self, path: str) -> str:
        return Selection(self.evidence, self.tools, self.language).of(path)

    def _ids(self, path: str, text: TestsText, report: TestReport) -> Mapping[Block, tuple[str, ...]]:
        own = self._where(path)
        return text.with_ids(id_ for id_ in report.ids() if is_of(id_, own))

    def _labelled(self, judged: Mapping[Key, Judged], texts: Mapping[str, TestsText]) -> dict[Key, Judged]:
        """*judged* with whether each test fails on the base."""
        found = dict(judged)
        on_base = self.tools.clone.edit(self.base, {path: text.text.encode() for path, text in texts.items()})
        for path, text in texts.items():
            report = report_of(self.tools, on_base, (self._where(path),), SUITE)
            ids = self._ids(path, text, report)
            for test in text.tests:
                key = (path, named(test))
                if key in found:
                    is_green = bool(ids[test]) and not fault_of(ids[test], report)
                    label = PINS_EXISTING if is_green else NEW_BEHAVIOUR
                    found[key] = replace(found[key], labels=(*found[key].labels, label))
        return found

    def _told(
        self, path: str, text: TestsText, judged: Mapping[Key, Judged], by: Mapping[str, str]
    ) -> dict[Block, Provenance]:
        ours = ((test, judged.get((path, named(test)))) for test in text.tests)
        return {
            test: Provenance(self.name, one.target, one.lines, _kills(one), by.get(path, ""), one.labels)
            for test, one in ours
            if one and not one.rejected_by
        }


def _kills(one: Judged) -> int | None:
    """How many faults a test notices; None where none could be tried with it."""
    return None if NOT_MUTATED in one.labels else len(one.kills)
