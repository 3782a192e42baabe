"""What is to be known of JavaScript, TypeScript, Go and Java to find untested code and to write tests for it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent_ci.core.elsewhere.masking import bodies, closing, line_at, masked
from agent_ci.core.paths import is_test_path, matches
from agent_ci.core.untested import NOT_MEANT

_NOTHING_RUNS = re.compile(r"\s*(?:[\s{}()\[\];,]*|(?:import|package|export \*|export type|type|interface)\b.*)\Z")
_TYPES = re.compile(r"^\s*(?:export\s+)?(?:declare\s+)?(?:interface|type)\s+\w+[^\n{;]*(\{)?", re.MULTILINE)
_NO_NAMES = frozenset(
    {"if", "for", "while", "switch", "catch", "function", "return", "with", "super", "describe", "test", "it"}
)
_GO = re.compile(
    r"^func\s+(?:\(\s*\w*\s*\*?\s*(?P<type>\w+)[^)]*\)\s*)?(?P<name>\w+)\s*(?:\[[^\]]*\])?\(", re.MULTILINE
)
_MODIFIERS = "public|private|protected|static|async|override|get|set|readonly"
_JAVASCRIPT = tuple(
    re.compile(pattern, re.MULTILINE)
    for pattern in (
        r"(?<![\w$.])function\s*\*?\s*(?P<name>[\w$]+)\s*(?:<[^>\n]*>)?\(",
        r"(?<![\w$.])(?:const|let|var)\s+(?P<name>[\w$]+)\s*(?::[^=\n]+)?=\s*(?:async\s*)?(?:function\b[^(\n]*)?\(",
        r"(?<![\w$])(?:module\.)?exports\.(?P<name>[\w$]+)\s*=\s*(?:async\s*)?(?:function\b[^(\n]*)?\(",
        rf"^[ \t]+(?:(?:{_MODIFIERS})\s+)*\*?(?P<name>#?[\w$]+)\s*(?:<[^>\n]*>)?\(",
    )
)
_JAVA_MODIFIERS = "public|private|protected|static|final|abstract|synchronized|native|default|strictfp"
_PLAIN_KIND = r"[^<>;{}()\n]"
_OF_KINDS = rf"<(?:{_PLAIN_KIND}|<(?:{_PLAIN_KIND}|<{_PLAIN_KIND}{{0,60}}>){{0,100}}>){{0,200}}>"
JAVA_METHOD = re.compile(
    r"^[ \t]*(?P<notes>(?:@[\w.]+(?:[ \t]*\((?:[^()]|\([^()]{0,400}\)){0,2000}\))?\s+){0,20}+)"
    rf"(?P<modifiers>(?:(?:{_JAVA_MODIFIERS})[ \t]+)*)(?:{_OF_KINDS}[ \t]+)?"
    rf"(?:(?P<type>[\w$.]+(?:{_OF_KINDS})?(?:\[\])*)[ \t]+)?(?P<name>[\w$]+)[ \t]*"
    r"\((?:[^()]|\([^()]{0,400}\)){0,2000}\)\s*(?:throws\s[\w$.,\s]{1,1000})?\{",
    re.MULTILINE,
)
"""A method of Java up to the bracket that opens its body, with the annotations above it."""

JAVA_TYPE = re.compile(r"(?<![\w$.])(?:class|interface|enum|record)\s+(?P<name>[\w$]+)[^{};]{0,2000}\{")
"""A type of Java up to the bracket that opens its body."""

_NOTHING_RUNS_IN_JAVA = re.compile(
    rf"\s*(?:@[\w.]+(?:\([^()]*\))?|(?:(?:{_JAVA_MODIFIERS}|sealed|non-sealed)\s+)*(?:class|enum|record)\b.*)\s*\Z"
)
_NO_TYPES = frozenset({"new", "return", "else", "throw", "case", "yield", "assert"})
_CLASS = re.compile(r"(?<![\w$.])class\s+(?P<name>[\w$]+)[^{\n]*\{")
_RESULT = re.compile(r"\s*(?::[^={;\n]+)?(?P<arrow>=>)?\s*")


@dataclass(frozen=True, slots=True)
class Function:
    """A function by its qualified *name*, and its lines (1-based) from its ``header`` to its ``last``."""

    name: str
    header: int
    last: int
    is_public: bool = True

    @property
    def first(self) -> int:
        """The first line of its body; what stands in the header runs when the file is loaded."""
        return min(self.header + 1, self.last)


@dataclass(frozen=True, slots=True)
class Language:
    """One family of languages; ``endings`` are those of its files, ``tests`` are globs of the files with its tests."""

    name: str
    endings: tuple[str, ...]
    tests: tuple[str, ...]
    has_patterns: bool

    def is_source(self, path: str) -> bool:
        """Whether *path* is code that a test may be meant for."""
        is_ours = path.endswith(self.endings) and not path.endswith((".d.ts", ".d.mts", ".d.cts"))
        return is_ours and not is_test_path(path) and not matches(path, NOT_MEANT)

    def is_test(self, path: str) -> bool:
        """Whether *path* holds tests."""
        return path.endswith(self.endings) and matches(path, self.tests)

    def masked(self, text: str) -> str:
        """*text* without what strings and comments hold."""
        return masked(text, has_patterns=self.has_patterns)

    def runnable(self, text: str) -> frozenset[int]:
        """The lines (1-based) of *text* in which something could run, by how they look."""
        plain = self.masked(text)
        types = {line for found in _TYPES.finditer(plain) for line in _lines_of_type(plain, found)}
        lines = [(number, line) for number, line in enumerate(plain.split("\n"), 1) if number not in types]
        if self.name == "java":
            lines = [(number, line) for number, line in lines if not _NOTHING_RUNS_IN_JAVA.match(line)]
        return frozenset(number for number, line in lines if not _NOTHING_RUNS.match(line))

    def functions(self, text: str) -> tuple[Function, ...]:
        """The functions and methods of *text* that stand in no other function."""
        plain = self.masked(text)
        read = {"go": _go, "java": _java}.get(self.name, _javascript)
        found = sorted(read(plain), key=lambda one: (one.header, -one.last))
        outer: list[Function] = []
        for one in found:
            if not outer or one.header > outer[-1].last:
                outer.append(one)
        return tuple(outer)


JAVASCRIPT = Language(
    "javascript",
    (".js", ".jsx", ".ts", ".tsx", ".mjs", ".cjs", ".mts", ".cts"),
    ("*.test.*", "*.spec.*", "__tests__/", "/test/", "/tests/"),
    has_patterns=True,
)
GO = Language("go", (".go",), ("*_test.go",), has_patterns=False)
JAVA = Language(
    "java",
    (".java",),
    ("Test*.java", "*Test.java", "*Tests.java", "*TestCase.java", "*IT.java"),
    has_patterns=False,
)
EVERY = (JAVASCRIPT, GO, JAVA)
LANGUAGES = {
    **dict.fromkeys(("jest", "vitest", "mocha"), JAVASCRIPT),
    "go": GO,
    **dict.fromkeys(("maven", "gradle"), JAVA),
}
"""The language by the name of the framework that runs its tests."""


def _lines_of_type(plain: str, found: re.Match[str]) -> range:
    end = closing(plain, found.start(1)) if found[1] else found.end()
    return range(line_at(plain, found.start()) + (plain[found.start()] == "\n"), line_at(plain, end) + 1)


def _go(plain: str) -> Iterator[Function]:
    for found in _GO.finditer(plain):
        body = plain.find("{", closing(plain, found.end() - 1))
        if body >= 0:
            name = ".".join(filter(None, (found["type"], found["name"])))
            is_public = found["name"][:1].isupper()
            yield Function(name, line_at(plain, found.start()), line_at(plain, closing(plain, body) - 1), is_public)


def _java(plain: str) -> Iterator[Function]:
    ends, types = bodies(plain), types_of(plain)
    for found in JAVA_METHOD.finditer(plain):
        owners = [name for name, start, end in types if start < found.start("name") < end]
        is_maker = not found["type"] and found["name"] == (owners or [""])[-1]
        if owners and (is_maker or (found["type"] or "new") not in _NO_TYPES):
            first, last = (line_at(plain, at) for at in (found.start("name"), ends[found.end() - 1] - 1))
            yield Function(".".join((*owners, found["name"])), first, last, "private" not in found["modifiers"])


def types_of(plain: str) -> list[tuple[str, int, int]]:
    """The types in the masked text of Java: the name of each, and where it begins and ends."""
    ends = bodies(plain)
    return [(one["name"], one.start(), ends[one.end() - 1]) for one in JAVA_TYPE.finditer(plain)]


def _javascript(plain: str) -> Iterator[Function]:
    classes = [(one["name"], one.start(), closing(plain, one.end() - 1)) for one in _CLASS.finditer(plain)]
    for pattern in _JAVASCRIPT:
        for found in pattern.finditer(plain):
            body = _body(plain, closing(plain, found.end() - 1))
            if body is None or found["name"] in _NO_NAMES:
                continue
            owner = next((name for name, start, end in classes if start < found.start() < end), "")
            start = found.start("name")
            name = f"{owner}.{found['name']}" if owner else found["name"]
            is_public = not found["name"].startswith(("_", "#"))
            yield Function(name, line_at(plain, start), line_at(plain, body - 1), is_public)


def _body(plain: str, at: int) -> int | None:
    """Where the body ends that follows the parameters, which end at *at*; None where none follows."""
    found = _RESULT.match(plain, at)
    begin = found.end() if found else at
    if plain[begin : begin + 1] == "{":
        return closing(plain, begin)
    if found and found["arrow"]:
        end = plain.find("\n", begin)
        return len(plain) if end < 0 else end
    return None
