"""Whole runs on small projects: what is written, what is left out, and what is never touched."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from agent_ci.core.run import Evidence, Reply
from agent_ci.proposers.characterise.proposer import Characterise
from bench.repositories import write
from bench.tests.project import made
from bench.tests.seeds import again
from bench.tests.workbench import Workbench, reply_of, text_of
from bench.trees import Files

QUICK = Characterise(trials=150, most_mutants=60)

LIBRARY = made(
    "library",
    "src/lib/fees.py",
    {
        "src/lib/__init__.py": "",
        "src/lib/fees.py": '''
"""Fees."""

from __future__ import annotations


def fee(days: int, member: bool = False) -> int:
    """Cents for a book that is *days* late.

    >>> fee(3)
    90
    >>> fee(1)
    10
    """
    if days < 0:
        raise ValueError(f"days must not be negative: {days}")
    cents = days * 20
    if days > 30:
        cents = 600
    return cents // 2 if member else cents


def initial(name: str) -> str:
    return name[0].upper()


def shelf(code: str) -> tuple[str, int]:
    room, _, number = code.partition("-")
    if not number.isdigit():
        raise ValueError(f"no shelf: {code!r}")
    return room, int(number)
''',
        "tests/test_shelves.py": """
from lib.fees import shelf


def test_shelf():
    assert shelf("attic-17") == ("attic", 17)
""",
    },
    roots=("src",),
)


@pytest.fixture(scope="module")
def reply() -> Reply:
    return reply_of(LIBRARY, QUICK)


@pytest.fixture(scope="module")
def folder(reply: Reply, tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("library")
    write(root, {**LIBRARY.files, "tests/test_fees.py": text_of(reply)})
    return root


def run(argv: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(folder / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, "-m", *argv], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_what_is_written_passes(folder: Path) -> None:
    done = run(["pytest", "-q", "-p", "no:cacheprovider", "tests/test_fees.py"], folder)
    assert done.returncode == 0, done.stdout


def test_what_is_written_notices_a_fault(folder: Path) -> None:
    path = folder / "src/lib/fees.py"
    before = path.read_text("utf-8")
    path.write_text(before.replace("days > 30", "days > 31"), "utf-8")
    done = run(["pytest", "-q", "-p", "no:cacheprovider", "tests/test_fees.py"], folder)
    path.write_text(before, "utf-8")
    assert done.returncode == 1, done.stdout


def test_what_is_written_is_formatted_and_without_complaints(folder: Path) -> None:
    checks = (["ruff", "format", "--check", "--isolated"], ["ruff", "check", "--isolated", "--select", "F,E,I,PT,B"])
    said = [run([*check, "--config", 'src = ["src"]', "tests/test_fees.py"], folder) for check in checks]
    assert [done.returncode for done in said] == [0, 0], [done.stdout for done in said]


def test_an_accident_and_a_contradicted_docstring_are_told_and_never_made_a_test(reply: Reply) -> None:
    told = [bug.message for bug in reply.bugs]
    assert any("`initial('')` ends in IndexError" in one for one in told)
    assert any("`fee(3)` gives 60, and its docstring says 90" in one for one in told)
    assert "IndexError" not in text_of(reply)
    assert "(3, 60)" not in text_of(reply)


def test_values_that_the_tests_use_are_used_again(reply: Reply) -> None:
    assert '"attic-17"' in text_of(reply)


WORDS = made(
    "words",
    "words.py",
    {
        "words.py": '''
"""Words."""

KINDS = {"noun", "verb", "name", "sign"}


def plural(word: str, kind: str = "noun") -> str:
    if kind not in KINDS:
        raise ValueError(f"no kind: {kind}")
    if kind == "verb":
        return word
    return word + "es" if word.endswith(("s", "x")) else word + "s"


def kinds(text: str) -> set[str]:
    return {one for one in KINDS if one in text.split()}
''',
    },
)


def test_the_same_bytes_are_written_under_five_hash_seeds() -> None:
    texts = {again(WORDS, seed, trials=30, most_mutants=12) for seed in range(1, 6)}
    assert len(texts) == 1
    assert "def test_plural" in texts.pop()


DANGEROUS = '''
"""Looks harmless, is not."""

import os
import shutil
import socket
import subprocess

PLACE = {place!r}
HIDDEN = getattr(os, "rem" + "ove")
SPLIT = getattr(os, "fo" + "rk")
CONNECT = getattr(socket, "create_" + "connection")
START = getattr(subprocess, "Pop" + "en")


def wipe(path: str) -> int:
    for name in os.listdir(path):
        os.remove(os.path.join(path, name))
    return 1


def burn(path: str) -> None:
    shutil.rmtree(path)


def vanish(number: int) -> int:
    HIDDEN(PLACE)
    return number + 1


def scribble(number: int) -> int:
    handle = __builtins__["op" + "en"](PLACE, "w")
    handle.write("gone")
    return number + 1


def multiply(number: int) -> int:
    if SPLIT() == 0:
        while True:
            pass
    return number + 1


def call_home(number: int) -> int:
    try:
        CONNECT(("127.0.0.1", 9), 1)
    except BaseException:
        pass
    return number + 1


def start(number: int) -> int:
    START(["sleep", "300"])
    return number + 1


def drain(days: int = 10**9) -> int:
    while days:
        days -= 1
    return days


def spin(number: int) -> int:
    while number is not None:
        number += 1
    return number


def leave(number: int) -> int:
    os._exit(number)


def half(number: int) -> int:
    return number // 2
'''


def test_what_is_dangerous_is_neither_done_nor_tested(tmp_path: Path) -> None:
    precious = tmp_path / "precious.txt"
    precious.write_text("precious", "utf-8")
    project = made("danger", "danger.py", {"danger.py": DANGEROUS.replace("{place!r}", repr(str(precious)))})
    before = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.rglob("*")}
    reply = reply_of(project, QUICK)
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.rglob("*")} == before
    assert [line for line in text_of(reply).splitlines() if line.startswith("from danger")] == [
        "from danger import half"  # of what drain gives nothing but 0 is known
    ]
    reasons = dict(one.split(": ", 1) for one in reply.left_out)
    assert "changes the system (`os.remove`)" in reasons["wipe"] or "os.listdir" in reasons["wipe"]
    assert "shutil.rmtree" in reasons["burn"]
    for name in ("vanish", "scribble", "multiply", "call_home", "start"):
        assert reasons[name] == "every call does what a guard denies", name
    assert reasons["spin"] == "no call ends within its limits"
    assert reasons["leave"].startswith(("changes the system", "its calls end the process"))


LAZY = made(
    "lazy",
    "lazy.py",
    {
        "lazy.py": """
