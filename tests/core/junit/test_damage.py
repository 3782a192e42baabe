from __future__ import annotations

import time

import pytest

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.report import Status, Tally, TestCase, TestReport
from agent_ci.core.xml.reader import parse
from agent_ci.errors import UnsupportedError
from tests.core.junit.documents import (
    DECLARATION,
    FAILED,
    PASSED,
    RED_IN_THE_MIDDLE,
    bad,
    declared,
    document,
    failed,
    read,
)

PROBES = {
    "raw escape sequences": document(PASSED, failed(message=b"\x1b[31mm\x1b[0m", body=b"tr\x1b[1mace"), PASSED),
    "references to escapes": document(PASSED, failed(message=b"&#x1b;[31mm&#27;[0m", body=b"&#x1B;trace"), PASSED),
    "NUL": document(PASSED, failed(message=b"\0m\0"), PASSED),
    "references to no character": document(PASSED, failed(message=b"&#0;m&#xFFFE;&#xD800;&#99999999;"), PASSED),
    "newline in front": b"\n " + document(PASSED, FAILED, PASSED),
    "byte order mark": b"\xef\xbb\xbf" + document(PASSED, FAILED, PASSED),
    "byte order mark and newline": b"\xef\xbb\xbf\n" + document(PASSED, FAILED, PASSED),
    "log lines in front": b"[INFO] a & <b> c\n" * 9 + document(PASSED, FAILED, PASSED),
    "log lines behind": document(PASSED, FAILED, PASSED) + b"\nDone in 3 s\n",
    "UTF-16": document(PASSED, FAILED, PASSED, declaration=declared(b"utf-16")).decode().encode("utf-16"),
    "UTF-16 without mark": document(PASSED, FAILED, PASSED, declaration=b"").decode().encode("utf-16-le"),
    "UTF-16 declared as UTF-8": document(PASSED, FAILED, PASSED).decode().encode("utf-16"),
    "UTF-8 declared as UTF-16": document(PASSED, FAILED, PASSED, declaration=declared(b"utf-16")),
    "an encoding that is a codec": document(PASSED, FAILED, PASSED, declaration=declared(b"zip")),
    "an unknown encoding": document(PASSED, FAILED, PASSED, declaration=declared(b"latin-99")),
}


@pytest.mark.parametrize("size", [2**16, 7, 1])
@pytest.mark.parametrize("probe", PROBES)
def test_damage_that_hides_no_case_is_repaired(probe: str, size: int) -> None:
    report = read(PROBES[probe], size=size)
    assert (report.tally, report.red, report.partial) == (RED_IN_THE_MIDDLE, (bad(),), ())


@pytest.mark.parametrize(
    ("case", "declaration", "message"),
    [
        pytest.param(failed(message=b"caf\xe9"), DECLARATION, "café", id="Latin-1 declared as UTF-8"),
        pytest.param(failed(message=b"\x93\x80\x94"), declared(b"windows-1252"), "“€”", id="Windows-1252"),
        pytest.param(failed(message="中文".encode("gbk")), declared(b"gbk"), "中文", id="GBK"),
        pytest.param(failed(message=b"a < b <<c>>"), DECLARATION, "a < b <<c>>", id="unescaped < in an attribute"),
        pytest.param(failed(message=b"a & b &nbsp; &lt;"), DECLARATION, "a & b &nbsp; <", id="unescaped ampersand"),
        pytest.param(failed(message=b"m", body=b"if a < b:"), DECLARATION, "m", id="unescaped < in the body"),
    ],
)
@pytest.mark.parametrize("size", [2**16, 7, 1])
def test_text_that_the_xml_forbids_is_still_read(case: bytes, declaration: bytes, message: str, size: int) -> None:
    report = read(document(PASSED, case, PASSED, declaration=declaration), size=size)
    assert (report.tally, report.red[0].message, report.partial) == (RED_IN_THE_MIDDLE, message, ())


WHOLE = document(PASSED, FAILED, PASSED)


@pytest.mark.parametrize("keep", Keep)
def test_a_truncated_report_is_never_green_nor_complete(keep: Keep) -> None:
    first_tag = WHOLE.index(b"<testsuites>") + len(b"<testsuites>")
    reports = {stop: read(WHOLE[:stop], keep=keep) for stop in range(first_tag, len(WHOLE))}
    trusted = [stop for stop, report in reports.items() if not report.partial or report.is_green]
    assert trusted == []


