"""How the reports of runners for C, C++, Ada and Pascal are written, where they are no JUnit."""

from __future__ import annotations

from agent_ci.core.report import Status
from agent_ci.core.xml.dialect import Dialect, Field, Naming

_P, _F, _E, _S = Status.PASSED, Status.FAILED, Status.ERRORED, Status.SKIPPED

# A test that could not be started fails a run of ctest, although its status is that of a disabled one:
# https://cmake.org/cmake/help/latest/manual/ctest.1.html#ctest-test-step
CTEST = Dialect(
    name="a CTest report",
    roots=("Site",),
    marks=frozenset({"Testing"}),
    cases={"Test": None},
    says=("Status",),
    words={
        "Status=passed": _P,
        "Status=failed": _F,
        "Status=notrun": _S,
        **dict.fromkeys(("word=unable to find executable", "word=required files missing", "word=failed to start"), _E),
        **dict.fromkeys(("word=fixture dependency failed", "word=insufficient resources"), _E),
        "word=missing configuration": _E,
        "word=timeout": _F,
    },
    texts={"Name": Field.NAME},
    contexts={
        "Measurement": {"Value": Field.TRACEBACK},
        "NamedMeasurement": {},
        "NamedMeasurement Execution Time": {"Value": Field.SECONDS},
        "NamedMeasurement Completion Status": {"Value": Field.WORD},
        "NamedMeasurement Exit Code": {"Value": Field.MESSAGE},
    },
    plans={"TestList": "Test"},
    naming=Naming.PLAIN,
)

# https://www.boost.org/doc/libs/release/libs/test/doc/html/boost_test/test_output/log_formats.html
BOOST = Dialect(
    name="a Boost.Test report",
    roots=("TestLog", "TestResult"),
    suites={"TestSuite": "name"},
    cases={"TestCase": None},
    says=("skipped", "result"),
    words={
        "skipped=yes": _S,
        "result=passed": _P,
        "result=failed": _F,
        "result=aborted": _E,
        "result=skipped": _S,
        "result=*": _E,
    },
    results={"Error": _F, "FatalError": _E, "Exception": _E},
    silent=_P,
    texts={
        **dict.fromkeys(("Error", "FatalError", "Exception"), Field.MESSAGE),
        **dict.fromkeys(("Info", "Message", "Warning"), Field.OUTPUT),
        "TestingTime": Field.SECONDS,
    },
    attributes={"name": Field.NAME, "file": Field.FILE, "line": Field.LINE, "reason": Field.MESSAGE},
    unit=1e-6,
)

# https://doc.qt.io/qt-6/qttest-index.html; blacklisted tests (bfail, ...) do not fail a run
QTEST = Dialect(
    name="a Qt Test report",
    roots=("TestCase",),
    suites={"TestCase": "name"},
    cases={"TestFunction": None},
    says=("type",),
    words={
        **dict.fromkeys(("type=pass", "type=xfail", "type=bpass", "type=bxfail"), _P),
        **dict.fromkeys(("type=fail", "type=xpass"), _F),
        **dict.fromkeys(("type=bfail", "type=bxpass", "type=skip"), _S),
        "type=qfatal": _E,
    },
    results={"Incident": None, "Message": None},
    texts={"Description": Field.MESSAGE, "DataTag": Field.TAG},
    attributes={"name": Field.NAME},
    carriers={"Duration": ("msecs", Field.SECONDS)},
    unit=1e-3,
)

CUNIT = Dialect(
    name="a CUnit report",
    roots=("CUNIT_TEST_RUN_REPORT",),
    suites={"CUNIT_RUN_SUITE_SUCCESS": ""},
    cases={"CUNIT_RUN_TEST_SUCCESS": _P, "CUNIT_RUN_TEST_FAILURE": _F, "CUNIT_RUN_SUITE_FAILURE": _E},
    texts={
        "TEST_NAME": Field.NAME,
        "SUITE_NAME": Field.SUITE,
        "FILE_NAME": Field.FILE,
        "LINE_NUMBER": Field.LINE,
        **dict.fromkeys(("CONDITION", "FAILURE_REASON"), Field.MESSAGE),
    },
    ignored=frozenset({"CUNIT_RUN_SUMMARY"}),
)

CPPTEST = Dialect(
    name="a C++test report",
    roots=("ResultsSession",),
    marks=frozenset({"ExecutedTestsDetails"}),
    suites={"Project": "name", "TestSuite": "name"},
    cases={"Test": None},
    says=("fail", "pass"),
    words={"fail=1": _F, "pass=1": _P},
    attributes={"name": Field.NAME, "time": Field.SECONDS},
    promises={"Total": (("pass", "fail"), ("fail",))},
    naming=Naming.DOUBLE_COLON,
)

UNITTEST_CPP = Dialect(
    name="a UnitTest++ report",
    roots=("unittest-results",),
    cases={"test": None},
    results={"failure": _F},
    silent=_P,
    attributes={"name": Field.NAME, "suite": Field.CLASSNAME, "time": Field.SECONDS},
    texts={"log": Field.OUTPUT},
    promises={"unittest-results": (("tests",), ("failedtests",))},
)

# https://docs.gtk.org/glib/testing.html
GTESTER = Dialect(
    name="a gtester report",
    roots=("gtester",),
    cases={"testcase": None},
    says=("skipped", "result"),
    words={
        "skipped=1": _S,
        "result=success": _P,
        **dict.fromkeys(("result=failed", "result=failure"), _F),
        "result=skipped": _S,
    },
    results={"status": None},
    texts={"error": Field.MESSAGE, "message": Field.OUTPUT, "duration": Field.SECONDS},
    attributes={"path": Field.NAME},
    naming=Naming.PLAIN,
)

FPCUNIT = Dialect(
    name="an FPCUnit report",
    roots=("TestResults",),
    marks=frozenset({"TestListing"}),
    suites={"TestSuite": "Name"},
    cases={"Test": None},
    says=("Result",),
    words={
        "Result=ok": _P,
        "Result=failed": _F,
        "Result=error": _E,
        "Result=ignored": _S,
    },
    texts={
        "ExceptionMessage": Field.MESSAGE,
        "Message": Field.OUTPUT,
        "SourceUnitName": Field.FILE,
        "LineNumber": Field.LINE,
    },
    attributes={"Name": Field.NAME, "ElapsedTime": Field.SECONDS},
)

# https://libcheck.github.io/check/doc/check_html/check_4.html#XML-Logging
CHECK = Dialect(
    name="a Check report",
    roots=("testsuites",),
    namespace="check.sourceforge.net",
    suites={"suite": ""},
    cases={"test": None},
    says=("result",),
    words={"result=success": _P, "result=failure": _F, "result=error": _E},
    texts={
        "title": Field.SUITE,
        "id": Field.NAME,
        "fn": Field.PLACE,
        "message": Field.MESSAGE,
        "duration": Field.SECONDS,
    },
)

DIALECTS = (CTEST, BOOST, QTEST, CUNIT, CPPTEST, UNITTEST_CPP, GTESTER, FPCUNIT, CHECK)
