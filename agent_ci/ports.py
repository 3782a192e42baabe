"""The things we talk to, as narrowly as the jobs need them, and the values that cross those borders."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, runtime_checkable

from agent_ci.core.chat import Ask, Heard
from agent_ci.core.conditions import USUAL, Conditions
from agent_ci.core.context import Context
from agent_ci.core.coverage import NOTHING, Coverage, Lines
from agent_ci.core.notes.release import Page
from agent_ci.core.notes.requests import Request
from agent_ci.core.parcel import Parcel
from agent_ci.core.report import TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.core.views.story import Story


@dataclass(frozen=True, slots=True)
class Command:
    """A program to run inside a workspace: a list, never a shell string.

    ``environment`` is added to the sandbox's allow-list. ``timeout`` is in seconds.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    timeout: float = 600.0


@dataclass(frozen=True, slots=True)
class Completed:
    """A finished process: its exit code (negative: the signal that ended it) and its capped output.

    ``ended_by`` is the sentence of the limit that ended it, where one other than the time did.
    """

    argv: tuple[str, ...]
    exit_code: int
    output: str
    seconds: float
    timed_out: bool = False
    ended_by: str = ""

    @property
    def explanation(self) -> str:
        """The command, how it ended and the end of what it said, indented, for people."""
        ended = "did not finish in time" if self.timed_out else f"ended with exit code {self.exit_code}"
        if self.ended_by:
            ended = f"was ended: {self.ended_by}"
        tail = "\n".join(f"    {line}" for line in self.output.strip().splitlines()[-15:])
        return f"`{' '.join(self.argv)}` {ended}" + (f":\n{tail}" if tail else "")


class Tree(Protocol):
    """The files of one commit, read from git's objects: no working tree, no ``.git``, no filters."""

    @property
    def id(self) -> str:
        """The git tree id."""
        ...

    def paths(self) -> tuple[str, ...]:
        """Every file's path, relative to the root, with forward slashes, sorted."""
        ...

    def read(self, path: str) -> bytes:
        """One file's bytes. Raises FileNotFoundError where the tree has no such file."""
        ...

    def export(self, into: Path) -> None:
        """Write every file below *into*, an existing empty folder."""
        ...


class Workspace(Protocol):
    """A throw-away copy of a tree. What happens in it is gone when it closes."""

    @property
    def root(self) -> Path:
        """The copy's folder, and the current folder of every command."""
        ...

    @property
    def outbox(self) -> Path:
        """A folder outside the copy, same path inside and outside, where reports are written."""
        ...

    def run(self, command: Command) -> Completed:
        """Run *command*; when this returns, every process it started is gone."""
        ...


@dataclass(frozen=True, slots=True)
class Isolation:
    """What a sandbox really separates: the tier's name, and what it lacks, one sentence each.

    ``mechanisms`` are the parts of the kernel at work, ``probes`` what happened when each door was tried from
    inside (``denied``, ``ALLOWED`` or ``absent``), ``limits`` what a run may use, and ``why_not_higher`` why a
    stronger tier was not taken.
    """

    tier: str
    lacks: tuple[str, ...] = ()
    mechanisms: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    probes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    limits: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    why_not_higher: str = ""


class Sandbox(Protocol):
    """Where repository code runs. To write one: copy the tree, start commands in it, leave nothing behind."""

    @property
    def isolation(self) -> Isolation:
        """What this sandbox really separates."""
        ...

    def open(self, tree: Tree) -> AbstractContextManager[Workspace]:
        """A fresh workspace that holds *tree*, removed with all its processes when it closes."""
        ...


class Runner(Protocol):
    """What runs a repository's tests and how to read it. To write one: see CONTRIBUTING."""

    @property
    def toolchain(self) -> Mapping[str, str]:
        """The programs used, by role (``runner``, ``python``, ...), for the evidence."""
        ...

    @property
    def varies(self) -> frozenset[str]:
        """The fields of Conditions that this runner can set; the others it leaves as the user's command has them."""
        ...

    def run(
        self,
        workspace: Workspace,
        *,
        only: tuple[str, ...] = (),
        timeout: float,
        conditions: Conditions = USUAL,
    ) -> TestReport:
        """Run the whole suite, or exactly the cases *only*, and read the fresh report.

        The report's ids are the ones that ``only`` takes. Raises InfrastructureError where the run broke
        before a test could fail, and UnsupportedError where it left no report that can be read.
        """
        ...


@runtime_checkable
class Covering(Protocol):
    """A runner that can tell which lines each test executes. To write one: run each test so that it can be told apart.

    Not every runner is one: ask with ``isinstance``.
    """

    def covered(
        self,
        workspace: Workspace,
        ids: tuple[str, ...] = (),
        *,
        timeout: float,
        deciding: Lines = NOTHING,
    ) -> Coverage:
        """The lines that each of *ids*, or each test of all, executes; whatever else is known says why not.

        Of the *deciding* lines (1-based, by path) it is asked what runs after them as well, which is told for Python
        only. The ids are those of ``run``. Raises InfrastructureError where the tests could not be run at all, and
        UnsupportedError where nothing here can tell which lines they execute.
        """
        ...


Version = tuple[str, bytes]
"""Another content of one file, by its path."""


class Screen(Protocol):
    """A cheap judge of many versions. It may be wrong: what it lets pass is run alone."""

    @property
    def most(self) -> int:
        """How many versions one start takes."""
        ...

    def passing(self, versions: Sequence[Version], *, timeout: float) -> frozenset[int]:
        """Which of *versions*, by their place in the order, pass the tests; what is not known by then does not."""
        ...


