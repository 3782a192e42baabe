"""Makes a container image out of this machine's own Python and programs, for a build where no registry is to be had.

    python -m scripts.base_image localhost/agent-ci-base:local
    podman build --build-arg PYTHON_IMAGE=localhost/agent-ci-base:local .

It holds what the Dockerfile asks of its base: Python with pip and venv, a shell, git and an init.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PYTHON = "opt/python"
"""Where the interpreter is in the image; its programs are in bin/ there, which belongs on PATH."""

PROGRAMS = (
    "sh", "env", "git", "tini", "cat", "chmod", "chown", "cp", "cut", "find", "grep", "head", "id", "ldconfig", "ln",
    "ls", "mkdir", "mktemp", "mv", "rm", "sed", "sleep", "sort", "tail", "touch", "tr", "true", "uname", "wc", "xargs",
)  # fmt: skip
_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
_GIT = Path("/usr/lib/git-core"), Path("/usr/share/git-core")
_LEFT_OUT = {"test", "site-packages", "__pycache__", "idlelib", "ensurepip", "tkinter", "lib2to3", "turtledemo"}
# What a package that was built elsewhere asks for, though nothing here names it.
_ALSO_NEEDED = (
    "libdl.so.2",
    "libnss_dns.so.2",
    "libnss_files.so.2",
    "libpthread.so.0",
    "librt.so.1",
    "libstdc++.so.6",
    "libutil.so.1",
)
_LIBRARY = re.compile(r"(/\S+\.so\S*)")


@dataclass(frozen=True)
class Contents:
    """What goes into an image beside Python's own library.

    ``programs`` are looked for on PATH; ``packages`` are files and folders for site-packages; ``folders`` are copied
    to where they are; ``made`` are the modes of empty folders by their names.
    """

    programs: tuple[str, ...]
    packages: tuple[Path, ...] = ()
    folders: tuple[Path, ...] = ()
    made: tuple[tuple[str, int], ...] = (("tmp", 0o1777), ("root", 0o700))


def write(archive: Path, contents: Contents) -> None:
    """Write a root file system with *contents* to *archive*, a tar file that ``podman import`` takes."""
    base, version = Path(sys.base_prefix), f"python{sysconfig.get_python_version()}"
    programs = {name: Path(found).resolve() for name in contents.programs if (found := shutil.which(name))}
    python = (base / "bin" / version).resolve()
    below = [path for folder in contents.folders for path in folder.rglob("*") if os.access(path, os.X_OK)]
    binaries = [*(base / "lib" / version / "lib-dynload").glob("*.so"), python, *programs.values(), *below]
    with tarfile.open(archive, "w") as tar:
        for name, mode in (*((name, 0o755) for name in ("proc", "sys", "dev", "etc")), *contents.made):
            _folder(tar, name, mode)
        for name in ("python3", "python", version):
            tar.add(python, f"{PYTHON}/bin/{name}")
        tar.add(base / "lib" / version, f"{PYTHON}/lib/{version}", filter=_kept)
        for name, program in programs.items():
            tar.add(program, f"usr/bin/{name}")
        for source in contents.packages:
            tar.add(source, f"{PYTHON}/lib/{version}/site-packages/{source.name}", filter=_kept)
        for source in contents.folders:
            tar.add(source, str(source).lstrip("/"))
        for library in _libraries(path for path in binaries if path.is_file()):
            tar.add(library.resolve(), _place(library, base))
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


def _place(library: Path, base: Path) -> str:
    """Where *library* goes: to the system's where it is Python's own, which may lie in a person's folder here."""
    return f"usr/lib/{library.name}" if library.is_relative_to(base) else str(library).lstrip("/")


def _libraries(binaries: Iterable[Path]) -> list[Path]:
    said = subprocess.run(["ldd", *map(str, binaries)], capture_output=True, text=True, check=False).stdout  # noqa: S603, S607 - it reads files of this machine
    found = {Path(path) for path in _LIBRARY.findall(said) if not path.endswith(":")}
    found |= {path.with_name("libgcc_s.so.1") for path in found}  # the C library loads it when a thread ends
    found |= {path.with_name(name) for path in found for name in _ALSO_NEEDED}
    return sorted(path for path in found if path.exists())


def base() -> Contents:
    """What the Dockerfile asks of its base."""
    pip = tuple(Path(sys.base_prefix, "lib", f"python{sysconfig.get_python_version()}", "site-packages").glob("pip*"))
    folders = tuple(path for path in (*_GIT, _CERTIFICATES) if path.exists())
    return Contents(PROGRAMS, pip, folders, (("tmp", 0o1777), ("root", 0o700), ("var", 0o755), ("home", 0o755)))


def settings() -> Iterator[str]:
    """The settings that the image needs to find its programs, and the certificates that this machine trusts."""
    yield f"ENV PATH=/{PYTHON}/bin:/usr/bin"
    if _CERTIFICATES.exists():
        yield f"ENV PIP_CERT={_CERTIFICATES}"
        yield f"ENV SSL_CERT_FILE={_CERTIFICATES}"


def main() -> None:
    """Make the image and give it the name that was asked for."""
    name = sys.argv[1] if len(sys.argv) == 2 else sys.exit(__doc__)  # noqa: PLR2004 - the program and one name
    changes = [word for line in settings() for word in ("--change", line)]
    with tempfile.TemporaryDirectory() as folder:
        archive = Path(folder, "base.tar")
        write(archive, base())
        subprocess.run(["podman", "import", "--quiet", *changes, str(archive), name], check=True)  # noqa: S603, S607 - the words are ours


if __name__ == "__main__":
    main()
