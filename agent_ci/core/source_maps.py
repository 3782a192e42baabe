"""Source maps: which line of which source a place in generated JavaScript or CSS comes from.

Source: ECMA-426, https://tc39.es/ecma426/
"""

from __future__ import annotations

import base64
import binascii
import json
import posixpath
import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

MAX_CHARACTERS = 32 * 2**20
"""A map that is longer is not read."""

MOST_SEGMENTS = 2_000_000
"""Of one map no more are read."""

_MOST_PARTS = 1000  # of an index map; parts of parts are not allowed
_MOST_LINES = 1_000_000
_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_VALUES = {sign: value for value, sign in enumerate(_ALPHABET)}
_MAX_SHIFT = 30  # of a number, which has 32 bits
_COMMENT = re.compile(r"(?://[#@]|/\*[#@])[ \t]*sourceMappingURL=([^\s'\"*]+)")
_DATA = re.compile(r"data:application/json(?:;[\w=-]+)*?(;base64)?,")
_SCHEME = re.compile(r"[A-Za-z][\w+.-]*:")

Segment = tuple[int, int, str, int]
"""A line and a column of the generated file, the source, and its line; lines are 1-based, columns 0-based UTF-16."""


@dataclass(frozen=True)
class SourceMap:
    """The *segments* of one generated file, sorted; sources are named as the map's address makes them."""

    segments: tuple[Segment, ...]

    def original(self, line: int, column: int | None = None) -> tuple[str, int] | None:
        """The source and line (1-based) behind *line* and *column* (0-based); of the line's first code without one."""
        if column is None:
            at = bisect_right(self.segments, (line, -1, "", 0))
            found = self.segments[at : at + 1]
        else:
            at = bisect_right(self.segments, (line, column + 1, "", 0))
            found = self.segments[at - 1 : at] if at else ()
        return (found[0][2], found[0][3]) if found and found[0][0] == line else None


def url_of_map(text: str) -> str:
    """What the last ``sourceMappingURL`` of the generated file *text* names; empty where it has none."""
    found = ""
    for match in _COMMENT.finditer(text, max(0, len(text) - MAX_CHARACTERS)):
        found = match[1]
    return found


def content_of_url(url: str) -> str | None:
    """The map that a ``data:`` *url* holds; None where it is the address of a file."""
    head = _DATA.match(url)
    if not head:
        return None
    content = url[head.end() :]
    try:
        return base64.b64decode(content).decode() if head[1] else unquote(content, errors="strict")
    except (binascii.Error, ValueError):
        return ""


def joined(folder: str, url: str) -> str:
    """The path of the repository that *url* means, seen from *folder*; empty where it leaves the repository.

    An absolute path is kept as it is: whoever knows where the repository was can say what it means.
    """
    name = unquote(url.partition("?")[0])
    name = re.sub(r"\A(?:file://|webpack://[^/]*/)", "", name)
    if _SCHEME.match(name) or "\0" in name or "\\" in name:
        return ""
    path = posixpath.normpath(posixpath.join(folder, name))
    return "" if path == ".." or path.startswith("../") or path == "." else path


def read_map(content: str, folder: str, most: int = MOST_SEGMENTS) -> SourceMap | None:
    """The map *content*, whose sources are relative to *folder*, the generated file's; None where it is none.

    Of more than *most* segments the rest is left out.
    What is broken ends the reading of its line, and what leaves the repository is dropped.
    """
    if len(content) > MAX_CHARACTERS:
        return None
    try:
        value = json.loads(content[content.find("\n") + 1 :] if content.startswith(")]}") else content)
    except (ValueError, RecursionError):
        return None
    parts = [*_parts(value)]
    found: list[Segment] = []
    for line, column, part in parts:
        found += _segments(part, folder, line, column, most - len(found))
    return SourceMap(tuple(sorted(found))) if parts else None


def _parts(value: Any) -> Iterator[tuple[int, int, Mapping[str, Any]]]:
    """The maps that *value* is made of, each with the line and the column it begins at, 0-based."""
    if not isinstance(value, dict):
        return
    sections = value.get("sections")
    if not isinstance(sections, list):
        if isinstance(value.get("mappings"), str):
            yield 0, 0, value
        return
    for section in sections[:_MOST_PARTS]:
        match section:
            case {"offset": {"line": int(line), "column": int(column)}, "map": {"mappings": str()} as part} if (
                line >= 0 <= column
            ):
                yield line, column, part


def _segments(part: Mapping[str, Any], folder: str, line: int, column: int, most: int) -> Iterator[Segment]:
    sources = _sources(part, folder)
    source = original = 0
    left = most
    for number, group in enumerate(part["mappings"].split(";", _MOST_LINES)[:_MOST_LINES], line + 1):
        at = column if number == line + 1 else 0
        for text in group.split(","):
            fields = _numbers(text)
            if fields is None or (left := left - 1) < 0:
                break
            at += fields[0] if fields else 0
            if len(fields) >= 4:  # noqa: PLR2004 - column, source, line, column; with one field it has no source
                source, original = source + fields[1], original + fields[2]
                if 0 <= source < len(sources) and sources[source] and 0 <= original < _MOST_LINES and at >= 0:
                    yield number, at, sources[source], original + 1


def _sources(part: Mapping[str, Any], folder: str) -> list[str]:
    root, sources = part.get("sourceRoot"), part.get("sources")
    prefix = f"{root.rstrip('/')}/" if isinstance(root, str) and root else ""
    names = sources if isinstance(sources, list) else []
    return [joined(folder, f"{prefix}{name}") if isinstance(name, str) and name else "" for name in names]


def _numbers(text: str) -> list[int] | None:
    """The numbers of one segment, in base 64 with the sign in the lowest bit; None where it is broken."""
    numbers: list[int] = []
    value = shift = 0
    for sign in text:
        digit = _VALUES.get(sign)
        if digit is None or shift > _MAX_SHIFT:
            return None
        value |= (digit & 31) << shift
        shift += 5
        if not digit & 32:
            numbers.append(-(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    return None if shift else numbers