@runtime_checkable
class Screening(Protocol):
    """A runner that can try many versions of the sources in one start. Not every one is: ask with ``isinstance``."""

    def screen(
        self, workspace: Workspace, tree: Tree, red: tuple[str, ...], green: tuple[str, ...], *, timeout: float
    ) -> Screen:
        """What tries versions of *tree* by the *red* tests and by *green* ones; their ids are those of ``run``.

        Raises InfrastructureError and UnsupportedError where that cannot be had here.
        """
        ...


class Workbench(Protocol):
    """A proposer's only door to the world: the tree as it is, the job's question, and the sandbox."""

    @property
    def tree(self) -> Tree:
        """The tree that a patch must apply to."""
        ...

    def question(self, attempts: tuple[Attempt, ...]) -> str:
        """The job's question for a text-based proposer, with the objections raised so far."""
        ...

    def open(self) -> AbstractContextManager[Workspace]:
        """A fresh copy of the tree in the sandbox, to run things in."""
        ...

    def seconds_left(self) -> float:
        """How much of the run's time limit is left."""
        ...


@runtime_checkable
class Rerunning(Protocol):
    """A workbench that can run one test of the tree as it is. Not every one is: ask with ``isinstance``."""

    def rerun(self, id_: str) -> TestReport:
        """The report of the test *id_* alone, in a fresh copy in the sandbox. Raises AgentCIError as runners do."""
        ...


@runtime_checkable
class Recalling(Protocol):
    """A workbench that knows the commits before the tree. Not every one does: ask with ``isinstance``."""

    def subjects(self, path: str) -> tuple[str, ...]:
        """The latest commits that changed the file *path*, the newest first: short id and subject."""
        ...


class Proposer(Protocol):
    """A source of patches. To write one: yield a reply, receive the judged attempt, yield a better one.

    The generator ends when it has nothing (more) to offer. It raises ModelUnavailableError where its source
    cannot be reached at all.
    """

    def propose(
        self, evidence: Evidence, attempts: tuple[Attempt, ...], workbench: Workbench
    ) -> Generator[Reply, Attempt, None]:
        """Offer replies one at a time; *attempts* holds what earlier proposers tried."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """Where a proven change went: ``rung`` of the ladder, and a sentence that says so."""

    rung: str
    sentence: str
    reference: str = ""


class Forge(Protocol):
    """Where the repository lives. To write one: read the context, deliver a parcel by one rung, tell what happened."""

    def context(self) -> Context:
        """Where we run, from the environment this forge was made with."""
        ...

    def deliver(self, parcel: Parcel, rung: str) -> Delivery:
        """Deliver *parcel* by exactly one rung, ``commit``, ``suggestion`` or ``pull-request``; twice is once.

        Raises RungRefusedError where this rung cannot be had, StaleError where the branch moved on from the
        parcel's commit, and ForgeUnavailableError where the forge does not answer.
        """
        ...

    def tell(self, story: Story, context: Context) -> str:
        """Bring what people see up to date, and return its address; empty where there is no such place.

        Raises ForgeUnavailableError where the forge does not answer or does not allow it.
        """
        ...


class People(Protocol):
    """The people of a forge, as far as they speak to us. To write one: ask the forge, and never the event's payload."""

    def look_up(self, ask: Ask) -> Heard | None:
        """What the forge says of the comment, its author and its change request; None where the comment is gone.

        Raises ForgeUnavailableError where the forge does not answer, as the others do.
        """
        ...

    def reply(self, ask: Ask, words: str) -> str:
        """Show at the comment that it was seen, answer *words* once, and return the answer that stands.

        *words* begin with the ask's marker. Of answers that are made at the same moment the oldest stays.
        """
        ...

    def order(self, number: int, command: str) -> None:
        """Do at the forge what *command* means for the change request *number*.

        ``stop`` has it say that nothing more is to be repaired on it, which twice is once, and ``fix`` has it say so no
        more. Where the jobs that follow cannot do it, ``fix`` starts those that do.
        """
        ...


class Releases(Protocol):
    """Where a forge shows releases. To write one: keep one draft up to date, and never touch what a person decided."""

    def draft(self, page: Page) -> str:
        """Have one draft say *page*, and say in a sentence where it is, or why nothing was changed; twice is once.

        Nothing is published, and what is published or was changed by a person stays. Raises ForgeUnavailableError.
        """
        ...

    def publish(self, page: Page) -> str:
        """Have one published release say *page*, and say where it is, or why nothing was changed; twice is once.

        Its tag has to be there, and none is made. What a person wrote stays. Raises ForgeUnavailableError.
        """
        ...


class Requests(Protocol):
    """What a forge knows of merged change requests. To write one: ask for many at once, and trust no answer."""

    def told(self, ids: tuple[str, ...]) -> Mapping[str, Request]:
        """Those of *ids* (``#12`` or ``!12``) that are merged requests of this project, by id.

        Raises ForgeUnavailableError where it does not answer, or answers with something else than it documents.
        """
        ...


class Journal(Protocol):
    """Where decisions are kept for audit."""

    def record(self, event: str, **facts: object) -> None:
        """Append one event; values are JSON-like."""
        ...


class Progress(Protocol):
    """What a person watches while a run goes on."""

    def phase(self, name: str) -> AbstractContextManager[None]:
        """Show that phase *name* goes on while the context is open, and time it."""
        ...

    def say(self, sentence: str) -> None:
        """Show one fact as soon as it is known."""
        ...
