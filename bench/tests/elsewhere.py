"""What another machine writes: a container with another Python, user, host name, time zone, locale and path."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.tests.project import Project
from bench.tests.seeds import as_text
from tests.sandboxes import images

_ROOT = Path(__file__).parents[2]
_PLACE, _PACKAGES = "/srv/another place", "/srv/packages"
_AROUND = {
    "HOME": "/tmp",  # noqa: S108 - that of the container
    "LC_ALL": "C",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "77",
    "PYTHONPATH": f"{_PLACE}:{_PACKAGES}",
    "TZ": "<+14>-14",
}
_LIMIT = 600.0


@dataclass(frozen=True)
class Elsewhere:
    """An image by its *name*, and the variables with which the engine works."""

    name: str
    engine: Mapping[str, str]

    def written(self, project: Project) -> str:
        """The tests that are written for *project* there. Raises CalledProcessError."""
        argv = ["podman", "run", "--rm", "--interactive", "--network=none", "--pull=never", "--hostname=elsewhere"]
        argv += ["--user=4711:4711", "--tmpfs=/tmp:exec,mode=1777", f"--workdir={_PLACE}"]
        argv += [f"--volume={_ROOT}:{_PLACE}:ro", f"--volume={Path(pytest.__file__).parents[1]}:{_PACKAGES}:ro"]
        argv += [f"--env={name}={value}" for name, value in _AROUND.items()]
        return self._run([*argv, self.name, "python", "-m", "bench.tests.seeds", "{}"], as_text(project))

    def _run(self, argv: list[str], given: str) -> str:
        return subprocess.run(
            argv, env=self.engine, input=given, stdout=subprocess.PIPE, text=True, check=True, timeout=_LIMIT
        ).stdout


@contextmanager
def container(python: str) -> Iterator[Elsewhere]:
    """An image made of the interpreter *python* of this machine and what it needs. Raises CalledProcessError."""
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[-1]
    name = f"localhost/agent-ci-elsewhere:{version}"
    with tempfile.TemporaryDirectory() as scratch:
        engine = images.environment(Path(scratch))
        make = [python, "-m", "scripts.base_image", name]
        subprocess.run(make, cwd=_ROOT, env=engine, capture_output=True, check=True, timeout=_LIMIT)
        yield Elsewhere(name, engine)
