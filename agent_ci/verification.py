"""Repeats the proof of a fix from its evidence, its patch and its commit: offline, with no key, believing nothing."""

from __future__ import annotations

import json
import shlex
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TextIO

from agent_ci import handover
from agent_ci.core.change import Patch
from agent_ci.core.conditions import Conditions
from agent_ci.core.document import ids_by_status
from agent_ci.core.grouping import groups
from agent_ci.core.message import named_failure
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Control, Evidence, Reply, Side, TakenBack
from agent_ci.errors import AgentCIError, UnsupportedError
from agent_ci.history import message_of
from agent_ci.jobs.conduct import Conduct
from agent_ci.jobs.controls import Controls
from agent_ci.jobs.fix import Fix
from agent_ci.jobs.proving import Proof
from agent_ci.pipeline import Tools, refusals
from agent_ci.process import ToolError
from agent_ci.session import Session

_OF_A_REPAIR = frozenset({"fix", "merge"})


@dataclass(frozen=True)
class Claim:
    """One thing that the evidence says; *fault* is why it does not hold, empty where it does."""

    name: str
    fault: str = ""


@dataclass(frozen=True)
class Verification:
    """A proof to repeat: *evidence* and *patch* are files, *given* are options of the command line by key."""

    environment: Mapping[str, str]
    given: Mapping[str, object]
    stderr: TextIO
    evidence: Path
    patch: Path

    def claims(self) -> Iterator[Claim]:
        """Every claim in turn, up to and including the first that does not hold. Raises UnsupportedError."""
        try:
            for claim in self._claims():
                yield claim
                if claim.fault:
                    return
        except (ToolError, KeyError, TypeError, ValueError) as error:
            yield Claim("the evidence can be read", f"{type(error).__name__}: {error}")

    def _claims(self) -> Iterator[Claim]:
        try:
            handed = handover.proven(self.evidence, self.patch)
        except handover.DamagedError as error:
            yield Claim(f"{error.file.name} is as it was written", str(error))
            return
        yield Claim(f"{self.evidence.name} is as it was written")
        yield Claim(f"{self.patch.name} is the file that was proven")
        document = handed.document
        if document["job"] not in _OF_A_REPAIR:
            raise UnsupportedError(
                f"verify repeats the proof of a repair, and this is evidence of `{document['job']}`; run that again "
                "on the commit: the same commit and --seed give the same change"
            )
        with tempfile.TemporaryDirectory(prefix="agent-ci-verify-") as scratch:
            named = {key: value for key, value in self.given.items() if value is not None}
            given = {**_run_as(document["toolchain"]), **named, "out": scratch, "proposer": ()}
            with Session(self.environment, given, self.stderr).opened() as (job, tools):
                yield from _Repeated(document, handed.patch or b"", job, tools).claims()


