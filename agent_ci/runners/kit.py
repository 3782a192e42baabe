"""Puts our code beside the user's tests, and holds the report against what that code confirmed."""

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

_SOURCES = Path(__file__).parent
_MAX_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What a program saw of its own run: the ``digest`` of its report, and the worst of each test, as a word by its id.

    The program named the tests from ``base`` on, a folder of the copy ("" for all of it); ``seen`` has them from its
    root.
    """

    digest: str
    seen: Mapping[str, str]
    base: str


@dataclass(frozen=True, slots=True)
class Kit:
    """The code for *program* in one workspace: ``folder`` goes on the path; the two files, of any name, are written."""

    program: str
    folder: Path
    report: Path
    confirmation: Path

    @classmethod
    def unpacked(cls, workspace: Workspace, program: str = "pytest") -> Kit:
        """The code where the sandbox can read it."""
        names = (f"{secrets.token_hex(8)}.{kind}" for kind in ("xml", "json"))
        kit = cls(
            program, workspace.outbox / f"kit-{secrets.token_hex(8)}", *(workspace.outbox / name for name in names)
        )
        kit.package.mkdir(parents=True)
        for module in (_SOURCES / f"{program}_kit").glob("*.py"):
            (kit.package / module.name).write_bytes(module.read_bytes())
        return kit

    @property
    def package(self) -> Path:
        """The folder of the code itself."""
        return self.folder / f"agent_ci_{self.program}_kit"

    @property
    def plugin(self) -> str:
        """The module that pytest loads."""
        return f"{self.package.name}.plugin"

    def environment(self, conditions: Conditions) -> Mapping[str, str]:
        """What the plugin is told about one run."""
        told = {"order": conditions.order, "clock": conditions.clock, "workers": conditions.workers}
        return {"AGENT_CI_CONDITIONS": json.dumps(told), "AGENT_CI_CONFIRMATION": str(self.confirmation)}

    def confirmed(self, root: Path) -> Confirmed | None:
        """What the program said of its run in the copy at *root*; None where it said nothing that can be read."""
        try:
            with open_regular(self.confirmation, max_bytes=_MAX_BYTES) as file:
                told = json.loads(file.read(_MAX_BYTES))
            base = _inside(root, str(told.get("root", "")))
            seen = {f"{base}/{id_}" if base else id_: status for id_, status in dict(told["seen"]).items()}
            return Confirmed(str(told["sha256"]), seen, base)
        except (UnsupportedError, OSError, ValueError, LookupError, TypeError, AttributeError):
            return None

    def doubts(self, report: TestReport, confirmed: Confirmed | None) -> tuple[str, ...]:
        """Why *report*, as it was read, is not what the program saw and *confirmed*; empty where it is."""
        if confirmed is None:
            return (f"{self.program} ended before it confirmed its report",)
        seen = confirmed.seen
        if hashlib.sha256(self.report.read_bytes()).hexdigest() != confirmed.digest:
            return (f"the report was changed after {self.program} wrote it",)
        green = [case.id for case in report.cases if case.status is Status.PASSED]
        lies = [id_ for id_ in green if seen.get(id_) == "failed"]
        if lies or (not report.tally.red and "failed" in seen.values()):
            what = lies[0] if lies else next(id_ for id_ in seen if seen[id_] == "failed")
            return (f"the report calls {what} green, and {self.program} saw it fail",)
        if len(report.statuses) > len(seen):
            return (f"the report holds {len(report.statuses)} cases, and {self.program} saw {len(seen)}",)
        return ()


def _inside(root: Path, place: str) -> str:
    """*place* relative to *root*; "" for the root itself, and for what is elsewhere."""
    whole = root.resolve()
    inside = Path(place).relative_to(whole) if place and Path(place).is_relative_to(whole) else Path()
    return "" if inside == Path() or ".." in inside.parts else inside.as_posix()
