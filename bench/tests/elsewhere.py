"""What another machine writes: a container with another Python, user, host name, time zone, locale and path."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench.tests.project import Project
from bench.tests.seeds import as_text
from tests.sandboxes import images

_ROOT = Path(__file__).parents[2]
_PLACE = "/srv/another place"
_ASK = "import site; print(site.getsitepackages()[-1])"
_AROUND = {
    "HOME": "/tmp",  # noqa: S108 - that of the container
    "LC_ALL": "C",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "77",
    "PYTHONPATH": _PLACE,
    "TZ": "<+14>-14",
}
_LIMIT = 600.0


@dataclass(frozen=True)
class Elsewhere:
    """An image by its *name*, where its Python looks for packages, and the variables with which the engine works."""

    name: str
    packages: str
    engine: Mapping[str, str]

    def written(self, project: Project) -> str:
        """The tests that are written for *project* there. Raises CalledProcessError."""
        options = ["--interactive", "--hostname=elsewhere", "--user=4711:4711", "--tmpfs=/tmp:exec,mode=1777"]
        options += [f"--workdir={_PLACE}", f"--volume={_ROOT}:{_PLACE}:ro"]
        options += [f"--volume={Path(pytest.__file__).parents[1]}:{self.packages}:ro"]
        options += [f"--env={name}={value}" for name, value in _AROUND.items()]
        return _run(self.engine, options, self.name, "-m", "bench.tests.seeds", "{}", given=as_text(project))


def _run(engine: Mapping[str, str], options: Sequence[str], name: str, *arguments: str, given: str = "") -> str:
    argv = ["podman", "run", "--rm", "--network=none", "--pull=never", *options, name, "python", *arguments]
    done = subprocess.run(argv, env=engine, input=given, stdout=subprocess.PIPE, text=True, check=True, timeout=_LIMIT)
    return done.stdout


@contextmanager
def container(python: str) -> Iterator[Elsewhere]:
    """An image made of the interpreter *python* of this machine and what it needs. Raises CalledProcessError."""
    version = subprocess.run([python, "-V"], capture_output=True, text=True, check=True).stdout.split()[-1]
    name = f"localhost/agent-ci-elsewhere:{version}"
    with tempfile.TemporaryDirectory() as scratch:
        engine = images.environment(Path(scratch))
        make = [python, "-m", "scripts.base_image", name]
        subprocess.run(make, cwd=_ROOT, env=engine, capture_output=True, check=True, timeout=_LIMIT)
        yield Elsewhere(name, _run(engine, (), name, "-c", _ASK).strip(), engine)
