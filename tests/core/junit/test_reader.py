from __future__ import annotations

import pytest

from agent_ci.core.report import Status, Tally, TestCase, TestReport
from tests.core.junit.documents import (
    FAILED,
    PASSED,
    document,
    one,
    read,
)


def test_every_attribute_of_a_case_is_read() -> None:
    report = read(
        document(
            b'<testcase classname="pkg.C" name="t[a::b]" file="pkg/c.py" line="7" time="0.5">'
            b'<failure message="expected 1" type="E">  line 1\n  line 2\n</failure>'
            b"<system-out>noise</system-out></testcase>"
        )
    )
    case = TestCase(
        id="pkg.C::t[a::b]",
        status=Status.FAILED,
        message="expected 1",
        traceback="line 1\n  line 2",
        classname="pkg.C",
        name="t[a::b]",
        file="pkg/c.py",
        line=7,
        seconds=0.5,
        suite=("s",),
        output="noise",
    )
    assert report == TestReport.of(case)


@pytest.mark.parametrize(
    ("case", "status"),
    [
        pytest.param(b"<testcase/>", Status.PASSED, id="nothing said"),
        pytest.param(b"<testcase><failure/></testcase>", Status.FAILED, id="failure that closes itself"),
        pytest.param(b'<testcase><error message="m"/></testcase>', Status.ERRORED, id="error that closes itself"),
        pytest.param(b"<testcase><skipped/></testcase>", Status.SKIPPED, id="skipped that closes itself"),
        pytest.param(b"<testcase><skipped/><failure/></testcase>", Status.FAILED, id="skipped, then failed"),
        pytest.param(b"<testcase><failure/><skipped/></testcase>", Status.FAILED, id="failed, then skipped"),
        pytest.param(b"<testcase><error/><failure/></testcase>", Status.ERRORED, id="error and failure"),
        pytest.param(b"<testcase><failure/><failure/></testcase>", Status.FAILED, id="two failures"),
        pytest.param(b'<testcase status="notrun"/>', Status.SKIPPED, id="GoogleTest's notrun"),
        pytest.param(b'<testcase status="disabled"/>', Status.SKIPPED, id="disabled"),
        pytest.param(b'<testcase status="run" result="suppressed"/>', Status.SKIPPED, id="GoogleTest's suppressed"),
        pytest.param(b'<testcase status="run" result="completed"/>', Status.PASSED, id="GoogleTest's completed"),
        pytest.param(
            b'<testcase status="disabled"><failure/></testcase>', Status.FAILED, id="failed although disabled"
        ),
        pytest.param(b'<testcase status="Failed"/>', Status.FAILED, id="failed by attribute alone"),
        pytest.param(b'<testcase result="error"/>', Status.ERRORED, id="errored by attribute alone"),
        pytest.param(b'<testcase status="failed"><skipped/></testcase>', Status.FAILED, id="failed and skipped"),
        pytest.param(b"<testcase><flakyFailure/><flakyError/></testcase>", Status.PASSED, id="flaky, passed at last"),
        pytest.param(b"<testcase><failure/><rerunError/></testcase>", Status.FAILED, id="rerun errored as well"),
        pytest.param(b"<testcase><rerunFailure/></testcase>", Status.FAILED, id="only the rerun is shown"),
        pytest.param(b"<testcase><system-out><failure/></system-out></testcase>", Status.PASSED, id="printed markup"),
        pytest.param(b"<testcase><failure><error/></failure></testcase>", Status.FAILED, id="markup in a failure"),
        pytest.param(b"<testcase><results><failure/></results></testcase>", Status.FAILED, id="in an unknown element"),
    ],
)
def test_the_worst_of_a_case_decides(case: bytes, status: Status) -> None:
    assert one(case).status is status


