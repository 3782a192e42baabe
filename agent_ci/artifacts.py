"""Writes the files of a run into the output folder, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent_ci.core.document import sealed, text_of
from agent_ci.errors import InfrastructureError, UsageError

_OURS = (
    "evidence.json", "explanation.md", "fix.patch", "partial.patch", "report.html", "findings.json", "audit.jsonl",
    "internal-error.md",
)  # fmt: skip


@dataclass(frozen=True)
class OutputFolder:
    """The folder ``--out``. Everything written passes *redact* first."""

    path: Path
    redact: Callable[[str], str]

    def prepare(self) -> None:
        """Make the folder, invisible to git, and remove what an earlier run of ours left in it.

        Raises UsageError where that cannot be done. A commit can hold a link of that name, which is not followed.
        """
        if self.path.is_symlink():
            raise UsageError(f"--out {self.path} is a symbolic link; name the folder itself, or another one")
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for name in _OURS:
                (self.path / name).unlink(missing_ok=True)
            self._replace(".gitignore", b"*\n")
        except OSError as error:
            raise UsageError(f"--out {self.path} cannot be written: {error.strerror}; name another folder") from error

    def write_evidence(self, document: Mapping[str, object]) -> dict[str, object]:
        """Write *document*, secrets removed and sealed, and return what was written."""
        text = text_of(document).encode("utf-8", "replace").decode()
        written = json.loads(text)
        if self.redact(text) != text:
            written = self._redacted(written)  # value by value, or a cut could go through an escape
        written = sealed(written)
        self._write("evidence.json", text_of(written).encode())
        return written

    def _redacted(self, value: Any) -> Any:
        if isinstance(value, str):
            return self.redact(value)
        if isinstance(value, list):
            return [self._redacted(item) for item in value]
        if isinstance(value, dict):
            return {self.redact(key): self._redacted(item) for key, item in value.items()}
        return value

    def write_text(self, name: str, text: str) -> None:
        """Write *text*, secrets removed."""
        self._write(name, self.redact(text).encode("utf-8", "replace"))

    def write_patch(self, content: bytes, *, is_partial: bool = False) -> str:
        """Write the proven change byte for byte, and return the file's name: another where it repairs only a part."""
        name = "partial.patch" if is_partial else "fix.patch"
        self._write(name, content)
        return name

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
