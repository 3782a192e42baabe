from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from agent_ci.core.formats.table import parse
from agent_ci.core.xml.recovery import TagFinder
from agent_ci.errors import UnsupportedError


@dataclass
class Heard:
    said: list[str] = field(default_factory=list)

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self.said.append(" ".join([f"+{name}", *(f"{key}={value}" for key, value in attributes.items())]))

    def end(self, name: str) -> None:
        self.said.append(f"-{name}")

    def text(self, data: str) -> None:
        if self.said and self.said[-1].startswith("'"):
            data = self.said.pop()[1:] + data
        self.said.append(f"'{data}")

    def cut_short(self, reason: str) -> None:
        self.said.append(f"! {reason}")

    def means(self, name: str) -> bool:
        return name == "testcase"


class DoctypeSeen(Exception):  # noqa: N818 -- it is a signal
    pass


def refuse(*_declaration: object) -> None:
    raise DoctypeSeen


def found(content: str, size: int = 2**16) -> tuple[list[str], str]:
    heard = Heard()
    finder = TagFinder(heard, refuse)
    finder.read(content[start : start + size] for start in range(0, len(content), size))
    return heard.said, finder.damage


@pytest.mark.parametrize("size", [2**16, 3, 1])
@pytest.mark.parametrize(
    ("content", "events"),
    [
        pytest.param("<a x='1' y = \"2\">t</a>", ["+a x=1 y=2", "'t", "-a"], id="attributes"),
        pytest.param("<a/><b />", ["+a", "-a", "+b", "-b"], id="empty elements"),
        pytest.param("<a>&lt;&#65;&#x42;&amp;lt;&nope;&</a>", ["+a", "'<AB&lt;&nope;&", "-a"], id="references"),
        pytest.param("<a x='&quot;&apos;&gt;'/>", ["+a x=\"'>", "-a"], id="references in attributes"),
        pytest.param("<a><![CDATA[<b>]] ]&amp;]]></a>", ["+a", "'<b>]] ]&amp;", "-a"], id="CDATA"),
        pytest.param("<a><!-- <b> -- -> --><?p <c>?></a>", ["+a", "-a"], id="comments and instructions"),
        pytest.param("<a x='1 < 2 > 0'/>", ["+a x=1 < 2 > 0", "-a"], id="angle brackets in quotes"),
        pytest.param("<a>1 < 2 <= 3</a>", ["+a", "'1 < 2 <= 3", "-a"], id="bare angle brackets in text"),
        pytest.param("log <a></a> log", ["+a", "-a"], id="text around"),
        pytest.param("<?xml version='1.0'?><a/>\n<?xml version='1.0'?><a/>", ["+a", "-a"] * 2, id="two documents"),
        pytest.param("<é:a.b-c/>", ["+é:a.b-c", "-é:a.b-c"], id="names"),
    ],
)
def test_what_cannot_hide_a_tag_is_no_damage(content: str, events: list[str], size: int) -> None:
    assert found(content, size) == (events, "")


@pytest.mark.parametrize("size", [2**16, 3, 1])
@pytest.mark.parametrize(
    ("content", "events", "damage"),
    [
        pytest.param("<a><b></a>", ["+a", "+b", "-b", "-a"], "<b> is not closed", id="end missing"),
        pytest.param("<a></b></a>", ["+a", "-a"], "</b> ends nothing", id="surplus end"),
        pytest.param("<a x=1/>", ["+a", "-a"], "the attributes of <a> are not well-formed", id="no quotes"),
        pytest.param("<a><b <c/></a>", ["+a", "'<b ", "+c", "-c", "-a"], "the tag <b> is not closed", id="tag cut"),
        pytest.param(
            "<a x='</testcase>'/>",
            ["+a x=</testcase>", "-a"],
            "an attribute of <a> holds other tags",
            id="tag in quotes",
        ),
    ],
)
def test_what_may_hide_a_tag_is_damage(content: str, events: list[str], damage: str, size: int) -> None:
    assert found(content, size) == (events, damage)


@pytest.mark.parametrize("size", [2**16, 3, 1])
@pytest.mark.parametrize(
    ("content", "events"),
    [
        pytest.param("<a><b>t", ["+a", "+b", "'t", "! the report ends inside <b>"], id="in an element"),
        pytest.param(
            "<a/><!-- ", ["+a", "-a", "! the report ends inside a comment or CDATA section"], id="in a comment"
        ),
        pytest.param(
            "<a><b><?xml version='1.0'?><c/>",
            ["+a", "+b", "! another document begins before the one in front of it ends", "+c", "-c"],
            id="by another document",
        ),
    ],
)
def test_a_cut_is_told_where_it_happens(content: str, events: list[str], size: int) -> None:
    assert found(content, size) == (events, "")


def test_a_document_type_in_front_is_reported() -> None:
    with pytest.raises(DoctypeSeen):
        found("<!DOCTYPE a><a/>")


def test_a_document_type_in_the_text_is_text() -> None:
    assert found("<a><!DOCTYPE a></a>") == (["+a", "'<!DOCTYPE a>", "-a"], "")


def test_a_quote_that_never_closes_is_not_waited_for_without_end() -> None:
    heard = Heard()
    seen_before_the_end = []

    def pieces() -> Iterator[str]:
        yield "<a x='"
        yield from ["<b/>" + " " * 2**16] * 5
        seen_before_the_end.extend(heard.said)

    TagFinder(heard, refuse).read(pieces())
    assert "+b" in seen_before_the_end


def test_a_document_of_broken_tags_is_given_up_and_that_is_told() -> None:
    heard = Heard()
    pieces = iter(["<a>", *["<b" * 11_000] * 3])
    TagFinder(heard, refuse).read(pieces)
    assert heard.said[-1] == "! so many tags are broken that the rest was not read"
    assert len(list(pieces)) == 2


def test_a_long_run_of_letters_in_a_tag_is_looked_at_once() -> None:
    started = time.process_time()
    with contextlib.suppress(UnsupportedError):
        parse([b"<testsuite><testcase " + b"9" * 100_000 + b" name='a'><failure></testsuite>"])
    assert time.process_time() - started < 2
