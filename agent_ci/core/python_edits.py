"""How a Python text is changed in one place and otherwise stays as it was: spans, diffs, simple syntax."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from agent_ci.core.names import compiles

_INDENT = 4
_COMPOUND = re.compile(r"\s*(?:(?:async\s+)?(?:def|for|with)|class|if|elif|else|while|try|except|finally|match|case)\b")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_CLOSERS = ")]}"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line to replace: *line* is 1-based, columns count UTF-8 bytes, as in syntax trees."""

    line: int
    start: int
    end: int
    text: str


def replaced(text: str, spans: Iterable[Span]) -> str:
    """*text* with every one of *spans*, which do not overlap, replaced."""
    lines = text.split("\n")
    for span in sorted(spans, key=lambda span: (span.line, span.start), reverse=True):
        line = lines[span.line - 1].encode()
        lines[span.line - 1] = (line[: span.start] + span.text.encode() + line[span.end :]).decode()
    return "\n".join(lines)


def unified(path: str, old: str, new: str) -> str:
    """The unified diff that leads from *old* to *new*, both with line feeds, in the file at *path*."""
    before, after = _LINE.findall(old), _LINE.findall(new)
    rows = difflib.unified_diff(before, after, f"a/{path}", f"b/{path}")
    ended = (row if row.endswith("\n") else f"{row}\n\\ No newline at end of file\n" for row in rows)
    return "".join(ended)


def syntax_repairs(text: str, line: int, message: str) -> Iterator[tuple[str, str]]:
    """Texts that compile, each one small step from *text*, which does not; with what was wrong, in words.

    *line* is the 1-based line that Python's *message* names; the slip may stand one line above.
    """
    lines = text.split("\n")
    for repair, fault in _REPAIRS:
        for at in (line - 1, line - 2):
            if not 0 <= at < len(lines):
                continue
            for new in repair(lines, at, message):
                candidate = "\n".join(new)
                if candidate != text and compiles(candidate):
                    yield candidate, f"line {at + 1} {fault}"


def _with_colon(lines: list[str], at: int, _message: str) -> Iterator[list[str]]:
    code, rest = _split(lines[at])
    if _COMPOUND.match(code) and not code.endswith(":"):
        yield [*lines[:at], f"{code}:{rest}", *lines[at + 1 :]]


def _with_bracket(lines: list[str], at: int, _message: str) -> Iterator[list[str]]:
    code, rest = _split(lines[at])
    if not code.strip():
        return
    for closer in _CLOSERS:
        yield [*lines[:at], f"{code}{closer}{rest}", *lines[at + 1 :]]
        if code.endswith((":", ",")):
            yield [*lines[:at], f"{code[:-1]}{closer}{code[-1]}{rest}", *lines[at + 1 :]]


def _without_bracket(lines: list[str], at: int, _message: str) -> Iterator[list[str]]:
    code, rest = _split(lines[at])
    if code.endswith(tuple(_CLOSERS)):
        yield [*lines[:at], f"{code[:-1]}{rest}", *lines[at + 1 :]]
    elif code.endswith((":", ",")) and code[:-1].endswith(tuple(_CLOSERS)):
        yield [*lines[:at], f"{code[:-2]}{code[-1]}{rest}", *lines[at + 1 :]]


def _without_tabs(lines: list[str], _at: int, message: str) -> Iterator[list[str]]:
    """A tab counts as four columns where that makes a program, else as the eight that terminals show."""
    if "tab" in message.lower() or "indent" in message:
        yield from ([_spaced(line, width) for line in lines] for width in (_INDENT, 8))


def _spaced(line: str, width: int) -> str:
    code = line.lstrip(" \t")
    return line[: len(line) - len(code)].expandtabs(width) + code


def _indented_as_neighbours(lines: list[str], at: int, message: str) -> Iterator[list[str]]:
    if "indent" not in message or not lines[at].strip() or "\t" in lines[at]:
        return
    width, code = _width(lines[at]), lines[at].lstrip()
    above = {_width(line) for line in lines[:at] if line.strip()}
    for other in sorted(above - {width}, key=lambda other: (abs(other - width), -other)):
        if abs(other - width) < _INDENT:
            yield [*lines[:at], " " * other + code, *lines[at + 1 :]]


def _width(line: str) -> int:
    return len(line) - len(line.lstrip())


def _split(line: str) -> tuple[str, str]:
    """The code of *line*, and the comment behind it with the space between. A ``#`` in a string cuts too early."""
    code = line.partition("#")[0].rstrip()
    return code, line[len(code) :]


_Repair = Callable[[list[str], int, str], Iterator[list[str]]]
_REPAIRS: tuple[tuple[_Repair, str], ...] = (
    (_with_colon, "lacks the colon at its end"),
    (_with_bracket, "lacks a closing bracket at its end"),
    (_without_bracket, "has one closing bracket too many"),
    (_without_tabs, "mixes tabs and spaces"),
    (_indented_as_neighbours, "is indented unlike the lines it belongs to"),
)
