from __future__ import annotations

import pytest

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.report import Status, Tally, TestCase, TestReport
from agent_ci.core.xml.definitions import Definitions
from agent_ci.errors import UnsupportedError
from tests.core.xml.families import FAMILIES, read


def trx(results: str, rest: str = "", *, before: str = "") -> str:
    return f"<TestRun>{before}<Results>{results}</Results>{rest}</TestRun>"


PASSED = '<UnitTestResult testName="a" outcome="Passed"/>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param(
            trx(
                PASSED,
                '<ResultSummary outcome="Failed"><RunInfos><RunInfo outcome="Error"/></RunInfos></ResultSummary>',
            ),
            "<ResultSummary> says that the run failed, and no case is red",
            id="TRX of a host that crashed",
        ),
        pytest.param(
            trx(PASSED, '<ResultSummary outcome="Completed"><Counters total="2"/></ResultSummary>'),
            "the report counts 2 cases in its header and shows 1",
            id="TRX that counts more",
        ),
        pytest.param(
            trx(PASSED, '<ResultSummary outcome="Completed"><Counters total="1" timeout="1"/></ResultSummary>'),
            "the report counts 1 red in its header and shows 0 in its cases",
            id="TRX that counts a failure",
        ),
        pytest.param(
            '<test-run result="Failed"><test-case name="a" result="Passed"/></test-run>',
            "<test-run> says that the run failed, and no case is red",
            id="NUnit 3 that failed",
        ),
        pytest.param(
            '<test-results><test-suite success="False"><results><test-case name="a" success="True"/></results>'
            "</test-suite></test-results>",
            "<test-suite> says that the run failed, and no case is red",
            id="NUnit 2 that failed",
        ),
        pytest.param(
            '<assembly total="1" failed="0" errors="1"><collection><test name="a" result="Pass"/></collection>'
            "</assembly>",
            "the report counts 1 red in its header and shows 0 in its cases",
            id="xUnit.net with an error that is not shown",
        ),
        pytest.param(
            "<Site><Testing><TestList><Test>a</Test><Test>b</Test></TestList><Test Status='passed'><Name>a</Name>"
            "</Test></Testing></Site>",
            "the report counts 2 cases in its header and shows 1",
            id="CTest that did not come to its end",
        ),
        pytest.param(
            "<TestRun><SuccessfulTests><Test><Name>a</Name></Test></SuccessfulTests><Statistics><Tests>1</Tests>"
            "<FailuresTotal>1</FailuresTotal></Statistics></TestRun>",
            "the report counts 1 red in its header and shows 0 in its cases",
            id="CppUnit that counts a failure",
        ),
    ],
)
def test_a_report_that_says_more_than_its_cases_is_never_green(content: str, reason: str) -> None:
    report = read(content)
    assert (report.tally, report.partial, report.is_green) == (Tally(passed=1), (reason,), False)


@pytest.mark.parametrize(
    ("content", "case"),
    [
        pytest.param(
            '<test-run><test-suite name="F" result="Failed" site="TearDown"><failure><message>m</message>'
            '<stack-trace>t</stack-trace></failure><test-case name="a" result="Passed"/></test-suite></test-run>',
            TestCase("F::F", Status.FAILED, "m", "t", "F", "F", suite=("F",)),
            id="NUnit 3, after the tests",
        ),
        pytest.param(
            "<TestLog><TestSuite name='F'><Exception file='f.cpp' line='3'>m</Exception><TestCase name='a'/>"
            "</TestSuite></TestLog>",
            TestCase("F::F", Status.ERRORED, "m", "f.cpp:3: m", "F", "F", "f.cpp", 3, suite=("F",)),
            id="Boost.Test, in a fixture",
        ),
        pytest.param(
            "<assembly name='F'><errors><error type='x' name='n'><failure><message>m</message></failure></error>"
            "</errors><collection><test name='a' result='Pass'/></collection></assembly>",
            TestCase("x::n", Status.ERRORED, "m", "", "x", "n", suite=("F",)),
            id="xUnit.net, of an assembly",
        ),
        pytest.param(
            "<CUNIT_TEST_RUN_REPORT><CUNIT_RUN_SUITE><CUNIT_RUN_SUITE_FAILURE><SUITE_NAME>F</SUITE_NAME><FAILURE_REASON>m"
            "</FAILURE_REASON></CUNIT_RUN_SUITE_FAILURE></CUNIT_RUN_SUITE><CUNIT_RUN_TEST_SUCCESS><TEST_NAME>a</TEST_NAME>"
            "</CUNIT_RUN_TEST_SUCCESS></CUNIT_TEST_RUN_REPORT>",
            TestCase("F", Status.ERRORED, "m", name="F"),
            id="CUnit, before the tests",
        ),
    ],
)
def test_a_failure_of_a_suite_is_a_case_of_its_own(content: str, case: TestCase) -> None:
    report = read(content)
    assert (report.red, report.tally.passed, report.partial) == ((case,), 1, ())
    assert read(content, keep=Keep.RED).red == (case,)


