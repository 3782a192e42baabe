"""Reading logs for real: files on a disk, problem matchers of a repository, and a process that may not end."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from agent_ci import joblogs
from agent_ci.core.kinds import Kind
from agent_ci.errors import UnsupportedError
from agent_ci.joblogs import Reading, read_logs
from tests.red import FILES, GOOD, RedRepository
from tests.trees import Files

TREE = Files({"src/cart.c": "int x;\n", "src/cart.h": "\n"})
LOG = (
    "2026-01-02T03:04:05.6Z ##[group]Run make\n"
    "2026-01-02T03:04:05.6Z /home/runner/work/x/x/src/cart.c:3:5: error: expected ';'\n"
    "2026-01-02T03:04:05.6Z ##[error]Process completed with exit code 2.\n"
)


def matchers(regexp: str, owner: str = "ours") -> str:
    return json.dumps({"problemMatcher": [{"owner": owner, "pattern": [{"regexp": regexp, "file": 1, "message": 2}]}]})


def read(root: Path, text: str | bytes = LOG, *, trusted: Files | None = None, green: str = "") -> Reading:
    (root / "job.log").write_bytes(text if isinstance(text, bytes) else text.encode())
    (root / "green.log").write_text(green, encoding="utf-8")
    usual = (root / "green.log",) * bool(green)
    return read_logs({root / "job.log": "job.log"}, green=usual, judged=TREE, trusted=trusted)


def test_a_log_gives_places_in_the_repository_the_failing_step_and_an_excerpt(tmp_path: Path) -> None:
    said = read(tmp_path)
    [found] = said.findings
    assert (found.file, found.line, found.column, found.kind) == ("src/cart.c", 3, 5, Kind.COMPILE)
    [log] = said.logs
    assert log.failed == 'step "Run make": make ended with exit code 2'
    assert "src/cart.c:3:5: error: expected ';'" in log.excerpt
    assert (log.shown, log.total, said.notes) == (3, 3, ())


def test_a_log_of_powershell_is_read_as_what_it_is(tmp_path: Path) -> None:
    assert read(tmp_path, "src/cart.c:3:5: error: no\r\n".encode("utf-16")).findings[0].file == "src/cart.c"


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, lambda path: path.symlink_to("/etc/hostname")])
def test_what_is_no_plain_file_is_refused(tmp_path: Path, make: object) -> None:
    assert callable(make)
    make(tmp_path / "job.log")
    with pytest.raises(UnsupportedError):
        read_logs({tmp_path / "job.log": "job.log"}, green=(), judged=TREE, trusted=None)


def test_a_log_of_a_green_run_is_held_against_that_of_the_red_one(tmp_path: Path) -> None:
    usual = [f"ERROR: harmless {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600)]
    text = "\n".join([*usual[:300], "it cannot go on", *usual[300:], "bye"])
    assert "it cannot go on" not in read(tmp_path, text).logs[0].excerpt
    assert "it cannot go on" in read(tmp_path, text, green="\n".join(usual)).logs[0].excerpt


def test_the_problem_matchers_of_a_repository_are_heard_first(tmp_path: Path) -> None:
    trusted = Files({".github/strange.json": matchers(r"^Oops in (\S+): (.+)$"), "other.json": matchers("^(.)(.)$")})
    said = read(tmp_path, "Oops in src/cart.h: error, it is empty\n" + LOG, trusted=trusted)
    assert [(found.tool, found.file, found.message) for found in said.findings] == [
        ("ours", "src/cart.h", "error, it is empty"),
        ("gcc", "src/cart.c", "expected ';'"),
    ]
    assert said.notes == ()


def test_those_of_the_change_that_is_judged_are_not(tmp_path: Path) -> None:
    (tmp_path / "job.log").write_text("Oops in src/cart.h: error, it is empty\n" + LOG, encoding="utf-8")
    judged = Files({**TREE.content, ".github/strange.json": matchers(r"^Oops in (\S+): (.+)$")})
    for trusted in (Files({}), None):
        said = read_logs({tmp_path / "job.log": "job.log"}, green=(), judged=judged, trusted=trusted)
        assert [found.tool for found in said.findings] == ["gcc"]


def test_a_matcher_that_searches_without_end_is_ended_and_named_and_ours_are_heard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(joblogs, "SECONDS", 1.5)
    slow = matchers("^(.*)(.*).*.*.*.*.*.*.*.*error.*.*.*.*.*.*.*=$")
    started = time.monotonic()
    said = read(tmp_path, "error" * 90 + "\n" + LOG, trusted=Files({".github/slow.json": slow}))
    assert time.monotonic() - started < 10
    assert said.notes == ("the problem matchers of the repository could not be run within 2 s and are left out",)
    assert [found.tool for found in said.findings] == ["gcc"]


def test_a_matcher_that_is_refused_is_named_with_its_file(tmp_path: Path) -> None:
    trusted = Files({".github/bad.json": matchers(r"^((a+)+)(b)$", owner="bad")})
    assert read(tmp_path, trusted=trusted).notes == (
        (
            "of the problem matchers in .github/bad.json, its matcher 'bad' repeats what is repeated already, which "
            "may take without end"
        ),
    )


def test_files_that_are_too_large_or_too_many_are_left_out_by_name(tmp_path: Path) -> None:
    large = Files({".github/large.json": matchers("^(a)(b)$") + " " * 70_000})
    assert "large.json are left out" in read(tmp_path, trusted=large).notes[0]
    many = Files({f".github/{n:02}.json": matchers("^(a)(b)$") for n in range(12)})
    assert [note.split()[4] for note in read(tmp_path, trusted=many).notes] == [".github/10.json", ".github/11.json"]


# In a run


def test_a_run_writes_what_its_log_says_to_every_file_that_tells_of_it(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {**FILES, "src/cart.c": "int x;\n"})
    (tmp_path / "job.log").write_text(LOG.replace("expected ';'", "no\x1b[0m ::error::<b>x</b>"), encoding="utf-8")
    run = red.run(replies=(GOOD,), log=(str(tmp_path / "job.log"),))
    assert run.outcome == "fixed"
    [found] = json.loads((run.out / "findings.json").read_bytes())["findings"]
    assert (found["file"], found["line"], found["class"], found["step"]) == (
        "src/cart.c",
        3,
        "compile error",
        "Run make",
    )
    assert run.document["findings"] == [found]
    [log] = run.document["logs"]
    assert log["failed"] == 'step "Run make": make ended with exit code 2'
    told = (run.out / "explanation.md").read_text(encoding="utf-8")
    assert "## What the logs say" in told
    assert "`src/cart.c:3`" in told
    assert "(compile error, line 2 of the log)" in told
    assert "exit code 2. 3 of its 3 lines:" in told
    assert "\n::error::" not in told


@pytest.mark.parametrize(
    ("line", "outcome"),
    [
        ("tar: write error: No space left on device", "infrastructure"),
        ("src/cart.c:3:5: error: expected ';'", "cannot_reproduce"),
        ("something failed, error", "nothing_to_do"),
    ],
)
def test_what_the_log_of_a_red_build_says_is_not_called_green(tmp_path: Path, line: str, outcome: str) -> None:
    red = RedRepository.make(tmp_path, {"calc.py": "x = 1\n", "test_calc.py": "def test_it():\n    assert True\n"})
    (tmp_path / "job.log").write_text(f"{line}\n", encoding="utf-8")
    run = red.run(log=(str(tmp_path / "job.log"),))
    assert run.outcome == outcome
    assert (run.out / "findings.json").is_file()


def test_without_findings_no_file_of_them_is_written(tmp_path: Path) -> None:
    run = RedRepository.make(tmp_path).run(replies=(GOOD,))
    assert not (run.out / "findings.json").exists()


@pytest.mark.parametrize(("owner", "tools"), [("mine", ["mine", "log"]), ("ci", ["log"])])
def test_a_matcher_of_the_repository_reads_lines_that_none_of_ours_would(
    owner: str, tools: list[str], tmp_path: Path
) -> None:
    trusted = Files({".github/mine.json": matchers(r"^(.+?)\(\d+\): (.+)$", owner)})
    said = read(tmp_path, "src/a.foo(3): bad thing\nit failed\n", trusted=trusted)
    assert [found.tool for found in said.findings] == tools
    assert bool(said.notes) is (owner == "ci")
