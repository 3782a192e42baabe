"""What the search makes of one bug: its first offer, judged twice, and what it cost."""

from __future__ import annotations

import os
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from agent_ci import ports
from agent_ci.core.patches.diff import read_edits
from agent_ci.core.patches.relocate import relocate
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.errors import AgentCIError
from agent_ci.proposers.search.answers import Answer
from agent_ci.proposers.search.checkpoints import Checkpoint
from agent_ci.proposers.search.proposer import Search
from bench.search.case import Case
from bench.search.judge import is_doubted, likeness, runner, sandbox, tested

_PATIENCE = 10.0  # seconds of wall clock for one of the processor: what else the machine does is not measured


@dataclass(frozen=True)
class Result:
    """One row.

    ``cpu`` is all that the search used, ``trying_cpu`` the part in which candidates were ``tried``, by its own account;
    ``pytest_cpu`` is one run of the red tests alone.
    ``agreed`` counts the generated inputs on which the offer and the original give the same; ``differed`` names some
    on which they do not; ``is_untold`` says that a plausible offer could not be called often enough to be judged, which
    counts as not right.
    """

    case: Case
    is_plausible: bool = False
    is_right: bool = False
    is_untold: bool = False
    confidence: str = ""
    tried: int = 0
    cpu: float = 0.0
    trying_cpu: float = 0.0
    pytest_cpu: float = 0.0
    note: str = ""
    diff: str = ""
    agreed: int = 0
    differed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Workbench:
    """A proposer's door to *tree*, with *seconds* left and copies in *box*."""

    tree: ports.Tree
    seconds: float
    box: ports.Sandbox = field(default_factory=sandbox)

    def question(self, _attempts: tuple[Attempt, ...]) -> str:
        """Nothing is asked."""
        return ""

    @contextmanager
    def open(self) -> Iterator[ports.Workspace]:
        """A fresh copy."""
        with self.box.open(self.tree) as workspace:
            yield workspace

    def seconds_left(self) -> float:
        """Always the same."""
        return self.seconds


@dataclass(frozen=True)
class _Watched(Search):
    """The search, and the answers that it read."""

    answers: list[Answer] = field(default_factory=list, kw_only=True)

    def _search(self, evidence: Evidence, workbench: ports.Workbench, seconds: float, before: Checkpoint) -> Answer:
        self.answers.append(super()._search(evidence, workbench, seconds, before))
        return self.answers[-1]


def red_report(case: Case) -> TestReport | None:
    """What the suite says of the bug; None where it does not see it, or never ends."""
    try:
        report = tested(case, case.red)
    except AgentCIError:
        return None
    return report if report.red else None


def measure(case: Case, report: TestReport, *, seconds: float) -> Result:
    """Have the bug repaired within *seconds* of processor time, and judge the first offer."""
    tools = {key: value for key, value in runner(case).toolchain.items() if key != "pytest_paths"}
    evidence = Evidence("fix", "red", before=report, targets=report.red, toolchain={**tools, "pytest_arguments": "[]"})
    before = children_cpu()
    search = _Watched(cpu_seconds=seconds)
    offers = list(offers_of(search, evidence, Workbench(case.red, 2 * _PATIENCE * seconds)))
    cpu = children_cpu() - before
    answer = search.answers[-1] if search.answers else Answer()
    result = Result(
        case,
        tried=answer.tried,
        cpu=cpu,
        trying_cpu=answer.trying_cpu_seconds,
        pytest_cpu=_one_run(case, evidence),
        note=offers[0].note if offers else "",
    )
    with_text = [offer for offer in offers if offer.text]
    return _judged(result, with_text, evidence) if with_text else result


def offers_of(search: Search, evidence: Evidence, workbench: Workbench) -> Iterator[Reply]:
    """All that *search* offers, none of which is believed."""
    session = search.propose(evidence, (), workbench)
    reply = next(session, None)
    while reply is not None:
        yield reply
        try:
            reply = session.send(Attempt(reply, objections=("not believed",)))
        except StopIteration:
            return


def _judged(result: Result, offers: list[Reply], evidence: Evidence) -> Result:
    """*result* with what is to be said of the first of *offers*."""
    case, first = result.case, offers[0]
    texts = [text_after(case.path, case.red.read(case.path), offer) for offer in offers[:2]]
    result = replace(result, confidence=class_of(first), diff=first.text)
    if not texts[0]:
        return result
    try:
        is_plausible = not tested(case, case.with_text(texts[0])).red
    except AgentCIError:
        return result
    files = tuple(sorted({id_.partition("::")[0] for id_ in evidence.target_ids}))
    found = likeness(case, texts[0], files)
    if result.confidence == "commit" and len(texts) > 1 and is_doubted(case, texts[0], texts[1], evidence):
        result = replace(result, confidence="suggest")  # the job compares two that are proven, and has its doubts
    return replace(
        result,
        is_plausible=is_plausible,
        is_right=is_plausible and found.is_right,
        is_untold=is_plausible and found.is_untold,
        agreed=found.agreed,
        differed=found.differed[:3],
    )


def text_after(path: str, before: bytes, offer: Reply) -> str:
    """What the file at *path*, which read *before*, reads with *offer*; empty where that changes another file."""
    edits = read_edits(offer.text)
    if [edit.path for edit in edits] != [path]:
        return ""
    return (relocate(edits[0], before) or b"").decode()


def class_of(reply: Reply) -> str:
    """How far the search trusts what it offers: commit, suggest or mention."""
    if reply.objection:
        return "mention"
    return "suggest" if reply.doubts else "commit"


def _one_run(case: Case, evidence: Evidence) -> float:
    """The processor seconds of a pytest process that runs the red tests, once."""
    with sandbox().open(case.red) as workspace:
        roots = os.pathsep.join(str(Path(workspace.root, root)) for root in case.roots)
        argv = [case.python, "-B", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *evidence.target_ids]
        before = children_cpu()
        environment = {"PATH": os.environ["PATH"], "PYTHONPATH": roots}
        subprocess.run(argv, cwd=workspace.root, env=environment, capture_output=True, check=False)
        return children_cpu() - before


def children_cpu() -> float:
    """The processor seconds of all children of this process that ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
