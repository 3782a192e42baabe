"""Knows which packages a checkout has installed beside its sources, and how a copy of those sources uses them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_NODE = "node_modules"
_NEVER_BELOW = frozenset({".git", _NODE})
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
        if entry.name == _NODE:
            yield Path(entry.path)
        elif depth < _DEEPEST and entry.name not in _NEVER_BELOW and not entry.name.startswith("."):
            yield from _found(Path(entry.path), depth + 1)


def link(checkout: Path, copy: Path) -> None:
    """Let *copy* use the packages of *checkout*: each by a link, in folders of its own.

    A package that is itself a part of the repository (a workspace) is linked to the copy of its sources, so that what
    is judged is run and not what lies in the checkout.
    """
    for folder in folders(checkout):
        place = copy / folder.relative_to(checkout)
        if place.parent.is_dir() and not place.is_symlink():
            _link_packages(folder, place, checkout, copy)


def _link_packages(folder: Path, place: Path, checkout: Path, copy: Path) -> None:
    place.mkdir(exist_ok=True)
    for entry in os.scandir(folder):
        target = place / entry.name
        if entry.name.startswith("@") and entry.is_dir(follow_symlinks=False):
            _link_packages(Path(entry.path), target, checkout, copy)
        elif not os.path.lexists(target):
            target.symlink_to(_counterpart(Path(entry.path), checkout, copy))


def _counterpart(package: Path, checkout: Path, copy: Path) -> Path:
    """What to use for *package*: the package, or the copy of the sources where it is a link to those."""
    if not package.is_symlink():
        return package
    real = package.resolve()
    is_source = real.is_relative_to(checkout.resolve()) and _NODE not in real.relative_to(checkout.resolve()).parts
    return copy / real.relative_to(checkout.resolve()) if is_source else package
