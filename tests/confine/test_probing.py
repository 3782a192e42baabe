"""The probe tells a sandbox that separates from one that does not, and never calls what it could not try denied."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent_ci.confine.probing import OPTIONAL, Probes, probe
from agent_ci.errors import SandboxUnavailableError
from agent_ci.ports import Command, Completed, Isolation, Tree
from agent_ci.sandboxes.none import NoSandbox

PATH = {"PATH": os.environ["PATH"]}


@pytest.fixture(scope="module")
def unconfined() -> Probes:
    return probe(NoSandbox(PATH))


@pytest.mark.parametrize(
    "attempt", ["read_outside", "write_outside", "net_tcp", "net_udp", "abstract_unix", "signal", "proc_environ"]
)
def test_without_a_sandbox_everything_that_can_be_reached_is_allowed(unconfined: Probes, attempt: str) -> None:
    assert unconfined.results[attempt] == "ALLOWED"


def test_without_a_sandbox_the_probe_does_not_pass_and_nothing_survives_all_the_same(unconfined: Probes) -> None:
    assert (unconfined.passed, unconfined.results["survivors"]) == (False, "denied")


def test_the_results_are_of_three_words(unconfined: Probes) -> None:
    assert set(unconfined.results.values()) <= {"denied", "ALLOWED", "absent"}


def test_what_only_newer_kernels_deny_is_no_reason_to_refuse_a_tier() -> None:
    assert Probes(dict.fromkeys(OPTIONAL, "ALLOWED"), 0.0).passed
    assert not Probes({"signal": "ALLOWED"}, 0.0).passed


@dataclass(frozen=True)
class Careless:
    """A sandbox that runs *program* for Python, and does not look after what it leaves running."""

    folder: Path
    program: str = sys.executable

    @property
    def isolation(self) -> Isolation:
        return Isolation("careless")

    @property
    def root(self) -> Path:
        return self.folder

    @property
    def outbox(self) -> Path:
        return self.folder

    @contextmanager
    def open(self, tree: Tree) -> Iterator[Careless]:
        tree.export(self.folder)
        yield self

    def run(self, command: Command) -> Completed:
        environment = {**PATH, **command.environment}
        # Its output goes to a file: a pipe would be held open by whoever is left behind.
        with (self.folder / "output").open("w+") as output:
            argv = (self.program, *command.argv[1:])
            done = subprocess.run(argv, cwd=self.folder, env=environment, stdout=output, stderr=output, check=False)
            output.seek(0)
            return Completed(command.argv, done.returncode, output.read(), 0.0)


def test_who_leaves_a_process_behind_is_found_out(tmp_path: Path) -> None:
    assert "survivors" in probe(Careless(tmp_path)).allowed


def test_a_secret_in_the_environment_of_the_code_is_found(tmp_path: Path) -> None:
    """In a process whose own environment holds one, since that is fixed when a process starts."""
    code = (
        "import sys\nsys.path.insert(0, sys.argv[1])\nfrom agent_ci.confine.probing import probe\n"
        "from agent_ci.sandboxes.none import NoSandbox\n"
        "for seen in ({}, {'SOME_TOKEN': 'canary-4711'}): print(probe(NoSandbox(seen)).results['env_secret'])"
    )
    command = (sys.executable, "-c", code, str(Path(__file__).parents[2]))
    done = subprocess.run(
        command, env={**PATH, "SOME_TOKEN": "canary-4711"}, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["denied", "ALLOWED"]


def test_a_sandbox_that_cannot_run_the_probe_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(SandboxUnavailableError, match="the sandbox careless could not be probed"):
        probe(Careless(tmp_path, program="false"))
