"""What a test file in another language than Python is made of, as far as its text tells: cases, claims, tables."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agent_ci.core.review.oracle_languages import Language

_OPENERS, _CLOSERS = "([{", ")]}"
_MOST, _LONGEST = 500, 1_500  # claims of one case that are read, and characters of one of them
_NATIVE_FAILURE = re.compile(r"[tb]\.(?:Error|Fatal|Fail)")
_CONDITION = re.compile(r"\b(?:if|for)\b([^\n{]*)\{[^{}]*\Z")
_CHAIN = re.compile(r"\s*((?:\.\s*\w+\s*)+)")
_RUBY_MATCHER = re.compile(r"\s*\.\s*(to|not_to|to_not)\b\s*\(?\s*([\w.?!]+)?")
_RESULT = frozenset({"resolves", "rejects", "await"})


@dataclass(frozen=True, slots=True)
class TextClaim:
    """One assertion: what it is about, by which matcher, what is expected, and how often it says so; line from 1."""

    subject: str
    matcher: str
    expected: str
    line: int
    shown: str


@dataclass(frozen=True)
class TextCase:
    """One case: its name with those of its suites, its header and its text without comments, its first line."""

    name: str
    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True)
class TextSuite:
    """One test file of *language*."""

    source: str
    language: Language

    @cached_property
    def plain(self) -> str:
        """The text without comments, character for character."""
        return self.language.tokens.sub(lambda found: _blank(found[0]) if found["comment"] else found[0], self.source)

    @cached_property
    def masked(self) -> str:
        """The same with every string blanked as well, so that brackets in it are no code."""
        return self.language.tokens.sub(lambda found: _blank(found[0]), self.source)

    @cached_property
    def cases(self) -> dict[str, TextCase]:
        """The cases by name."""
        suites = list(self._spans(self.language.suite))
        found: dict[str, TextCase] = {}
        for name, start, end in self._spans(self.language.case):
            path = [suite for suite, first, last in suites if first < start and end <= last]
            full = " > ".join([*path, name])
            found[full] = TextCase(full, self.plain[start:end], self.line_of(start), start, end)
        return found

    @cached_property
    def rest(self) -> str:
        """The text outside of all cases."""
        parts, position = [], 0
        for case in sorted(self.cases.values(), key=lambda case: case.start):
            parts.append(self.plain[position : case.start])
            position = max(position, case.end)
        return "".join([*parts, self.plain[position:]])

    def line_of(self, offset: int) -> int:
        """The line of *offset*, from 1."""
        return self.source.count("\n", 0, offset) + 1

    def _spans(self, header: re.Pattern[str]) -> Iterator[tuple[str, int, int]]:
        for found in header.finditer(self.plain):
            if self.masked[found.start() : found.end()].strip():
                name, end = self._extent(found)
                if name:
                    yield name, found.start(), end

    def _extent(self, found: re.Match[str]) -> tuple[str, int]:
        if self.language.ends_with_word:
            return self._until_end(found)
        given = found.groupdict().get("name")
        if given:
            opening = self.masked.find("{", found.end())
            return given, self.closing(opening) if opening >= 0 else len(self.plain)
        opening, end = found.end(), self.closing(found.end())
        if re.search(r"\.(each|for)\s*\Z", found[0]):
            opening = self.masked.find("(", end)
            end = self.closing(opening) if opening >= 0 else end
        name = re.compile(r"\s*([\"'`])(.*?)(?<!\\)\1|\s*([\w.]+)", re.DOTALL).match(self.plain, opening + 1)
        return ((name[2] or name[3] or "") if name else ""), end

    def _until_end(self, found: re.Match[str]) -> tuple[str, int]:
        line = self.plain[found.start() :].split("\n", 1)[0]
        indent = line[: len(line) - len(line.lstrip())]
        quoted = re.search(r"[\"'](.*?)[\"']|([A-Z][\w:]*)", line)
        name = found.groupdict().get("name") or (quoted[1] or quoted[2] if quoted else "")
        if re.search(r"\{.*\}\s*$", line):
            return name, found.start() + len(line)
        closing = re.compile(rf"^{indent}(?:end\b|\}})", re.MULTILINE).search(self.plain, found.end())
        return name, closing.end() if closing else len(self.plain)

    def closing(self, opening: int, within: int | None = None) -> int:
        """The offset behind the bracket that closes the one at *opening*, at most *within* characters further on."""
        last = len(self.source) if within is None else min(len(self.source), opening + within)
        if self.source[opening : opening + 1] == "`":
            closing = self.source.find("`", opening + 1)
            return closing + 1 if closing >= 0 else len(self.source)
        depth = 0
        for found in re.compile(r"[(\[{)\]}]").finditer(self.masked, opening, last):
            depth += 1 if found[0] in _OPENERS else -1
            if depth <= 0:
                return found.end()
        return last

    def claims(self, case: TextCase) -> list[TextClaim]:
        """The assertions of *case*, with its locals written out."""
        values = self._locals(case)
        found = itertools.islice(self.language.assertion.finditer(self.plain, case.start, case.end), _MOST)
        return [self._claim(one, case, values) for one in found if self.masked[one.start() : one.end()].strip()]

    def _locals(self, case: TextCase) -> dict[str, str]:
        values: dict[str, str] = {}
        repeated: set[str] = set()
        for found in self.language.local.finditer(case.text):
            (repeated.add if found["name"] in values else lambda _name: None)(found["name"])
            values[found["name"]] = found["value"].strip()
        return {name: value for name, value in values.items() if name not in repeated}

    def _claim(self, found: re.Match[str], case: TextCase, values: dict[str, str]) -> TextClaim:
        line = self.line_of(found.start())
        if self.language.ends_with_word:
            subject, matcher, expected, shown = self._of_ruby(found)
        else:
            subject, matcher, expected, shown = self._of_call(found, case)
        parts = (_normal(_written_out(text, values)) for text in (subject, expected))
        return TextClaim(next(parts), matcher, next(parts), line, " ".join(shown.split()))

    def _of_call(self, found: re.Match[str], case: TextCase) -> tuple[str, str, str, str]:
        end = self.closing(found.end() - 1, _LONGEST)
        head = found[0].rstrip("( \n\t")
        name = head if head.startswith("assert.") else head.rpartition(".")[2]
        if _NATIVE_FAILURE.match(found[0]):
            condition = _CONDITION.search(self.masked[case.start : found.start()])
            text = case.text[condition.start(1) : condition.end(1)] if condition else ""
            return text, "fails", "", f"if {text.strip()} {{ {head}(...) }}"
        arguments = self.split(found.end(), end - 1)
        if self.language.assertion.pattern.find("require") >= 0:
            name, arguments = head.rpartition(".")[2], arguments[1:]
        chain = _CHAIN.match(self.masked, end)
        if chain and head.rpartition(".")[2] in {"expect", "assertThat", "verify"}:
            return self._of_chain(found, chain, ", ".join(arguments))
        is_second = name in self.language.actual_second or head.rpartition(".")[2] in self.language.actual_second
        actual, expected = (arguments[1:2], arguments[:1]) if is_second else (arguments[:1], arguments[1:2])
        if name in {"assertEquals", "InDelta", "InEpsilon"}:
            expected += [one for one in arguments[2:3] if not one.startswith(('"', "'"))]
        return ", ".join(actual), name, ", ".join(expected), self.plain[found.start() : end]

    def _of_chain(self, found: re.Match[str], chain: re.Match[str], subject: str) -> tuple[str, str, str, str]:
        names = [name.strip() for name in chain[1].split(".")[1:]]
        matcher = ".".join(name for name in names if name not in _RESULT)
        way = "".join(f".{name}" for name in names if name in _RESULT)
        end = chain.end()
        expected = ""
        while end < len(self.masked) and self.masked[end] == "(":
            close = self.closing(end, _LONGEST)
            expected += ", ".join(self.split(end + 1, close - 1))
            end = close
            more = _CHAIN.match(self.masked, end)
            if more:
                expected += _normal(more[1])
                end = more.end()
        return subject + way, matcher, expected, self.plain[found.start() : end]

    def _of_ruby(self, found: re.Match[str]) -> tuple[str, str, str, str]:
        stop = self.plain.find("\n", found.end())
        line_end = stop if stop >= 0 else len(self.plain)
        if found[0] != "expect":
            arguments = self.split(found.end(), line_end)
            is_second = found[0] in self.language.actual_second
            order = (
                (arguments[1:2], [*arguments[:1], *arguments[2:3]]) if is_second else (arguments[:1], arguments[1:2])
            )
            return ", ".join(order[0]), found[0], ", ".join(order[1]), self.plain[found.start() : line_end]
        opening = next(index for index in range(found.end(), len(self.plain)) if self.plain[index] in _OPENERS)
        end = self.closing(opening, _LONGEST)
        matcher = _RUBY_MATCHER.match(self.plain, end)
        behind = matcher.end() if matcher else end
        stop = self.plain.find("\n", behind)
        line_end = stop if stop >= 0 else len(self.plain)
        name = f"{matcher[1]} {matcher[2] or ''}".strip() if matcher else "expect"
        expected = self.plain[behind:line_end].strip().removeprefix("(").removesuffix(")")
        return self.plain[opening + 1 : end - 1], name, expected, self.plain[found.start() : line_end]

    def split(self, start: int, end: int) -> list[str]:
        """The parts of the text from *start* to *end* between commas that stand in no bracket and no string."""
        parts, depth, last = [], 0, start
        for index in range(start, end):
            sign = self.masked[index]
            depth += (sign in _OPENERS) - (sign in _CLOSERS)
            if sign == "," and depth == 0:
                parts.append(self.plain[last:index])
                last = index + 1
        parts.append(self.plain[last:end])
        return [part.strip() for part in parts]

    def rows(self, case: TextCase) -> list[str]:
        """The rows of the tables of *case*, and of the header that it stands behind, each as one text."""
        rows: list[str] = []
        behind = case.start
        for found in self.language.table.finditer(self.plain, case.start, case.end):
            opening = found.end()
            if opening < behind or self.masked[opening : opening + 1] not in {"[", "{"}:
                continue
            behind = self.closing(opening)
            rows += [_normal(row) for row in self.split(opening + 1, behind - 1)]
        return rows


def _blank(text: str) -> str:
    return re.sub(r"[^\n]", " ", text)


def _written_out(text: str, values: dict[str, str]) -> str:
    for _ in range(3):
        text = re.sub(r"(?<![.\w$])[A-Za-z_$][\w$]*", lambda found: values.get(found[0], found[0])[:400], text[:4000])
    return text


def _normal(text: str) -> str:
    """*text* without what formatting changes: spaces between signs, the kind of quotes, trailing commas."""
    spaced = re.sub(r"\s*([^\w\s\"'])\s*", r"\1", " ".join(text.split()))
    return re.sub(r",([)\]}])", r"\1", spaced).replace("'", '"').replace("`", '"').strip(";, ")
