"""The tier bubblewrap against the real kernel, in both ways: as another user, and in a user namespace."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.confine.probing import probe
from agent_ci.confine.view import View
from agent_ci.core.limits import Limits
from agent_ci.errors import InfrastructureError, SandboxUnavailableError
from agent_ci.ports import Command, Completed
from agent_ci.sandboxes.bubblewrap import Bubblewrap, Host
from tests.red import FILES, RedRepository
from tests.sandboxes.attacks import DENIED, program
from tests.sandboxes.benign import BENIGN
from tests.sandboxes.survivors import ENDINGS, sleepers, within
from tests.sandboxes.test_landlock import TREE, bait
from tests.trees import Files

__all__ = ["bait"]  # a fixture, asked for by name

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {"PATH": os.environ["PATH"], "LANG": "C.UTF-8"}
VIEW = View({**ENVIRONMENT, "HOME": str(Path.home())}, (Path(sys.executable),), hidden=(ROOT,))
PYTHON = sys.executable
WAYS = {"another user": True, "a user namespace": False}


def made(way: str, **changes: object) -> Bubblewrap:
    """The sandbox in one of its ways; the test is skipped where this machine has no such way."""
    try:
        host = Host.here()
        if WAYS[way] and not host.setpriv:
            pytest.skip("only root can become another user: this way is NOT tested")
        box = Bubblewrap(ENVIRONMENT, VIEW.readable, VIEW.links, host=host if WAYS[way] else replace(host, setpriv=""))
        run(box, "true")
    except SandboxUnavailableError as error:
        pytest.skip(f"bubblewrap is NOT tested: {error}")
    return replace(box, **changes)  # type: ignore[arg-type]  # each test names fields that there are


def run(box: Bubblewrap, *argv: str, files: Mapping[str, str] | None = None, timeout: float = 60) -> Completed:
    with box.open(Files(files or {})) as workspace:
        return workspace.run(Command(argv, timeout=timeout))


@pytest.fixture(params=WAYS)
def box(request: pytest.FixtureRequest) -> Bubblewrap:
    return made(request.param)


@pytest.mark.parametrize("attack", DENIED)
def test_hostile_code_is_refused(box: Bubblewrap, bait: str, attack: str) -> None:
    if attack == "AC-14 become root" and not box.drops and not os.getuid():
        pytest.skip("in a user namespace of root, the code is root without any rights")
    done = run(box, *program(DENIED[attack]), files={"bait": bait})
    assert done.output.startswith("denied"), done.output


@pytest.mark.parametrize("what", BENIGN)
def test_ordinary_work_is_left_alone(box: Bubblewrap, what: str) -> None:
    if not shutil.which(BENIGN[what][0]):
        pytest.skip(f"{BENIGN[what][0]} is not installed here")
    done = run(replace(box, has_git=what == "git"), *BENIGN[what], files=TREE)
    assert done.exit_code == 0, done.output


SERVER = """
import getpass, os, pathlib, pwd, socket, ssl
server = socket.create_server(('127.0.0.1', 0))
client = socket.create_connection(server.getsockname())
client.sendall(b'x')
assert server.accept()[0].recv(1) == b'x'
pathlib.Path('/tmp/agent-ci-test-left').touch()
pathlib.Path('/dev/shm/agent-ci-test-left').touch()
assert ssl.create_default_context().cert_store_stats()['x509_ca']
assert pwd.getpwuid(os.getuid()).pw_dir and getpass.getuser()
"""


def test_loopback_memory_folders_certificates_and_a_name_are_there_and_its_own(box: Bubblewrap) -> None:
    done = run(box, PYTHON, "-c", SERVER)
    assert done.exit_code == 0, done.output
    assert not Path("/tmp/agent-ci-test-left").exists()  # noqa: S108 - the place that is meant
    assert not Path("/dev/shm/agent-ci-test-left").exists()  # noqa: S108


def test_the_interpreter_comes_from_a_checkout_of_which_nothing_else_can_be_read(box: Bubblewrap) -> None:
    assert Path(PYTHON).is_relative_to(ROOT), "the tests run in the project's own environment"
    done = run(
        box, "sh", "-c", f"{PYTHON} -c 'import pytest, sys; print(sys.prefix)'; ls -a {ROOT}; cat {ROOT}/README.md"
    )
    assert done.output.splitlines()[0] == str(Path(PYTHON).parents[1])
    assert "Permission denied" in done.output
    assert "No such file" in done.output


def test_no_file_can_be_written_but_in_its_own_folders(box: Bubblewrap) -> None:
    places = "/ /usr /etc /dev /proc /sys /root /home /var /opt /run"
    done = run(box, "sh", "-c", f"for place in {places}; do touch $place/agent-ci-x && echo wrote $place; done; true")
    assert "wrote" not in done.output
    left = [place for place in places.split() if Path(place, "agent-ci-x").exists()]
    assert left == []


def test_the_copy_and_the_outbox_have_the_same_path_inside_and_outside(box: Bubblewrap) -> None:
    with box.open(Files({"a.txt": "x"})) as workspace:
        workspace.run(Command(("sh", "-c", f"cat a.txt > {workspace.outbox}/report; pwd >> {workspace.outbox}/report")))
        assert (workspace.outbox / "report").read_text("utf-8") == f"x{workspace.root}\n"
    assert not workspace.root.parent.exists()


def test_the_environment_is_what_was_given_and_no_process_shows_more(box: Bubblewrap) -> None:
    script = "cat /proc/*/environ 2>/dev/null | tr '\\0' '\\n' | grep -c CANARY; env"
    os.environ["CANARY"] = "canary-4711"
    try:
        lines = run(box, "sh", "-c", script).output.splitlines()
    finally:
        del os.environ["CANARY"]
    assert lines[0] == "0"
    names = {line.partition("=")[0] for line in lines[1:]}
    assert names - {"PWD", "OLDPWD", "SHLVL", "_"} == {*ENVIRONMENT, "HOME", "TMPDIR"}


def test_a_variable_may_be_empty_and_hold_any_character(box: Bubblewrap) -> None:
    values = {"EMPTY": "", "ODD": "a b\nc=\u00fc --bind / /", "LAST": ""}
    with box.open(Files({})) as workspace:
        code = "import os; print([os.environ[name] for name in ('EMPTY', 'ODD', 'LAST')])"
        assert workspace.run(Command((PYTHON, "-c", code), values)).output == f"{list(values.values())}\n"


@pytest.mark.parametrize(("code", "timeout"), ENDINGS)
def test_nothing_survives(box: Bubblewrap, code: str, timeout: float) -> None:
    marker = f"MARK_{time.monotonic_ns()}"
    done = run(replace(box, limits=Limits(processes=200)), PYTHON, "-c", code, marker, timeout=timeout)
    assert sleepers(marker) == []
    assert done.timed_out == (timeout == 1)


KILLED = """
import sys
sys.path.insert(0, sys.argv[1])
from tests.sandboxes.survivors import DAEMONS
from tests.sandboxes.test_bubblewrap import PYTHON, made, run
run(made(sys.argv[2]), PYTHON, "-c", DAEMONS + "\\ntime.sleep(300)", sys.argv[3])
"""


def test_nothing_survives_when_we_are_killed(box: Bubblewrap) -> None:
    way = next(name for name, may_drop in WAYS.items() if may_drop == bool(box.host.setpriv))
    marker = f"MARK_{time.monotonic_ns()}"
    with subprocess.Popen([PYTHON, "-c", KILLED, str(ROOT), way, marker]) as us:
        assert within(20, lambda: len(sleepers(marker)) >= 7)  # we, the command and its daemons
        us.kill()
    assert within(5, lambda: not sleepers(marker)), sleepers(marker)


FORKS = """
import os, time
count = 0
try:
    while count < 1000:
        if os.fork() == 0: time.sleep(60); os._exit(0)
        count += 1
