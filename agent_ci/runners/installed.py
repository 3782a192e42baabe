"""Knows what is installed for the projects of a checkout, and how a copy of its sources uses the packages."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path, PurePath

from agent_ci.core.frameworks.detection import Project
from agent_ci.errors import UnsupportedError
from agent_ci.files import is_there, link_new, make_folder, write_new

_NODE = "node_modules"
_DEEPEST = 6  # folders below the root in which a workspace of a monorepo may have packages of its own


@lru_cache(maxsize=8)
def folders(checkout: Path) -> tuple[Path, ...]:
    """The folders of installed packages in *checkout*, which code of the repository may read.

    They are looked for once: steps of the job before ours installed them, and every run of the tests asks.
    """
    return tuple(_found(checkout, 0))


def _found(folder: Path, depth: int) -> Iterator[Path]:
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            continue
        path = Path(entry.path)
        if _is_installed(path):
            yield path
        elif depth < _DEEPEST and not entry.name.startswith("."):
            yield from _found(path, depth + 1)


def _is_installed(folder: Path) -> bool:
    """Whether a package manager wrote *folder*: npm and its like, composer, bundler, mix."""
    return (
        folder.name == _NODE
        or _is_of_composer(folder)
        or (folder.name == "bundle" and folder.parent.name == "vendor")
        or (folder.name == "deps" and (folder.parent / "mix.exs").is_file())
    )


def _is_of_composer(folder: Path) -> bool:
    return folder.name == "vendor" and (folder / "autoload.php").is_file() and (folder / "composer").is_dir()


def lack(project: Project, checkout: Path, environment: Mapping[str, str]) -> str:
    """What a job with *environment* lacks to run the tests of *project*, in a few words; empty where nothing."""
    kind = project.kind
    needed = kind.programs[1:] if project.framework.command[0].startswith("./") else kind.programs
    path = environment.get("PATH", os.defpath)
    if java := environment.get("JAVA_HOME"):
        path = f"{path}{os.pathsep}{java}/bin"
    missing = [program for program in needed if not shutil.which(program, path=path)]
    if missing:
        return f"{' and '.join(missing)} cannot be found"
    above = (checkout / folder for folder in (PurePath(project.folder), *PurePath(project.folder).parents))
    if kind.installed and not any((folder / kind.installed).exists() for folder in above):
        return f"{kind.installed} is not there; install the project's packages in an earlier step of the job"
    return ""


def link(checkout: Path, copy: Path) -> None:
    """Let *copy* use the packages of *checkout*: each by a link, in folders of its own; where that is not safe, copied.

    A package that is itself a part of the repository (a workspace) is linked to the copy of its sources, so that what
    is judged is run and not what lies in the checkout. Code of the repository may have run in *copy* before: nothing is
    written through a link that it left, and where something else is in the way the packages are left out.
    """
    for folder in folders(checkout):
        place = copy / folder.relative_to(checkout)
        with suppress(UnsupportedError):
            if folder.name == "bundle":
                make_folder(place.parent, root=copy)
            if _is_of_composer(folder):
                _use_of_composer(folder, place, checkout, copy)
            elif folder.name == "deps":
                _copy(folder, place, copy)  # mix compiles some of them where they lie
            else:
                _link_packages(folder, place, checkout, copy)


def _link_packages(folder: Path, place: Path, checkout: Path, copy: Path) -> None:
    make_folder(place, root=copy)
    for entry in os.scandir(folder):
        target = place / entry.name
        if entry.name.startswith("@") and entry.is_dir(follow_symlinks=False):
            with suppress(UnsupportedError):
                _link_packages(Path(entry.path), target, checkout, copy)
        else:
            link_new(target, _counterpart(Path(entry.path), checkout, copy), root=copy)


def _use_of_composer(folder: Path, place: Path, checkout: Path, copy: Path) -> None:
    """Packages by links; but what loads classes, and packages with programs, by copies.

    PHP follows a link before it tells a file where it lies, so that a linked autoloader would load the sources of the
    checkout, and so would a linked program, which looks for the autoloader two folders above itself.
    """
    programs = {path.resolve() for path in _programs(folder)}
    make_folder(place, root=copy)
    for entry in sorted(folder.iterdir()):
        target = place / entry.name
        if entry.is_file() or entry.name in ("composer", "bin"):
            _copy(entry, target, copy)
        elif entry.is_dir():
            with suppress(UnsupportedError):
                make_folder(target, root=copy)
                for package in entry.iterdir():
                    _use_package(package, target / package.name, programs, checkout, copy)


def _use_package(package: Path, target: Path, programs: set[Path], checkout: Path, copy: Path) -> None:
    if any(program.is_relative_to(package.resolve()) for program in programs) and not package.is_symlink():
        _copy(package, target, copy)
    else:
        link_new(target, _counterpart(package, checkout, copy), root=copy)


def _programs(vendor: Path) -> Iterator[Path]:
    """What the files in ``vendor/bin`` start: the targets of links, or the packages that a proxy of composer names."""
    for path in (vendor / "bin").glob("*"):
        if path.is_symlink():
            yield path
        elif path.is_file():
            text = path.read_bytes()[:10_000].decode("utf-8", "replace")
            yield from (package for package in vendor.glob("*/*") if f"/{package.relative_to(vendor)}/" in text)


def _copy(source: Path, target: Path, copy: Path) -> None:
    if is_there(target, root=copy):
        return
    if source.is_symlink():
        link_new(target, source.readlink(), root=copy)
    elif source.is_dir():
        make_folder(target, root=copy)
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)  # into a folder that nobody wrote in yet
    else:
        write_new(target, b"", root=copy)
        shutil.copy2(source, target)


def _counterpart(package: Path, checkout: Path, copy: Path) -> Path:
    """What to use for *package*: the package, or the copy of the sources where it is a link to those."""
    if not package.is_symlink():
        return package
    real, root = package.resolve(), checkout.resolve()
    if not real.is_relative_to(root):
        return package
    within = (folder for folder in (real, *real.parents) if folder.is_relative_to(root))
    return package if any(map(_is_installed, within)) else copy / real.relative_to(root)
