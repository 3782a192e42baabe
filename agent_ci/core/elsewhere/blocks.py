"""A file of tests in JavaScript, TypeScript, Go or Java as the tests in it, each of which can be taken out as text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent_ci.core.elsewhere.languages import EVERY, JAVA_METHOD, Language, types_of
from agent_ci.core.elsewhere.masking import bodies, closing, line_at
from agent_ci.core.worth.cutting import without_lines
from agent_ci.core.worth.provenance import Provenance, place_of

_CALL = re.compile(r"(?<![\w$.])(?P<what>describe|context|suite|test|it|specify)(?P<how>(?:\.\w+)*)\s*(?=[(`])")
_GO_TEST = re.compile(r"^func\s+(?P<name>Test\w*)\s*\(", re.MULTILINE)
_JAVA_TEST = re.compile(r"@(?:[\w.]+\.)?(?:Test|ParameterizedTest|RepeatedTest)\b")
_ROWS_OF_JAVA = r"[({\[].*"
_TITLE = re.compile(r"\s*(?P<quote>['\"`])(?P<title>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)", re.DOTALL)
_VARIES = re.compile(r"%[a-zA-Z#$%]|\\?\$\\?\{.*?\\?\}|\\?\$[\w#.]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_GROUPS = frozenset({"describe", "context", "suite"})
_SIGN = "//"


@dataclass(frozen=True, slots=True)
class Block:
    """A test: its *title* with those of the suites around it, and its characters from *start* to *end* in the file.

    ``how`` are the words behind its name (``.each``, ``.skip``), ``rows`` is what a report has behind the name of a
    part or a row of it, as a pattern.
    """

    title: str
    start: int
    end: int
    how: str = ""
    suites: tuple[str, ...] = ()
    rows: str = "/.*"

    def is_case(self, name: str) -> bool:
        """Whether *name* is what a report calls this test, or a row of it, or a part that it runs by itself."""
        path = (*self.suites, self.title)
        parts = [_VARIES.sub(".*", re.escape(part)) if self.varies else re.escape(part) for part in path]
        rows = f"(?:{self.rows})?"
        return any(re.fullmatch(f"{between.join(parts)}{rows}", name, re.DOTALL) for between in (" ", " > "))

    @property
    def varies(self) -> bool:
        """Whether its title stands for several."""
        return ".each" in self.how or "${" in self.title


@dataclass(frozen=True)
class TestsText:
    """The tests in one text. Nothing of it was run."""

    text: str
    language: Language
    tests: tuple[Block, ...] = field(default=())

    __test__ = False

    @classmethod
    def read(cls, text: str, language: Language) -> TestsText:
        """The tests in *text*; none where their titles are not plain texts."""
        plain = language.masked(text)
        if language.name == "javascript":
            return cls(text, language, tuple(_javascript_tests(text, plain)))
        return cls(text, language, tuple(_go_tests(plain) if language.name == "go" else _java_tests(plain)))

    def body(self, test: Block) -> str:
        """The text of *test*."""
        return self.text[test.start : test.end]

    def plain(self, test: Block) -> str:
        """The same without what strings and comments hold."""
        return self.language.masked(self.text)[test.start : test.end]

    def with_ids(self, ids: Iterable[str]) -> Mapping[Block, tuple[str, ...]]:
        """The ids of the cases that each test is, among *ids*, which are ``WHERE::NAME``."""
        names = [(id_, id_.partition("::")[2]) for id_ in ids]
        return {test: tuple(id_ for id_, name in names if name and test.is_case(name)) for test in self.tests}

    def strangers(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Those of *ids* that name a case of none of these tests: its title is computed, or another file has it."""
        names = ((id_, id_.partition("::")[2]) for id_ in ids)
        return tuple(id_ for id_, name in names if name and not any(test.is_case(name) for test in self.tests))

    def without(self, unwanted: Collection[Block], *, before: str = "") -> str:
        """The text without *unwanted*, the comments above them and the blank lines that set them apart.

        Comments that the file had *before* stay. It is empty where no test is left.
        """
        kept = frozenset(before.split("\n"))
        places = ((self._top(first, kept), last) for first, last in map(self._place, unwanted))
        return self._cut(places) if {*self.tests} - {*unwanted} else ""

    def marked(self, told: Mapping[Block, Provenance]) -> str:
        """The text with a comment above each test of *told* that says where it comes from."""
        lines = self.text.split("\n")
        for test in sorted(told, key=lambda test: test.start, reverse=True):
            at, _ = self._place(test)
            indent = lines[at][: len(lines[at]) - len(lines[at].lstrip())]
            lines[at:at] = told[test].comment(indent, sign=_SIGN)
        return "\n".join(lines)

    def of_delivery(self, name: str) -> Mapping[Block, range]:
        """The tests of the delivery *name*, each with the lines (from 0) of our comment above it."""
        lines = self.text.split("\n")
        above = ((test, place_of(name, lines, self._place(test)[0], sign=_SIGN)) for test in self.tests)
        return {test: place for test, place in above if place}

    def without_delivery(self, name: str) -> str:
        """The text without the tests of the delivery *name* and our comments above them.

        It is empty where no test is left, and as it was where none is of that delivery.
        """
        gone = self.of_delivery(name)
        if gone and not {*self.tests} - {*gone}:
            return ""
        return self._cut([*map(self._place, gone), *((one.start, one.stop) for one in gone.values())])

    def _place(self, test: Block) -> tuple[int, int]:
        """The lines (from 0) of *test*: the first, and the one behind the last."""
        return line_at(self.text, test.start) - 1, line_at(self.text, test.end - 1)

    def _top(self, first: int, kept: Collection[str]) -> int:
        """Where the comments directly above the line *first* begin, without those among the lines *kept*."""
        lines = self.text.split("\n")
        above = (at for at in range(first, 0, -1) if not _is_comment(lines[at - 1]) or lines[at - 1] in kept)
        return next(above, 0)

    def _cut(self, places: Iterable[tuple[int, int]]) -> str:
        lines = self.text.split("\n")
        for first, last in sorted({*places}, reverse=True):
            lines = without_lines(lines, first, last).split("\n")
        return "\n".join(lines)


