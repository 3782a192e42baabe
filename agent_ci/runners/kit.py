"""Puts our plugin into the user's pytest, and holds the report against what the plugin confirmed."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.conditions import Conditions
from agent_ci.core.report import Status, TestReport
from agent_ci.errors import UnsupportedError
from agent_ci.files import open_regular
from agent_ci.ports import Workspace

_SOURCES = Path(__file__).parent / "pytest_kit"
_PACKAGE = "agent_ci_pytest_kit"
_MAX_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Kit:
    """The plugin in one workspace: its ``folder`` goes on the path; pytest and it write the two files, of any name."""

    folder: Path
    report: Path
    confirmation: Path

    plugin = f"{_PACKAGE}.plugin"

    @classmethod
    def unpacked(cls, workspace: Workspace) -> Kit:
        """The plugin where the sandbox can read it."""
        folder = workspace.outbox / f"kit-{secrets.token_hex(8)}"
        package = folder / _PACKAGE
        package.mkdir(parents=True)
        for module in _SOURCES.glob("*.py"):
            (package / module.name).write_bytes(module.read_bytes())
        return cls(folder, *(workspace.outbox / f"{secrets.token_hex(8)}.{kind}" for kind in ("xml", "json")))

    def environment(self, conditions: Conditions) -> Mapping[str, str]:
        """What the plugin is told about one run."""
        told = {"order": conditions.order, "clock": conditions.clock}
        return {"AGENT_CI_CONDITIONS": json.dumps(told), "AGENT_CI_CONFIRMATION": str(self.confirmation)}

    def doubts(self, report: TestReport) -> tuple[str, ...]:
        """Why *report*, as it was read, is not what pytest saw; empty where it is."""
        try:
            with open_regular(self.confirmation, max_bytes=_MAX_BYTES) as file:
                told = json.loads(file.read(_MAX_BYTES))
            digest, seen = str(told["sha256"]), dict(told["seen"])
        except (UnsupportedError, OSError, ValueError, LookupError, TypeError):
            return ("pytest ended before it confirmed its report",)
        if hashlib.sha256(self.report.read_bytes()).hexdigest() != digest:
            return ("the report was changed after pytest wrote it",)
        green = [case.id for case in report.cases if case.status is Status.PASSED]
        lies = [id_ for id_ in green if seen.get(id_) == "failed"]
        if lies or (not report.tally.red and "failed" in seen.values()):
            what = lies[0] if lies else next(id_ for id_ in seen if seen[id_] == "failed")
            return (f"the report calls {what} green, and pytest saw it fail",)
        if len(report.statuses) > len(seen):
            return (f"the report holds {len(report.statuses)} cases, and pytest saw {len(seen)}",)
        return ()
