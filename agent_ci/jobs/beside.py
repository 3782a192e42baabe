"""Runs one of our programs in the user's interpreter beside the tests, on some tree, and reads what it found."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci import kits
from agent_ci.core.frameworks.python_projects import folder_of, roots_of
from agent_ci.core.run import Evidence
from agent_ci.errors import InfrastructureError, UnsupportedError
from agent_ci.files import open_regular
from agent_ci.pipeline import Tools
from agent_ci.ports import Command, Workspace

_KIT = "jobs/compare_kit"
_MODULES = f"{kits.PACKAGE}.jobs.compare_kit"
_MOST_BYTES = 20_000_000
_GRACE = 5.0  # seconds in which the program may end by itself


@dataclass(frozen=True)
class Program:
    """One module of the kit, by *name*, ready to run with the toolchain of *evidence* for at most *seconds*."""

    name: str
    evidence: Evidence
    tools: Tools
    seconds: float

    def rows(self, tree: str, spec: Mapping[str, object]) -> tuple[object, ...]:
        """What the program says on *tree*, one value per JSON line; nothing where it cannot be run there."""
        try:
            with self.tools.sandbox.open(self.tools.clone.tree(tree)) as workspace:
                return tuple(self._run(workspace, spec))
        except (InfrastructureError, UnsupportedError):
            return ()

    def _run(self, workspace: Workspace, spec: Mapping[str, object]) -> Iterator[object]:
        kit = kits.lay(workspace.outbox, _KIT)
        told, result = workspace.outbox / "spec.json", workspace.outbox / "rows.jsonl"
        told.write_text(json.dumps({**self._common(), **spec}), encoding="utf-8")
        roots = (str(workspace.root / root) for root in self._roots())
        environment = {
            "PYTHONPATH": ":".join((*roots, str(kit))),
            "PYTHONHASHSEED": "0",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        argv = (self.evidence.toolchain["python"], "-B", "-m", f"{_MODULES}.{self.name}", str(told), str(result))
        workspace.run(Command(argv, environment, timeout=self.seconds + _GRACE))
        if result.exists():
            yield from _read(result, workspace.outbox)

    def _common(self) -> Mapping[str, object]:
        arguments = json.loads(self.evidence.toolchain.get("pytest_arguments") or "[]")
        return {"arguments": arguments, "seconds": self.seconds}

    def _roots(self) -> list[str]:
        return roots_of(self.evidence.toolchain, folder_of(self.evidence.toolchain, self.evidence.target_ids))


def _read(result: Path, outbox: Path) -> Iterator[object]:
    """The values in *result*, which repository code may have written: a line that is no JSON is left out."""
    with open_regular(result, root=outbox, max_bytes=_MOST_BYTES) as file:
        lines = file.read(_MOST_BYTES).decode("utf-8", "replace").splitlines()
    for line in lines:
        try:
            yield json.loads(line)
        except (ValueError, RecursionError):
            continue
