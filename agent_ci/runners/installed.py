"""Knows which packages a checkout has installed beside its sources, and how a copy of those sources uses them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

_NODE = "node_modules"
_DEEPEST = 6  # folders below the root in which a workspace of a monorepo may have packages of its own


def folders(checkout: Path) -> tuple[Path, ...]:
    """The folders of installed packages in *checkout*, which code of the repository may read."""
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


def link(checkout: Path, copy: Path) -> None:
    """Let *copy* use the packages of *checkout*: each by a link, in folders of its own; where that is not safe, copied.

    A package that is itself a part of the repository (a workspace) is linked to the copy of its sources, so that what
    is judged is run and not what lies in the checkout.
    """
    for folder in folders(checkout):
        place = copy / folder.relative_to(checkout)
        if folder.name == "bundle" and place.parent.parent.is_dir():
            place.parent.mkdir(exist_ok=True)
        if not place.parent.is_dir() or place.is_symlink():
            continue
        if _is_of_composer(folder):
            _use_of_composer(folder, place, checkout, copy)
        elif folder.name == "deps" and not place.exists():
            shutil.copytree(folder, place, symlinks=True)  # mix compiles some of them where they lie
        else:
            _link_packages(folder, place, checkout, copy)


def _link_packages(folder: Path, place: Path, checkout: Path, copy: Path) -> None:
    place.mkdir(exist_ok=True)
    for entry in os.scandir(folder):
        target = place / entry.name
        if entry.name.startswith("@") and entry.is_dir(follow_symlinks=False):
            _link_packages(Path(entry.path), target, checkout, copy)
        elif not os.path.lexists(target):
            target.symlink_to(_counterpart(Path(entry.path), checkout, copy))


def _use_of_composer(folder: Path, place: Path, checkout: Path, copy: Path) -> None:
    """Packages by links; but what loads classes, and packages with programs, by copies.

    PHP follows a link before it tells a file where it lies, so that a linked autoloader would load the sources of the
    checkout, and so would a linked program, which looks for the autoloader two folders above itself.
    """
    programs = {path.resolve() for path in _programs(folder)}
    place.mkdir(exist_ok=True)
    for entry in sorted(folder.iterdir()):
        target = place / entry.name
        if entry.is_file() or entry.name in ("composer", "bin"):
            _copy(entry, target)
        elif entry.is_dir():
            target.mkdir(exist_ok=True)
            for package in entry.iterdir():
                if any(program.is_relative_to(package.resolve()) for program in programs) and not package.is_symlink():
                    _copy(package, target / package.name)
                elif not os.path.lexists(target / package.name):
                    (target / package.name).symlink_to(_counterpart(package, checkout, copy))


def _programs(vendor: Path) -> Iterator[Path]:
    """What the files in ``vendor/bin`` start: the targets of links, or the packages that a proxy of composer names."""
    for path in (vendor / "bin").glob("*"):
        if path.is_symlink():
            yield path
        elif path.is_file():
            text = path.read_bytes()[:10_000].decode("utf-8", "replace")
            yield from (package for package in vendor.glob("*/*") if f"/{package.relative_to(vendor)}/" in text)


def _copy(source: Path, target: Path) -> None:
    if os.path.lexists(target):
        return
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    else:
        shutil.copy2(source, target, follow_symlinks=False)


def _counterpart(package: Path, checkout: Path, copy: Path) -> Path:
    """What to use for *package*: the package, or the copy of the sources where it is a link to those."""
    if not package.is_symlink():
        return package
    real, root = package.resolve(), checkout.resolve()
    if not real.is_relative_to(root):
        return package
    within = (folder for folder in (real, *real.parents) if folder.is_relative_to(root))
    return package if any(map(_is_installed, within)) else copy / real.relative_to(root)