def test_a_case_that_is_cut_counts_only_where_it_is_red() -> None:
    cut = document(PASSED, b'<testcase name="x"><system-out>')[: -len(b"</testsuite></testsuites>")]
    assert read(cut).tally == Tally(passed=1)
    cut = document(PASSED, b'<testcase name="x"><failure>tra')[: -len(b"</testsuite></testsuites>")]
    assert read(cut).red == (TestCase("x", Status.FAILED, "tra", "tra", name="x", suite=("s",)),)


def test_several_whole_documents_in_one_file_are_read_as_one() -> None:
    assert read(WHOLE + b"\n" + WHOLE) == TestReport.of(*read(WHOLE).cases, *read(WHOLE).cases)


def test_a_document_after_a_truncated_one_is_read_and_the_cut_is_said() -> None:
    report = read(WHOLE[: WHOLE.index(b"trace") + 2] + WHOLE)
    assert report.tally.failed == 2
    assert "another document begins before the one in front of it ends" in report.partial


@pytest.mark.parametrize(
    ("case", "reason"),
    [
        pytest.param(
            failed(message=b"a <testcase> b"), "an attribute of <failure> holds other tags", id="tag in quotes"
        ),
        pytest.param(failed(body=b"List<String> x"), "<String> is not closed", id="unescaped type parameter"),
        pytest.param(b'<testcase name="a></testcase>', "the tag <testcase> is not closed", id="missing quote"),
        pytest.param(
            b"<testcase name=a></testcase>", "the attributes of <testcase> are not well-formed", id="no quotes"
        ),
        pytest.param(b"</testcase>", "</testcase> ends nothing", id="surplus end"),
    ],
)
@pytest.mark.parametrize("size", [2**16, 7])
def test_damage_that_may_hide_a_case_is_said(case: bytes, reason: str, size: int) -> None:
    (partial,) = read(document(PASSED, case, PASSED), size=size).partial
    assert partial.startswith("the XML is damaged (")
    assert partial.endswith(f") and cases may be missing: {reason}")


def test_cases_behind_damage_are_still_found() -> None:
    report = read(document(PASSED, b'<testcase name="a></testcase>', PASSED, FAILED))
    assert report.ids(Status.FAILED) == ("c::bad",)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(b"", "it is empty", id="empty"),
        pytest.param(b" \n", "it is empty", id="blank"),
        pytest.param(b"\x1f\x8b\x08\x00", "it is a compressed archive", id="gzip"),
        pytest.param(b"\0" * 5000, "it is a binary file", id="NULs"),
        pytest.param(b"<!doctype html><html><testsuite/>", "it is an HTML page", id="HTML"),
        pytest.param(b"<html><body/></html>", "it is an HTML page", id="XHTML"),
        pytest.param(b"<TestRun/>", "it has the root of a Visual Studio (trx)", id="a root of TRX and nothing in it"),
        pytest.param(b"<robot/>", "it is a Robot Framework report", id="Robot Framework"),
        pytest.param(b"<suites><suite/></suites>", "it is an XML file with the root <suites>", id="another root"),
        pytest.param(b"hello world\n", "no <testsuite> and no other root of one was found in it", id="text"),
        pytest.param(b"<testcase>", "", id="never closed"),
        pytest.param(
            b'<testsuites xmlns="urn:x"><suite><test result="failure"/></suite></testsuites>',
            "it holds <suite> where <testcase> is expected",
            id="another format with JUnit's root",
        ),
    ],
)
def test_what_is_no_report_is_refused_and_never_zero_failures(content: bytes, reason: str) -> None:
    if not reason:
        assert not read(content).is_green
        return
    with pytest.raises(UnsupportedError, match=r"this is (not a JUnit|no test) report") as refusal:
        read(content)
    assert reason in str(refusal.value)


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b'<!DOCTYPE a [<!ENTITY x "y">]><testsuite>&x;</testsuite>', id="entity"),
        pytest.param(b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><testsuite/>', id="external"),
        pytest.param(b'\n<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x "y">]><testsuite>&x;</testsuite>', id="repaired"),
        pytest.param(b'<a b=c>\n<!DOCTYPE a [<!ENTITY x "y">]><testsuite>&x;</testsuite>', id="after log lines"),
        pytest.param(b"<testcase/><!DOCTYPE a><testsuite/>", id="after a first document"),
    ],
)
def test_a_document_type_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedError, match="declares a document type"):
        read(content)


