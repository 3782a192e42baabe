"""Makes a container image out of this machine's own Python and a few of its programs, so that none is downloaded."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from scripts import base_image

_SOURCE = "".join(Path(file).read_text(encoding="utf-8") for file in (__file__, base_image.__file__))
_MADE_OF = f"{sys.version}{pytest.__version__}{_SOURCE}"
NAME = f"localhost/agent-ci-tests:{hashlib.sha256(_MADE_OF.encode()).hexdigest()[:12]}"
"""Another image when what it is made of is another, since an engine keeps what it has."""
_PROGRAMS = ("sh", "env", "cat", "ls", "id", "sleep", "touch", "true", "mkdir", "head", "tr", "grep", "stat", "df")
_PACKAGES = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
# Where podman's defaults do not fit the machine: no crun for this kernel, no right to raise limits.
_SETTINGS = """\
[containers]
default_ulimits=["nofile={files}:{files}","nproc=32768:32768"]
[engine]
cgroup_manager="cgroupfs"
events_logger="file"
runtime="runc"
"""


def environment(scratch: Path) -> dict[str, str]:
    """The environment in which an engine works here. Skips the test where none does."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "CONTAINERS_CONF") if name in os.environ}
    settings = scratch / "containers.conf"
    settings.write_text(_SETTINGS.format(files=resource.getrlimit(resource.RLIMIT_NOFILE)[1]), "utf-8")
    for candidate in (plain, {**plain, "CONTAINERS_CONF": str(settings)}):
        for engine in ("docker", "podman"):
            if shutil.which(engine) and _has_image(engine, candidate, scratch) and _runs(engine, candidate):
                return candidate
    pytest.skip("neither docker nor podman runs a container here: the tier container is NOT tested")


def _has_image(engine: str, variables: dict[str, str], scratch: Path) -> bool:
    if _call(engine, variables, "image", "inspect", NAME):
        return True
    archive = scratch / "image.tar"
    if not archive.exists():
        base_image.write(archive, _contents())
    change = f"ENV PATH=/{base_image.PYTHON}/bin:/usr/bin"
    return _call(engine, variables, "import", "--change", change, str(archive), NAME)


def _runs(engine: str, variables: dict[str, str]) -> bool:
    return _call(engine, variables, "run", "--rm", "--network", "none", "--pull", "never", NAME, "true")


def _call(engine: str, variables: dict[str, str], *arguments: str) -> bool:
    done = subprocess.run((engine, *arguments), env=variables, capture_output=True, check=False, timeout=120)
    return done.returncode == 0


def _contents() -> base_image.Contents:
    return base_image.Contents(_PROGRAMS, tuple(_packages()), made=(("tmp", 0o755), ("root", 0o711), ("open", 0o777)))


def _packages() -> Iterator[Path]:
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            yield Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
    site = Path(str(pytest.__file__)).parents[1]
    yield from (found for name in ("pytest", "pluggy") for found in site.glob(f"{name}-*.dist-info"))
