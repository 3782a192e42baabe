"""Where pytest looks for tests when it is told nothing: the ``testpaths`` of a repository's settings."""

from __future__ import annotations

import configparser
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Any

# The file that pytest reads first comes first, with the section that is its own.
_INI = (("pytest.ini", "pytest"), (".pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def test_folders(texts: Mapping[str, str]) -> tuple[str, ...]:
    """The folders in ``testpaths``, which may have wildcards; none where the files *texts*, by path, declare none."""
    first, *others = (tuple(_of_ini(texts.get(file, ""), section)) for file, section in _INI)
    found = next(filter(None, (first, tuple(_of_toml(texts.get("pyproject.toml", ""))), *others)), ())
    plain = (folder.removeprefix("./").rstrip("/") for folder in found)
    return tuple(folder for folder in plain if folder)


def is_below(path: str, folders: Sequence[str]) -> bool:
    """Whether *path* stands in one of *folders*; in any where there are none."""
    above = [str(parent) for parent in PurePosixPath(path).parents]
    return not folders or any(fnmatchcase(parent, folder) for parent in above for folder in folders)


def _of_ini(text: str, section: str) -> Iterator[str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
        yield from parser.get(section, "testpaths", fallback="").split()
    except configparser.Error:
        return


def _of_toml(text: str) -> Iterator[str]:
    try:
        found: Any = tomllib.loads(text)
    except (ValueError, RecursionError):
        return
    for name in ("tool", "pytest", "ini_options", "testpaths"):
        found = found.get(name, {}) if isinstance(found, dict) else {}
    if isinstance(found, str):
        yield from found.split()
    elif isinstance(found, list):
        yield from (one for one in found if isinstance(one, str))