def test_a_hundred_thousand_nested_suites_are_read() -> None:
    depth = 100_000
    content = b"<testsuites>" + b"<testsuite>" * depth + FAILED + b"</testsuite>" * depth + b"</testsuites>"
    assert read(content) == TestReport.of(bad(suite=()))


def test_a_hundred_thousand_nested_suites_are_read_with_damage() -> None:
    depth = 100_000
    content = b"<testsuites>" + b'<testsuite name="&">' * depth + FAILED + b"</x>" * depth + b"</testsuite>" * 9
    report = read(content)
    assert report.tally.red == 1
    assert report.partial[0] == "the report ends inside <testsuite>"
    assert report.partial[1].endswith("cases may be missing: </x> ends nothing")


@pytest.mark.parametrize("tag", [b'<a "', b"<a '\"", b'<a "\'"\'"', b"<a ", b"<a =", b"<a x='", b"<a<"])
def test_broken_tags_without_end_cost_no_more_than_their_length(tag: bytes) -> None:
    begun = time.process_time()
    report = read(b"\n<testsuite>" + tag * (500_000 // len(tag)), size=2**20)
    assert "the tag <a> is not closed" in report.partial[-1]
    assert time.process_time() - begun < 30  # seconds; a second look at all of it for each tag takes hours


def test_a_repaired_report_can_be_truncated_as_well() -> None:
    report = read(document(PASSED, failed(message=b"\x1b[31mm"), PASSED)[:-5])
    assert (report.tally, report.partial) == (RED_IN_THE_MIDDLE, ("the report ends in the middle, in line 1",))


def test_a_huge_text_is_held_by_its_ends() -> None:
    report = read(document(failed(body=b"begin" + b"x" * 11_000_000 + b"end")), limits=Limits(text=100))
    trace = report.cases[0].traceback
    assert trace.startswith("begin")
    assert trace.endswith("end")
    assert "[... 10,999,908 characters left out ...]" in trace
    assert len(trace) < 200


def test_a_huge_message_is_cut() -> None:
    assert read(document(failed(message=b"m" * 1000)), limits=Limits(text=100)).cases[0].message == "m" * 100


def test_a_huge_tag_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="a tag longer than 200,000 bytes"):
        read(document(failed(message=b"m" * 1_000_000)), limits=Limits(tag=200_000))


def test_red_cases_alone_are_held_and_all_are_counted() -> None:
    report = read(document(PASSED, FAILED, PASSED, b"<testcase><skipped/></testcase>"), keep=Keep.RED)
    assert report == TestReport((bad(),), Tally(passed=2, failed=1, skipped=1))


@pytest.mark.parametrize(
    ("keep", "limits", "partial"),
    [
        pytest.param(Keep.RED, Limits(red=3), (), id="as many red as may be held"),
        pytest.param(Keep.RED, Limits(red=3, cases=1), (), id="the other limit"),
        pytest.param(Keep.RED, Limits(red=2), ("only the first 2 red cases were kept; 1 were not",), id="red dropped"),
        pytest.param(Keep.ALL, Limits(cases=3), ("only the first 3 cases were kept; 1 were not",), id="one dropped"),
    ],
)
def test_a_cap_is_said_only_where_something_was_dropped(keep: Keep, limits: Limits, partial: tuple[str, ...]) -> None:
    report = read(document(PASSED, FAILED, FAILED, FAILED), keep=keep, limits=limits)
    assert (report.tally, report.partial) == (Tally(passed=1, failed=3), partial)


def test_an_iterator_can_be_repaired_as_well() -> None:
    assert parse(iter([b"\n", WHOLE])) == read(WHOLE)


def test_many_reasons_are_summed_up() -> None:
    report = read(document(*[b'<testsuite failures="1"><testcase/></testsuite>'] * 9))
    assert len(report.partial) == 6
    assert report.partial[-1] == "4 more such places"
