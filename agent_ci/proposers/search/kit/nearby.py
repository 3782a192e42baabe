"""Which of very many passing tests are worth collecting: those in files that import what the failing ones import."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from .spec import Spec, files_of

_MANY_CASES, _MANY_FILES = 1_500, 150  # from which on collecting them all takes long
_MOST_CASES, _MOST_FILES = 600, 40
_MOST_BYTES = 400_000  # of one file that is looked at
_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(?P<module>[.\w]+)[ \t]+import[ \t]+\(?(?P<names>[^#\n)]*)"
    r"|import[ \t]+(?P<modules>[^#\n;]*))",
    re.MULTILINE,
)


def narrowed(spec: Spec) -> Spec:
    """*spec* with fewer of the passing cases where there are very many: the nearest files of them, whole.

    What is left out is run when the repair is proven.
    """
    files = files_of(spec.passing)
    if len(spec.passing) <= _MANY_CASES and len(files) <= _MANY_FILES:
        return spec
    cases = Counter(id_.partition("::")[0] for id_ in spec.passing)
    kept: set[str] = set()
    count = 0
    for path in _nearest(spec.target_files, files):
        if count and (len(kept) >= _MOST_FILES or count + cases[path] > _MOST_CASES):
            continue
        kept.add(path)
        count += cases[path]
    return replace(spec, passing=tuple(id_ for id_ in spec.passing if id_.partition("::")[0] in kept))


def _nearest(targets: tuple[str, ...], files: tuple[str, ...]) -> list[str]:
    """*files*, first those of *targets*, then by what they import as well; what few files import tells most."""
    named = {path: frozenset(_imported(path)) for path in dict.fromkeys((*targets, *files))}
    wanted = frozenset(name for path in targets for name in named[path])
    counts = Counter(name for names in named.values() for name in names)
    folders = {path.rpartition("/")[0] for path in targets}

    def rank(path: str) -> tuple[bool, float, bool, str]:
        shared = sum(1 / counts[name] for name in named[path] & wanted)
        return path not in targets, -shared, path.rpartition("/")[0] not in folders, path

    return sorted(files, key=rank)


def _imported(path: str) -> Iterator[str]:
    """The modules that the file at *path* imports, and what it imports from them, by their dotted names."""
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as file:
            text = file.read(_MOST_BYTES)
    except OSError:
        return
    for found in _IMPORT.finditer(text):
        module = found["module"]
        if module:
            yield module
        for name in (found["names"] or found["modules"]).split(","):
            if word := name.split():
                yield f"{module}.{word[0]}" if module else word[0]
