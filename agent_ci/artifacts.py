"""Writes the files of a run into the output folder, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.core.document import FIX, PARTIAL
from agent_ci.core.outward.writer import Outward, Sink
from agent_ci.core.sealing import sealed, text_of
from agent_ci.errors import InfrastructureError, UsageError

_OURS = (
    "evidence.json", "explanation.md", "fix.patch", "partial.patch", "report.html", "findings.json", "audit.jsonl",
    "findings.sarif", "results.ctrf.json", "results.junit.xml", "internal-error.md",
    "notes.md", "notes.rst", "notes.raw.md", "ledger.json",
)  # fmt: skip

CELL_PATCH = "cell-"
"""What the names of the patches begin with that `merge` was given, one per cell."""


@dataclass(frozen=True)
class OutputFolder:
    """The folder ``--out``. Everything written passes *outward* first."""

    path: Path
    outward: Outward

    def make(self) -> None:
        """Make the folder where it is not there, invisible to git, and leave what is in it.

        Raises UsageError where that cannot be done. A commit can hold a link of that name, which is not followed.
        """
        if self.path.is_symlink():
            raise UsageError(f"--out {self.path} is a symbolic link; name the folder itself, or another one")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._replace(".gitignore", b"*\n")
        except OSError as error:
            raise self._unwritable(error) from error

    def prepare(self) -> None:
        """Make the folder, and remove what an earlier run of ours left in it. Raises UsageError as ``make``."""
        self.make()
        try:
            for path in (*(self.path / name for name in _OURS), *self.path.glob(f"{CELL_PATCH}*.patch")):
                path.unlink(missing_ok=True)
        except OSError as error:
            raise self._unwritable(error) from error

    def _unwritable(self, error: OSError) -> UsageError:
        return UsageError(f"--out {self.path} cannot be written: {error.strerror}; name another folder")

    def write_evidence(self, document: Mapping[str, object], name: str = "evidence.json") -> dict[str, object]:
        """Write *document* as *name*, secrets removed value by value and sealed, and return what was written."""
        text = text_of(document).encode("utf-8", "replace").decode()
        written = sealed({str(key): self.outward.values(value) for key, value in json.loads(text).items()})
        self._write(name, text_of(written).encode())
        return written

    def write_text(self, name: str, text: str) -> None:
        """Write *text*, which is Markdown, as such a file may be."""
        self._write(name, self.outward.to(Sink.MARKDOWN, text).encode("utf-8", "replace"))

    def write_inert(self, name: str, text: str) -> None:
        """Write *text* in which nothing is acted upon by the way it was made; secrets are removed."""
        self._write(name, self.outward.to(Sink.COMMIT, text).encode("utf-8", "replace"))

    def write_values(self, document: object, rendered: Mapping[str, Callable[[Any], str]]) -> None:
        """Write each file of *rendered*, which makes it of *document*: JSON-like values, without secrets by then."""
        safe = self.outward.values(document)
        for name, render in rendered.items():
            self._write(name, render(safe).encode("utf-8", "replace"))

    def write_patch(self, content: bytes, *, is_partial: bool = False) -> str:
        """Write the proven change byte for byte, and return the file's name: another where it repairs only a part.

        Raises RefusedError where it holds a secret.
        """
        name = PARTIAL if is_partial else FIX
        self.keep_patch(name, content)
        return name

    def keep_patch(self, name: str, content: bytes) -> None:
        """Write a patch byte for byte as *name*. Raises RefusedError where it holds a secret."""
        self.outward.to(Sink.PATCH, content.decode("utf-8", "surrogateescape"))
        self._write(name, content)

    def _write(self, name: str, content: bytes) -> None:
        try:
            self._replace(name, content)
        except OSError as error:
            raise InfrastructureError(f"{self.path / name} cannot be written: {error.strerror}") from error

    def _replace(self, name: str, content: bytes) -> None:
        unfinished = self.path / f".{name}.part"
        unfinished.unlink(missing_ok=True)
        with unfinished.open("xb") as file:  # "x" never writes through a link that a commit left here
            file.write(content)
        unfinished.replace(self.path / name)
