"""The image that the Dockerfile makes, built once for what it is made of, on a base that no registry has to give.

``python -m tests.pipelines.image`` builds it before the tests do, and says how large it is.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from scripts import base_image
from tests.pipelines.tools import ROOT, run, tool
from tests.sandboxes import images

_MADE_OF = ("Dockerfile", ".dockerignore", "requirements/runtime.txt", "requirements/image.txt", "agent_ci")


def engine_environment(scratch: Path) -> dict[str, str]:
    """The variables with which containers work here. Skips the test where they do not, or nothing builds images."""
    tool("buildah")
    tool("tini")
    around = {name: value for name, value in images.environment(scratch).items() if name not in ("PATH", "HOME")}
    if settings := around.get("CONTAINERS_CONF"):
        text = Path(settings).read_text(encoding="utf-8")
        without_bridge = scratch / "without-bridge.conf"  # this machine may have no program that makes one
        without_bridge.write_text(text.replace("[containers]\n", '[containers]\nnetns="host"\n'), encoding="utf-8")
        around["CONTAINERS_CONF"] = str(without_bridge)
    return around


def image(around: Mapping[str, str]) -> str:
    """The name of the image; it is built where there is none of what the project now is."""
    engine, name = tool("podman"), f"localhost/agent-ci:{_fingerprint()}"
    (ROOT / "build").mkdir(exist_ok=True)
    with (ROOT / "build/image.lock").open("w", encoding="utf-8") as lock:  # tests run side by side
        fcntl.flock(lock, fcntl.LOCK_EX)
        if run(engine, "image", "inspect", name, cwd=ROOT, seconds=60, **around).returncode:
            _build(name, around)
    return name


def _build(name: str, around: Mapping[str, str]) -> None:
    base = f"localhost/agent-ci-base:{_digest(Path(base_image.__file__))[:12]}"
    made = run("python", "-m", "scripts.base_image", base, cwd=ROOT, seconds=120, **around)
    assert made.returncode == 0, made.stderr
    argument = ("--build-arg", f"PYTHON_IMAGE={base}")
    isolation = ("--isolation", "chroot", "--pull=never", "--layers")  # no registry, and no container in a container
    built = run(tool("buildah"), "bud", *isolation, *argument, "-t", name, ".", cwd=ROOT, seconds=400, **around)
    assert built.returncode == 0, built.stdout + built.stderr


def _fingerprint() -> str:
    return hashlib.sha256("".join(_digest(path) for path in _sources()).encode()).hexdigest()[:12]


def _sources() -> Iterator[Path]:
    for name in _MADE_OF:
        path = ROOT / name
        found = sorted(path.rglob("*")) if path.is_dir() else [path]
        yield from (one for one in found if one.is_file() and "__pycache__" not in one.parts)
    yield Path(base_image.__file__)


def _digest(path: Path) -> str:
    executable = os.access(path, os.X_OK)
    return hashlib.sha256(f"{path.relative_to(ROOT)} {executable} ".encode() + path.read_bytes()).hexdigest()


def main() -> None:
    """Build the image, and print its name and its size; where that cannot be done here, say so."""
    with tempfile.TemporaryDirectory() as scratch:
        try:
            around = engine_environment(Path(scratch))
            name = image(around)
        except pytest.skip.Exception as reason:
            sys.exit(f"the image is NOT built: {reason}")
        size = run(tool("podman"), "image", "inspect", "--format", "{{.Size}}", name, cwd=ROOT, seconds=60, **around)
        sys.stdout.write(f"{name}: {int(size.stdout) / 1_000_000:.0f} MB\n")


if __name__ == "__main__":
    main()
