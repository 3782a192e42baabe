from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Evidence
from agent_ci.ports import Workspace
from agent_ci.proposers.autofix.tooling import repaired
from agent_ci.sandboxes.none import NoSandbox
from bench.repositories import write
from tests.proposers.autofix.folder import Folder

TYPED = "ruff check"


@dataclass(frozen=True)
class Desk(Folder):
    """A folder with the real sandbox that keeps nothing out."""

    prepared: list[Path] = field(default_factory=list)

    @contextmanager
    def open(self) -> Iterator[Workspace]:
        with NoSandbox({"PATH": os.environ["PATH"]}).open(self) as workspace:
            yield workspace


def evidence(typed: str = TYPED, *, runner: str = "check") -> Evidence:
    case = TestCase(typed, Status.FAILED)
    return Evidence("fix", "", targets=(case,), toolchain={"runner": runner, "command": typed})


def offers(folder: Desk, script: str, typed: str = TYPED, *, runner: str = "check") -> list[str]:
    """The diffs that come of a `ruff` which runs the Python *script*."""
    fake = folder.root.parent / "bin" / "ruff"
    fake.parent.mkdir()
    fake.write_text(f"#!{sys.executable}\n{script}\n", encoding="utf-8")
    fake.chmod(0o755)
    typed = typed.replace("ruff", str(fake), 1)
    return [reply.text for reply in repaired(evidence(typed, runner=runner), folder, folder.prepared.append)]


@pytest.fixture
def folder(tmp_path: Path) -> Desk:
    write(tmp_path / "tree", {"a.py": "x=1\n", "b/c.py": "y=1\n"})
    return Desk(tmp_path / "tree")


WRITES = "import sys; open('a.py', 'w').write('x = 1\\n')"


def test_what_the_tool_wrote_is_offered_and_what_it_added_or_removed_is_not(folder: Desk) -> None:
    [diff] = offers(folder, f"{WRITES}; import os; open('new.py', 'w').write('z'); os.unlink('b/c.py')")
    assert diff == "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x=1\n+x = 1\n"
    assert [path.name for path in folder.prepared]


def test_the_tool_is_asked_to_repair(folder: Desk) -> None:
    [diff] = offers(folder, "import sys; open('a.py', 'w').write(' '.join(sys.argv[1:]) + '\\n')", "ruff check a.py")
    assert diff.endswith("+check --fix a.py\n")


@pytest.mark.parametrize(
    "script",
    [
        "import os; os.unlink('a.py'); os.symlink('/etc/passwd', 'a.py')",
        "import os; os.unlink('a.py'); os.mkfifo('a.py')",
        "import os, shutil; shutil.rmtree('b'); os.symlink('/etc', 'b')",
        "open('a.py', 'wb').write(b'\\xff\\xfe')",
        "open('a.py', 'wb').truncate(6_000_000)",
        "raise SystemExit(2)",
    ],
    ids=["link", "fifo", "linked folder", "not UTF-8", "large", "fails"],
)
def test_a_hostile_or_useless_tool_leads_to_no_offer(folder: Desk, script: str) -> None:
    assert offers(folder, script) == []


def test_only_the_command_that_is_red_is_asked(folder: Desk) -> None:
    assert offers(folder, WRITES, runner="pytest") == []
    case = TestCase("test_a", Status.FAILED)
    beside = Evidence("fix", "", targets=(case,), toolchain={"runner": "check", "command": TYPED})
    assert list(repaired(beside, folder, folder.prepared.append)) == []
