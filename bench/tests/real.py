"""Modules of published packages, fetched from the package index when they are measured; none is kept here."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from agent_ci.core.coverage import executable_lines
from agent_ci.core.untested import definitions
from bench.tests.project import Project

_CHANGED_LINES = 60


@dataclass(frozen=True)
class Source:
    """A module at ``path`` of the *package* in its pinned *version*; ``needs`` are packages that it imports.

    ``impure`` are functions that read the command line or print: nothing that a call alone could test.
    """

    package: str
    version: str
    path: str
    needs: tuple[str, ...] = ()
    impure: tuple[str, ...] = ()
    is_held_out: bool = False


# Half of them the search was tuned on. The other half was chosen before, and what is written for it is looked at last.
SOURCES: tuple[Source, ...] = (
    Source("inflection", "0.5.1", "inflection/__init__.py"),
    Source("python-slugify", "9.2.0", "slugify/slugify.py", ("text-unidecode",)),
    Source("roman", "5.2", "roman/__init__.py", impure=("parse_args", "main")),
    Source("packaging", "26.4", "packaging/utils.py"),
    Source("humanize", "4.17.0", "humanize/filesize.py"),
    Source("humanize", "4.17.0", "humanize/number.py", is_held_out=True),
    Source("toolz", "1.2.0", "toolz/dicttoolz.py", is_held_out=True),
    Source("boltons", "26.2.0", "boltons/mathutils.py", is_held_out=True),
    Source("semver", "3.1.1", "semver/version.py", is_held_out=True),
    Source("pytimeparse", "1.1.10", "pytimeparse/timeparse.py", is_held_out=True),
)


def fetched(source: Source, into: Path) -> Project:
    """The module as a project, with the files of its package. Raises CalledProcessError where it cannot be had."""
    folder = into / f"{source.package}-{source.version}"
    if not folder.exists():
        wanted = (f"{source.package}=={source.version}", *source.needs)
        pip = (sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-compile", "--target", str(folder))
        subprocess.run((*pip, *wanted), check=True, capture_output=True)
    name = f"{source.package} {source.version}: {source.path}"
    texts = _texts(folder)
    functions = tuple(name for name in _changed(texts[source.path]) if name not in source.impure)
    return Project(name, source.path, texts, kind="real", is_held_out=source.is_held_out, functions=functions)


def _changed(text: str) -> Iterator[str]:
    """The functions that stand for a change: the first of the file, as many as one push has."""
    left = _CHANGED_LINES
    executable = executable_lines(text)
    for one in definitions(text):
        size = len(executable & {*range(one.first, one.last + 1)})
        if not one.is_stub and size <= left:
            left -= size
            yield one.name


def _texts(folder: Path) -> Mapping[str, str]:
    """What the packages are made of, data that is text as well; not their tests."""
    found = {}
    for path in sorted(folder.rglob("*")):
        place = path.relative_to(folder).as_posix()
        if path.is_file() and "test" not in place and ".dist-info/" not in place:
            with contextlib.suppress(UnicodeDecodeError):
                found[place] = path.read_bytes().decode("utf-8")
    return found
