"""Whatever commits say, the notes are a list with one item for each change, and a forge acts upon nothing in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from agent_ci.core.notes.rendering import NOTHING, Place, Style, body, notes
from agent_ci.core.notes.values import Ledger, Person
from agent_ci.core.notes.wording import NO_WORDS, wording
from agent_ci.core.outward.terminal import one_line
from tests.core.notes.releases import HERE, saying, told

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ACTED_UPON = re.compile(r"@[\w-]|[#!&][0-9]|\bGH-[0-9]|://|\bwww\.", re.IGNORECASE)
HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]")
OURS = re.compile(r"\(#[0-9]+\)$")  # the change itself, where links lead nowhere
FOLDS = re.compile(r"<details><summary>(Dependencies|Internal) \(\d+\)</summary>\n|</details>\n?")
PIECES = (
    "@everyone", "@org/team", "a@b.example", "#12", "owner/name#12", "!7", "GH-3", "<img src=x onerror=alert(1)>",
    "<!--", "-->", "<details>", "[x](javascript:alert(1))", "![x](http://e.example/p.png)", "[x]: http://e.example",
    "<https://e.example>", "https://e.example/a_b*c*", "www.e.example", "`", "``", "```", "~~~", "**", "__init__", "*",
    "\\", "\\`", "&lt;", "&#64;all", "# ", "> ", "- ", "1. ", "1) ", "+ ", "===", "---", "|", "\n", "\r\n", "\t", " ",
    "[ ] ", "\u202e", "\u200b", "\x1b[31m", "fixes #1", "/close", "$x$", "a" * 400, "ä", "code", "(", ")", "]", "[",
)  # fmt: skip
HOSTILE = st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=6)), max_size=7).map("".join)


def tokens(text: str) -> Iterator[Token]:
    for token in READER.parse(text):
        yield token
        yield from token.children or ()


def faults(text: str, entries: int, place: Place) -> Iterator[str]:
    """What a forge would do with *text* beside showing a list of so many *entries*."""
    inside = 0
    items = 0
    for token in tokens(text):
        items += token.type == "list_item_open"
        inside += {"link_open": 1, "link_close": -1}.get(token.type, 0)
        if token.type in ("html_block", "html_inline") and not FOLDS.fullmatch(token.content):
            yield f"HTML {token.content!r}"
        if token.type == "link_open" and not str(token.attrs["href"]).startswith(f"{place.url}/"):
            yield f"a link to {token.attrs['href']}"
        if token.type in ("image", "fence", "code_block", "blockquote_open", "table_open", "hr", "s_open", "em_open"):
            yield token.type
        if token.type == "text" and not inside and ACTED_UPON.search(OURS.sub("", token.content)):
            yield f"acted upon: {token.content!r}"
        if HIDDEN.search(token.content.replace("\n", "")):
            yield f"hidden: {token.content!r}"
    if items != entries:
        yield f"{items} items for {entries} entries"


@settings(max_examples=1000, deadline=None)
@given(st.lists(HOSTILE, min_size=1, max_size=2), HOSTILE, st.booleans())
def test_nothing_in_a_title_or_a_name_is_acted_upon(texts: list[str], name: str, is_placed: bool) -> None:  # noqa: FBT001 - hypothesis gives it
    place = HERE if is_placed else Place()
    made = notes(saying(*texts, person=Person(name, "x@e.example")), title="1.0", place=place, until="v1.1.0")
    assert list(faults(made, len(texts), place)) == []


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_what_a_title_says_is_what_is_read(text: str) -> None:
    shown = [token for token in tokens(wording(text, limit=10_000)) if token.type in ("text", "code_inline")]
    plain = re.sub(r"[\s`']+", "", "".join(token.content for token in shown))
    meant = re.sub(r"[\s`']+", "", one_line(text) or NO_WORDS)
    assert plain == meant


@pytest.mark.parametrize(
    ("title", "line"),
    [
        (
            "Fix the price of #12 for @ada",
            "Fix the price of [#12](https://forge.example/shop/till/issues/12) for `@ada`",
        ),
        ("use `--fast` in __init__", "use `--fast` in \\_\\_init\\_\\_"),
        ("keep snake_case and C++", "keep snake_case and C++"),
        ("accept List[T] < 3", "accept List\\[T\\] \\< 3"),
        ("see owner/name#3 (https://e.example/x)", "see `owner/name#3` (`https://e.example/x`)"),
        ("an open ` tick", "an open ' tick"),
        ("mark `a`@ada", "mark `a` `@ada`"),
        ("1. first", "1\\. first"),
        ("", "(no title)"),
    ],
)
def test_a_title_stays_readable(title: str, line: str) -> None:
    assert wording(title, HERE.issue) == line


def test_a_title_of_ten_thousand_letters_is_cut_once() -> None:
    assert len(wording("long " * 2000)) <= 300


def test_a_tag_with_brackets_does_not_end_the_link() -> None:
    assert HERE.compared("v1.0)", 'v<1>"') == "https://forge.example/shop/till/compare/v1.0%29...v%3C1%3E%22"


def test_the_style_of_a_changelog_is_taken_on() -> None:
    made = notes(told("Fix the sum"), title="2.0", place=Place(), style=Style(3, 4, "*", {"Fixed": "Bug fixes"}))
    assert made.startswith("### 2.0\n\n#### Bug fixes\n\n* Fix the sum (`")


def test_a_release_in_which_users_get_nothing_says_so_and_where_to_look() -> None:
    made = body(Ledger(saying().range, (), ()), place=HERE, until="v1.0.1")
    assert made == f"{NOTHING}\n\n[Everything that changed](https://forge.example/shop/till/compare/v1.0.0...v1.0.1)\n"
