"""Which file that a person wrote a place in generated code comes from, by the source maps that a repository holds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from agent_ci.core.questions.frames import Index
from agent_ci.core.report import TestCase
from agent_ci.core.run import Finding
from agent_ci.core.source_maps import MOST_SEGMENTS, SourceMap, content_of_url, joined, read_map, url_of_map

# What a stack of JavaScript, or a tool that reads it, calls a place: FILE:LINE, with a column or without. It begins
# behind a boundary only, so that a text without any is not read again from each of its characters.
_PLACE = re.compile(
    r"(?<![^\s()'\"<>:,;|])(?P<file>(?:file://)?[^\s()'\"<>:,;|]{1,4096}\.(?:[cm]?jsx?|css)):(?P<line>\d{1,7})(?::(?P<column>\d{1,7}))?(?![\w.])"
)
_TRANSLATED = (".js", ".mjs", ".cjs", ".jsx", ".css")
_MOST = 200  # places of one text
_MOST_MAPS = 500


@dataclass(frozen=True)
class Originals:
    """Finds originals among *texts*, the files by their path, read when asked for. *folder* is theirs, if known.

    A place stays as it is where no map leads to a file of *texts*. All maps together have one limit of segments,
    behind which no further one is read.
    """

    texts: Mapping[str, str]
    folder: str = ""
    _maps: dict[str, SourceMap | None] = field(default_factory=dict, repr=False, compare=False)

    def place(self, path: str, line: int, column: int | None = None) -> tuple[str, int]:
        """The file and line (1-based) behind *line* and *column* (0-based, None where unknown) of the file *path*."""
        found = self._map(path)
        original = found.original(line, column) if found else None
        if original is None and column is not None and found:
            original = found.original(line)
        source = self._known(original[0]) if original else ""
        return (source, original[1]) if original and source and source != path else (path, line)

    def told(self, text: str) -> str:
        """*text* with the places of generated code as those of what it was made from."""
        return _PLACE.sub(self._told, text, _MOST) if _PLACE.search(text) else text

    def case(self, case: TestCase) -> TestCase:
        """*case* as it would read if what it ran had not been translated."""
        file, line = self.place(case.file, case.line) if case.file and case.line else (case.file, case.line)
        return replace(case, file=file, line=line, message=self.told(case.message), traceback=self.told(case.traceback))

    def finding(self, finding: Finding) -> Finding:
        """*finding*, at its original."""
        if not finding.file or not finding.line:
            return finding
        file, line = self.place(finding.file, finding.line, finding.column - 1 if finding.column else None)
        return finding if file == finding.file else replace(finding, file=file, line=line, column=None)

    def _told(self, match: re.Match[str]) -> str:
        path = self._known(match["file"].removeprefix("file://"))
        if not path:
            return match[0]
        column = int(match["column"]) - 1 if match["column"] else None  # people and V8 count from 1
        place = self.place(path, int(match["line"]), column)
        return match[0] if place[0] == path else f"{place[0]}:{place[1]}"

    def _known(self, path: str) -> str:
        """The file that *path* means, which may be named as on another machine; empty where none is."""
        if self.folder and path.startswith(f"{self.folder}/"):
            below = path.removeprefix(f"{self.folder}/")
            return below if below in self._index[1] else ""
        index, known = self._index
        return path if path in known else index.resolve(path)

    @cached_property
    def _index(self) -> tuple[Index, frozenset[str]]:
        return Index(self.texts), frozenset(self.texts)

    def _map(self, path: str) -> SourceMap | None:
        if path not in self._maps and len(self._maps) < _MOST_MAPS:
            self._maps[path] = self._read(path)
        return self._maps.get(path)

    def _read(self, path: str) -> SourceMap | None:
        if not path.endswith(_TRANSLATED) or path not in self._index[1]:
            return None
        folder = path.rpartition("/")[0]
        url = url_of_map(self.texts.get(path, ""))
        content = content_of_url(url) if url else None
        if content is None:
            beside = joined(folder, url) if url else f"{path}.map"
            content = self.texts.get(beside, "") if beside in self._index[1] else ""
            folder = beside.rpartition("/")[0]
        left = MOST_SEGMENTS - sum(len(other.segments) for other in self._maps.values() if other)
        return read_map(content, folder, left) if content and left > 0 else None