def test_the_failure_that_a_suite_reports_for_its_cases_is_no_other_one() -> None:
    assert read(FAMILIES["NUnit 3"]).tally.red == 1


@pytest.mark.parametrize("definitions_first", [False, True])
def test_trx_tells_the_class_apart_from_the_result(definitions_first: bool) -> None:  # noqa: FBT001 -- a parameter
    definitions = (
        '<TestDefinitions><UnitTest id="1"><TestMethod className="N.C, N, Version=1" name="Sum"/></UnitTest>'
        '<UnitTest id="2"><TestMethod className="N.C" name="N.C.Other"/></UnitTest></TestDefinitions>'
    )
    results = (
        '<UnitTestResult testId="1" testName="adds two numbers" outcome="Passed"/>'
        '<UnitTestResult testId="2" testName="N.C.Other(x: 1.5)" outcome="Failed"/>'
    )
    content = trx(results, before=definitions) if definitions_first else trx(results, definitions)
    passed = TestCase("N.C::adds two numbers", Status.PASSED, classname="N.C", name="adds two numbers")
    failed = TestCase("N.C::Other(x: 1.5)", Status.FAILED, classname="N.C", name="Other(x: 1.5)")
    assert [(case.id, case.classname, case.name) for case in read(content).cases] == [
        (case.id, case.classname, case.name) for case in (passed, failed)
    ]
    assert read(content).cases[0].properties == (("method", "Sum"),)
    assert read(content, keep=Keep.RED) == TestReport((failed,), Tally(passed=1, failed=1))


@pytest.mark.parametrize("keep", Keep)
def test_what_stands_in_a_trx_definition_is_no_case(keep: Keep) -> None:
    inside = '<Test/><UnitTestResult outcome="Failed"/><TestMethod className="N" name="a"/>'
    result = '<UnitTestResult testId="1" testName="a" outcome="Failed"/>'
    report = read(trx(f'{result}<UnitTest id="1">{inside}</UnitTest>{result}'), keep=keep)
    assert report.tally == Tally(failed=2)
    assert [case.id for case in report.cases] == ["N::a", "N::a"]


def test_the_rows_of_a_trx_test_are_cases_inside_of_it() -> None:
    rows = '<UnitTestResult testName="t (1)" outcome="Passed"/><UnitTestResult testName="t (2)" outcome="Failed"/>'
    report = read(
        trx(f'<UnitTestResult testName="t" outcome="Failed"><InnerResults>{rows}</InnerResults></UnitTestResult>')
    )
    assert report.statuses == {"t": Status.FAILED, "t (1)": Status.PASSED, "t (2)": Status.FAILED}


