from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Evidence, Reply
from agent_ci.ports import Workbench
from agent_ci.proposers.autofix.proposer import Autofix

PINS = "rates==2.0\nshapes==1.1\nother==3\n"
DIFF = """diff --git a/requirements.txt b/requirements.txt
--- a/requirements.txt
+++ b/requirements.txt
@@ -1,3 +1,3 @@
-rates==1.4
-shapes==1.0
+rates==2.0
+shapes==1.1
 other==3
"""


@dataclass(frozen=True)
class Pinned:
    """A tree with one file."""

    @property
    def tree(self) -> Pinned:
        return self

    def paths(self) -> tuple[str, ...]:
        return ("requirements.txt",)

    def read(self, path: str) -> bytes:
        if path != "requirements.txt":
            raise FileNotFoundError(path)
        return PINS.encode()


def offers(evidence: Evidence) -> list[Reply]:
    return [*Autofix(_untouched).propose(evidence, (), cast("Workbench", Pinned()))]


def _untouched(copy: Path) -> None:
    raise AssertionError(f"nothing runs, and {copy} is no copy")


def test_each_version_that_changed_is_taken_back_alone_and_then_all() -> None:
    found = offers(Evidence("fix", "", diff=DIFF))
    removed = [[line[1:] for line in reply.text.splitlines() if line[0] == "-" and line[1] != "-"] for reply in found]
    assert removed == [["rates==2.0"], ["shapes==1.1"], ["rates==2.0", "shapes==1.1"]]
    assert found[2].cause.endswith("rates==2.0 was rates==1.4, shapes==1.1 was shapes==1.0")


def test_a_snapshot_that_differs_is_told_and_never_changed() -> None:
    case = TestCase("test_a", Status.FAILED, message="expect(received).toMatchSnapshot()")
    [told] = offers(Evidence("fix", "", targets=(case,)))
    assert (told.text, told.cost.calls) == ("", 0)
    assert told.objection.endswith("if that is what is meant, store it with `npx jest -u`")
