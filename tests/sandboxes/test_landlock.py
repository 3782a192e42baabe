"""The tier landlock against the real kernel: what is denied, what works all the same, and that nothing survives."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.confine import landlock, view
from agent_ci.confine.launching import Reach
from agent_ci.confine.probing import OPTIONAL, probe
from agent_ci.core.limits import Limits
from agent_ci.errors import InfrastructureError
from agent_ci.ports import Command, Completed
from agent_ci.sandboxes.landlock import Landlock
from tests.sandboxes.attacks import DENIED, program
from tests.sandboxes.benign import BENIGN
from tests.sandboxes.survivors import ENDINGS, sleepers, within
from tests.trees import Files

ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
READABLE = view.View(ENVIRONMENT, programs=(Path(sys.executable),)).readable
PYTHON = sys.executable


def reaches() -> list[Reach]:
    """The strongest way that this machine allows, and the one of a container that may make no namespaces."""
    if landlock.abi() < landlock.LEAST_ABI:
        return []
    best = Reach.here()
    return [best, *([Reach(best.abi, 0, best.user)] if best.namespaces else [])]


def name(reach: Reach) -> str:
    return f"{'namespaces' if reach.namespaces else 'no namespaces'}, {'other' if reach.user else 'same'} user"


pytestmark = pytest.mark.skipif(not reaches(), reason="this kernel has no usable Landlock: the tier is NOT tested")
WITH_NAMESPACES = [reach for reach in reaches() if reach.namespaces]


@pytest.fixture(params=reaches(), ids=name)
def reach(request: pytest.FixtureRequest) -> Reach:
    found: Reach = request.param
    return found


def box(reach: Reach, *, limits: Limits | None = None, has_git: bool = False) -> Landlock:
    return Landlock(ENVIRONMENT, READABLE, limits or Limits(), has_git=has_git, reach=reach)


def run(sandbox: Landlock, *argv: str, files: Mapping[str, str] | None = None, timeout: float = 60) -> Completed:
    with sandbox.open(Files(files or {})) as workspace:
        return workspace.run(Command(argv, timeout=timeout))


@pytest.fixture
def bait() -> Iterator[str]:
    """Things outside that every user may read and write, and a process: only the sandbox protects them."""
    outside = Path(__file__).parents[2] / f".outside-{os.getpid()}"  # not below /tmp, which may be another one inside
    shutil.rmtree(outside, ignore_errors=True)
    home, public = outside / "home", outside / "open"
    for folder in (outside, home, public):
        folder.mkdir()
        folder.chmod(0o777)
    for file in (home / ".netrc", public / "file"):
        file.write_text("canary-4711")
        file.chmod(0o666)
    with (
        socket.create_server(("127.0.0.1", 0)) as tcp,
        socket.socket(socket.AF_UNIX) as abstract,
        subprocess.Popen(["sleep", "120"], env={"SECRET_TOKEN": "canary-4711"}) as victim,
    ):
        abstract.bind(f"\0agent-ci-test-{os.getpid()}")
        abstract.listen()
        told = {
            "pid": victim.pid,
            "home": home,
            "open": public,
            "tcp": tcp.getsockname()[1],
            "abstract": f"agent-ci-test-{os.getpid()}",
            "disk": next((str(path) for path in Path("/dev").glob("[vs]da")), "/dev/kmsg"),
        }
        yield "".join(f"{key}={value}\n" for key, value in told.items())
        victim.kill()
    assert (public / "file").read_text() == "canary-4711"
    assert not list(outside.rglob("left"))
    shutil.rmtree(outside)


@pytest.mark.parametrize("attack", DENIED)
def test_hostile_code_is_refused(reach: Reach, bait: str, attack: str) -> None:
    if attack == "AC-15 type into a terminal" and not Path("/dev/ptmx").exists():
        pytest.skip("no terminals here")
    done = run(box(reach), *program(DENIED[attack]), files={"bait": bait})
    assert done.output.startswith("denied"), done.output


def test_the_same_attacks_succeed_where_nothing_is_confined(bait: str, tmp_path: Path) -> None:
    (tmp_path / "bait").write_text(bait)
    for attack in ("AC-02 the environment of another process", "AC-06 TCP to a listener outside", "AC-06 io_uring"):
        done = subprocess.run(program(DENIED[attack]), cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.stdout.split()[:2] in (["ALLOWED"], ["denied", "EFAULT"]), (attack, done)


def test_the_probe_finds_nothing_allowed(reach: Reach) -> None:
    found = probe(box(reach))
    assert found.passed, found
    assert set(found.allowed) <= OPTIONAL


def test_the_environment_is_what_was_given_in_no_process_is_more(reach: Reach) -> None:
    script = "cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c CANARY; env"
    os.environ["CANARY"] = "canary-4711"
    try:
        lines = run(box(reach), "sh", "-c", script).output.splitlines()
    finally:
        del os.environ["CANARY"]
    assert lines[0] == "0"
    names = {line.partition("=")[0] for line in lines[1:]}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {*ENVIRONMENT, "HOME", "TMPDIR", "GIT_CONFIG_NOSYSTEM"}


TREE = {"test_it.py": "def test_it(tmp_path, capfd):\n    (tmp_path / 'x').write_text('y')\n    print('z')\n"}


@pytest.mark.parametrize("what", BENIGN)
def test_ordinary_work_is_left_alone(reach: Reach, what: str) -> None:
    if not shutil.which(BENIGN[what][0]):
        pytest.skip(f"{BENIGN[what][0]} is not installed here")
    done = run(box(reach, has_git=what == "git"), *BENIGN[what], files=TREE)
    assert done.exit_code == 0, done.output


@pytest.mark.parametrize("reach", WITH_NAMESPACES, ids=name)
def test_with_namespaces_servers_on_its_own_loopback_work_and_tmp_is_its_own(reach: Reach) -> None:
    code = (
        "import pathlib, socket\nserver = socket.create_server(('127.0.0.1', 0))\n"
        "client = socket.create_connection(server.getsockname())\nclient.sendall(b'x')\n"
        "assert server.accept()[0].recv(1) == b'x'\npathlib.Path('/tmp/agent-ci-test-left').touch()"
    )
    assert run(box(reach), PYTHON, "-c", code).exit_code == 0
    assert not Path("/tmp/agent-ci-test-left").exists()  # noqa: S108 - the place that is meant


@pytest.mark.parametrize("reach", WITH_NAMESPACES, ids=name)
def test_with_namespaces_no_other_process_is_seen_and_each_finds_itself(reach: Reach, bait: str) -> None:
    code = (
        "import glob, os\nprint(open(f'/proc/{os.getpid()}/comm').read() == open('/proc/self/comm').read())\n"
        "print([open(name).read() for name in glob.glob('/proc/[0-9]*/comm')].count('sleep\\n'))"
    )
    assert bait  # a process outside that is called sleep
    assert run(box(reach), PYTHON, "-c", code).output == "True\n0\n"


@pytest.mark.parametrize("reach", WITH_NAMESPACES, ids=name)
def test_with_namespaces_the_sockets_of_services_are_hidden(reach: Reach) -> None:
    place = Path(f"/run/agent-ci-test-{os.getpid()}")
    if not os.access(place.parent, os.W_OK):
        pytest.skip("no socket can be made in /run: NOT tested")
    with socket.socket(socket.AF_UNIX) as service:
        service.bind(str(place))
        place.chmod(0o777)
        service.listen()
        code = f"import socket; socket.socket(socket.AF_UNIX).connect({str(place)!r})"
        done = run(box(reach), PYTHON, "-c", code)
        place.unlink()
    assert "FileNotFoundError" in done.output


def test_without_a_network_of_its_own_there_is_none_and_that_is_said(reach: Reach) -> None:
    sandbox = box(reach)
    if reach.namespaces:
        assert not any("network" in sentence for sentence in sandbox.isolation.lacks)
        return
    done = run(sandbox, PYTHON, "-c", "import socket; socket.create_server(('127.0.0.1', 0))")
    assert "Address family not supported" in done.output
    assert any("network" in sentence for sentence in sandbox.isolation.lacks)


def test_how_the_command_ended_is_how_the_run_ended(reach: Reach) -> None:
    with box(reach).open(Files({})) as workspace:
        ends = [
            workspace.run(Command(("sh", "-c", f"{how}"))).exit_code for how in ("exit 0", "exit 125", "kill -9 $$")
        ]
        assert (ends, workspace.run(Command((PYTHON, "-c", "import os; os.abort()"))).exit_code) == ([0, 125, -9], -6)


@pytest.mark.parametrize("argv", [("no-such-program",), ("./plain",), ("/etc/shadow",)], ids=repr)
def test_what_cannot_be_started_is_said_in_one_sentence(reach: Reach, argv: tuple[str, ...]) -> None:
    with pytest.raises(InfrastructureError, match=rf"^`{argv[0]}` cannot be started: .*; install it"):
        run(box(reach), *argv, files={"plain": ""})


@pytest.mark.parametrize(("code", "timeout"), ENDINGS)
def test_nothing_survives(reach: Reach, code: str, timeout: float) -> None:
    marker = f"MARK_{time.monotonic_ns()}"
    done = run(box(reach, limits=Limits(processes=200)), PYTHON, "-c", code, marker, timeout=timeout)
    assert sleepers(marker) == []
    assert done.timed_out == (timeout == 1)
    assert done.seconds < timeout + 15


def test_a_storm_of_forks_is_capped_also_for_root(reach: Reach) -> None:
    code = (
        "import os, time\ncount = 0\n"
        "try:\n"
        "    while count < 1000:\n"
        "        if os.fork() == 0: time.sleep(60); os._exit(0)\n"
        "        count += 1\n"
        "except OSError: pass\nprint(count)"
    )
    if not reach.user:
        pytest.skip("the limit counts all processes of this user, however many there are")
    count = int(run(box(reach, limits=Limits(processes=64)), PYTHON, "-c", code).output)
    assert 40 <= count <= 64


KILLED = """
import sys, os
sys.path.insert(0, sys.argv[1])
from tests.sandboxes.survivors import DAEMONS
from tests.sandboxes.test_landlock import PYTHON, box, reaches, run
run(box(reaches()[int(sys.argv[2])]), PYTHON, "-c", DAEMONS + "\\ntime.sleep(300)", sys.argv[3])
"""


def test_nothing_survives_when_we_are_killed(reach: Reach) -> None:
    marker = f"MARK_{time.monotonic_ns()}"
    arguments = (str(Path(__file__).parents[2]), str(reaches().index(reach)), marker)
    with subprocess.Popen([PYTHON, "-c", KILLED, *arguments]) as us:
        assert within(20, lambda: len(sleepers(marker)) >= 7)  # we, the command and its daemons
        us.kill()
    assert within(5, lambda: not sleepers(marker)), sleepers(marker)


def test_a_file_is_limited_in_size(reach: Reach) -> None:
    code = """
