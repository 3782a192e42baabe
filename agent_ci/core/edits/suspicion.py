"""How suspicious each line of the sources is: by what the failing tests execute, import and name, and what changed."""

from __future__ import annotations

import math
import posixpath
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from agent_ci.core.coverage import Coverage
from agent_ci.core.edits.syntax import SourceFile

Scores = Mapping[str, Mapping[int, float]]

_REACHED, _NAMED = 0.3, 0.6
_CHANGED = 0.5  # more for a line that the change since a green base has
_DEEPEST_FRAME = 6
_MOST_FILES = 40
_FARTHEST = 3  # imports from a failing test
_IMPORT = re.compile(r"(?:\bfrom|\bimport|\brequire\(|\bimport\()\s*['\"](?P<name>\.{1,2}/[^'\"\n]{1,200})['\"]")
_JAVA_NAME = re.compile(r"\b[A-Z]\w{0,200}")
_GO_IMPORT = re.compile(r"\"(?P<name>[\w./-]{1,200})\"")
TRANSLATED = (".ts", ".tsx", ".mts", ".cts", ".jsx")
"""Files that are run as another text: of some of their lines nobody may know whether they are executed."""
_ENDINGS = ("", ".js", ".ts", ".tsx", ".jsx", ".mjs", ".cjs", ".mts", ".cts", "/index.js", "/index.ts")


@dataclass(frozen=True)
class Clues:
    """What is known of where a fault may be.

    ``failing`` and ``passing`` are ids of tests in *coverage*, where that is known. ``frames`` are the places of each
    failure, the innermost first, ``added`` the lines (1-based) that the change since a green base has, by path, and
    ``words`` stand in the failing tests.
    """

    failing: tuple[str, ...]
    coverage: Coverage | None = field(default=None, repr=False)
    frames: tuple[tuple[tuple[str, int], ...], ...] = ()
    added: Mapping[str, Iterable[int]] = field(default_factory=dict)
    words: frozenset[str] = frozenset()

    def scores(self, files: Sequence[SourceFile]) -> Scores:
        """Suspicion (more than 0) by line (from 1) by path; lines that cannot matter are left out."""
        found = {file.path: self._executed(file.path) or {} for file in files}
        is_told = any(found.values())
        for file in files:
            if not is_told or file.path.endswith(TRANSLATED):
                executed, named = found[file.path], self._by_words(file)
                found[file.path] = {line: max(score, executed.get(line, 0.0)) for line, score in named.items()}
        for places in self.frames:
            for depth, (path, line) in enumerate(places[:_DEEPEST_FRAME]):
                if path in found:
                    found[path][line] = found[path].get(line, 0.0) + 1 / (1 + depth)
        for path, lines in found.items():
            for line in self.added.get(path, ()):
                if line in lines:
                    lines[line] += _CHANGED
        return found

    def _executed(self, path: str) -> dict[int, float]:
        """Ochiai's measure (doi:10.1109/TAICPART.2007.13) of the lines that failing tests execute."""
        coverage = self.coverage
        if coverage is None:
            return {}
        failing = frozenset(self.failing) & coverage.tests.keys()
        found: dict[int, float] = {}
        for line in coverage.lines(path):
            tests = coverage.tests_of(path, line)
            if red := len(tests & failing):
                found[line] = red / math.sqrt(len(failing) * len(tests))
        return found

    def _by_words(self, file: SourceFile) -> dict[int, float]:
        """Every line a little, and more in functions that the failing tests name."""
        found = dict.fromkeys(range(1, file.data.count(b"\n") + 2), _REACHED)
        for spot in file.spots:
            if spot.type in file.grammar.functions and file.name_of(spot) in self.words:
                found |= dict.fromkeys(range(spot.line, spot.node.end_point[0] + 2), _NAMED)
        return found


def reached(tests: Iterable[str], packages: Iterable[str], texts: Mapping[str, str]) -> tuple[str, ...]:
    """The sources that the *tests* (paths) and *packages* (Go's import paths) come to by imports, the nearest first."""
    found: dict[str, None] = {}
    of_go = [path for path in texts if path.endswith(".go")]
    starts = [folder for name in packages if (folder := folder_of(name, of_go)) is not None]
    here = [*tests, *(path for path in texts if path.endswith(".go") and posixpath.dirname(path) in starts)]
    for _ in range(_FARTHEST + 1):
        found |= dict.fromkeys(path for path in here if path in texts)
        here = [after for path in here for after in _imported(path, texts, of_go) if after not in found]
    return tuple(islice(found, _MOST_FILES))


def _imported(path: str, texts: Mapping[str, str], of_go: Sequence[str]) -> Iterable[str]:
    text = texts.get(path, "")
    if path.endswith(".java"):  # a class of the same package is not imported
        classes = frozenset(_JAVA_NAME.findall(text))
        return [other for other in texts if other.endswith(".java") and _stem(other) in classes and other != path]
    if path.endswith(".go"):
        named = {folder_of(one["name"], of_go) for one in _GO_IMPORT.finditer(text[:5_000]) if "/" in one["name"]}
        return [other for other in of_go if posixpath.dirname(other) in named - {None, ""}]
    bases = (posixpath.normpath(posixpath.join(posixpath.dirname(path), one["name"])) for one in _IMPORT.finditer(text))
    named_files = ((f"{base}{ending}" for ending in _ENDINGS) for base in bases)
    plain = [next((name for name in names if name in texts), "") for names in named_files]
    compiled = [f"{posixpath.splitext(one)[0]}.ts" for one in plain if one]  # `./a.js` may mean a.ts
    return [*filter(None, plain), *(one for one in compiled if one in texts)]


def _stem(path: str) -> str:
    return posixpath.splitext(posixpath.basename(path))[0]


def folder_of(name: str, paths: Iterable[str]) -> str | None:
    """The folder, of those of *paths*, of the package of Go *name*: the longest that it ends with, else the root."""
    folders = {posixpath.dirname(path) for path in paths}
    ending = [folder for folder in folders if folder and f"/{name}".endswith(f"/{folder}")]
    return max(ending, key=len, default="" if "" in folders else None)
