"""Real processes: nothing survives a run, nothing leaks into it, and its output costs a bounded megabyte."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from agent_ci import process
from agent_ci.errors import InfrastructureError
from agent_ci.ports import Completed
from agent_ci.process import ToolError

PLAIN = {"PATH": os.environ["PATH"]}


def python(code: str, tmp_path: Path, *, timeout: float = 30, environment: dict[str, str] | None = None) -> Completed:
    return process.run((sys.executable, "-c", code), cwd=tmp_path, environment=environment or PLAIN, timeout=timeout)


def alive(marker: str) -> list[str]:
    """The processes whose command line or environment holds *marker*."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            seen = (folder / "cmdline").read_bytes() + (folder / "environ").read_bytes()
        except OSError:
            continue
        if marker.encode() in seen and int(folder.name) != os.getpid():
            found.append(folder.name)
    return found


DAEMON = """
import os, sys, time
def daemon():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(300)
        os._exit(0)
for _ in range(3): daemon()
"""
DEEP = """
import os, time
for _ in range(20):
    if os.fork() == 0: os.setsid()
    else: time.sleep(300)
time.sleep(300)
"""
STUBBORN = """
import os, signal, time
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP): signal.signal(number, signal.SIG_IGN)
if os.fork() == 0: os.setpgid(0, 0)
time.sleep(300)
"""
RUNNING_ON = """
import os, time
end = time.monotonic() + 20
while time.monotonic() < end:
    if os.fork(): os._exit(0)
    os.setsid()
"""


@pytest.mark.parametrize(
    ("code", "timed_out"),
    [
        pytest.param(DAEMON, False, id="daemons that outlive their parent"),
        pytest.param(DAEMON + "time.sleep(300)", True, id="daemons and a parent that hangs"),
        pytest.param(DEEP, True, id="a chain of twenty sessions"),
        pytest.param(STUBBORN, True, id="processes that ignore every polite signal"),
        pytest.param(RUNNING_ON, False, id="a process that runs on from fork to fork"),
    ],
)
def test_nothing_survives_a_run(tmp_path: Path, code: str, *, timed_out: bool) -> None:
    marker = f"MARK_{time.monotonic_ns()}"
    done = python(code, tmp_path, timeout=1, environment={**PLAIN, "MARKER": marker})
    assert (done.timed_out, alive(marker)) == (timed_out, [])
    assert done.seconds < 10


def test_a_time_out_is_said_and_keeps_what_was_printed(tmp_path: Path) -> None:
    done = python("import time; print('so far', flush=True); time.sleep(300)", tmp_path, timeout=0.7)
    assert (done.timed_out, done.output, done.exit_code) == (True, "so far\n", -9)
    assert 0.6 < done.seconds < 5
    assert "did not finish in time" in done.explanation


def test_a_grandchild_that_holds_the_pipe_does_not_delay_the_return(tmp_path: Path) -> None:
    done = python("import os, time; print('done', flush=True); os.fork() or (os.setsid(), time.sleep(60))", tmp_path)
    assert (done.output, done.exit_code, done.timed_out) == ("done\n", 0, False)
    assert done.seconds < 10


def test_a_program_that_closes_its_output_is_waited_for(tmp_path: Path) -> None:
    done = python("import os, time; os.close(1); os.close(2); time.sleep(0.5); os._exit(7)", tmp_path)
    assert (done.exit_code, done.output) == (7, "")
    assert done.seconds >= 0.5


def test_a_hundred_megabytes_of_output_are_capped_at_head_and_tail(tmp_path: Path) -> None:
    code = "import os\nos.write(1, b'first')\nfor _ in range(1600): os.write(1, b'x' * 65536)\nos.write(1, b'last')"
    done = python(code, tmp_path)
    assert done.exit_code == 0
    assert 1_000_000 + 64_000 <= len(done.output) < 1_000_000 + 64_000 + 100
    assert done.output.startswith("firstx")
    assert done.output.endswith("xlast")
    left_out = 9 + 1600 * 65536 - 1_064_000
    assert f"[... {left_out} bytes of output left out ...]" in done.output


def test_output_below_the_cap_is_whole(tmp_path: Path) -> None:
    done = python("print('x' * 1_050_000 + 'end')", tmp_path)
    assert done.output == "x" * 1_050_000 + "end\n"


def test_both_outputs_are_one_in_order(tmp_path: Path) -> None:
    done = python("import os; os.write(1, b'1'); os.write(2, b'2'); os.write(1, b'3\\xff')", tmp_path)
    assert done.output == "123\ufffd"


