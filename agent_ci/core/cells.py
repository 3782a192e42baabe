"""The cells of a job matrix that a failure was reported from, and whether what runs here can speak for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SYSTEMS = {
    "linux": r"(?<![a-z])(?:linux|ubuntu|debian|alpine|fedora|centos)",
    "macos": r"(?<![a-z])(?:macos|osx|darwin)",
    "windows": r"(?<![a-z])(?:windows|win(?:32|64)?(?![a-z]))",
}
_INTERPRETER = re.compile(r"(?<![a-z0-9])(?:python|py|cpython)[-_. ]?(\d)[._]?(\d{1,2})(?![\d.]*\d{3})", re.IGNORECASE)
_SHARD = re.compile(r"(?<![a-z])(?:shard|chunk|part|group|split)[-_. ]?(\d+)", re.IGNORECASE)
VERIFIED = "verified"
NOT_RUNNABLE = "not runnable here"


@dataclass(frozen=True, slots=True)
class Cell:
    """One job of a matrix that reported failures: *name* is what its report was called.

    ``system`` (linux, macos, windows), ``python`` ("3.12") and ``shard`` are empty where the name does not say.
    """

    name: str
    failed: tuple[str, ...] = ()
    system: str = ""
    python: str = ""
    shard: str = ""

    @classmethod
    def named(cls, name: str, failed: tuple[str, ...] = ()) -> Cell:
        """The cell whose report is called *name*, a path."""
        system = next((system for system, pattern in _SYSTEMS.items() if re.search(pattern, name.lower())), "")
        interpreter = _INTERPRETER.search(name)
        shard = _SHARD.search(name)
        python = f"{interpreter[1]}.{interpreter[2]}" if interpreter else ""
        return cls(name, failed, system, python, shard[1] if shard else "")

    def verified_by(self, *, system: str, python: str, passed: frozenset[str]) -> str:
        """VERIFIED, or NOT_RUNNABLE with the reason, for a proof on *system* with Python *python* ("3.11.7").

        *passed* are the cases that passed with the change: a cell is verified when every one of its own did.
        """
        if self.system and self.system != system:
            return f"{NOT_RUNNABLE}: it is a {self.system} job and this is {system}"
        if self.python and python and python.split(".")[:2] != self.python.split("."):
            return f"{NOT_RUNNABLE}: it runs Python {self.python} and this is {python}"
        missing = [id_ for id_ in self.failed if id_ not in passed]
        return f"{NOT_RUNNABLE}: {missing[0]} is not run here" if missing else VERIFIED
