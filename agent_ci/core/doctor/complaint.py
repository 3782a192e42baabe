"""What is wrong with the way agent-ci is set up: what was seen, why it matters, and the lines that repair it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """The file *path* as it is and as it should be; a file that is not there yet is empty *before*."""

    path: str
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as ``git apply`` takes it."""
        old = "/dev/null" if not self.before else f"a/{self.path}"
        rows = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True), old, f"b/{self.path}"
        )
        return "".join(row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong. *id* names the check; *saw* and *why* are a sentence each.

    What repairs it is *edit*, else the *commands*, else words in *advice* where a person has to choose.
    """

    id: str
    saw: str
    why: str
    edit: Edit | None = None
    commands: tuple[str, ...] = ()
    advice: str = ""

    @property
    def repair(self) -> str:
        """The exact lines that repair it: a diff, commands, or words."""
        if self.edit:
            return self.edit.diff
        return "\n".join(self.commands) if self.commands else self.advice
