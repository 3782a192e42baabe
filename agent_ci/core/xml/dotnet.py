"""How the reports of .NET's test runners are written: TRX, NUnit 2 and 3, xUnit.net, MbUnit."""

from __future__ import annotations

from agent_ci.core.report import Status
from agent_ci.core.xml.dialect import Dialect, Field, Naming

_P, _F, _E, _S = Status.PASSED, Status.FAILED, Status.ERRORED, Status.SKIPPED
_FAILURE = {"message": Field.MESSAGE, "stack-trace": Field.TRACEBACK}

# The schema is vstst.xsd of Visual Studio; CppUnit (its XmlOutputter) and AUnit have a root of the same name:
# https://cppunit.sourceforge.net/doc/lastest/class_xml_outputter.html
TRX = Dialect(
    name="a Visual Studio (trx), CppUnit or AUnit report",
    roots=("TestRun", "TestRunResults"),
    marks=frozenset({"Results", "ResultSummary", "FailedTests", "SuccessfulTests", "Statistics"}),
    cases={
        **dict.fromkeys(("UnitTestResult", "GenericTestResult", "WebTestResult", "ManualTestResult"), None),
        **dict.fromkeys(("LoadTestResult", "TestResult", "TestResultAggregation", "Test", "FailedTest"), None),
    },
    groups={"FailedTests": _F, "SuccessfulTests": _P, "IgnoredTests": _S},
    says=("outcome",),
    words={
        **dict.fromkeys(("outcome=passed", "outcome=completed", "outcome=warning"), _P),
        "outcome=failed": _F,
        **dict.fromkeys(("outcome=error", "outcome=timeout", "outcome=aborted", "outcome=disconnected"), _E),
        **dict.fromkeys(("outcome=passedbutrunaborted", "outcome=inprogress"), _E),
        **dict.fromkeys(("outcome=notexecuted", "outcome=inconclusive", "outcome=notrunnable"), _S),
        "outcome=pending": _S,
        "word=error": _E,
        "word=assertion": _F,
    },
    texts={
        "Message": Field.MESSAGE,
        "StackTrace": Field.TRACEBACK,
        **dict.fromkeys(("StdOut", "StdErr", "DebugTrace"), Field.OUTPUT),
        "Name": Field.NAME,
        "FailureType": Field.WORD,
        "File": Field.FILE,
        "Line": Field.LINE,
        "Time": Field.SECONDS,
        "Tests": Field.TOTAL,
        "FailuresTotal": Field.RED,
    },
    contexts={"TextMessages": {"Message": Field.OUTPUT}, "RunInfos": {}},
    attributes={"testName": Field.NAME, "duration": Field.SECONDS, "time": Field.SECONDS},
    carriers={"ResultFile": ("path", Field.ATTACHMENT), "A": ("href", Field.ATTACHMENT)},
    ignored=frozenset({"TimedTestTree", "TestEntries", "TestLists", "TestSettings"}),
    promises={"Counters": (("total",), ("failed", "error", "timeout", "aborted"))},
    verdicts=frozenset({"ResultSummary"}),
    defines=("UnitTest", "TestMethod"),
    naming=Naming.DOUBLE_COLON,
)

# https://docs.nunit.org/articles/nunit/technical-notes/usage/Test-Result-XML-Format.html
NUNIT_3 = Dialect(
    name="an NUnit 3 report",
    roots=("test-run",),
    suites={"test-suite": "name"},
    cases={"test-case": None},
    says=("label", "result"),
    words={
        **dict.fromkeys(("label=error", "label=cancelled"), _E),
        **dict.fromkeys(("result=passed", "result=warning"), _P),
        "result=failed": _F,
        **dict.fromkeys(("result=skipped", "result=inconclusive"), _S),
    },
    results={"failure": _F},
    texts={**_FAILURE, "output": Field.OUTPUT, "filePath": Field.ATTACHMENT},
    attributes={"name": Field.NAME, "classname": Field.CLASSNAME, "duration": Field.SECONDS, "time": Field.SECONDS},
    properties=frozenset({"property"}),
    ignored=frozenset({"environment", "settings", "command-line"}),
    promises={"test-run": (("total",), ("failed",))},
    verdicts=frozenset({"test-run", "test-suite"}),
)

# https://docs.nunit.org/2.6.4/files/Results.xsd
NUNIT_2 = Dialect(
    name="an NUnit 2 report",
    roots=("test-results", "test-suite"),
    suites={"test-suite": "name"},
    cases={"test-case": None},
    says=("result", "executed", "success"),
    words={
        "result=success": _P,
        "result=failure": _F,
        **dict.fromkeys(("result=error", "result=cancelled"), _E),
        **dict.fromkeys(("result=ignored", "result=inconclusive", "result=skipped", "result=notrunnable"), _S),
        "result=*": _E,
        "executed=false": _S,
        "success=true": _P,
        "success=false": _F,
    },
    results={"failure": _F},
    silent=_P,
    texts=_FAILURE,
    attributes={"name": Field.NAME, "time": Field.SECONDS},
    properties=frozenset({"property"}),
    promises={"test-results": (("total",), ("errors", "failures"))},
    verdicts=frozenset({"test-suite"}),
    naming=Naming.DOTTED,
)

# https://xunit.net/docs/format-xml-v2 (an error of an assembly is one of its clean-up, and belongs to no test)
XUNIT = Dialect(
    name="an xUnit.net report",
    roots=("assemblies", "assembly"),
    suites={"assembly": "name", "collection": "name", "class": "name"},
    cases={"test": None, "error": _E},
    says=("result",),
    words={"result=pass": _P, "result=fail": _F, **dict.fromkeys(("result=skip", "result=notrun"), _S)},
    results={"failure": _F},
    texts={**_FAILURE, "reason": Field.MESSAGE, "output": Field.OUTPUT},
    attributes={"name": Field.NAME, "type": Field.CLASSNAME, "time": Field.SECONDS, "source-file": Field.FILE}
    | {"source-line": Field.LINE},
    properties=frozenset({"trait"}),
    promises={"assembly": (("total",), ("failed", "errors"))},
)

MBUNIT = Dialect(
    name="an MbUnit report",
    roots=("report-result",),
    suites={"assembly": "name", "namespace": "name", "fixture": "name"},
    cases={"run": None},
    says=("result",),
    words={
        "result=success": _P,
        "result=failure": _F,
        **dict.fromkeys(("result=ignore", "result=skip", "result=skipped"), _S),
    },
    texts={**_FAILURE, "console-out": Field.OUTPUT, "console-error": Field.OUTPUT},
    attributes={"name": Field.NAME, "duration": Field.SECONDS},
    naming=Naming.DOTTED,
)

DIALECTS = (TRX, NUNIT_3, NUNIT_2, XUNIT, MBUNIT)
