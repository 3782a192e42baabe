"""Modules of published packages, fetched from the package index when they are measured; none is kept here."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.tests.project import Project


@dataclass(frozen=True)
class Source:
    """A module at ``path`` of the *package* in its pinned *version*; ``needs`` are packages that it imports.

    ``functions`` name the part of it that stands for a change, where the whole would be more than one is.
    """

    package: str
    version: str
    path: str
    needs: tuple[str, ...] = ()
    is_held_out: bool = False
    functions: tuple[str, ...] = ()


# The last three were chosen before the search was tuned, and nobody looked at what is written for them until then.
SOURCES: tuple[Source, ...] = (
    Source("inflection", "0.5.1", "inflection/__init__.py"),
    Source("python-slugify", "9.2.0", "slugify/slugify.py", ("text-unidecode",)),
    Source("roman", "5.2", "roman/__init__.py"),
    Source("packaging", "26.4", "packaging/utils.py"),
    Source("humanize", "4.17.0", "humanize/filesize.py"),
    Source("humanize", "4.17.0", "humanize/number.py", is_held_out=True),
    Source("toolz", "1.2.0", "toolz/dicttoolz.py", is_held_out=True),
    Source("boltons", "26.2.0", "boltons/mathutils.py", is_held_out=True),
)


def fetched(source: Source, into: Path) -> Project:
    """The module as a project, with the files of its package. Raises CalledProcessError where it cannot be had."""
    folder = into / f"{source.package}-{source.version}"
    if not folder.exists():
        wanted = (f"{source.package}=={source.version}", *source.needs)
        pip = (sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--target", str(folder))
        subprocess.run((*pip, *wanted), check=True, capture_output=True)
    name = f"{source.package} {source.version}: {source.path}"
    return Project(
        name,
        source.path,
        _texts(folder),
        kind="real",
        is_held_out=source.is_held_out,
        functions=source.functions,
    )


def _texts(folder: Path) -> Mapping[str, str]:
    paths = [path for path in sorted(folder.rglob("*.py")) if "test" not in path.relative_to(folder).as_posix()]
    return {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8") for path in paths}
