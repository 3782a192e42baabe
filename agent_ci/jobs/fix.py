"""Turns a red build green without breaking anything that was green."""

from __future__ import annotations

from dataclasses import dataclass, replace

from agent_ci.core.change import Patch
from agent_ci.core.imports import imported_files
from agent_ci.core.patches import hunks
from agent_ci.core.paths import is_test_path
from agent_ci.core.proof import unproven
from agent_ci.core.questions.question import fix_question, suspects
from agent_ci.core.report import Status, TestReport
from agent_ci.core.run import Attempt, Evidence
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.jobs.triage import Triage
from agent_ci.pipeline import Tools
from agent_ci.ports import Tree
from agent_ci.templates import template

_PROMPT = "fix.v1"
_MOST_FILES = 30


@dataclass(frozen=True)
class Fix:
    """The job `fix`: evidence by triage, proof by the original tests on the patched tree."""

    triage: Triage

    def gather(self, tools: Tools) -> Evidence:
        """Reproduce the failure, run the controls, and say what is to be repaired."""
        return self.triage.diagnose(tools)

    def ask(self, evidence: Evidence, attempts: tuple[Attempt, ...], tree: Tree) -> str:
        """What failed, where, what was tried: for proposers that read text."""
        named = {path: _text(tree, path) for path in suspects(evidence, tree.paths())}
        imported = (
            file for path in named if is_test_path(path) for file in _imports(evidence, tree, path, named[path])
        )
        sources = {**named, **{path: _text(tree, path) for path in imported if path not in named}}
        return fix_question(template(_PROMPT), evidence, dict(list(sources.items())[:_MOST_FILES]), attempts)

    def prove(self, attempt: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
        """Run the failing tests, then the whole suite; then drop every hunk that is not needed for green."""
        assert attempt.patch is not None  # noqa: S101 - the pipeline proves changes only
        with tools.progress.phase("prove"):
            judged = _prove(attempt, attempt.patch, evidence, tools)
            return _minimal(judged, evidence, tools) if judged.is_proven else judged


def _imports(evidence: Evidence, tree: Tree, path: str, text: str) -> tuple[str, ...]:
    """The files that the failing tests at *path* import: most assertions leave no frame in the code they test."""
    roots = evidence.toolchain.get("pythonpath", ".").split(":")
    return imported_files(text, path, paths=tree.paths(), roots=roots)


def _text(tree: Tree, path: str) -> str:
    return tree.read(path).decode("utf-8", "replace")


def _prove(attempt: Attempt, patch: Patch, evidence: Evidence, tools: Tools) -> Attempt:
    """*attempt* with *patch* as its change, judged by running the failing tests and then all of them."""
    try:
        if objections := _target_objections(_run(patch, evidence.target_ids, tools), evidence):
            return replace(attempt, patch=patch, objections=objections)
        after = _run(patch, (), tools)
    except (InfrastructureError, UnsupportedError) as error:
        return replace(attempt, patch=patch, objections=(f"with the change, {error}",))
    objections = unproven(evidence.before, after, tolerated=_tolerated(evidence))
    return replace(attempt, patch=patch, objections=objections, after=after)


def _run(patch: Patch, only: tuple[str, ...], tools: Tools) -> TestReport:
    with tools.sandbox.open(tools.clone.tree(patch.tree)) as workspace:
        return tools.runner.run(workspace, only=only, timeout=max(1.0, tools.seconds_left()))


def _target_objections(after: TestReport, evidence: Evidence) -> tuple[str, ...]:
    """What the failing tests alone say against the change."""
    targets = TestReport.of(*evidence.targets)
    messages = {case.id: case.message.strip().splitlines() for case in after.red}
    return tuple(
        f"{sentence}: {messages[id_][0]}" if (id_ := sentence.split(" ")[0]) in messages and messages[id_] else sentence
        for sentence in unproven(targets, after)
    )


def _tolerated(evidence: Evidence) -> frozenset[str]:
    """Cases that were red before and that this repair does not claim."""
    return frozenset(evidence.before.ids(Status.FAILED, Status.ERRORED)) - set(evidence.target_ids)


def _minimal(proven: Attempt, evidence: Evidence, tools: Tools) -> Attempt:
    """*proven* without the hunks that the failing tests do not need; proven again when any was dropped."""
    assert proven.patch is not None  # noqa: S101 - it is proven
    smaller = _needed(proven.patch, evidence, tools)
    if smaller.tree == proven.patch.tree:
        return proven
    again = _prove(proven, smaller, evidence, tools)
    return again if again.is_proven else proven


def _needed(patch: Patch, evidence: Evidence, tools: Tools) -> Patch:
    """*patch* reduced to the hunks without which a failing test is red again."""
    index = 0
    while len(parts := hunks.split(patch.diff)) > 1 and index < len(parts):
        tree = tools.clone.apply(patch.base_tree, hunks.without(patch.diff, index))
        without = tools.clone.patch(patch.base_tree, tree)
        if _is_still_green(without, evidence, tools):
            patch = without
        else:
            index += 1
    return patch


def _is_still_green(patch: Patch, evidence: Evidence, tools: Tools) -> bool:
    try:
        return not _target_objections(_run(patch, evidence.target_ids, tools), evidence)
    except (InfrastructureError, UnsupportedError):
        return False