except OSError: pass
print(count)
"""


def test_a_storm_of_forks_is_capped_also_for_root() -> None:
    count = int(run(made("another user", limits=Limits(processes=64)), PYTHON, "-c", FORKS).output)
    assert 40 <= count <= 64


def test_files_and_folders_in_memory_are_limited_in_size(box: Bubblewrap) -> None:
    limited = replace(box, limits=Limits(file_bytes=1_000_000))
    done = run(limited, "sh", "-c", "head -c 2000000 /dev/zero > x; stat -c %s x; df --output=size -B1 /tmp /dev/shm")
    assert done.output.split()[-4:] == ["1000000", "1B-blocks", str(1 << 30), str(1 << 30)]


def test_all_files_together_are_watched(box: Bubblewrap) -> None:
    code = "import time\nfor i in range(400): open(f'{i}', 'wb').write(b'x' * 65536)\ntime.sleep(60)"
    done = run(replace(box, limits=Limits(disk_bytes=16 << 20)), PYTHON, "-c", code)
    assert "disk" in done.ended_by


def test_all_memory_together_is_limited(box: Bubblewrap) -> None:
    code = "import os, time\nfor _ in range(4): os.fork()\nx = b'x' * (20 << 20)\ntime.sleep(60)"
    done = run(replace(box, limits=Limits(total_memory_bytes=128 << 20)), PYTHON, "-c", code, timeout=40)
    assert "memory" in done.ended_by


def test_a_library_of_the_copy_is_loaded_by_the_command_only() -> None:
    box = made("another user")
    box = replace(box, environment={**ENVIRONMENT, "LD_PRELOAD": "./trap.so"})
    said = run(box, "true", files={"trap.so": "no library"}).output
    assert said.count("trap.so") == 1, said  # ld.so complains once for each program that would have loaded it


@pytest.mark.parametrize("argv", [("no-such-program",), ("./plain",)], ids=repr)
def test_what_cannot_be_started_is_said_in_one_sentence(box: Bubblewrap, argv: tuple[str, ...]) -> None:
    with pytest.raises(InfrastructureError, match=rf"^`{argv[0]}` cannot be started: "):
        run(box, *argv, files={"plain": ""})


def test_a_program_that_fails_is_not_a_sandbox_that_fails(box: Bubblewrap) -> None:
    assert run(box, "sh", "-c", "echo bwrap: it was not me; echo more; exit 1").exit_code == 1


def test_every_probe_is_denied(box: Bubblewrap) -> None:
    assert probe(box).allowed == ()


def test_a_toolchain_that_is_closed_to_others_is_used_as_the_same_user(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (closed / "tool").write_text("#!/bin/sh\nid -u\n", "utf-8")
    (closed / "tool").chmod(0o700)
    box = made("another user")
    box = replace(box, readable=(*box.readable, closed))
    assert box.isolation.mechanisms["user"] == "the same"
    assert run(box, f"{closed}/tool").output == f"{os.getuid()}\n"


def test_every_command_is_observed_under_its_own_name(box: Bubblewrap) -> None:
    seen: list[Completed] = []
    run(replace(box, observe=seen.append), "sh", "-c", "exit 3")
    assert [(done.argv, done.exit_code) for done in seen] == [(("sh", "-c", "exit 3"), 3)]


@pytest.mark.parametrize("tier", ["bubblewrap", "landlock", "none"])
def test_a_red_build_is_repaired_by_the_search_and_proven_in_each_tier(tmp_path: Path, tier: str) -> None:
    if tier == "bubblewrap":
        made("another user" if not os.getuid() else "a user namespace")
    red = RedRepository.make(tmp_path, FILES)
    run = red.run(sandbox=tier, proposer=("search",), min_isolation="none", repeat=1)
    if run.outcome == "sandbox_unavailable":
        pytest.skip(str(run.document["reason"]))
    assert (run.outcome, run.document["isolation"]["tier"]) == ("fixed", tier)