@dataclass(frozen=True)
class _Repeated:
    """The proof that *document* tells of, made again in the repository of *tools*."""

    document: Mapping[str, Any]
    content: bytes
    job: Fix
    tools: Tools

    def claims(self) -> Iterator[Claim]:
        told = self.document["patch"]
        commit = self.document["context"]["commit"]
        fault = "" if self.tools.repository.commit(commit) else "it is not here; fetch it"
        yield Claim(f"the commit {commit[:12]} is known", fault)
        tree = self.tools.clone.tree(commit).id
        yield Claim("the fix was made for that commit", "" if tree == told["base_tree"] else "its tree is another one")
        patch = self._patch(tree)
        yield Claim("the patch leads to the tree that was proven", "" if patch.tree == told["tree"] else "another one")
        yield Claim("the patch has the digest that is told", "" if patch.sha256 == told["sha256"] else "another one")
        with self.tools.progress.phase("before"):
            before, seconds = Controls(self.tools, ()).whole(tree)
        yield Claim("the tests without the patch end as told", _difference(self.document["before"], before))
        evidence = self._evidence(tree, before, seconds)
        red = {case.id for case in before.red}
        green = [id_ for id_ in self.document["targets"] if id_ not in red]
        yield Claim("the failing tests fail without the patch", f"{green[0]} does not" if green else "")
        if self.document.get("takes_back"):
            yield Claim("the change takes back the commit, and nothing else", self._inexact(commit, patch))
        rules = refusals(self.tools.policy, self.tools.clone, evidence.targets, patch, causes=evidence.causes)
        yield Claim("the patch breaks no rule", rules[0] if rules else "")
        with self.tools.progress.phase("after"):
            attempt = Proof(evidence, self.tools, self.job.seed).holds(Attempt(Reply("verify"), patch))
        yield Claim(self._proven(attempt), attempt.objections[0] if attempt.objections else "")
        assert attempt.after is not None  # noqa: S101 - without objections there is a report
        yield Claim("the tests with the patch end as told", _difference(self.document["after"], attempt.after))
        faults = Conduct(evidence, self.tools).objections(patch)
        yield Claim("the code does the same outside of the tests", faults[0] if faults else "")
        objections = self.job.hooks.objections(attempt, self.tools)
        yield Claim("your own checks find nothing new", objections[0] if objections else "")

    def _patch(self, tree: str) -> Patch:
        text = self.content.decode("utf-8", "surrogateescape")
        return self.tools.clone.patch(tree, self.tools.clone.apply(tree, text))

    def _evidence(self, tree: str, before: TestReport, seconds: float) -> Evidence:
        """What the proof starts from: the run just made, and the conditions of the controls that are told."""
        ids = tuple(self.document["targets"])
        targets = tuple(case for case in before.red if case.id in ids)
        first = Controls(self.tools, ids).seen(Side.HEAD, before, alone=False, seconds=seconds)
        told = [Conditions(**row["conditions"]) for row in self.document["controls"] if row["side"] == Side.HEAD]
        alone = tuple(Control(Side.HEAD, alone=True, statuses={}, seconds=0.0, conditions=one) for one in told[1:])
        evidence = Evidence("fix", "", tree, before=before, targets=targets, controls=(first, *alone))
        causes = max(1, len(groups(targets)))
        taken = self.document.get("takes_back")
        takes_back = TakenBack(taken["commit"], "", "", red_again=tuple(taken["red_again"])) if taken else None
        return replace(evidence, causes=causes, takes_back=takes_back, toolchain=self.tools.runner.toolchain)

    def _inexact(self, commit: str, patch: Patch) -> str:
        """Why *patch* is not the revert of *commit*, which alone lets tests be red again; empty where it is."""
        if self.document["takes_back"]["commit"] != commit:
            return "it is told to take back another commit"
        before = self.tools.repository.parents(commit)[:1]
        if not before or self.tools.clone.tree(before[0]).id != patch.tree:
            return "it leads to other files than those before the commit"
        is_ours = named_failure(message_of(commit, self.tools.repository))
        return "" if is_ours else "the commit is none of agent-ci's"

    def _proven(self, attempt: Attempt) -> str:
        count = f"{len(self.document['targets'])} failing test(s) pass in {attempt.repeats} run(s)"
        return f"{count}, and every other test as before" + (f" ({attempt.scope})" if attempt.scope else "")


def _run_as(toolchain: Mapping[str, str]) -> dict[str, object]:
    """The options that run the tests as the evidence says they were run."""
    if toolchain["runner"] != "pytest" or "also" in toolchain:
        command, places = toolchain.get("command", ""), toolchain.get("reports", "")
        return {**({"run": command} if command else {}), **({"report": tuple(places.split(" "))} if places else {})}
    words = (*json.loads(toolchain["pytest_arguments"]), *json.loads(toolchain["pytest_paths"]))
    python = (toolchain["python"], "-m") if Path(toolchain["python"]).exists() else ()
    folders = json.loads(toolchain.get("pytest_folders", "[]"))
    inside = "".join(f"cd {shlex.quote(folder)} && " for folder in folders)
    return {"run": f"{inside}{shlex.join((*python, 'pytest', *words))}"}


def _difference(told: Mapping[str, list[str]], report: TestReport) -> str:
    """The first case that ends otherwise than *told*, as a sentence; empty where none does."""
    for status, ids in ids_by_status(report).items():
        for id_ in sorted(set(ids) ^ set(told[status])):
            return f"{id_} is told to be {status}, and is not" if id_ in told[status] else f"{id_} is {status}, untold"
        if ids != told[status]:
            return f"{len(ids)} cases are {status}, and {len(told[status])} are told"
    return ""


def passed(claims: list[Claim]) -> bool:
    """Whether every claim was looked at and holds."""
    return bool(claims) and not any(claim.fault for claim in claims)


__all__ = ["AgentCIError", "Claim", "Verification", "passed"]
