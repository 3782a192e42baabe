"""Histories for tests of release notes: what people and forges do with real git, each act one call."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from agent_ci.commits import Log
from agent_ci.core.notes.sorting import ledger
from agent_ci.core.notes.values import Ledger, Section
from tests.checkouts import Checkout

ADA = ("Ada", "ada@example.org")


@dataclass
class History:
    """A repository whose commits are one minute apart."""

    checkout: Checkout
    moments: count[int] = field(default_factory=lambda: count(1_700_000_000, 60))

    @classmethod
    def at(cls, folder: Path) -> History:
        """A repository with one released commit, the tag v1.0.0."""
        history = cls(Checkout.at(folder))
        history.commit("The beginning", "src/app.py", "README.md")
        history.checkout.git("tag", "v1.0.0")
        return history

    def commit(self, message: str, *paths: str, by: tuple[str, str] = ADA) -> str:
        """Change *paths* (a shipped file of its own where none is named) and commit that; the commit's id."""
        moment = next(self.moments)
        self.checkout.write(dict.fromkeys(paths or (f"src/part_{moment}.py",), f"{message}\n{moment}\n"))
        self.checkout.git("add", "--all")
        self._git("commit", "--quiet", "--message", message, by=by, moment=moment)
        return self.checkout.git("rev-parse", "HEAD")

    def branch(self, name: str, at: str = "HEAD") -> None:
        """Begin a branch."""
        self.checkout.git("checkout", "--quiet", "-b", name, at)

    def switch(self, name: str) -> None:
        """Go to a branch."""
        self.checkout.git("checkout", "--quiet", name)

    def merge(self, message: str, *branches: str, by: tuple[str, str] = ADA) -> str:
        """Merge *branches* with a merge commit; its id."""
        self._git("merge", "--quiet", "--no-ff", "--message", message, *branches, by=by, moment=next(self.moments))
        return self.checkout.git("rev-parse", "HEAD")

    def pick(self, commit: str) -> str:
        """Copy *commit* to where we are, as `cherry-pick -x` does; the copy's id."""
        self._git("cherry-pick", "-x", commit, by=ADA, moment=next(self.moments))
        return self.checkout.git("rev-parse", "HEAD")

    def revert(self, commit: str, message: str = "") -> str:
        """Take *commit* back, in git's words unless *message* says others; the revert's id."""
        self._git("revert", "--no-edit", commit, by=ADA, moment=next(self.moments))
        if message:
            self._git("commit", "--quiet", "--amend", "--message", message, by=ADA, moment=next(self.moments))
        return self.checkout.git("rev-parse", "HEAD")

    def tag(self, name: str) -> None:
        """Release what is checked out."""
        self.checkout.git("tag", name)

    def ids(self, since: str = "v1.0.0", until: str = "HEAD") -> set[str]:
        """The commits of a range, as git counts them."""
        span = (until, f"^{since}") if since else (until,)
        return set(self.checkout.git("rev-list", *span).split())

    def account(self, since: str = "v1.0.0", until: str = "HEAD") -> Ledger:
        """The ledger of a range, which must be complete: each commit of `git rev-list` once."""
        made = ledger(Log(self.checkout.root).range(since, self.checkout.git("rev-parse", until)))
        told = [commit for entry in made.entries for commit in entry.commits]
        dropped = [commit for one in made.dropped for commit in one.commits]
        assert sorted(told + dropped) == sorted(self.ids(since, until))
        assert made.faults == ()
        assert all(one.reason for one in made.dropped)
        return made

    def lines(self, since: str = "v1.0.0", until: str = "HEAD") -> list[str]:
        """What the notes of a range say, as "#1 Added: the text"; commits that were pushed have no number."""
        return [
            f"{', '.join(unit.id if unit.id[0] in '#!' else 'pushed' for unit in entry.units)} "
            f"{entry.section}: {entry.text}"
            for entry in self.account(since, until).entries
        ]

    def section(self, text: str) -> Section:
        """Where the one entry that says *text* stands."""
        (found,) = (entry.section for entry in self.account().entries if entry.text == text)
        return found

    def _git(self, *arguments: str, by: tuple[str, str], moment: int) -> None:
        name, address = by
        self.checkout.git(
            *arguments,
            GIT_AUTHOR_NAME=name,
            GIT_AUTHOR_EMAIL=address,
            GIT_AUTHOR_DATE=f"{moment} +0000",
            GIT_COMMITTER_DATE=f"{moment} +0000",
        )
