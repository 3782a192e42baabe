"""A file of tests in JavaScript, TypeScript or Go as the tests in it, each of which can be taken out as text."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from agent_ci.core.elsewhere.languages import GO, JAVASCRIPT, Language
from agent_ci.core.elsewhere.masking import closing
from agent_ci.core.worth.provenance import Provenance, spans

_CALL = re.compile(r"(?<![\w$.])(?P<what>describe|context|suite|test|it|specify)(?P<how>(?:\.\w+)*)\s*(?=[(`])")
_GO_TEST = re.compile(r"^func\s+(?P<name>Test\w*)\s*\(", re.MULTILINE)
_TITLE = re.compile(r"\s*(?P<quote>['\"`])(?P<title>(?:\\.|(?!(?P=quote))[^\\])*)(?P=quote)", re.DOTALL)
_VARIES = re.compile(r"%[a-zA-Z#$%]|\\?\$\\?\{.*?\\?\}|\\?\$[\w#.]+")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_GROUPS = frozenset({"describe", "context", "suite"})
_MARK = "// agent-ci:"
_LINE = re.compile(r"^[ \t]*// agent-ci:([0-9a-f]{12}) ")


@dataclass(frozen=True, slots=True)
class Block:
    """A test: its *title* with those of the suites around it, and its characters from *start* to *end* in the file.

    ``how`` are the words behind its name (``.each``, ``.skip``).
    """

    title: str
    start: int
    end: int
    how: str = ""
    suites: tuple[str, ...] = ()

    def is_case(self, name: str) -> bool:
        """Whether *name* is what a report calls this test, or a row of it, or a part that it runs by itself."""
        path = (*self.suites, self.title)
        parts = [_VARIES.sub(".*", re.escape(part)) if self.varies else re.escape(part) for part in path]
        return any(re.fullmatch(f"{between.join(parts)}(?:/.*)?", name, re.DOTALL) for between in (" ", " > "))

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
        found = _go_tests(plain) if language.name == "go" else _javascript_tests(text, plain)
        return cls(text, language, tuple(found))

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

    def without(self, unwanted: Collection[Block]) -> str:
        """The text without *unwanted*, the comments above them and the blank lines that set them apart.

        It is empty where no test is left.
        """
        if not [test for test in self.tests if test not in unwanted]:
            return ""
        text = self.text
        for test in sorted(unwanted, key=lambda test: test.start, reverse=True):
            first, last = _lines_of(text, test)
            text = text[:first].rstrip("\n") + "\n" * (2 if text[last:].strip() else 1) + text[last:].lstrip("\n")
        return text.lstrip("\n")

    def marked(self, told: Mapping[str, Provenance]) -> str:
        """The text with a comment above each test of *told*, by its title, that says where it comes from."""
        text = self.text
        for test in sorted(self.tests, key=lambda test: test.start, reverse=True):
            if test.title in told:
                first = text.rfind("\n", 0, test.start) + 1
                indent = text[first : test.start]
                one = told[test.title]
                facts = ", ".join(part for part in (spans(one.lines), *one.labels) if part)
                by = f", by {one.proposer}" if one.proposer else ""
                comment = f"{indent}{_MARK}{one.name} {one.target}\n{indent}// {facts}{by}\n"
                text = text[:first] + comment + text[first:]
        return text

    def of_delivery(self, name: str) -> tuple[Block, ...]:
        """The tests of the delivery *name*."""
        above = ((test, self.text[_lines_of(self.text, test)[0] : test.start].split("\n")) for test in self.tests)
        return tuple(test for test, lines in above if any(m and m[1] == name for m in map(_LINE.match, lines)))


def taken_out(texts: Mapping[str, str], paths: Iterable[str], name: str) -> dict[str, str]:
    """Those *texts* at *paths* that hold tests of the delivery *name*, without these; empty where no test is left."""
    found: dict[str, str] = {}
    for path in paths:
        language = next((each for each in (JAVASCRIPT, GO) if each.is_test(path)), None)
        if language and f"{_MARK}{name} " in (text := texts.get(path, "")):
            file = TestsText.read(text, language)
            found[path] = file.without(file.of_delivery(name))
    return found


def _lines_of(text: str, test: Block) -> tuple[int, int]:
    """Where the lines of *test* begin, with the comments directly above, and where they end."""
    first = text.rfind("\n", 0, test.start) + 1
    while first:
        above = text.rfind("\n", 0, first - 1) + 1
        if not text[above:first].lstrip().startswith("//"):
            break
        first = above
    last = text.find("\n", test.end)
    return first, len(text) if last < 0 else last + 1


def _go_tests(plain: str) -> Iterator[Block]:
    for found in _GO_TEST.finditer(plain):
        body = plain.find("{", closing(plain, found.end() - 1))
        if body >= 0:
            yield Block(found["name"], found.start(), closing(plain, body))


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
