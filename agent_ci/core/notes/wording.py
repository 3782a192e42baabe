"""Knows how the words of others are spelled in markup: they read as they were written, and nothing is acted upon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from agent_ci.core.outward.markdown import code
from agent_ci.core.outward.terminal import one_line

NO_WORDS = "(no title)"
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_OWN = re.compile(r"#[0-9]{1,9}")
_ACTIVE = re.compile(
    r"@[\w-]"  # mentions, addresses, commits of other projects
    r"|[#!&$%~^]\[?[0-9]|\bGH-[0-9]"  # references of GitHub and GitLab
    r"|://|\bwww\.|\b(?:javascript|data|vbscript|file|mailto|xmpp):",
    re.IGNORECASE,
)
_OPENING, _CLOSING = "([{<\"'*_~,;:", ")]}>\"'*_~,;:.!?…"
_LITERAL = re.compile(r"[\\*\[\]<~|]|&(?=#?\w+;)|(?<![^\W_])_|_(?![^\W_])")
_BLOCK = re.compile(r"[#>+=-]|[0-9]+[.)]")  # what begins a heading, a quotation or a list


@dataclass(frozen=True)
class Markup:
    """A language: how it spells *code*, and *literal* text (told whether a block could begin there)."""

    code: Callable[[str], str]
    literal: Callable[[str, bool], str]


def wording(
    text: str,
    reference: Callable[[str], str] | None = None,
    *,
    limit: int = 300,
    is_start: bool = True,
    markup: Markup | None = None,
) -> str:
    """*text* as one line of *markup* (Markdown), cut at *limit* characters of its own.

    *is_start* is where nothing stands before it. Code that is marked as such stays code. A word that a forge would act
    upon (a mention, an address, a reference to an issue somewhere) becomes code, where it is not; ``#12`` by itself is
    what *reference* makes of it, without one code as well. Every other sign stands for itself.
    """
    line = one_line(text)
    line = line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
    language = markup or MARKDOWN
    return _joined(_parts(line, language, reference or language.code, is_start=is_start)) or NO_WORDS


def _parts(line: str, markup: Markup, reference: Callable[[str], str], *, is_start: bool) -> Iterator[str]:
    at = 0
    for found in _CODE.finditer(line):
        yield from _words(line[at : found.start()], markup, reference, is_start=is_start and at == 0)
        yield markup.code(found[2].strip() or "`")
        at = found.end()
    yield from _words(line[at:], markup, reference, is_start=is_start and at == 0)


def _words(text: str, markup: Markup, reference: Callable[[str], str], *, is_start: bool) -> Iterator[str]:
    for index, word in enumerate(re.split(r"( )", text.replace("`", "'"))):
        is_first = is_start and index == 0
        if not _ACTIVE.search(word):
            yield markup.literal(word, is_first)
            continue
        core = word.lstrip(_OPENING)
        before = word[: len(word) - len(core)]
        core = core.rstrip(_CLOSING)
        after = word[len(before) + len(core) :]
        yield from (
            markup.literal(before, is_first),
            reference(core) if _OWN.fullmatch(core) else markup.code(core),
            markup.literal(after, False),  # noqa: FBT003 - the one parameter that it has beside the text
        )


def _literal(text: str, is_start: bool) -> str:  # noqa: FBT001 - as above
    """*text* in which no sign has a meaning, also where *is_start*: where a block could begin."""
    plain = _LITERAL.sub(lambda found: f"\\{found[0]}", text)
    if is_start and (start := _BLOCK.match(plain)):
        return f"{plain[: start.end() - 1]}\\{plain[start.end() - 1 :]}"
    return plain


def _joined(parts: Iterator[str]) -> str:
    """The *parts* in a row; two pieces of code do not touch, or they would be one."""
    line = ""
    for part in parts:
        line += f" {part}" if line.endswith("`") and part.startswith("`") else part
    return line


MARKDOWN = Markup(code, _literal)