def test_the_environment_is_exactly_what_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENT_CI_API_KEY", "canary-4711")
    done = process.run(("env", "-0"), cwd=tmp_path, environment={**PLAIN, "X": "a\nb"}, timeout=30)
    assert set(done.output.rstrip("\0").split("\0")) == {f"PATH={PLAIN['PATH']}", "X=a\nb"}
    assert "canary-4711" not in process.call(("env",), cwd=tmp_path, environment=PLAIN).decode()


def test_standard_input_is_empty_whatever_ours_holds(tmp_path: Path) -> None:
    code = (
        "import pathlib, sys\nfrom agent_ci import process\n"
        "print(repr(process.run(['cat'], cwd=pathlib.Path('.'), environment={'PATH': sys.argv[1]}, timeout=30).output))"
    )
    environment = {**PLAIN, "PYTHONPATH": str(Path(__file__).parents[1])}
    command = (sys.executable, "-c", code, PLAIN["PATH"])
    done = subprocess.run(command, cwd=tmp_path, env=environment, input=b"ours", capture_output=True, check=True)
    assert done.stdout == b"''\n"


def test_a_signal_is_a_negative_exit_code(tmp_path: Path) -> None:
    assert python("import os; os.kill(os.getpid(), 11)", tmp_path).exit_code == -11


def test_children_from_before_the_run_are_spared(tmp_path: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as mine:
        python(DAEMON, tmp_path)
        assert mine.poll() is None
        mine.kill()


def test_a_run_that_is_interrupted_leaves_nothing(tmp_path: Path) -> None:
    marker = f"MARK_{time.monotonic_ns()}"
    code = (
        "import os, signal, threading, pathlib\nfrom agent_ci import process\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # a shell's background job ignores it
        "threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()\n"
        f"process.run(['sleep', '300', ], cwd=pathlib.Path('.'), environment={{'MARKER': {marker!r}}}, timeout=60)\n"
    )
    environment = {**PLAIN, "PYTHONPATH": str(Path(__file__).parents[1])}
    interrupted = process.run((sys.executable, "-c", code), cwd=tmp_path, environment=environment, timeout=30)
    assert "KeyboardInterrupt" in interrupted.output
    assert alive(marker) == []


@pytest.mark.parametrize("argv", [("no-such-program",), ("./plain",), ("/",), ("sh", "a\0b")], ids=repr)
def test_what_cannot_be_started_is_said_in_one_sentence(tmp_path: Path, argv: tuple[str, ...]) -> None:
    (tmp_path / "plain").write_text("not executable")
    for start in (process.call, lambda *a, **k: process.run(*a, **k, timeout=5)):
        with pytest.raises(InfrastructureError, match=r"cannot be started: .*; install"):
            start(argv, cwd=tmp_path, environment=PLAIN)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InfrastructureError, match="gone"):
        process.run(("true",), cwd=tmp_path / "gone", environment=PLAIN, timeout=5)


def test_a_tool_s_failure_tells_the_command_the_code_and_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^`the command` ended with exit code 3: on purpose$"):
        process.call(("sh", "-c", "echo on purpose >&2; exit 3"), cwd=tmp_path, environment=PLAIN, shown="the command")


def test_a_tool_reads_its_input_and_gives_bytes(tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096
    assert process.call(("cat",), cwd=tmp_path, environment=PLAIN, stdin=content) == content


def test_who_watches_a_run_can_end_it_and_says_why(tmp_path: Path) -> None:
    seen: list[int] = []

    def watch(pid: int) -> str:
        seen.append(pid)
        return "it is too much" if len(seen) > 2 else ""

    done = process.run(("sleep", "60"), cwd=tmp_path, environment=PLAIN, timeout=30, watch=watch)
    assert (done.ended_by, done.timed_out, len(set(seen))) == ("it is too much", False, 1)
    assert "was ended: it is too much" in done.explanation


def test_a_program_with_grace_may_see_to_its_own_end(tmp_path: Path) -> None:
    code = (
        "import pathlib, signal, sys, time\n"
        "signal.signal(15, lambda *_: sys.exit(print('cleaned')))\n"
        "pathlib.Path('ready').touch()\n"
        "time.sleep(60)"
    )

    def ended(grace: float) -> Completed:
        ready = tmp_path / str(grace)
        ready.mkdir()
        command = (sys.executable, "-c", code)
        return process.run(
            command,
            cwd=ready,
            environment=PLAIN,
            timeout=50,
            grace=grace,
            watch=lambda _: "ready" * (ready / "ready").exists(),
        )

    ends = [ended(0.0), ended(20.0)]
    assert [(done.output, done.ended_by) for done in ends] == [("", "ready"), ("cleaned\n", "ready")]
    assert max(done.seconds for done in ends) < 50
