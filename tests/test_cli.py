from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from bench.repositories import PYTEST
from tests.red import FILES, GOOD, RedRepository


def agent_ci(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **variables}
    argv = [sys.executable, "-m", "agent_ci", *arguments]
    return subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def cassette(tmp_path: Path) -> str:
    path = tmp_path / "cassette.jsonl"
    path.write_text(json.dumps({"text": GOOD}))
    return str(path)


def test_the_verdict_is_json_on_standard_output_and_everything_else_is_not(tmp_path: Path, cassette: str) -> None:
    red = RedRepository.make(tmp_path)
    arguments = ("--repository", str(red.path), "--proposer", "replay", "--cassette", cassette, "--repeat", "2")
    done = agent_ci("fix", *arguments, "--run", PYTEST, "--json")
    document = json.loads(done.stdout)
    assert (done.returncode, document["outcome"], document["schema"]) == (0, "fixed", "agent-ci/evidence/v1")
    assert document == json.loads((red.path / ".agent-ci" / "evidence.json").read_text())
    assert "prove" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("fix", "--repaet", "3"), "--repaet"),
        (("fix", "--repeat", "0"), "repeat must be more than 0"),
        (("fix", "--deliver", "carrier-pigeon"), "carrier-pigeon"),
        (("fix", "--proposer", "serach"), "did you mean 'search'?"),
        (("fix", "--base", "no-such-ref"), "names no commit here"),
        (("fix", "--run", "'"), "cannot be split into words"),
        (("fix", "--out", "/proc/agent-ci"), "cannot be written"),
        (("fix", "--model", "m", "--proposer", "replay"), "--cassette"),
        (("fxi",), "fxi"),
    ],
    ids=["option", "zero", "choice", "proposer", "base", "quote", "out", "cassette", "subcommand"],
)
def test_a_wrong_option_is_a_usage_error_in_one_sentence(
    tmp_path: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    red = RedRepository.make(tmp_path)
    given = ("--repository", str(red.path)) if arguments[0] == "fix" else ()
    done = agent_ci(*arguments, *given)
    assert done.returncode == 2
    assert sentence in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("place", ["empty", "missing", "file"])
def test_a_place_that_is_no_repository_is_unsupported(tmp_path: Path, place: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    done = agent_ci("fix", "--repository", str(tmp_path / place), "--out", str(tmp_path / "out"))
    assert done.returncode == 14
    assert "git" in done.stdout
    assert json.loads((tmp_path / "out" / "evidence.json").read_text())["outcome"] == "unsupported"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_ends_the_run_within_two_seconds_with_evidence_and_without_survivors(
    tmp_path: Path, number: signal.Signals
) -> None:
    started = tmp_path / "started"
    slow = (
        "import os, pathlib, time\n\ndef test_it():\n"
        f"    pathlib.Path({str(started)!r}).write_text(str(os.getpid()))\n    time.sleep(97.5)\n"
    )
    red = RedRepository.make(tmp_path, {"test_slow.py": slow})
    before = red.digest()
    argv = [sys.executable, "-m", "agent_ci", "fix", "--repository", str(red.path), "--out", str(tmp_path / "out")]
    argv += ["--run", PYTEST, "--sandbox", "none"]  # the test tells us from outside of its copy that it has begun
    process = subprocess.Popen(argv, stderr=subprocess.PIPE)
    with process:
        for _ in range(600):
            if started.exists() and started.read_text():
                break
            time.sleep(0.05)
        sent = time.monotonic()
        process.send_signal(number)
        process.communicate(timeout=20)
    assert (process.returncode, time.monotonic() - sent < 2) == (130, True)
    assert json.loads((tmp_path / "out" / "evidence.json").read_text())["outcome"] == "cancelled"
    assert red.digest() == before
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_our_own_bug_is_reported_as_ours_without_secrets(tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, FILES)
    broken = (
        "import agent_ci.session as s\n"
        "def boom(self):\n    raise RuntimeError('canary-77d1f0a9c2')\n"
        "s.Session._run = boom\nfrom agent_ci import keeper\nkeeper.is_needed = lambda _: False\n"
        "from agent_ci.cli import main\nmain()\n"
    )
    argv = [sys.executable, "-c", broken, "fix", "--repository", str(red.path), "--out", str(tmp_path / "out")]
    environment = {"PATH": os.environ["PATH"], "A_TOKEN": "canary-77d1f0a9c2"}
    done = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
    report = (tmp_path / "out" / "internal-error.md").read_text()
    assert done.returncode == 70
    assert "RuntimeError" in report
    assert "canary-77d1" not in done.stderr + done.stdout + report


def test_the_demo_refuses_a_folder_with_files(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = agent_ci("demo", "--into", str(tmp_path))
    assert done.returncode == 2
    assert "--into" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


@pytest.mark.parametrize("evidence", ["out/evidence.json", "out"], ids=["file", "folder"])
def test_a_fix_is_verified_from_the_command_line(proof: RedRepository, evidence: str) -> None:
    verified = agent_ci("verify", "--repository", str(proof.path), str(proof.scratch / evidence))
    assert (verified.returncode, verified.stdout.count("holds ")) == (0, 13)


LATE = """\
import os, signal, sys
from agent_ci import cli

end = sys.exit


def late(code):
    os.kill(os.getpid(), signal.SIGTERM)
    end(code)


sys.exit = late
sys.argv = ["agent-ci", "--version"]
cli.main()
"""


def test_a_signal_that_comes_while_the_process_ends_does_not_change_its_exit_code() -> None:
    assert subprocess.run([sys.executable, "-c", LATE], capture_output=True, check=False).returncode == 0
