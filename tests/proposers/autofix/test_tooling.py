from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from agent_ci.core.change import Patch
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Evidence, Reply
from agent_ci.ports import Workspace
from agent_ci.proposers.autofix.tooling import repaired
from agent_ci.sandboxes.none import NoSandbox
from bench.repositories import write
from tests.proposers.autofix.folder import Folder

TYPED = "ruff check"
PROVEN = Attempt(Reply("autofix"), Patch("", (), "a", "b"), after=TestReport())


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


def offers(folder: Desk, script: str, typed: str = TYPED, *, runner: str = "check", right: str = "") -> list[str]:
    """The diffs that come of a `ruff` which runs the Python *script*, where all but *right* are refused."""
    fake = folder.root.parent / "bin" / "ruff"
    fake.parent.mkdir()
    fake.write_text(f"#!{sys.executable}\n{script}\n", encoding="utf-8")
    fake.chmod(0o755)
    typed = typed.replace("ruff", str(fake), 1)
    session, offered = repaired(evidence(typed, runner=runner), folder, folder.prepared.append, {}), []
    reply = next(session, None)
    while reply:
        offered.append(reply.text)
        try:
            reply = session.send(PROVEN if reply.text == right else Attempt(reply, objections=("it is still red",)))
        except StopIteration:
            break
    return offered


@pytest.fixture
def folder(tmp_path: Path) -> Desk:
    write(tmp_path / "tree", {"a.py": "x=1\n", "b/c.py": "y=1\n"})
    return Desk(tmp_path / "tree")


WRITES = "import sys; open('a.py', 'w').write('x = 1\\n')"


def test_what_the_tool_wrote_is_offered_and_what_it_added_or_removed_is_not(folder: Desk) -> None:
    [diff] = offers(folder, f"{WRITES}; import os; open('new.py', 'w').write('z'); os.unlink('b/c.py')")
    assert diff == "--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x=1\n+x = 1\n"
    assert [path.name for path in folder.prepared]


GROWS = (
    "text = open('a.py').read(); open('a.py', 'w').write(text.replace('=', ' = ') if ' ' not in text else 'x = (1)\\n')"
)
ONCE, TWICE = "x = 1\n", "x = (1)\n"


def test_what_the_tool_makes_of_its_own_repair_is_offered_where_that_was_not_enough(folder: Desk) -> None:
    once, twice = offers(folder, GROWS)  # and not a third time, which would be the same
    assert (once.rpartition("+")[2], twice.rpartition("+")[2]) == (ONCE, TWICE)


def test_the_tool_is_not_asked_again_where_its_repair_was_proven(folder: Desk) -> None:
    diff = f"--- a/a.py\n+++ b/a.py\n@@ -1 +1 @@\n-x=1\n+{ONCE}"
    assert offers(folder, GROWS, right=diff) == [diff]


def test_a_lock_file_is_left_as_it_is_where_the_tool_repairs_something_else(folder: Desk) -> None:
    write(folder.root, {"uv.lock": "1\n"})
    [diff] = offers(folder, f"open('uv.lock', 'w').write('2'); {WRITES}")
    assert "uv.lock" not in diff


def test_a_lock_file_is_offered_where_nothing_else_changes(folder: Desk) -> None:
    write(folder.root, {"uv.lock": "1\n"})
    [diff] = offers(folder, "open('uv.lock', 'w').write('2\\n')")
    assert diff.endswith("-1\n+2\n")


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
    assert list(repaired(beside, folder, folder.prepared.append, {})) == []