def taken_out(texts: Mapping[str, str], paths: Iterable[str], name: str) -> dict[str, str]:
    """Those *texts* at *paths* that hold tests of the delivery *name*, without these; empty where no test is left."""
    found: dict[str, str] = {}
    for path in paths:
        language = next((each for each in EVERY if each.is_test(path)), None)
        if language and f"agent-ci:{name} " in (text := texts.get(path, "")):
            file = TestsText.read(text, language)
            if file.of_delivery(name):
                found[path] = file.without_delivery(name)
    return found


def _is_comment(line: str) -> bool:
    return line.lstrip().startswith((_SIGN, "/*", "*"))


def _go_tests(plain: str) -> Iterator[Block]:
    for found in _GO_TEST.finditer(plain):
        body = plain.find("{", closing(plain, found.end() - 1))
        if body >= 0:
            yield Block(found["name"], found.start(), closing(plain, body))


def _java_tests(plain: str) -> Iterator[Block]:
    """The methods with an annotation of a test that stand in the one type of the file, and in none within it."""
    ends, types = bodies(plain), types_of(plain)
    outer = [each for each in types if not any(start < each[1] < end for _, start, end in types)]
    for found in JAVA_METHOD.finditer(plain) if len(outer) == 1 else ():
        depth = sum(start < found.start("name") < end for _, start, end in types)
        if _JAVA_TEST.search(found["notes"]) and depth == 1:
            yield Block(found["name"], found.start("notes"), ends[found.end() - 1], rows=_ROWS_OF_JAVA)


def _javascript_tests(text: str, plain: str) -> Iterator[Block]:
    around: list[tuple[int, str]] = []
    behind = 0
    for found in _CALL.finditer(plain):
        begin = _arguments(plain, found)
        title = _TITLE.match(text, begin + 1) if begin >= 0 else None
        if found.start() < behind or title is None:
            continue
        end = closing(plain, begin)
        words = _ESCAPED.sub(r"\1", title["title"])
        around = [(last, name) for last, name in around if last > found.start()]
        if found["what"] in _GROUPS:
            around.append((end, words))
            continue
        behind = end + plain[end:].startswith(";")
        yield Block(words, found.start(), behind, found["how"], tuple(name for _, name in around))


def _arguments(plain: str, found: re.Match[str]) -> int:
    """Where the bracket of the call opens that has the title; -1 where there is none."""
    at = found.end()
    if ".each" not in found["how"]:
        return at if plain[at] == "(" else -1
    end = plain.find("`", at + 1) + 1 if plain[at] == "`" else closing(plain, at)
    blanks = len(plain[end:]) - len(plain[end:].lstrip())
    return end + blanks if plain[end + blanks : end + blanks + 1] == "(" else -1
