"""Which places of a repository a failure points at: stack frames of the common languages, resolved to files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent_ci.core.generated import Generated
from agent_ci.core.paths import is_test_path
from agent_ci.core.run import Evidence

_PYTHON = re.compile(r'File "([^"\n]+)", line (\d+)')
_JVM = re.compile(r"\bat (?:[\w.@-]+/)?((?:[\w$]+\.)+)[\w$<>]+\((\w+\.\w+):(\d+)\)")
_PLACE = re.compile(r"(?<![\w@./\\+~-])([\w@./\\+~-]*[\w+~-]\.[A-Za-z]\w{0,9})(?::(?:line )?|\()(\d+)")
_MODULE = re.compile(r"(?:\bfrom|\bmodule|\bmodule named) '([A-Za-z_][\w.]*)'")
_FOREIGN = re.compile(r"(^|/)(site-packages|dist-packages|node_modules|pkg/mod|\.cargo|lib/python3[.\d]*)/")
_AFFIXES = re.compile(r"^(test_|spec_)|([._-](test|tests|spec)|Tests?|Spec)$")
_MOST = 20
_LONGEST = 50_000  # characters of one traceback that are searched; its end is what names the failure
_FROM_A_LOG = 0.5  # an excerpt of a log holds more than the failure
_FROM_A_NAME = 0.25  # a file named like the failing test weighs less than any frame of the first few


@dataclass(frozen=True, slots=True)
class Frame:
    """A place that a failure names: *path* as it stands there, *line* 1-based, 0 where none is given."""

    path: str
    line: int = 0


def frames(text: str) -> tuple[Frame, ...]:
    """The places that *text* names, the innermost call first.

    Python prints the innermost frame last, the JVM, JavaScript, Go, Ruby and Rust print it first.
    """
    text = text[-_LONGEST:]
    found = [*_places(text)]
    python = [frame for frame in found if frame.path.endswith(".py")]
    others = [frame for frame in found if not frame.path.endswith(".py")]
    modules = [Frame(name.replace(".", "/") + ".py") for name in _MODULE.findall(text)]
    return tuple(dict.fromkeys((*reversed(python), *others, *modules)))


def _places(text: str) -> Iterator[Frame]:
    """Every place in the order of the text, which each language's own reading order is restored from."""
    blanked = _JVM.sub(lambda frame: " " * len(frame[0]), text)
    marks = [(found.start(), Frame(found[1], int(found[2]))) for found in _PYTHON.finditer(text)]
    marks += [(found.start(), Frame(_jvm_path(found), int(found[3]))) for found in _JVM.finditer(text)]
    marks += [(found.start(), Frame(found[1], int(found[2]))) for found in _PLACE.finditer(blanked)]
    return (frame for _, frame in sorted(marks, key=lambda mark: mark[0]))


def _jvm_path(frame: re.Match[str]) -> str:
    """The file by its package, which a frame gives as the qualified name of a class."""
    packages = frame[1].rstrip(".").split(".")[:-1]
    return "/".join((*packages, frame[2]))


class Index:
    """The repository's paths by file name, to find the one that a frame means."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = {}
        for path in paths:
            self._by_name.setdefault(path.rpartition("/")[2], []).append(path)

    def resolve(self, path: str) -> str:
        """The repository's file that *path*, absolute or relative to any folder, means; empty where unclear."""
        path = path.replace("\\", "/").removeprefix("file://").removeprefix("./")
        candidates = self._by_name.get(path.rpartition("/")[2], [])
        if path in candidates:
            return path
        if _FOREIGN.search(path):
            return ""
        whole = [candidate for candidate in candidates if path.endswith(f"/{candidate}")]
        if whole:
            return max(whole, key=len)
        part = [candidate for candidate in candidates if candidate.endswith(f"/{path.lstrip('/')}")]
        return part[0] if len(part) == 1 else self._package(path)

    def all(self) -> Iterator[str]:
        """Every path, by name."""
        return (path for paths in self._by_name.values() for path in paths)

    def _package(self, path: str) -> str:
        """A dotted name may mean a package: its ``__init__.py`` then."""
        if not path.endswith(".py") or path.endswith("__init__.py"):
            return ""
        return self.resolve(path.removesuffix(".py") + "/__init__.py")


def suspects(evidence: Evidence, texts: Mapping[str, str]) -> tuple[str, ...]:
    """The files of *texts* to show for *evidence*: the code first, then the failing tests, each best first.

    The texts are read by their paths when asked for. A file counts for more the nearer to the innermost frame it
    stands, summed over the failing tests. Findings count as an innermost frame, what the excerpts of logs name as half
    of it, and a file that is only named like a failing test counts a little. Code that was generated, or copied from
    others, comes after the rest.
    """
    index, generated = Index(texts), Generated(texts)
    scores: dict[str, float] = {}
    for file, weight in _votes(evidence, index):
        scores[file] = scores.get(file, 0.0) + weight
    for file in _namesakes(_test_files(evidence, index), index):
        scores[file] = scores.get(file, 0.0) + _FROM_A_NAME
    ranked = sorted(scores, key=lambda file: (is_test_path(file), generated.holds(file), -scores[file], file))
    return tuple(ranked[:_MOST])


def _votes(evidence: Evidence, index: Index) -> Iterator[tuple[str, float]]:
    for case in evidence.targets:
        named = (index.resolve(frame.path) for frame in frames(f"{case.traceback}\n{case.message}"))
        for distance, file in enumerate(dict.fromkeys(file for file in named if file)):
            yield file, 1 / (1 + distance)
    for finding in evidence.findings:
        if file := index.resolve(finding.file):
            yield file, 1.0
    for log in evidence.logs:
        named = (index.resolve(frame.path) for frame in frames(log.excerpt))
        for distance, file in enumerate(dict.fromkeys(file for file in named if file)):
            yield file, _FROM_A_LOG / (1 + distance)
    for file in _test_files(evidence, index):
        yield file, 0.0


def _test_files(evidence: Evidence, index: Index) -> tuple[str, ...]:
    named = (index.resolve(case.file or case.id.partition("::")[0]) for case in evidence.targets)
    return tuple(dict.fromkeys(file for file in named if file))


def _namesakes(tests: tuple[str, ...], index: Index) -> Iterator[str]:
    """The files of the code that are called like a test without its affixes, in the same language."""
    wanted = {(_bare(test), PurePosixPath(test).suffix) for test in tests}
    for path in index.all():
        if not is_test_path(path) and (_bare(path), PurePosixPath(path).suffix) in wanted:
            yield path


def _bare(path: str) -> str:
    return _AFFIXES.sub("", PurePosixPath(path).stem).lower()


def named_lines(evidence: Evidence, paths: Iterable[str]) -> Mapping[str, tuple[int, ...]]:
    """By file of *paths*, the lines that the failures and findings name, each once and sorted."""
    index = Index(paths)
    lines: dict[str, set[int]] = {}
    texts = [frames(f"{case.traceback}\n{case.message}") for case in evidence.targets]
    places = [frame for text in texts for frame in text]
    places += [Frame(case.file, case.line or 0) for case in evidence.targets]
    places += [Frame(finding.file, finding.line or 0) for finding in evidence.findings]
    places += [frame for log in evidence.logs for frame in frames(log.excerpt)]
    for place in places:
        if place.line and (file := index.resolve(place.path)):
            lines.setdefault(file, set()).add(place.line)
    return {file: tuple(sorted(found)) for file, found in lines.items()}
