"""The image is small, holds what it says, and works with no rights, no network and nothing to write to."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.pipelines.image import engine_environment, image
from tests.pipelines.tools import run, tool

MOST_BYTES = 450_000_000
HARDENED = (
    "--rm", "--pull=never", "--network=none", "--read-only", "--cap-drop=ALL", "--security-opt=no-new-privileges",
    "--user", "1000:1000", "--memory=1g", "--pids-limit=256", "--tmpfs", "/tmp:exec",  # noqa: S108 - that of the container
)  # fmt: skip


ASKS = """
import litellm
question = {"role": "user", "content": "?"}
print(litellm.completion("gpt-4.1-mini", [question], mock_response="yes").choices[0].message.content)
"""


@pytest.fixture
def built(tmp_path: Path) -> tuple[str, dict[str, str]]:
    around = engine_environment(tmp_path)
    return image(around), around


def hardened(built: tuple[str, dict[str, str]], *arguments: str) -> subprocess.CompletedProcess[str]:
    name, around = built
    return run(tool("podman"), "run", *HARDENED, name, *arguments, cwd=Path("/"), seconds=200, **around)


def test_the_image_is_small_and_is_not_started_as_root(built: tuple[str, dict[str, str]]) -> None:
    name, around = built
    told = run(tool("podman"), "image", "inspect", name, cwd=Path("/"), seconds=60, **around)
    [facts] = json.loads(told.stdout)
    assert facts["Size"] <= MOST_BYTES
    assert facts["Config"]["User"] == "1000:1000"
    assert facts["Config"]["Entrypoint"] == ["tini", "--", "agent-ci"]
    assert facts["Config"]["Labels"]["org.opencontainers.image.licenses"] == "Apache-2.0"


def test_the_hardened_image_says_its_version_and_proves_the_fix_of_the_demo(built: tuple[str, dict[str, str]]) -> None:
    version, demo = hardened(built, "--version"), hardened(built, "demo")
    assert (version.returncode, version.stdout) == (0, "agent-ci, version 0.1.0\n"), version.stderr
    assert (demo.returncode, "\nfixed: proven with" in demo.stdout) == (0, True), demo.stdout + demo.stderr


def test_the_image_can_ask_a_model(built: tuple[str, dict[str, str]]) -> None:
    name, around = built
    python = ("--entrypoint", "/opt/agent-ci/bin/python", "--env", "LITELLM_LOCAL_MODEL_COST_MAP=True")
    done = run(tool("podman"), "run", *HARDENED, *python, name, "-c", ASKS, cwd=Path("/"), seconds=200, **around)
    assert done.stdout.strip() == "yes", done.stderr
