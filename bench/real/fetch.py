"""Knows how to get pinned sources, from pip's configured index or by git, and environments, once each."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tarfile
import tempfile
import venv
from dataclasses import dataclass
from pathlib import Path

from agent_ci.errors import InfrastructureError
from bench.real.cases import Commit, Release

_SECONDS = 600.0


@dataclass(frozen=True)
class Cache:
    """A folder of downloads and environments; *build* and *runner* are the pinned tools they are made with."""

    root: Path
    build: tuple[str, ...]
    runner: tuple[str, ...]

    def source(self, package: str, state: Release | Commit) -> Path:
        """The source tree of *state*. Raises InfrastructureError where it cannot be had."""
        tree = self.root / "source" / f"{package}-{state.version}"
        if not tree.exists():
            if isinstance(state, Commit):
                self._check_out(package, state, tree)
            else:
                unpack(self._archive(package, state), tree)
        return tree

    def python(self, requirements: tuple[str, ...]) -> Path:
        """The interpreter of an environment with the runner and *requirements*, shared by equal pins."""
        return self._environment((*self.runner, *requirements), own_pip=False)

    def downloaded(self) -> int:
        """The bytes of all source distributions kept here."""
        return sum(file.stat().st_size for file in (self.root / "archives").glob("*"))

    def _check_out(self, package: str, state: Commit, tree: Path) -> None:
        """Lay out the files of *state* as *tree*, whole or not at all; an archive may lack some of them."""
        kept = str(self.root / "repositories" / package)
        tree.parent.mkdir(parents=True, exist_ok=True)
        _run("git", "init", "--quiet", "--bare", kept)
        _run("git", "--git-dir", kept, "fetch", "--quiet", "--depth", "1", "--no-tags", state.repository, state.id)
        with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
            files = Path(folder, "files")
            files.mkdir()
            _run("git", "--git-dir", kept, "read-tree", state.id)
            _run("git", "--git-dir", kept, "--work-tree", str(files), "checkout-index", "--all")
            files.replace(tree)

    def _archive(self, package: str, release: Release) -> Path:
        """The file as the index has it, checked against its hash before any of it runs.

        pip prepares metadata even for a download, which runs the release's build backend; with pinned
        backends at hand it needs no build environment of its own, and takes one second instead of ten.
        """
        kept = self.root / "archives" / f"{package}-{release.version}.tar.gz"
        if kept.exists() and hashlib.sha256(kept.read_bytes()).hexdigest() == release.sha256:
            return kept
        kept.parent.mkdir(parents=True, exist_ok=True)
        python = self._environment(self.build, own_pip=True)
        with tempfile.TemporaryDirectory(dir=kept.parent) as folder:
            wanted = Path(folder, "wanted.txt")
            wanted.write_text(f"{package}=={release.version} --hash=sha256:{release.sha256}\n", encoding="utf-8")
            options = ("--no-deps", "--no-binary", ":all:", "--no-build-isolation", "--dest", folder)
            pip(python, "download", *options, "--requirement", str(wanted))
            wanted.unlink()
            found = next(Path(folder).iterdir())
            return found.replace(kept)

    def _environment(self, pins: tuple[str, ...], *, own_pip: bool) -> Path:
        """One pip serves all environments: a copy in each costs seconds and 20 MB."""
        name = hashlib.sha256("\n".join((sys.version, *sorted(pins))).encode()).hexdigest()[:16]
        folder = self.root / "environments" / name
        python, finished = folder / "bin" / "python", folder / "finished"
        if not finished.exists():
            venv.create(folder, clear=True, with_pip=own_pip)
            installer = python if own_pip else self._environment(self.build, own_pip=True)
            pip(installer, "--python", str(python), "install", "--no-deps", *pins)
            finished.touch()
        return python


def unpack(archive: Path, tree: Path) -> None:
    """Unpack the one folder in *archive* as *tree*, whole or not at all.

    The ``data`` filter refuses absolute paths, links that leave the folder and special files (PEP 706).
    Raises InfrastructureError for an archive that is not one folder of such files.
    """
    if not hasattr(tarfile, "data_filter"):
        raise InfrastructureError("this Python cannot unpack archives safely; run the bench with 3.11.4 or later")
    tree.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=tree.parent) as folder:
        try:
            with tarfile.open(archive) as content:
                content.extractall(folder, filter="data")
            (top,) = (path for path in Path(folder).iterdir() if path.is_dir())
        except (tarfile.TarError, ValueError, OSError) as error:
            raise InfrastructureError(
                f"{archive.name} cannot be unpacked as a source distribution ({error}); remove it and fetch it again"
            ) from error
        top.replace(tree)


def pip(python: Path, *arguments: str) -> None:
    """Have the pip of *python* do it, quietly. Raises InfrastructureError where it fails."""
    _run(str(python), "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def _run(*argv: str) -> None:
    command = " ".join(argv)
    try:
        done = subprocess.run(argv, capture_output=True, text=True, timeout=_SECONDS, check=False)
    except subprocess.TimeoutExpired as error:
        raise InfrastructureError(f"`{command}` did not finish within {_SECONDS:.0f} s; is its source up?") from error
    if done.returncode:
        said = "\n".join(f"    {line}" for line in done.stderr.strip().splitlines()[-8:])
        raise InfrastructureError(f"`{command}` ended with exit code {done.returncode}:\n{said}")
