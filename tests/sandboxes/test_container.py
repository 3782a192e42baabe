"""The tier container with a real engine and an image of this machine's own Python."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.confine import ownership
from agent_ci.confine.probing import probe
from agent_ci.core.limits import Limits
from agent_ci.errors import InfrastructureError, SandboxUnavailableError
from agent_ci.ports import Command, Completed
from agent_ci.sandboxes.container import Container, Engine
from tests.red import FILES, GOOD, RedRepository
from tests.sandboxes import images
from tests.sandboxes.attacks import DENIED, EPILOGUE, PRELUDE
from tests.sandboxes.benign import CODE
from tests.sandboxes.survivors import DAEMONS, STORM, sleepers
from tests.sandboxes.test_landlock import TREE, bait
from tests.trees import Files

__all__ = ["bait"]  # a fixture, asked for by name


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return Engine.here(images.NAME, images.environment(tmp_path_factory.mktemp("image")))


@pytest.fixture
def box(engine: Engine) -> Container:
    return Container(images.NAME, engine, {"LANG": "C.UTF-8"}, limits=Limits.of_machine(1 << 30))


def run(box: Container, *argv: str, files: Mapping[str, str] | None = None, timeout: float = 60) -> Completed:
    with box.open(Files(files or {})) as workspace:
        return workspace.run(Command(argv, timeout=timeout))


@pytest.mark.parametrize(
    "attack",
    [
        "AC-02 the environment of another process",
        "AC-03 the memory of another process",
        "AC-03 ptrace",
        "AC-04 a file in the home of the user",
        "AC-06 TCP to a listener outside",
        "AC-06 UDP away from here",
        "AC-06 a raw socket",
        "AC-07 an abstract socket outside",
        "AC-08 write to /etc",
        "AC-08 write where every user may",
        "AC-08 a setting of the kernel",
        "AC-12 mount",
        "AC-13 a user namespace",
        "AC-14 become root",
        "AC-16 a signal to another process",
        "a disk",
    ],
)
def test_hostile_code_is_refused(box: Container, bait: str, attack: str) -> None:
    done = run(box, "python3", "-c", f"{PRELUDE}    {DENIED[attack]}\n{EPILOGUE}", files={"bait": bait})
    assert done.output.startswith("denied"), done.output


@pytest.mark.parametrize("what", CODE)
def test_ordinary_work_is_left_alone(box: Container, what: str) -> None:
    done = run(box, "python3", "-c", CODE[what])
    assert done.exit_code == 0, done.output


def test_pytest_runs_with_the_python_of_the_image_and_a_loopback_of_its_own(box: Container) -> None:
    files = {
        **TREE,
        "test_net.py": "import socket\n\n\ndef test_net():\n    server = socket.create_server(('127.0.0.1', 0))\n"
        "    socket.create_connection(server.getsockname())\n",
    }
    done = run(box, "python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", files=files)
    assert "2 passed" in done.output, done.output


def test_the_copy_and_the_outbox_have_the_same_path_inside_and_outside(box: Container) -> None:
    with box.open(Files({"a.txt": "x"})) as workspace:
        workspace.run(Command(("sh", "-c", f"cat a.txt > {workspace.outbox}/report; pwd >> {workspace.outbox}/report")))
        assert (workspace.outbox / "report").read_text("utf-8") == f"x{workspace.root}\n"
    assert not workspace.root.parent.exists()


def test_no_folder_of_the_image_can_be_written_even_where_its_permissions_say_so(box: Container) -> None:
    assert "Read-only file system" in run(box, "touch", "/open/x").output


def test_the_environment_is_the_image_s_and_what_was_given(box: Container) -> None:
    os.environ["CANARY"] = "canary-4711"
    try:
        lines = run(box, "sh", "-c", "cat /proc/*/environ | tr '\\0' '\\n' | grep -c CANARY; env").output.splitlines()
    finally:
        del os.environ["CANARY"]
    assert lines[0] == "0"
    names = {line.partition("=")[0] for line in lines[1:]}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_", "HOSTNAME", "TERM", "container"} == {
        "LANG",
        "PATH",
        "HOME",
        "TMPDIR",
    }


@pytest.mark.parametrize(
    ("code", "timeout"),
    [
        pytest.param(DAEMONS, 30, id="AC-17 five daemons"),
        pytest.param(DAEMONS + "\ntime.sleep(300)", 2, id="AC-31 daemons and a parent that hangs"),
        pytest.param(STORM, 2, id="AC-18 a storm of forks that is ended"),
    ],
)
def test_nothing_survives_and_no_container_is_left(box: Container, code: str, timeout: float) -> None:
    marker = f"MARK_{time.monotonic_ns()}"
    done = run(replace(box, limits=Limits(processes=200)), "python3", "-c", code, marker, timeout=timeout)
    assert sleepers(marker) == []
    assert done.timed_out == (timeout == 2)
    assert _containers(box.engine) == []


def _containers(engine: Engine, *filters: str) -> list[str]:
    """The containers that this process left; others may run at the same time."""
    ours = filters or (f"label=agent-ci.owner={ownership.signature()}",)
    options = [word for one in ours for word in ("--filter", one)]
    return engine.call("ps", "--all", *options, "--format", "{{.Names}}").split()


def test_what_a_killed_run_left_is_removed_by_the_next_and_what_another_run_uses_is_not(box: Container) -> None:
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    dead = f"{ownership.signature().rsplit(' ', 2)[0]} {gone.pid} 1"
    names = [f"agent-ci-test-{os.getpid()}-{what}" for what in ("dead", "alive")]
    for name, owner in zip(names, (dead, ownership.signature()), strict=True):
        box.engine.call("create", "--name", name, "--label", f"agent-ci.owner={owner}", images.NAME, "true")
    try:
        run(box, "true")
        assert _containers(box.engine, f"name=agent-ci-test-{os.getpid()}") == [names[1]]
    finally:
        box.engine.remove(names[1])


def test_processes_and_memory_are_limited_by_the_engine(box: Container) -> None:
    forks = "import os, time\ncount = 0\ntry:\n    while count < 300:\n        if os.fork() == 0: time.sleep(20)\n"
    forks += "        count += 1\nexcept OSError: pass\nprint(count)"
    limited = replace(box, limits=Limits(processes=40, total_memory_bytes=200 << 20))
    assert int(run(limited, "python3", "-c", forks).output) < 40
    assert "memory" in run(limited, "python3", "-c", "x = b'x' * (400 << 20)").ended_by


def test_the_end_of_one_process_by_the_limit_for_memory_ends_the_others(box: Container) -> None:
    child = "x = b'x' * (400 << 20)"
    code = f"import subprocess, sys, time\nsubprocess.run([sys.executable, '-c', {child!r}])\ntime.sleep(50)"
    limited = replace(box, limits=replace(box.limits, total_memory_bytes=128 << 20))
    with limited.open(Files({})) as workspace:
        done = workspace.run(Command(("python3", "-c", code), timeout=50))
    assert "memory" in done.ended_by
    assert done.seconds < 40


def test_what_the_image_lacks_cannot_be_started_and_says_so(box: Container) -> None:
    with pytest.raises(InfrastructureError, match=r"^`no-such-program` cannot be started in the image: "):
        run(box, "no-such-program")


def test_a_folder_that_the_user_names_is_readable_and_not_writable(box: Container, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data").chmod(0o777)
    (tmp_path / "data/a.txt").write_text("x", "utf-8")
    done = run(
        replace(box, readable=(tmp_path / "data",)), "sh", "-c", f"cat {tmp_path}/data/a.txt; touch {tmp_path}/data/b"
    )
    assert done.output.startswith("x")
    assert not (tmp_path / "data/b").exists()


def test_every_probe_is_denied(box: Container) -> None:
    assert probe(box, python="python3").allowed == ()


def test_a_red_build_is_repaired_and_proven_with_the_tools_of_the_image(engine: Engine, tmp_path: Path) -> None:
    red = RedRepository.make(tmp_path, {**FILES, ".agent-ci.yml": f"container-image: {images.NAME}\n"})
    run = red.run(replies=(GOOD,), run="pytest", sandbox="container", repeat=1, environment=engine.environment)
    assert (run.outcome, run.document["isolation"]["tier"]) == ("fixed", "container"), run.document["reason"]
    assert run.document["toolchain"]["python"] == "python3"
    assert "ALLOWED" not in run.document["isolation"]["probes"].values()


def test_an_image_that_is_not_here_is_not_downloaded_and_said_to_be_missing(engine: Engine) -> None:
    with pytest.raises(
        SandboxUnavailableError, match=r"no container engine here has the image 'localhost/none:1'.*pull"
    ):
        Engine.here("localhost/none:1", engine.environment)
    with pytest.raises(SandboxUnavailableError, match="set container-image"):
        Engine.here("", engine.environment)