@pytest.mark.parametrize(
    ("case", "id_"),
    [
        (b'<testcase classname="a.B" name="c"/>', "a.B::c"),
        (b'<testcase classname="" name="c"/>', "c"),
        (b'<testcase name="c"/>', "c"),
        (b'<testcase class="A" name="c"/>', "A::c"),
        (b'<testcase classname="A"/>', "A"),
    ],
)
def test_the_id_is_class_and_name(case: bytes, id_: str) -> None:
    assert one(case).id == id_


@pytest.mark.parametrize(
    ("results", "message", "traceback"),
    [
        pytest.param(b'<failure message="m" type="T">b</failure>', "m", "b", id="message and body"),
        pytest.param(b'<failure type="T">first\nsecond</failure>', "first", "first\nsecond", id="body only"),
        pytest.param(b'<failure type="T"/>', "T", "", id="type only"),
        pytest.param(b'<failure message="f">1</failure><error message="e">2</error>', "e", "1\n\n2", id="two results"),
        pytest.param(b'<failure message="m"><![CDATA[a <b> &c]]></failure>', "m", "a <b> &c", id="CDATA"),
        pytest.param(b'<failure message="m">a<b>c</b>d</failure>', "m", "acd", id="markup in the body"),
        pytest.param(b'<skipped message="m">b</skipped>', "m", "", id="why it was skipped"),
        pytest.param(b"<skipped>reason</skipped>", "reason", "", id="why it was skipped, in the body"),
        pytest.param(b'<rerunFailure message="m"/>', "m", "", id="a rerun's message"),
    ],
)
def test_message_and_traceback_come_from_the_results(results: bytes, message: str, traceback: str) -> None:
    case = one(b'<testcase name="a">' + results + b"</testcase>")
    assert (case.message, case.traceback) == (message, traceback)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(
            b"<testsuites><testsuite><testsuite>%s</testsuite>%s</testsuite></testsuites>", id="nested suites"
        ),
        pytest.param(b"<testsuites>%s%s</testsuites>", id="no suite"),
        pytest.param(b"<testsuite>%s%s</testsuite>", id="a single suite"),
        pytest.param(b'<testsuites xmlns="urn:x"><testsuite>%s%s</testsuite></testsuites>', id="default namespace"),
        pytest.param(b"<testsuites><group>%s%s</group></testsuites>", id="in an unknown element"),
        pytest.param(b"<testsuite><properties><testcase/></properties>%s%s</testsuite>", id="beside properties"),
    ],
)
def test_cases_are_found_wherever_they_stand(body: bytes) -> None:
    assert read(body % (PASSED, FAILED)).tally == Tally(passed=1, failed=1)


def test_a_namespace_prefix_is_no_part_of_a_name() -> None:
    content = (
        b'<j:testsuites xmlns:j="urn:x"><j:testsuite><j:testcase name="a"><j:failure>t</j:failure></j:testcase>'
        b'<j:testcase name="b"/></j:testsuite></j:testsuites>'
    )
    assert read(content).statuses == {"a": Status.FAILED, "b": Status.PASSED}


@pytest.mark.parametrize(
    ("content", "case"),
    [
        pytest.param(
            b'<testsuite name="s"><error message="m">t</error></testsuite>',
            TestCase("s", Status.ERRORED, "m", "t", name="s", suite=("s",)),
            id="error of a suite",
        ),
        pytest.param(
            b'<testsuite name="s"><failure>t</failure></testsuite>',
            TestCase("s", Status.FAILED, "t", "t", name="s", suite=("s",)),
            id="failure of a suite",
        ),
        pytest.param(
            b"<testsuites><error/></testsuites>",
            TestCase("(test suite)", Status.ERRORED, name="(test suite)"),
            id="error of the root",
        ),
    ],
)
def test_a_failure_outside_of_cases_does_not_vanish(content: bytes, case: TestCase) -> None:
    assert read(content) == TestReport.of(case)


