"""Makes a container image out of this machine's own Python and a few of its programs, so that none is downloaded."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import resource
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

_MADE_OF = f"{sys.version}{pytest.__version__}{Path(__file__).read_text(encoding='utf-8')}"
NAME = f"localhost/agent-ci-tests:{hashlib.sha256(_MADE_OF.encode()).hexdigest()[:12]}"
"""Another image when what it is made of is another, since an engine keeps what it has."""
_PROGRAMS = ("sh", "env", "cat", "ls", "id", "sleep", "touch", "true", "mkdir", "head", "tr", "grep", "stat", "df")
_PACKAGES = ("pytest", "_pytest", "py", "pluggy", "iniconfig", "packaging", "pygments")
_LEFT_OUT = {"test", "site-packages", "__pycache__", "idlelib", "ensurepip", "tkinter", "lib2to3", "turtledemo"}
_LIBRARY = re.compile(r"(/\S+\.so\S*)")
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
        _write(archive)
    change = "ENV PATH=/opt/python/bin:/usr/bin"
    return _call(engine, variables, "import", "--change", change, str(archive), NAME)


def _runs(engine: str, variables: dict[str, str]) -> bool:
    return _call(engine, variables, "run", "--rm", "--network", "none", "--pull", "never", NAME, "true")


def _call(engine: str, variables: dict[str, str], *arguments: str) -> bool:
    done = subprocess.run((engine, *arguments), env=variables, capture_output=True, check=False, timeout=120)
    return done.returncode == 0


def _write(archive: Path) -> None:
    base, version = Path(sys.base_prefix), f"python{sys.version_info.major}.{sys.version_info.minor}"
    programs = {name: Path(found).resolve() for name in _PROGRAMS if (found := shutil.which(name))}
    python = (base / "bin" / version).resolve()
    modules = [*(base / "lib" / version / "lib-dynload").glob("*.so"), python, *programs.values()]
    with tarfile.open(archive, "w") as tar:
        for name in ("tmp", "proc", "sys", "dev", "etc"):
            _folder(tar, name, 0o755)
        _folder(tar, "root", 0o711)
        _folder(tar, "open", 0o777)
        tar.add(python, "opt/python/bin/python3")
        tar.add(base / "lib" / version, f"opt/python/lib/{version}", filter=_kept)
        for name, program in programs.items():
            tar.add(program, f"usr/bin/{name}")
        for source in _packages():
            tar.add(source, f"opt/python/lib/{version}/site-packages/{source.name}", filter=_kept)
        for library in _libraries(modules):
            tar.add(Path(library).resolve(), library.lstrip("/"))
        _link(tar, "bin", "usr/bin")


def _folder(tar: tarfile.TarFile, name: str, mode: int) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.mode = tarfile.DIRTYPE, mode
    tar.addfile(entry)


def _link(tar: tarfile.TarFile, name: str, target: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.type, entry.linkname = tarfile.SYMTYPE, target
    tar.addfile(entry)


def _kept(entry: tarfile.TarInfo) -> tarfile.TarInfo | None:
    name = Path(entry.name).name
    return None if name in _LEFT_OUT or name.startswith("config-") or name.endswith(".a") else entry


def _packages() -> Iterator[Path]:
    for name in _PACKAGES:
        spec = importlib.util.find_spec(name)
        if spec and spec.origin:
            yield Path(spec.origin).parent if spec.submodule_search_locations else Path(spec.origin)
    site = Path(str(pytest.__file__)).parents[1]
    yield from (found for name in ("pytest", "pluggy") for found in site.glob(f"{name}-*.dist-info"))


def _libraries(binaries: list[Path]) -> list[str]:
    said = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout
    found = {Path(path) for path in _LIBRARY.findall(said) if not path.endswith(":")}
    found |= {path.with_name("libgcc_s.so.1") for path in found}  # the C library loads it when a thread ends
    return sorted(str(path) for path in found if path.exists())
