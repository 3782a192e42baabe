"""Texts of JavaScript, TypeScript, Go and Java without what strings and comments hold, so that brackets count."""

from __future__ import annotations

import re

_OPENS, _CLOSES = "([{", ")]}"
# What stands before a "/" that begins a pattern of JavaScript, and not a division.
_BEFORE_PATTERN = re.compile(r"(?:^|[(,=:\[!&|?{};+\-*%<>~^\n]|\b(?:return|typeof|case|in|of|do|else|void|delete))\s*$")
_BLANKS = re.compile(r"[^\n]")
_BLOCK = re.compile(r'"""(?:[^\\"]+|\\.|"(?!""))*+(?:"""|\Z)', re.DOTALL)
_BRACES = re.compile(r"[{}]")
_QUOTES = "`'\"/"
_PLAIN = re.compile(r"[^/`'\"]+")


def masked(text: str, *, has_patterns: bool) -> str:
    """*text* with blanks for comments, and for what strings and, where the language *has_patterns*, patterns hold.

    Every character keeps its place; quotes and line ends stay.
    """
    out: list[str] = []
    at = 0
    while at < len(text):
        end = _end_of_token(text, at, has_patterns=has_patterns)
        token = text[at:end]
        if token.startswith(("//", "/*")):
            token = _BLANKS.sub(" ", token)
        elif token[0] in _QUOTES:
            token = token[0] + _BLANKS.sub(" ", token[1:-1]) + token[1:][-1:]
        out.append(token)
        at = end
    return "".join(out)


def _end_of_token(text: str, at: int, *, has_patterns: bool) -> int:
    sign, two = text[at], text[at : at + 2]
    if two in ("//", "/*"):
        end = text.find("\n" if two == "//" else "*/", at + 2)
        return len(text) if end < 0 else end + 2 * (two == "/*")
    if block := _BLOCK.match(text, at):  # of Java; the others have nothing that begins like that
        return block.end()
    if sign == "`":
        return _end_of_template(text, at, nests=has_patterns)
    if sign in _QUOTES:
        is_pattern = sign == "/" and has_patterns and _BEFORE_PATTERN.search(text[max(0, at - 40) : at])
        return _end_of_pattern(text, at) if is_pattern else at + 1 if sign == "/" else _end_of_string(text, at)
    found = _PLAIN.match(text, at)
    return found.end() if found else at + 1


def _end_of_string(text: str, at: int) -> int:
    end = at + 1
    while end < len(text) and text[end] not in (text[at], "\n"):
        end += 1 + (text[end] == "\\")
    return min(len(text), end + 1) if end < len(text) and text[end] == text[at] else min(len(text), end)


def _end_of_template(text: str, at: int, *, nests: bool) -> int:
    """The end of a template of JavaScript, in which `${...}` may hold another one, or of a raw string of Go."""
    end, depth = at + 1, 0
    while end < len(text):
        if nests and text[end] == "\\":
            end += 1
        elif nests and text.startswith("${", end):
            depth += 1
        elif nests and depth and text[end] == "}":
            depth -= 1
        elif text[end] == "`" and not depth:
            return end + 1
        end += 1
    return len(text)


def _end_of_pattern(text: str, at: int) -> int:
    end, is_class = at + 1, False
    while end < len(text) and text[end] != "\n":
        if text[end] == "\\":
            end += 1
        elif text[end] in "[]":
            is_class = text[end] == "["
        elif text[end] == "/" and not is_class:
            return end + 1
        end += 1
    return at + 1


def closing(plain: str, at: int) -> int:
    """The place behind the bracket that closes the one at *at* of the masked text; its end where none does."""
    depth = 0
    for end in range(at, len(plain)):
        if plain[end] in _OPENS:
            depth += 1
        elif plain[end] in _CLOSES:
            depth -= 1
            if depth <= 0:
                return end + 1
    return len(plain)


def bodies(plain: str) -> dict[int, int]:
    """The place behind the bracket that closes each ``{`` of the masked text, by its own; the end where none does."""
    found: dict[int, int] = {}
    opened: list[int] = []
    for bracket in _BRACES.finditer(plain):
        if bracket[0] == "{":
            opened.append(bracket.start())
        elif opened:
            found[opened.pop()] = bracket.end()
    return found | dict.fromkeys(opened, len(plain))


def line_at(text: str, at: int) -> int:
    """The line (1-based) that the character *at* stands in."""
    return text.count("\n", 0, at) + 1