def test_a_failure_after_a_case_in_a_case_does_not_vanish() -> None:
    report = read(document(b'<testcase name="a"><testcase name="b"/><failure/></testcase>'))
    assert report.tally == Tally(passed=2, failed=1)


def test_a_skipped_suite_without_cases_is_no_case() -> None:
    assert read(b"<testsuite><skipped>why</skipped></testsuite>") == TestReport()


@pytest.mark.parametrize(
    ("suite", "reason"),
    [
        pytest.param(
            b'<testsuite name="s" tests="1" failures="1"><testcase/></testsuite>',
            "suite 's' counts 1 red in its header and shows 0 in its cases",
            id="a failure that no case shows",
        ),
        pytest.param(
            b'<testsuites failures="1"><testsuite name="s" failures="1"><testcase/></testsuite></testsuites>',
            "suite 's' counts 1 red in its header and shows 0 in its cases",
            id="a failure that no case shows, in two headers",
        ),
        pytest.param(
            b'<testsuites name="s" errors="2.0"><testsuite><testcase><error/></testcase></testsuite></testsuites>',
            "suite 's' counts 2 red in its header and shows 1 in its cases",
            id="an error that no case of the whole shows",
        ),
        pytest.param(
            b'<testsuites><testsuite tests="6" skipped="2"/></testsuites>',
            "the headers count 4 tests in suites that hold no case",
            id="tests but no cases",
        ),
        pytest.param(
            b'<testsuites><testsuite><testcase/></testsuite><testsuite tests="3"/></testsuites>',
            "the headers count 3 tests in suites that hold no case",
            id="one suite without its cases",
        ),
    ],
)
def test_a_header_that_counts_more_than_is_shown_is_never_green(suite: bytes, reason: str) -> None:
    report = read(suite)
    assert (report.partial, report.is_green) == ((reason,), False)


@pytest.mark.parametrize(
    "suite",
    [
        pytest.param(b'<testsuite tests="1.0" failures="0"><testcase/></testsuite>', id="decimal counts"),
        pytest.param(b'<testsuite tests="x" failures="nan" errors="-1"><testcase/></testsuite>', id="nonsense"),
        pytest.param(
            b'<testsuite failures="1"><testsuite failures="1"><testcase><failure/></testcase></testsuite></testsuite>',
            id="nested suites that count the same failure",
        ),
        pytest.param(
            b'<testsuite failures="2"><testcase><flakyFailure/><flakyFailure/></testcase></testsuite>',
            id="failures that were flaky",
        ),
        pytest.param(b'<testsuite tests="2" disabled="2"/>', id="nothing but disabled tests"),
        pytest.param(b'<testsuite failures="2"><testcase><failure/><failure/></testcase></testsuite>', id="two in one"),
        pytest.param(b'<testsuite errors="1"><error/></testsuite>', id="an error of the suite"),
    ],
)
def test_a_header_that_fits_raises_no_doubt(suite: bytes) -> None:
    assert read(suite).partial == ()


@pytest.mark.parametrize(
    ("attributes", "line", "seconds"),
    [
        (b'line="7" time="0.25"', 7, 0.25),
        (b'time="1,234.5"', None, 1234.5),
        (b'time="0,5"', None, 0.5),
        (b'time="NaN"', None, None),
        (b'time="inf"', None, None),
        (b'time="-1"', None, None),
        (b'time="&lt;computed&gt;"', None, None),
        (b'time=""', None, None),
        (b'line="0"', None, None),
        (b'line="12.5"', None, None),
    ],
)
def test_numbers_are_read_as_producers_write_them(attributes: bytes, line: int | None, seconds: float | None) -> None:
    case = one(b"<testcase " + attributes + b"/>")
    assert (case.line, case.seconds) == (line, seconds)


def test_pytests_lines_are_counted_from_one() -> None:
    report = read(b'<testsuites><testsuite name="pytest"><testcase name="a" line="0"/></testsuite></testsuites>')
    assert report.cases[0].line == 1
