from __future__ import annotations

import re

import pytest

from agent_ci.core.xml.roots import BEGINNING, REPORT_TAG
from agent_ci.core.xml.text import legal_text

REPORT = "<testsuite>é</testsuite>"


def cleaned(content: bytes, size: int) -> str:
    return "".join(
        legal_text([content[start : start + size] for start in range(0, len(content), size)], BEGINNING, REPORT_TAG)
    )


@pytest.mark.parametrize("size", [1, 5, 4096])
@pytest.mark.parametrize(
    ("written", "read"),
    [
        pytest.param("a\x00\x08\x0b\x1f\ufffe\uffffb", "ab", id="control characters and noncharacters"),
        pytest.param("a\t\r\n\x7f\x85\U0001f600b", "a\t\r\n\x7f\x85\U0001f600b", id="all that XML allows"),
        pytest.param("\x1b[1;31mred\x1b[0m", "red", id="colours"),
        pytest.param("&#x1b;[1;31mred&#27;[0m", "red", id="colours written as references"),
        pytest.param("a\x1bb&#x1B;c", "abc", id="escapes without a colour"),
        pytest.param("&#65;&#x1F600;&#9;", "&#65;&#x1F600;&#9;", id="references to characters"),
        pytest.param("&#0;&#xD800;&#xFFFF;&#4294967296;", "", id="references to no character"),
        pytest.param("&amp; &#; &# & &nbsp;", "&amp; &#; &# & &nbsp;", id="what is no reference"),
    ],
)
def test_only_what_xml_forbids_is_left_out(written: str, read: str, size: int) -> None:
    assert cleaned(f"<testsuite>{written}</testsuite>".encode(), size) == f"<testsuite>{read}</testsuite>"


@pytest.mark.parametrize("size", [1, 3, 4096])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_the_bytes_tell_the_encoding(encoding: str, size: int) -> None:
    assert cleaned(REPORT.encode(encoding), size) == REPORT


@pytest.mark.parametrize(
    ("declared", "encoding"),
    [
        ("iso-8859-1", "iso-8859-1"),
        ("windows-1252", "cp1252"),
        ("Shift_JIS", "shift_jis"),
        ("GB18030", "gb18030"),
        ("utf-8", "cp1252"),
        ("utf-16", "utf-8"),
        ("zip", "utf-8"),
        ("unicode_escape", "utf-8"),
        ("nonsense", "utf-8"),
    ],
)
@pytest.mark.parametrize("size", [1, 4096])
def test_the_declared_encoding_is_used_where_it_can_be_one(declared: str, encoding: str, size: int) -> None:
    text = f"<?xml version='1.0' encoding='{declared}'?>{REPORT if encoding != 'shift_jis' else '<testsuite>日'}"
    assert cleaned(text.encode(encoding), size) == text


@pytest.mark.parametrize(
    ("preface", "kept"),
    [
        ("", ""),
        (" \r\n", ""),
        ("[INFO] a <b> & c\n", ""),
        ("<testcase name='x'/>\n", "<testcase name='x'/>\n"),
        ("</testsuite>\n", "</testsuite>\n"),
        ("<!DOCTYPE x>", "<!DOCTYPE x>"),
    ],
)
def test_what_stands_in_front_is_left_out_unless_it_is_of_a_report(preface: str, kept: str) -> None:
    assert cleaned((preface + REPORT).encode(), 4) == kept + REPORT


def test_a_long_preface_is_not_waited_for_without_end() -> None:
    texts = legal_text((b"x" * 2**16 for _ in range(10**9)), BEGINNING, REPORT_TAG)
    assert len(next(texts)) > 2**20
    assert re.fullmatch("x+", next(texts))
