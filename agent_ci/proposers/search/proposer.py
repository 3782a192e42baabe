"""Repairs small bugs offline: has one-place edits tried in the sandbox and offers what survives."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import kits
from agent_ci.core.frameworks.checks import Check
from agent_ci.core.frameworks.python_projects import folder_of, roots_of
from agent_ci.core.paths import is_test_path, matches
from agent_ci.core.policy import PROTECTED
from agent_ci.core.report import Status
from agent_ci.core.run import Attempt, Cost, Evidence, Reply
from agent_ci.kits import PACKAGE
from agent_ci.ports import Command, Runner, Tree, Workbench
from agent_ci.proposers.search.answers import Answer, Survivor, cause_of, read_answer, unified_diff
from agent_ci.proposers.search.checkpoints import UNENDED, Checkpoint, Checkpoints, key_of, left_in
from agent_ci.proposers.search.confidence import Grade, confidence
from agent_ci.proposers.search.elsewhere import Elsewhere
from agent_ci.proposers.search.remaking import KIT, made_again

# Like `python -m pytest`, the program runs with the current folder first on its path.
_LAUNCHER = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    f"from {PACKAGE}.{KIT.replace('/', '.')}.harness import main; del sys.path[0]; sys.exit(main(sys.argv[2:]))"
)
_GRACE = 15.0  # seconds that the program gets beyond its own limit before the sandbox ends it
_LEAST = 5.0  # seconds below which a search is not begun
_MOST_SUSPECTS = 5_000
_SHARE_FOR_SEVERAL = 0.3  # of the usual time, for one edit that repairs what looks like several causes
_MOST_SURVIVORS = 5
_NOT_SEARCHED = frozenset({"unittest", "django", Check.name})


@dataclass(frozen=True)
class Search:
    """Searches for the one-place edit that turns the red tests of a repository green.

    Python is searched by a program in the sandbox, where pytest runs the tests; JavaScript, TypeScript, Go and Java by
    *runner*, where one is given. ``seed`` breaks ties between equally likely edits; ``max_candidates`` bounds how many
    are tried, ``time_share`` how much of the time left (0 to 1), and ``cpu_seconds``, unless it is 0, how much
    processor time the program in the sandbox takes. Where it runs out of one, *checkpoints* keep where it left off, and
    the next search of the same tree for the same tests goes on there.
    """

    runner: Runner | None = field(default=None, kw_only=True)
    seed: int = field(default=0, kw_only=True)
    checkpoints: Checkpoints | None = field(default=None, kw_only=True)
    max_candidates: int = field(default=20_000, kw_only=True)
    time_share: float = field(default=0.5, kw_only=True)
    cpu_seconds: float = field(default=0.0, kw_only=True)

    def propose(
        self, evidence: Evidence, _attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Search once, then offer the survivors one after the other, or say that there is none."""
        share = self.time_share if evidence.causes == 1 else _SHARE_FOR_SEVERAL * self.time_share
        seconds = share * workbench.seconds_left()
        if not evidence.target_ids or seconds < _LEAST:
            return
        started = time.monotonic()
        answer = self._continued(evidence, workbench, seconds)
        if answer is None:
            return
        cost = Cost(seconds=time.monotonic() - started)
        for survivor in answer.survivors[:_MOST_SURVIVORS]:
            yield offered(survivor, answer.summary, workbench.tree, cost)
            cost = Cost()
        if not answer.survivors:
            objection = f"no single edit turns the failing tests green: {answer.summary}"
            yield Reply("search", cost=cost, note=answer.summary, objection=objection)

    def _continued(self, evidence: Evidence, workbench: Workbench, seconds: float) -> Answer | None:
        """What the search finds where an earlier one left off, if one did; where it leaves off itself is kept."""
        tree, kept = workbench.tree, self.checkpoints
        if kept is None:
            return self._answer(evidence, workbench, seconds, Checkpoint())
        key = key_of(tree.id, evidence.target_ids, self.seed, evidence.toolchain.get("pytest_arguments", ""))
        before, fault = kept.of(key, tree)
        answer = self._answer(evidence, workbench, seconds, before)
        if answer and (answer.checkpoint or answer.is_over):
            kept.keep(key, answer.checkpoint, tree)
        return replace(answer, fault="; ".join(filter(None, (fault, answer.fault)))) if answer else None

    def _answer(self, evidence: Evidence, workbench: Workbench, seconds: float, before: Checkpoint) -> Answer | None:
        """What the search finds; None where it knows neither the language nor how the tests are run."""
        tools = evidence.toolchain
        files = (id_.partition("::")[0] for id_ in evidence.target_ids)
        if tools.get("runner") == "pytest" and ("also" not in tools or any(file.endswith(".py") for file in files)):
            return self._search(evidence, workbench, seconds, before)
        if self.runner is None or tools.get("runner") in _NOT_SEARCHED:
            return None
        there = Elsewhere(evidence, self.runner, workbench.tree, self.seed)
        if not there.is_possible:
            return None
        return there.search(workbench, before, seconds=seconds, most=self.max_candidates)

    def _search(self, evidence: Evidence, workbench: Workbench, seconds: float, before: Checkpoint) -> Answer:
        suspects = suspects_in(workbench.tree)
        with workbench.open() as workspace:
            spec, result = workspace.outbox / "spec.json", workspace.outbox / "result.jsonl"
            kit = kits.lay(workspace.outbox, KIT)
            facts = {**self._spec(evidence, suspects, seconds), "before": before.facts}
            spec.write_text(json.dumps(facts), "utf-8")
            argv = (evidence.toolchain["python"], "-B", "-c", _LAUNCHER, str(kit), str(spec), str(result))
            environment = _environment(evidence, workspace.root)
            workspace.run(Command(argv, environment, timeout=seconds + _GRACE))
            answer = read_answer(result, tree=workbench.tree, suspects=suspects, root=workspace.outbox)
            left_off = left_in(workspace.outbox) if answer.reason in UNENDED else None
        told = replace(answer, before=before.tried, checkpoint=left_off)
        return made_again(told, facts, evidence.toolchain["python"], workbench)

    def _spec(self, evidence: Evidence, suspects: tuple[str, ...], seconds: float) -> Mapping[str, object]:
        return {
            "targets": evidence.target_ids,
            "passing": evidence.before.ids(Status.PASSED),
            "suspects": suspects,
            "arguments": json.loads(evidence.toolchain.get("pytest_arguments") or "[]"),
            "messages": [f"{case.message}\n{case.traceback}"[:20_000] for case in evidence.targets[:20]],
            "seed": self.seed,
            "max_candidates": self.max_candidates,
            "max_survivors": _MOST_SURVIVORS,
            "seconds": seconds,
            "cpu_seconds": self.cpu_seconds,
            "earlier": {path: text for path, text in evidence.earlier.items() if path in suspects},
            "older": {path: texts for path, texts in evidence.older.items() if path in suspects},
        }


