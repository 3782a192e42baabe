"""Writes the files of a run into the output folder, each whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.errors import UsageError

_OURS = (
    "evidence.json", "explanation.md", "fix.patch", "report.html", "findings.json", "audit.jsonl",
    "internal-error.md",
)  # fmt: skip


@dataclass(frozen=True)
class OutputFolder:
    """The folder ``--out``. Everything written passes *redact* first."""

    path: Path
    redact: Callable[[str], str]

    def prepare(self) -> None:
        """Make the folder, invisible to git, and remove what an earlier run of ours left in it."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            for name in _OURS:
                (self.path / name).unlink(missing_ok=True)
            (self.path / ".gitignore").write_text("*\n", encoding="utf-8")
        except OSError as error:
            raise UsageError(f"--out {self.path} cannot be written: {error.strerror}; name another folder") from error

    def write_document(self, name: str, document: Mapping[str, object]) -> None:
        """Write *document* as JSON."""
        self.write_text(name, json.dumps(document, indent=2, ensure_ascii=False) + "\n")

    def write_text(self, name: str, text: str) -> None:
        """Write *text*, secrets removed."""
        self._replace(name, self.redact(text).encode("utf-8", "replace"))

    def write_patch(self, content: bytes) -> None:
        """Write the proven change byte for byte."""
        self._replace("fix.patch", content)

    def _replace(self, name: str, content: bytes) -> None:
        unfinished = self.path / f".{name}.part"
        unfinished.write_bytes(content)
        unfinished.replace(self.path / name)
