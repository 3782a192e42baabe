"""What an XML parser is not shown changes nothing of what is read."""

from __future__ import annotations

import re

import pytest

from agent_ci.core.xml.reader import parse
from agent_ci.core.xml.thinning import thinned

ENTRY = '<TestEntry testId="{0}" executionId="{0}"/>'
RED = '<UnitTestResult testName="{}" outcome="Failed"></UnitTestResult>'
COUNTED = '<ResultSummary outcome="Failed"><Counters total="3" failed="2"/></ResultSummary>'


def document(entries: str, *, prefix: str = "", after: str = "") -> str:
    """A run with two red cases, whose header promises three; the second stands behind the entries."""
    whole = (
        f"<TestRun><Results>{RED.format('first')}</Results><TestEntries>{entries}</TestEntries>{after}"
        f"<Results>{RED.format('second')}</Results>{COUNTED}</TestRun>"
    )
    return re.sub(r"<(/?)(?=\w)", rf"<\1{prefix}:", whole) if prefix else whole


MANY = "".join(ENTRY.format(number) for number in range(30))
DOCUMENTS = {
    "plain": document(MANY),
    "with a prefix": document(MANY, prefix="t").replace("<t:TestRun>", '<t:TestRun xmlns:t="urn:t">', 1),
    "entries in entries": document(f"{MANY}<TestEntry><TestEntries>{MANY}</TestEntries></TestEntry>{MANY}"),
    "entries again": document(MANY, after=f"<TestEntries>{MANY}</TestEntries>"),
    "an end between quotes": document(f'{MANY}<TestEntry testId="/>">{MANY}</TestEntry>{MANY}'),
    "a comment": document(f"{MANY}<!-- </TestEntries><a> -->{MANY}<!-- <a/></TestEntries> -->{MANY}"),
    "characters": document(f"{MANY}<![CDATA[</TestEntries><a b='/>]]>{MANY}"),
    "an instruction": document(f"{MANY}<?x <a/> > ?>{MANY}"),
    "a name in a value": document(f'{MANY}<TestEntry testId="TestEntries"/>{MANY}<TestEntry a="/TestEntries>"/>{MANY}'),
}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_same_is_read_however_the_document_is_cut(name: str, encoding: str) -> None:
    data = DOCUMENTS[name].encode(encoding)
    whole = parse([data])  # what comes in one piece is never thinned
    assert [case.name for case in whole.cases] == ["first", "second"]
    assert "the report counts 3 cases in its header and shows 2" in " ".join(whole.partial)
    for size in (7, 19, 64, 131, 400, 1000):
        assert parse([data[at : at + size] for at in range(0, len(data), size)]) == whole, size


def test_what_is_empty_inside_of_what_is_ignored_is_left_out() -> None:
    chunks = [b"<TestEntries>", b'<TestEntry a="1"/>' * 2, b'<TestEntry a="2"/>' * 3, b"</TestEntries><Counters/>"]
    assert b"".join(thinned(chunks, lambda: True)) == b"<TestEntries></TestEntries><Counters/>"
    assert b"".join(thinned(chunks, lambda: False)) == b"".join(chunks)


@pytest.mark.parametrize(
    "kept",
    [
        pytest.param(b'<a b="/>">text</a>', id="what looks like an end in a value"),
        pytest.param(b'<![CDATA[<]]><a b="/>">text</a>', id="characters that make up for it"),
        pytest.param(b"<!-- <a/> -->", id="a comment"),
        pytest.param(b'Entry a="1"/>', id="a tag that began before"),
        pytest.param(" \u3c41\u2f3e".encode("utf-16-be"), id="two letters whose bytes are those of an element"),
    ],
)
def test_what_only_looks_like_empty_elements_is_left_alone(kept: bytes) -> None:
    assert b"".join(thinned([kept], lambda: True)) == kept


def test_tags_that_are_cut_are_left_out_with_the_next_chunk() -> None:
    chunks = [b"<TestEntry/><Test", b"Entry/><TestEn", b"try/></TestEntr", b"ies><Counters/>"]
    assert b"".join(thinned(chunks, lambda: True)) == b"</TestEntries><Counters/>"


@pytest.mark.parametrize("cut", range(1, 14))
def test_the_end_of_what_is_ignored_is_seen_where_two_chunks_hold_a_part_each(cut: int) -> None:
    end, after = b"</TestEntries>", b"<Counters/>"
    chunks = [b"<TestEntries>", b"<a/>", b"<a/>" + end[:cut], end[cut:] + after]
    assert b"".join(thinned(chunks, lambda: True)) == b"<TestEntries>" + end + after
