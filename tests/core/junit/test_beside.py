from __future__ import annotations

import pytest

from agent_ci.core.formats.limits import Keep
from agent_ci.core.report import Attempted, Status
from tests.core.junit.documents import FAILED, PASSED, document, one, read


def test_a_flaky_case_passed_and_keeps_its_failed_tries() -> None:
    case = one(
        b'<testcase name="a"><flakyFailure message="m" type="T"><stackTrace>t</stackTrace></flakyFailure>'
        b'<flakyError type="E"/><system-out>seen</system-out></testcase>'
    )
    tries = (Attempted(Status.FAILED, "m", "t"), Attempted(Status.ERRORED, "E"))
    assert (case.status, case.attempts, case.output) == (Status.PASSED, tries, "seen")


def test_a_case_that_failed_again_and_again_keeps_its_tries() -> None:
    case = one(
        b'<testcase name="a"><failure message="1">t</failure><rerunFailure message="2">u</rerunFailure></testcase>'
    )
    assert (case.status, case.message, case.traceback) == (Status.FAILED, "1", "t")
    assert case.attempts == (Attempted(Status.FAILED, "2", "u"),)


def test_the_tries_of_one_case_are_not_those_of_the_next() -> None:
    report = read(document(b'<testcase name="a"><flakyFailure/><system-out>x</system-out></testcase>', FAILED))
    assert [(len(case.attempts), case.output) for case in report.cases] == [(1, "x"), (0, "")]


@pytest.mark.parametrize("keep", Keep)
@pytest.mark.parametrize(
    "body",
    [
        b"<system-out>one</system-out><failure/><system-err>two</system-err>",
        b"<failure/><system-out>one</system-out><system-err>two</system-err>",
        b"<system-out>one</system-out><system-err>two</system-err><failure/>",
    ],
)
def test_what_a_red_case_printed_is_held_wherever_it_stands(body: bytes, keep: Keep) -> None:
    [case] = read(document(b"<testcase name='a'>" + body + b"</testcase>"), keep=keep).red
    assert case.output == "onetwo"


def test_what_a_case_printed_that_passed_at_once_is_not_held_and_its_attachments_are() -> None:
    case = one(
        b"<testcase name='a'><system-out>x [[ATTACHMENT|shots/a b.png]] [[ATTACHMENT|c.txt|d]]</system-out></testcase>"
    )
    assert (case.output, case.attachments) == ("", ("shots/a b.png", "c.txt"))


def test_the_output_of_a_case_is_held_by_its_end() -> None:
    said = b"begin" + b"x" * 3_000_000 + b"end"
    [case] = read(document(b"<testcase name='a'><failure/><system-out>" + said + b"</system-out></testcase>")).cases
    assert case.output.endswith("end")
    assert "begin" not in case.output
    assert len(case.output) < 9_000


def test_properties_of_a_case_are_its_own() -> None:
    report = read(
        b"<testsuite name='s'><properties><property name='of' value='the suite'/></properties><testcase name='a'>"
        b"<properties><property name='owner' value='me'/><property name='x'>text</property></properties></testcase>"
        + PASSED
        + b"</testsuite>"
    )
    assert [case.properties for case in report.cases] == [(("owner", "me"), ("x", "")), ()]


def test_more_properties_and_attachments_than_anybody_reads_are_not_held() -> None:
    noted = b"<property name='n' value='v'/>" * 5_000
    printed = b"[[ATTACHMENT|a]]" * 400
    case = one(
        b"<testcase name='a'><properties>"
        + noted
        + b"</properties><system-out>"
        + printed
        + b"</system-out></testcase>"
    )
    assert (len(case.properties), len(case.attachments)) == (100, 100)


def test_the_suites_of_a_case_are_named_outermost_first() -> None:
    report = read(
        b"<testsuites name='all'><testsuite name='outer'><testsuite><testsuite name='inner'><testcase name='a'/>"
        b"</testsuite></testsuite><testcase name='b'/></testsuite></testsuites>"
    )
    assert [case.suite for case in report.cases] == [("all", "outer", "inner"), ("all", "outer")]


def test_eclipses_export_is_junit() -> None:
    assert read(b"<testrun name='r' tests='1'><testsuite>" + FAILED + b"</testsuite></testrun>").tally.failed == 1