def test_what_stands_beside_a_case_is_held() -> None:
    report = read(
        "<test-run><test-suite name='A.dll'><test-suite name='F'><test-case name='a' classname='N.F' result='Failed'"
        " duration='0.25'><properties><property name='Category' value='slow'/></properties><output>printed</output>"
        "<attachments><attachment><filePath>/x/shot.png</filePath></attachment></attachments></test-case></test-suite>"
        "</test-suite></test-run>"
    )
    assert report.cases == (
        TestCase(
            id="N.F::a",
            status=Status.FAILED,
            classname="N.F",
            name="a",
            seconds=0.25,
            suite=("A.dll", "F"),
            output="printed",
            attachments=("/x/shot.png",),
            properties=(("Category", "slow"),),
        ),
    )


def test_several_failures_of_a_case_are_told_with_their_places() -> None:
    [case] = read(
        "<TestLog><TestCase name='a' file='t.cpp' line='1'><Error file='t.cpp' line='3'>one</Error>"
        "<FatalError file='u.cpp' line='4'>two</FatalError></TestCase></TestLog>"
    ).cases
    assert (case.status, case.message, case.traceback) == (Status.ERRORED, "one", "t.cpp:3: one\nu.cpp:4: two")
    assert (case.file, case.line) == ("t.cpp", 1)


@pytest.mark.parametrize(
    ("family", "written", "seconds"),
    [("TRX", "00:01:02.5", 62.5), ("CTest", "2.5", 2.5), ("Boost.Test", "2500000", 2.5), ("Qt Test", "2500", 2.5)],
)
def test_durations_are_seconds(family: str, written: str, seconds: float) -> None:
    assert written in FAMILIES[family]
    assert read(FAMILIES[family]).red[0].seconds == seconds


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        pytest.param("<Site><Build><Error/></Build></Site>", "the root of a CTest report", id="a build of CTest"),
        pytest.param("<TestRun><TestSettings/></TestRun>", "holds none of FailedTests", id="TRX without results"),
        pytest.param("<ResultsSession/>", "holds none of ExecutedTestsDetails", id="C++test without tests"),
    ],
)
def test_a_known_root_without_anything_about_tests_is_refused(content: str, reason: str) -> None:
    with pytest.raises(UnsupportedError, match=reason):
        read(content)


@pytest.mark.parametrize("depth", [100_000])
def test_a_hundred_thousand_nested_suites_and_cases_are_read(depth: int) -> None:
    nested = "<test-suite name='s'>" * depth + "<test-case name='a' result='Failed'/>" + "</test-suite>" * depth
    [case] = read(f"<test-run>{nested}</test-run>").cases
    assert case.suite == ("s",) * 32
    cases = "<UnitTestResult outcome='Passed'>" * 1000 + "</UnitTestResult>" * 1000
    assert read(trx(cases)).tally == Tally(passed=1000)


def test_huge_texts_of_any_format_are_held_by_their_ends() -> None:
    huge = "begin" + "x" * 1_000_000 + "end"
    content = FAMILIES["TRX"].replace("at C.cs:7", huge).replace(">m<", f">{huge}<").replace(">o<", f">{huge}<")
    [case] = read(content, limits=Limits(text=100)).red
    for text in (case.traceback, case.output):
        assert text.startswith("begin")
        assert text.endswith("end")
        assert len(text) < 200
    assert len(case.message) <= 100


def test_a_cut_case_counts_only_where_it_is_red() -> None:
    cut = trx(PASSED + '<UnitTestResult testName="b" outcome="Failed"><Output><ErrorInfo><Message>m</Message>')
    report = read(cut[: cut.index("</Results>")])
    assert (report.tally, report.red[0].message) == (Tally(passed=1, failed=1), "m")
    cut = trx(PASSED + '<UnitTestResult testName="b" outcome="Passed"><Output>')
    assert read(cut[: cut.index("</Results>")]).tally == Tally(passed=1)


def test_no_more_definitions_are_held_than_cases_may_be() -> None:
    definitions = Definitions(1)
    cases = [TestCase("m", Status.FAILED, name="m")] * 2
    for position, classname in enumerate("AB"):
        definitions.open(classname, has_results=False)
        definitions.method({"className": classname, "name": "m"})
        definitions.wait(position, classname)
    definitions.apply(cases)
    assert [case.classname for case in cases] == ["A", ""]
