"""A red repository whose code tries something under the search: one whole run of the job, and what is seen after it."""

from __future__ import annotations

import hashlib
import io
import os
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Evidence, Reply
from agent_ci.ports import Sandbox
from agent_ci.proposers.search.proposer import Search
from agent_ci.runners.interpreters import Interpreter
from agent_ci.runners.pytest import Pytest
from agent_ci.session import Session
from bench.attacks.oracles import CHANGED, RAN, READ, SURVIVED, Outside
from bench.repositories import PYTEST, Small
from bench.search.hostile.attempts import PRELUDE, REPAIR, TOLD, WRONG, Attempt
from bench.search.measure import Workbench, offers_of
from tests.checkouts import digest
from tests.sandboxes.survivors import sleepers
from tests.trees import Files

FORGED = "an edit was delivered that is not the repair"
BROKE = "the run ended by an error of ours"
CALLED, COLLECTED = "when a test calls it", "when it is collected"
PLACES = (CALLED, COLLECTED)
_SECONDS = 80.0

_LINE, _REPAIRED = f"        amount += {WRONG}", f"        amount += {REPAIR}"
_SHOP = f"""
import hooks


def total(lines):
    hooks.before()
    amount = 0
    for price, count in lines:
{_LINE}
    return amount
""".lstrip()
_TESTS = """
from shop import total


def test_total():
    assert total([(999, 1), (125, 2)]) == 1249


def test_many():
    assert total([(3, 7), (10, 10)]) == 121


def test_nothing():
    assert total([]) == 0
""".lstrip()
_REACH = f"{PRELUDE}\nROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))\n"
_ACT = "from tests import reach\n\nreach.act(reach.ROOT)\n"
_BEFORE = "from tests import reach\n\n\ndef before():\n    {}\n"


@dataclass(frozen=True)
class Ran:
    """How the run ended in which *attempt* was made at a *place* (CALLED, COLLECTED), and which ``effects`` it had."""

    attempt: Attempt
    place: str
    outcome: str
    effects: tuple[str, ...]


def ran(attempt: Attempt, place: str, around: Outside, *, sandbox: str = "auto") -> Ran:
    """One whole run of `fix` in a repository that makes *attempt*, CALLED or COLLECTED, in the *sandbox*."""
    with tempfile.TemporaryDirectory(prefix="bench-search-hostile-") as scratch:
        folder = Path(scratch)
        small = Small.make(folder / "repository", _files(attempt, place, around.told, folder))
        before, stderr = digest(small.path), io.StringIO()
        effects: list[str] = []
        try:
            outcome = str(_session(small, folder / "out", around, stderr, sandbox).run()["outcome"])
        except Exception as error:  # noqa: BLE001 - whatever it is, the command line would call it our bug
            outcome, effects = type(error).__name__, [BROKE]
        time.sleep(attempt.seconds)
        written = stderr.getvalue() + "".join(_texts(folder / "out"))
        effects += seen(around, folder, written, is_changed=digest(small.path) != before)
        return Ran(attempt, place, outcome, tuple(dict.fromkeys(effects)))


def searched(
    attempt: Attempt, place: str, around: Outside, sandbox: Sandbox, folder: Path
) -> tuple[list[Reply], set[str]]:
    """What the search alone offers in *sandbox*, and the effects; *folder* is empty, and for the attempt's mark."""
    files = _files(attempt, place, around.told, folder)
    red = ("test_total", "test_many")
    cases = [TestCase(f"tests/test_shop.py::{name}", Status.FAILED, message="assert 1 == 2") for name in red]
    report = TestReport.of(*cases, TestCase("tests/test_shop.py::test_nothing", Status.PASSED))
    tools = Pytest(Interpreter(sys.executable, "3", "9", ())).toolchain
    evidence = Evidence("fix", "red", before=report, targets=report.red, toolchain=tools)
    offers = list(offers_of(Search(), evidence, Workbench(Files(files), _SECONDS, sandbox)))
    return offers, set(seen(around, folder, repr(offers), is_changed=False))


def seen(around: Outside, folder: Path, written: str, *, is_changed: bool) -> Iterator[str]:
    """What happened that must not *around* the run in *folder*, which has *written* that."""
    yield from around.effects(written)
    if str(TOLD) in written:
        yield READ
    if is_changed:
        yield CHANGED
    if (folder / "mark").exists():
        yield RAN
    if left := sleepers(marker_of(folder)):
        for process in left:
            os.kill(process, 9)
        yield SURVIVED
    patch = folder / "out" / "fix.patch"
    if patch.exists() and changed_lines(patch.read_text("utf-8")) != [f"-{_LINE}", f"+{_REPAIRED}"]:
        yield FORGED


def changed_lines(patch: str) -> list[str]:
    """The lines that *patch* takes away and adds, with their signs."""
    body = patch[patch.find("diff --git") :].rpartition("\n-- \n")[0]
    return [line for line in body.splitlines() if line[:1] in ("-", "+") and line[:4] not in ("--- ", "+++ ")]


def marker_of(folder: Path) -> str:
    """The name of processes that the code of one run leaves, and of no others."""
    return f"stays-{hashlib.sha256(str(folder).encode()).hexdigest()[:16]}"


def _files(attempt: Attempt, place: str, told: Mapping[str, str], folder: Path) -> Mapping[str, str]:
    bait = {**told, "mark": str(folder / "mark"), "open_": told["open"], "marker": marker_of(folder)}
    return {
        "shop.py": _SHOP,
        "tests/test_shop.py": _TESTS,
        "tests/__init__.py": "",
        "tests/reach.py": _REACH,  # a test's file, or the search would try edits of it
        "hooks.py": _BEFORE.format("reach.act(reach.ROOT)" if place == CALLED else "return None"),
        "conftest.py": _ACT if place == COLLECTED else "",
        "attempt": attempt.code,
        "bait": "".join(f"{name}={value}\n" for name, value in bait.items() if name != "open"),
    }


def _session(small: Small, out: Path, around: Outside, stderr: io.StringIO, sandbox: str) -> Session:
    options = {
        "repository": str(small.path),
        "run": PYTEST,
        "out": str(out),
        "proposer": ("search",),
        "repeat": 1,
        "sandbox": sandbox,
        "time_limit": _SECONDS,
    }
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": around.told["home"],
        "XDG_CACHE_HOME": str(out.parent / "cache"),
        "GITHUB_TOKEN": around.canary,
    }
    return Session(environment, options, stderr)


def _texts(out: Path) -> Iterator[str]:
    for path in sorted(out.rglob("*")):
        if path.is_file():
            yield path.read_text(encoding="utf-8", errors="replace")
