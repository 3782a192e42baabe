"""Drafts the notes of a release from git alone: nothing of the repository is run, and nothing is asked of anybody."""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TextIO

from agent_ci import kept, settings
from agent_ci.artifacts import OutputFolder
from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.commits import Log
from agent_ci.console import Console, is_live
from agent_ci.core.notes.account import account
from agent_ci.core.notes.rendering import Place, notes
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.versions import baseline, version
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.writer import Outward
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.process import ToolError
from agent_ci.proposing import propose
from agent_ci.scanners import likely_secrets
from agent_ci.settings import Settings

_UNRELEASED = "Unreleased"


@dataclass
class Drafting:
    """One draft: *since* and *release* are what the user named, "" for what the tags say; *package* is its prefix.

    ``date`` is YYYY-MM-DD, "" for that of the release's commit. ``given`` are the other options by key.
    """

    environment: Mapping[str, str]
    given: Mapping[str, object]
    stderr: TextIO
    since: str = ""
    release: str = ""
    package: str = ""
    date: str = ""
    settings: Settings = field(init=False)
    outward: Outward = field(init=False)
    console: Console = field(init=False)

    def __post_init__(self) -> None:
        """Hear the command line and the environment. Raises UsageError."""
        self.settings = settings.heard(self.given, self.environment)
        self.outward = kept.outward(self.environment, likely_secrets)
        live = is_live(self.stderr, self.environment)
        self.console = Console(self.stderr, is_live=live, is_quiet=self.settings.quiet, outward=self.outward)

    def run(self) -> dict[str, object]:
        """Write `notes.md` and `ledger.json`, and return what they say. Raises AgentCIError."""
        repository = Repository.at(self.settings.repository)
        output = OutputFolder(self.settings.out, self.outward)
        output.make()
        with self.console.phase("read the history"), self._whole(repository) as log:
            until = self._end(repository, log)
            made = ledger(log.range(self._beginning(log, until), until))
            day = self.date or log.day(until)
            following = propose(log, repository, made, release=self.release, package=self.package, day=day)
        if faults := made.faults:
            raise AssertionError(f"the ledger is no account of its range: {faults[0]}")
        title = f"{self.release} - {day}" if self.release else _UNRELEASED
        text = notes(made, title=title, place=_place(repository), until=self.release or until[:12])
        output.write_inert("notes.md", text)
        document = {**account(made, version=self.release), "proposal": following.document}
        self.console.say("\n  ".join(("next version: " + following.lines[0], *following.lines[1:])))
        output.write_values(document, {"ledger.json": lambda safe: json.dumps(safe, indent=2) + "\n"})
        outcome = Outcome.FIXED if made.range.commits else Outcome.NOTHING_TO_DO
        return {"outcome": str(outcome), "exit_code": outcome.exit_code, "notes": text, "ledger": document}

    @contextlib.contextmanager
    def _whole(self, repository: Repository) -> Iterator[Log]:
        """The history, completed where the checkout is shallow. Raises UnsupportedError where that cannot be done."""
        if not repository.is_shallow():
            yield Log(repository.root)
            return
        with Clone.of(repository) as clone:
            try:
                clone.complete(repository.remote(), repository.head())
            except ToolError as error:
                raise UnsupportedError(
                    "the history of this checkout was cut off when it was fetched, so that the notes would be wrong, "
                    "and the rest cannot be fetched; fetch all of it (GitHub: fetch-depth: 0 of actions/checkout, "
                    f"GitLab: GIT_DEPTH: 0) ({error})"
                ) from error
            yield Log(clone.directory, is_bare=True)

    def _end(self, repository: Repository, log: Log) -> str:
        """The commit that the notes end with: that of the release's tag where there is one, else the checkout's."""
        if self.release and self.release in (known := log.tags("HEAD" if not log.is_bare else repository.head())):
            return known[self.release]
        return repository.head()

    def _beginning(self, log: Log, until: str) -> str:
        """The tag or revision that the notes begin after, "" for everything. Raises UsageError for an unknown one."""
        release = version(self.release) if self.release else None
        if self.release and release is None:
            raise UsageError(
                f"--release {self.release!r} is no version; give it as the tag will be called, as in v1.2.0"
            )
        known = log.tags(until)
        if self.since:
            return self.since
        package = self.package or (release.package if release else "")
        found = baseline(
            (tag for tag, commit in known.items() if commit != until or not release), release=release, package=package
        )
        return found.tag if found else ""


def _place(repository: Repository) -> Place:
    """Where the project lives on the web, by the address that it was cloned from; nowhere where that says nothing."""
    found = _ADDRESS.match(repository.remote_url())
    if found is None:
        return Place()
    return Place(f"https://{found['host']}/{found['path']}", is_gitlab="gitlab" in found["host"])


_ADDRESS = re.compile(
    r"(?:https?://(?:[^/@]*@)?|ssh://(?:[^/@]*@)?|git@)(?P<host>[\w.-]+)(?::\d+)?[:/](?P<path>[\w./-]+?)(?:\.git)?/?$"
)