async def rate(currency: str) -> int:
    if currency not in ("EUR", "USD"):
        raise ValueError(f"no rate for {currency}")
    return 2


def batches(items: list[int], size: int):
    if size < 1:
        raise ValueError("size must be positive")
    for start in range(0, len(items), size):
        yield items[start : start + size]
"""
    },
)


def test_coroutines_and_generators_are_run_before_they_are_expected_to_raise(tmp_path: Path) -> None:
    text = text_of(reply_of(LAZY, QUICK))
    write(tmp_path, {**LAZY.files, "test_lazy.py": text})
    done = run(["pytest", "-q", "-p", "no:cacheprovider", "test_lazy.py"], tmp_path)
    assert done.returncode == 0, done.stdout
    assert "        asyncio.run(rate(" in text
    assert "        list(batches(" in text


def test_a_module_that_cannot_be_imported_is_told_and_nothing_is_offered() -> None:
    project = made(
        "broken", "broken.py", {"broken.py": "import no_such_module_anywhere\n\n\ndef f(x: int):\n    return x\n"}
    )
    reply = reply_of(project, QUICK)
    assert "broken.py cannot be imported: ModuleNotFoundError" in reply.objection
    assert not reply.text


def test_where_nothing_is_untested_nothing_is_said() -> None:
    session = QUICK.propose(Evidence("tests", "all is tested"), (), Workbench(Files({})))
    assert [*session] == []


@pytest.mark.parametrize("path", ["scripts/my-tool.py", "pkg/class.py", "2024/report.py"])
def test_a_module_that_no_import_can_name_is_left_out_with_the_reason(path: str) -> None:
    source = LIBRARY.files["src/lib/fees.py"]
    reply = reply_of(made("unnamed", path, {path: source}), QUICK)
    assert (reply.text, path in reply.objection) == ("", True)
    assert "no import statement can name" in reply.objection