def offered(survivor: Survivor, summary: str, tree: Tree, cost: Cost) -> Reply:
    """*survivor* as a change, as one that is doubted, or as an objection where it is only told of."""
    before = tree.read(survivor.path)
    diff = unified_diff(survivor.path, before, survivor.splice.applied_to(before))
    trust, cause = confidence(survivor), cause_of(survivor, before)
    note = f"{summary}; {trust.summary}"
    reasons = "; ".join(trust.reasons)
    reply = Reply("search", f"{summary}\n\n{diff}", cost, cause=cause, note=note)
    if trust.grade is Grade.COMMIT:
        return reply
    if trust.grade is Grade.SUGGEST:
        return replace(reply, doubts=(f"the search is not sure of its edit ({trust.summary}): {reasons}",))
    return replace(reply, objection=f"{cause} The search does not believe in that edit ({trust.summary}): {reasons}.")


def suspects_in(tree: Tree) -> tuple[str, ...]:
    """The files that may be edited: Python, and neither tests nor what decides how they run."""
    return tuple(
        path
        for path in tree.paths()
        if path.endswith(".py") and not is_test_path(path) and not matches(path, PROTECTED)
    )[:_MOST_SUSPECTS]


def _environment(evidence: Evidence, root: Path) -> Mapping[str, str]:
    starts = roots_of(evidence.toolchain, folder_of(evidence.toolchain, evidence.target_ids))
    return {
        "PYTHONPATH": os.pathsep.join(str(root / start) for start in starts),
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
