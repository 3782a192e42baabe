"""Reads the exported names of Go and JavaScript packages from their text, in the cases in which the text is exact."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath

from agent_ci.core.notes.audience import is_shipped
from agent_ci.core.notes.breaks import Break, Kind, Place

Names = dict[str, Place]
"""Where each exported symbol stands."""

_NAME = r"[A-Za-z_$][\w$]*"
_JS_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\w\"'`])//[^\n]*", re.DOTALL)
_JS_DECLARED = re.compile(
    r"^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:function\*?|class|const\s+enum|const|let|var|interface|type|"
    rf"enum|namespace|module)\s+({_NAME})",
    re.MULTILINE,
)
_JS_LISTED = re.compile(r"^export\s+(?:type\s+)?\{([^{}]*)\}", re.MULTILINE)
_JS_OPEN = re.compile(r"^export\s*(?:\*(?!\s+as\b)|=)|\bmodule\.exports\b", re.MULTILINE)  # more than the text tells
_JS_ENTRY = re.compile(r"^(?:[^/]+/)*?(?:src/|lib/)?index\.(?:d\.)?[mc]?[jt]s$")
_GO_COMMENT = re.compile(r"/\*.*?\*/|(?<![\"`:])//[^\n]*", re.DOTALL)
_GO_FUNCTION = re.compile(
    r"^func\s+(?:\(\s*(?:\w+\s+)?\*?([A-Z]\w*)(?:\[[^\]]*\])?\s*\)\s*)?([A-Z]\w*)\s*[(\[]", re.MULTILINE
)
_GO_SINGLE = re.compile(r"^(?:type|var|const)\s+([A-Z]\w*)\b", re.MULTILINE)
_GO_BLOCK = re.compile(r"^(?:type|var|const)\s*\(\n(.*?)^\)", re.MULTILINE | re.DOTALL)
_GO_ROW = re.compile(r"^\t([A-Z]\w*)\b", re.MULTILINE)
_GO_PRIVATE = re.compile(r"(^|/)(internal|vendor|testdata|cmd)/|_test\.go$")


def is_exporting(path: str) -> bool:
    """Whether the file at *path* is one of those whose exported names are read."""
    if path.endswith(".go"):
        return not _GO_PRIVATE.search(path) and is_shipped(path)
    name = PurePosixPath(path).name
    is_script = name == "package.json" or path.endswith(".d.ts") or bool(_JS_ENTRY.match(path))
    return is_script and is_shipped(path) and "node_modules/" not in path


def removed(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Break, ...]:
    """The exported names of the files *before* that those *after* lack; both hold texts by path, of what differs."""
    old, new = _every(before, after), _every(after, before)
    return tuple(Break(Kind.REMOVED, symbol, place=place) for symbol, place in old.items() if symbol not in new)


def _every(texts: Mapping[str, str], others: Mapping[str, str]) -> Names:
    found: Names = {}
    for path, text in texts.items():
        reader = _go if path.endswith(".go") else _package if path.endswith("package.json") else _script
        if reader is _go or (path in others and not any(_JS_OPEN.search(one) for one in (text, others[path]))):
            for symbol, line in reader(path, text):
                found.setdefault(symbol, Place(path, line))
    return found


def _go(path: str, text: str) -> Iterator[tuple[str, int]]:
    """Each exported identifier as folder.Name or folder.Type.Method."""
    plain = _blank(_GO_COMMENT, text)
    if re.search(r"^package\s+(main|\w+_test)\b", plain, re.MULTILINE):
        return
    package = str(PurePosixPath(path).parent)
    for found in _GO_FUNCTION.finditer(plain):
        yield ".".join(part for part in (package, found[1], found[2]) if part), _line(plain, found.start(2))
        # A method of a private type has no exported name: its receiver does not match, nor then does the function.
    for found in _GO_SINGLE.finditer(plain):
        yield f"{package}.{found[1]}", _line(plain, found.start(1))
    for block in _GO_BLOCK.finditer(plain):
        for row in _GO_ROW.finditer(block[1]):
            yield f"{package}.{row[1]}", _line(plain, block.start(1) + row.start(1))


def _script(path: str, text: str) -> Iterator[tuple[str, int]]:
    """Each name that an ECMAScript module or a declaration file exports, as path.name."""
    plain = _blank(_JS_COMMENT, text)
    for found in _JS_DECLARED.finditer(plain):
        yield f"{path}.{found[1]}", _line(plain, found.start(1))
    for found in _JS_LISTED.finditer(plain):
        for item in re.finditer(rf"(?:type\s+)?{_NAME}(?:\s+as\s+({_NAME}))?", found[1]):
            name = item[1] or item[0].split()[-1]
            yield f"{path}.{name}", _line(plain, found.start(1) + item.start())


def _package(_path: str, text: str) -> Iterator[tuple[str, int]]:
    """Each subpath that a package exports and each program that it installs."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        return
    if not isinstance(held, dict) or held.get("private") is True or not isinstance(name := held.get("name"), str):
        return
    exports, programs = held.get("exports"), held.get("bin")
    keys = [key for key, value in exports.items() if value is not None] if isinstance(exports, dict) else []
    for key in (key for key in keys if key.startswith(".")):
        yield f"{name}{key[1:]}", _line(text, max(text.find(json.dumps(key)), 0))
    for program in programs if isinstance(programs, dict) else ():
        yield f"{name} (the program {program})", _line(text, max(text.find(json.dumps(program)), 0))


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """*text* without what *pattern* finds, and with all its lines."""
    keep: Callable[[re.Match[str]], str] = lambda found: "\n" * found[0].count("\n")  # noqa: E731 - typed, and short
    return pattern.sub(keep, text)


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1
