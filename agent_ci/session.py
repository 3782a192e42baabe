"""One run from settings to files: opens the repository, makes the tools, runs the job, delivers, writes."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import platform
import shlex
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from typing import Protocol, TextIO

from agent_ci import __version__, fetched, isolation, kept, registry, reports, settings, showing, spending, toolchains
from agent_ci.artifacts import OutputFolder
from agent_ci.audit import AuditLog
from agent_ci.base import base_of, settings_file, trusted_commit
from agent_ci.checkout import Repository
from agent_ci.clone import Clone, GitTree
from agent_ci.console import Console, is_live
from agent_ci.core.context import Context
from agent_ci.core.document import Surroundings, evidence_document
from agent_ci.core.explanation import explain
from agent_ci.core.ladder import PATCH
from agent_ci.core.loops import Bounds
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Outward
from agent_ci.core.run import Evidence, Verdict
from agent_ci.delivery import Carrier, Outgoing, deliver
from agent_ci.errors import AgentCIError, UnsupportedError
from agent_ci.joblogs import Reading, read_logs
from agent_ci.jobs.fix import Fix
from agent_ci.jobs.hooks import Hooks
from agent_ci.jobs.rebasing import proven_again
from agent_ci.jobs.triage import Triage
from agent_ci.memory_ref import recalled
from agent_ci.pipeline import Tools, execute
from agent_ci.ports import Completed, Forge, Isolation, Sandbox, Tree
from agent_ci.process import undisturbed
from agent_ci.scanners import likely_secrets
from agent_ci.settings import Settings
from agent_ci.templates import shipped, template

_TOLD = ("fix", "merge", "tests")  # the jobs that people on a forge hear of
_OF_THE_MACHINE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO}


class Command(Protocol):
    """A command that is no job of its own: what it does, and what it prints where that is no verdict."""

    @property
    def printed(self) -> str | Mapping[str, object]:
        """What goes to standard output; empty for the verdict."""
        ...

    def run(self) -> Verdict:
        """Do it. Raises AgentCIError."""
        ...


@dataclass
class Session:
    """One invocation: where it reads from and writes to, and what it knows so far.

    ``environment`` is the process's; ``given`` are the options of the command line by key. The evidence that
    exists when a run is stopped is what ``finish`` writes. ``merged`` are the cells that `merge` put together.
    """

    environment: Mapping[str, str]
    given: Mapping[str, object]
    stderr: TextIO
    job: str = "fix"
    started: float = field(default_factory=time.monotonic)
    settings: Settings = field(init=False)
    console: Console = field(init=False)
    outward: Outward = field(init=False)
    context: Context = field(init=False)
    verdict: Verdict = field(init=False)
    merged: tuple[Mapping[str, object], ...] = ()
    _forge: Forge = field(init=False)
    _sandboxed: float = 0.0
    _isolation: Mapping[str, object] = field(default_factory=dict)
    _delivered: Outgoing | None = None

    def __post_init__(self) -> None:
        """Hear the command line and the environment; the settings file follows once its commit is known."""
        self.settings = settings.heard(self.given, self.environment, usual=self._usual)
        quiet = self.settings.quiet
        self.outward = kept.outward(self.environment, likely_secrets)
        live = is_live(self.stderr, self.environment)
        self.console = Console(self.stderr, is_live=live, is_quiet=quiet, outward=self.outward)
        self.context = Context("git", "", str(self.settings.repository), "")

    @property
    def _usual(self) -> Mapping[str, object]:
        """The defaults that the job has for itself."""
        return settings.OF_JOBS.get(self.job, settings.NOTHING)

    def run(self, work: Callable[[], Verdict] | None = None) -> dict[str, object]:
        """Run the job, or *work* instead, write the files, and return the evidence document.

        Every AgentCIError, and a disk that is full, ends as a verdict with its outcome. Errors of the output folder
        rise. What was handed over already is the end of the run, whatever comes after it.
        """
        self.output.prepare()
        try:
            verdict = (work or self._run)()
        except AgentCIError as error:
            verdict = self._stopped(error.outcome, str(error))
        except OSError as error:
            if error.errno not in _OF_THE_MACHINE:
                raise
            what = f"{error.strerror} ({error.filename})" if error.filename else str(error.strerror)
            reason = f"this machine has no more to give: {what}; make room, or raise the limit, and run agent-ci again"
            verdict = self._stopped(Outcome.INFRASTRUCTURE, reason)
        with undisturbed():
            return self.finish(verdict)

    def _stopped(self, outcome: Outcome, reason: str) -> Verdict:
        return self._delivered.verdict if self._delivered else Verdict(outcome, reason, Evidence(self.job, reason))

    def finish(self, verdict: Verdict) -> dict[str, object]:
        """Write everything that is known about *verdict* and return the evidence document."""
        self.verdict = verdict
        spending.note(self.settings, self.context, verdict.cost)
        around = self._surroundings(verdict)
        document = evidence_document(verdict, around)
        sent = self._delivered
        if sent and sent.patch is not None:
            name = self.output.write_patch(sent.patch, is_partial=sent.is_partial)
            digest = hashlib.sha256(sent.patch).hexdigest()
            document["patch_file"] = {"name": name, "sha256": digest, "message": sent.message}
        if sent and sent.tried and self.settings.memory_ref:
            document["tried"] = [asdict(idea) for idea in sent.tried]
        self.output.write_text("explanation.md", explain(verdict, around))
        written = self.output.write_evidence(document)
        for fault in showing.show(verdict, written, sent.patch if sent else None, self.output, self.environment):
            self.console.say(fault)
        return written

    @property
    def output(self) -> OutputFolder:
        """The folder that the files go to."""
        return OutputFolder(self.settings.out, self.outward)

    @contextlib.contextmanager
    def placed(self) -> Iterator[tuple[Repository, Clone]]:
        """The checkout, and the clone while it exists, with all settings heard and nothing of it run yet.

        Raises AgentCIError.
        """
        repository = Repository.at(self.settings.repository)
        with Clone.of(repository) as clone:
            self._forge = registry.forge(self.environment, repository, clone)
            self.context = self._forge.context()
            file = settings_file(self.context, repository, clone)
            chosen = settings.heard(self.given, self.environment, file, usual=self._usual)
            self.settings = replace(chosen, repository=repository.root)
            self.output.prepare()  # the settings file may have named another folder
            self.console.is_quiet = self.settings.quiet
            yield repository, clone

    @contextlib.contextmanager
    def opened(self) -> Iterator[tuple[Fix, Tools]]:
        """The job and the tools it works with, while the clone exists. Raises AgentCIError."""
        with self.placed() as (repository, clone):
            tools = self.tools(repository, clone)
            yield self._fix(tools), tools

    def deliver(self, verdict: Verdict, tools: Tools) -> Verdict:
        """Deliver what *verdict* proves; the verdict after that."""
        with undisturbed():
            carrier = Carrier(self._forge, self.outward, self.output.write_patch)
            self._delivered = deliver(verdict, carrier, tools, self.settings)
        return self._delivered.verdict

    def _run(self) -> Verdict:
        with self.opened() as (job, tools):
            verdict = self.deliver(self._execute(job, tools), tools)
            moved_to = self._delivered.moved_to if self._delivered else ""
            return self._met(verdict, job, tools, moved_to) if moved_to else verdict

    def _met(self, stale: Verdict, job: Fix, tools: Tools, moved_to: str) -> Verdict:
        """The verdict once the branch that moved on was met at *moved_to*, which is tried one time.

        What that commit's settings forbid is not delivered onto it.
        """
        context = replace(self.context, commit=moved_to)
        file = settings_file(context, tools.repository, tools.clone)
        policy = settings.heard(self.given, self.environment, file, usual=self._usual).policy
        there = replace(tools, context=context, policy=policy)
        found = proven_again(stale, job, there, moved_from=self.context.commit)
        if found.outcome is Outcome.FIXED:
            self.context = context
            return self.deliver(found, there)
        if self._delivered:
            self._delivered = replace(self._delivered, verdict=found)
        return found

    def hand_on(self) -> bool:
        """Ask that a process with the right to write delivers what is only a file here; whether it will.

        Where nothing is to be delivered, it is asked to tell people why, which ends nothing otherwise.
        """
        delivery, chosen = self._delivered.delivery if self._delivered else None, self.settings
        keeper = kept.door(self.environment)
        is_told = self.job in _TOLD and self.verdict.outcome is not Outcome.CANCELLED
        if keeper is None or self.context.forge == "git" or not is_told:
            return False
        delivers = delivery is not None and delivery.rung == PATCH
        asked = {"deliver": chosen.deliver, "out": str(chosen.out), "repository": str(chosen.repository)}
        flags = {"json": chosen.json, "quiet": chosen.quiet, "verbose": chosen.verbose, "only-tell": not delivers}
        return bool(keeper.ask("publish", **asked, **flags)) and delivers

    def _fix(self, tools: Tools) -> Fix:
        base = base_of(self.settings, self.context, tools.repository, tools.clone)
        tree = self.tree(tools.repository, tools.clone)
        reports, logs = self.left(tree)
        return Fix(
            Triage(
                job=self.job,
                tree=tree.id,
                report_paths=reports,
                said=self._said(tools, tree, logs),
                base=base.commit,
                base_note=base.note,
                refuse_red_base=_refuses_red_base(self.settings, self.context),
                only=self.settings.group,
            ),
            hooks=Hooks(_hooks(self.settings)),
            bounds=_bounds(self.settings),
            bisect=self.settings.bisect or "",
            seed=self.settings.seed,
        )

    def _execute(self, job: Fix, tools: Tools) -> Verdict:
        verdict = execute(job, tools)
        if self.job == "explain" and verdict.outcome is Outcome.NO_FIX:
            return replace(verdict, outcome=Outcome.EXPLAINED, reason=verdict.evidence.summary)
        return verdict

    def tools(self, repository: Repository, clone: Clone) -> Tools:
        """What a job works with: chooses the sandbox and looks for the interpreter. Raises AgentCIError."""
        chosen, budget = self.settings, spending.budget(self.settings, self.context)
        journal = AuditLog(chosen.out / "audit.jsonl", self.outward)
        is_trusted = not self.context.from_fork
        setup = registry.Setup(chosen, self.environment, journal, budget, is_trusted=is_trusted)
        if chosen.memory_ref:
            recall = partial(recalled, repository.remote(), self.context, self.console.say)
            setup = replace(setup, recalled=cache(recall))
        tree = self.tree(repository, clone)
        with self.console.phase("choose the sandbox"):
            sandbox = self._sandbox(journal, tree)
        asked = {"fix": registry.proposers, "tests": registry.proposers_of_tests}.get(self.job)
        find = toolchains.tests_runner if self.job == "tests" else toolchains.runner
        with self.console.phase("find the tools"):
            runner = find(setup, sandbox, tree)
        return Tools(
            context=self.context,
            repository=repository,
            clone=clone,
            runner=runner,
            sandbox=sandbox,
            proposers=asked(replace(setup, runner=runner)) if asked else (),
            policy=chosen.policy_of_tests if self.job == "tests" else chosen.policy,
            budget=budget,
            journal=journal,
            progress=self.console,
            clock=lambda: time.monotonic() - self.started,
            repeat=chosen.repeat,
        )

    def _sandbox(self, journal: AuditLog, tree: GitTree) -> Sandbox:
        choice = isolation.choose(self.settings, self.environment, self._observer(journal), tree.paths())
        self._isolation = {
            **_isolation(choice.isolation, self.settings),
            "separation": kept.separation(self.environment),
        }
        if choice.warning:
            self.console.say(choice.warning)
        return choice.sandbox

    def _observer(self, journal: AuditLog) -> Callable[[Completed], None]:
        def observe(done: Completed) -> None:
            self._sandboxed += done.seconds
            if self.settings.verbose:
                self.console.say(f"    {shlex.join(done.argv)[:200]} -> {done.exit_code}, {done.seconds:.1f} s")
            journal.record("command", argv=done.argv, exit_code=done.exit_code, seconds=round(done.seconds, 3))

        return observe

    def tree(self, repository: Repository, clone: Clone) -> GitTree:
        """The files that are judged."""
        if self.settings.uncommitted:
            return clone.tree_of_checkout(repository)
        return clone.tree(self.context.commit)

    def left(self, tree: Tree) -> tuple[tuple[Path, ...], Mapping[Path, str]]:
        """The reports and the logs of the red run, these by name: those named, those that lie here, those at the forge.

        The forge is asked where no report lies here and no log is named. Raises UnsupportedError where what is named is
        not there.
        """
        root, chosen = self.settings.repository, self.settings
        logs = {root / name: name for name in chosen.log}
        found = reports.find(root, chosen.report) if chosen.report else ()
        if not chosen.report and self.context.forge != "git":
            found = _left_by_the_job(root, tree)
        is_here = found or logs or chosen.uncommitted
        there = fetched.Fetched() if is_here else fetched.of(self.environment, self.context)
        if there.said:
            self.console.say(there.said)
        if chosen.report and not (found or there.reports or chosen.run):
            names = " ".join(chosen.report)
            raise UnsupportedError(f"no file matches --report {names}; a missing report is not green")
        return found or there.reports, logs or there.logs

    def _said(self, tools: Tools, judged: GitTree, logs: Mapping[Path, str]) -> Reading:
        """What the *logs*, by name, say."""
        if not logs:
            return Reading()
        green = [self.settings.repository / name for name in self.settings.green_log]
        with self.console.phase("read logs"):
            commit = trusted_commit(self.context, tools.repository, tools.clone)
            trusted = tools.clone.tree(commit) if commit else None
            return read_logs(logs, green=green, judged=judged, trusted=trusted)

    def _surroundings(self, verdict: Verdict) -> Surroundings:
        total = time.monotonic() - self.started
        model = sum(attempt.reply.cost.seconds for attempt in verdict.attempts if attempt.reply.cost.calls)
        sums = {"total": total, "sandboxed": self._sandboxed, "model": model, "own": total - self._sandboxed - model}
        delivery = self._delivered.delivery if self._delivered else None
        return Surroundings(
            context=self.context,
            isolation=self._isolation,
            timings={**self.console.timings, **sums},
            timeline=tuple(sorted(self.console.timeline, key=lambda phase: phase.start)),
            versions=self._versions(),
            delivery=asdict(delivery) if delivery else {},
            only=self.settings.group,
            merged=self.merged,
        )

    def _versions(self) -> dict[str, object]:
        models = self.settings.models
        prompts = {name: template(name).sha256 for name in shipped()} if models else {}
        named = {"model": models[0] if models else None, "models": list(models)}
        return {"agent-ci": __version__, "python": platform.python_version(), **named, "prompts": prompts}


def _left_by_the_job(root: Path, tree: Tree) -> tuple[Path, ...]:
    """Readable reports in the usual places that are not part of the commit."""
    committed = frozenset(tree.paths())
    found = reports.find(root, reports.USUAL_PLACES)
    return tuple(
        path for path in found if path.relative_to(root).as_posix() not in committed and _is_report(path, root)
    )


def _is_report(path: Path, root: Path) -> bool:
    try:
        reports.read_report(path, root=root, keep=reports.Keep.RED)
    except UnsupportedError:
        return False
    return True


def _hooks(chosen: Settings) -> dict[str, str]:
    commands = {"lint": chosen.lint, "type-check": chosen.type_check, "security": chosen.security}
    return {name: command for name, command in commands.items() if command}


def _bounds(chosen: Settings) -> Bounds | None:
    return None if chosen.uncommitted else Bounds(chosen.max_fixes_per_branch, chosen.max_fixes_per_day)


def _isolation(found: Isolation, chosen: Settings) -> dict[str, object]:
    return {
        "tier": found.tier,
        "requested": chosen.sandbox,
        "minimum": chosen.min_isolation,
        "mechanisms": dict(found.mechanisms),
        "probes": dict(found.probes),
        "limits": dict(found.limits),
        "lacks": list(found.lacks),
        "why_not_higher": found.why_not_higher,
    }


def _refuses_red_base(chosen: Settings, context: Context) -> bool:
    if chosen.when_base_red:
        return chosen.when_base_red == "refuse"
    return bool(chosen.base) or not context.is_on_default_branch