import errno, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    open('x', 'wb').write(b'x' * 3_000_000)
except OSError as error:
    print(errno.errorcode[error.errno])
"""
    assert run(box(reach, limits=Limits(file_bytes=1_000_000)), PYTHON, "-c", code).output == "EFBIG\n"


def test_open_files_and_processor_time_are_limited(reach: Reach) -> None:
    sandbox = box(reach, limits=Limits(open_files=64, cpu_seconds=1))
    done = run(
        sandbox, PYTHON, "-c", "x = []\ntry:\n  while 1: x.append(open('/dev/null'))\nexcept OSError: print(len(x))"
    )
    assert int(done.output) < 64
    assert run(sandbox, PYTHON, "-c", "while 1: pass").exit_code == -24


def test_all_files_together_are_watched(reach: Reach) -> None:
    code = "import time\nfor i in range(400): open(f'{i}', 'wb').write(b'x' * 65536)\ntime.sleep(60)"
    done = run(box(reach, limits=Limits(disk_bytes=16 << 20)), PYTHON, "-c", code)
    assert "disk" in done.ended_by
    assert not done.timed_out
    assert "was ended" in done.explanation


def test_all_memory_together_is_limited(reach: Reach) -> None:
    code = "import os, time\nfor _ in range(4): os.fork()\nx = b'x' * (20 << 20)\ntime.sleep(60)"
    sandbox = box(reach, limits=Limits(total_memory_bytes=128 << 20))
    done = run(sandbox, PYTHON, "-c", code, timeout=40)
    assert "memory" in done.ended_by
    assert ("the kernel ended" in done.ended_by) == (sandbox.isolation.limits["total_memory"] == "hard")
    assert not done.timed_out


def test_the_code_has_no_right_but_to_read_toolchains(reach: Reach) -> None:
    groups = os.getgroups()
    if reach.user:
        os.setgroups([*groups, 4711])
    done = run(box(reach), "sh", "-c", "grep -E '^(Cap(Prm|Eff|Bnd|Amb)|NoNewPrivs|Groups):' /proc/self/status")
    if reach.user:
        os.setgroups(groups)
    found = dict(line.split(":", 1) for line in done.output.splitlines())
    capabilities = {int(value, 16) for field, value in found.items() if field.startswith("Cap")}
    assert capabilities <= {0, 1 << 2}
    assert found["NoNewPrivs"].strip() == "1"
    if reach.user:
        assert not {"0", "4711"} & set(found["Groups"].split())


def test_a_toolchain_that_is_closed_to_others_is_found_by_who_asks_first(reach: Reach, tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "library.a").write_text("x", "utf-8")
    sandbox = replace(box(reach), readable=(*READABLE, closed))
    code = f"import os; print(os.access('{closed}/library.a', os.R_OK), open('{closed}/library.a').read())"
    assert run(sandbox, PYTHON, "-c", code).output == "True x\n"


def test_two_workspaces_cannot_reach_each_other(reach: Reach) -> None:
    sandbox = box(reach)
    with sandbox.open(Files({"secret": "canary-4711"})) as one, sandbox.open(Files({})) as other:
        done = other.run(Command(("cat", str(one.root / "secret"))))
    assert (done.exit_code, "canary" in done.output) == (1, False)


def test_what_was_left_in_one_copy_is_not_in_the_next(reach: Reach) -> None:
    sandbox = box(reach)
    left = "touch conftest.py sitecustomize.py $HOME/.pythonrc $TMPDIR/x; mkdir d; touch d/f; chmod 0 d; ls -A . $HOME"
    assert "conftest.py" in run(sandbox, "sh", "-c", left).output
    assert run(sandbox, "sh", "-c", "ls -A . $HOME $TMPDIR | grep -c conftest").output == "0\n"


def test_nothing_is_left_in_shared_memory(reach: Reach) -> None:
    place = Path(f"/dev/shm/agent-ci-test-{os.getpid()}")  # noqa: S108 - the place that is meant
    assert run(box(reach), "sh", "-c", f"mkdir {place} && touch {place}/x").exit_code == 0
    assert not place.exists()


def test_a_file_that_we_write_between_runs_can_be_read_and_changed(reach: Reach) -> None:
    with box(reach).open(Files({})) as workspace:
        workspace.run(Command(("touch", "theirs")))
        (workspace.root / "ours").write_text("x")
        (workspace.root / "ours").chmod(0o600)
        assert workspace.run(Command(("sh", "-c", "cat ours && echo y >> ours && rm theirs"))).exit_code == 0
