"""What the places that a text goes to would do with it: a port of a runner's commands, and a real Markdown parser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import takewhile

from markdown_it import MarkdownIt

from tests.core.outward.runner_commands import commands

COMMANDED = "a CI system was given a command"
ACTED = "a forge was made to act"
OBEYED = "a terminal was given a code"
FORGED = "another variable was set"

_OTHER_COMMANDS = re.compile(
    r"\bsection_(?:start|end):\d+:|##(?:vso|teamcity)\[|\btravis_(?:fold|time):|^(?:---|\+\+\+|~~~|\^\^\^) \w",
    re.MULTILINE,
)
_CODES = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_PLAIN_TAGS = frozenset(
    {"a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "strong"}
    | {"table", "tbody", "td", "th", "thead", "tr", "ul"}
)
_ACTIVE = re.compile(
    r"(?<!\w)@[\w-]|(?<!\w)[#!&]\d|\bGH-\d|/(?:issues|pull|merge_requests)/\d|^\s*/[a-z]+\s*$", re.MULTILINE
)
_HEREDOC = re.compile(r"([^=<]+)<<(.+)")


def commanded(text: str) -> bool:
    """Whether a CI system finds a command in *text*."""
    return bool(commands(text) or _OTHER_COMMANDS.search(text))


def obeyed(text: str) -> bool:
    """Whether a terminal finds a code in *text*."""
    return bool(_CODES.search(text))


def acted(document: str) -> bool:
    """Whether a forge acts on the Markdown *document*: shows HTML or a picture, follows a link, notifies, closes."""
    page = _Page()
    page.feed(MarkdownIt("commonmark").enable("table").render(document))
    return page.is_active or bool(_ACTIVE.search(page.text)) or "://" in page.text


def variables(file: str) -> Iterator[tuple[str, str]]:
    """The variables that GitHub's runner reads from a *file* of outputs."""
    lines = iter(file.split("\n"))
    for line in lines:
        found = _HEREDOC.fullmatch(line)
        if found:
            yield found[1], "\n".join(takewhile(found[2].__ne__, lines))
        elif "=" in line:
            name, _, value = line.partition("=")
            yield name, value


class _Page(HTMLParser):
    """The text of a page that is no code, and whether it holds more than text."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.is_active = False
        self._depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.is_active |= tag not in _PLAIN_TAGS or tag == "a" or any(name.startswith("on") for name, _ in attrs)
        self._depth += tag in ("code", "pre")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag in ("code", "pre")
        self.text += "\n" * (tag in ("p", "li", "td"))

    def handle_data(self, data: str) -> None:
        self.text += data if not self._depth else " "

    def handle_comment(self, _data: str) -> None:
        self.is_active = True
