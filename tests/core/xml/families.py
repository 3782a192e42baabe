"""One small report of each XML format: two cases that passed around one that failed."""

from __future__ import annotations

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.report import TestReport
from agent_ci.core.xml.reader import parse

_TRX = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010"
FAMILIES = {
    "JUnit": (
        '<testsuites><testsuite name="s"><testcase classname="N.C" name="a"/><testcase classname="N.C" name="bad">'
        '<failure message="m">at C.cs:7</failure></testcase>'
        '<testcase classname="N.C" name="z"/></testsuite></testsuites>'
    ),
    "TRX": (
        f'<TestRun xmlns="{_TRX}"><Results><UnitTestResult testId="1" testName="N.C.a" outcome="Passed"/>'
        '<UnitTestResult testId="2" testName="bad" outcome="Failed" duration="00:01:02.5"><Output><StdOut>o</StdOut>'
        "<ErrorInfo><Message>m</Message><StackTrace>at C.cs:7</StackTrace></ErrorInfo></Output></UnitTestResult>"
        '<UnitTestResult testId="3" testName="N.C.z" outcome="Passed"/></Results><TestDefinitions>'
        '<UnitTest id="1"><TestMethod className="N.C" name="a"/></UnitTest>'
        '<UnitTest id="2"><TestMethod className="N.C" name="bad"/></UnitTest>'
        '<UnitTest id="3"><TestMethod className="N.C" name="N.C.z"/></UnitTest></TestDefinitions>'
        '<ResultSummary outcome="Failed"><Counters total="3" failed="1"/></ResultSummary></TestRun>'
    ),
    "NUnit 3": (
        '<test-run total="3" failed="1" result="Failed"><test-suite name="N.C" result="Failed"><failure><message>Child'
        ' test failed</message></failure><test-case name="a" fullname="N.C.a" result="Passed"/>'
        '<test-case name="bad" fullname="N.C.bad" result="Failed"><failure><message>m</message>'
        '<stack-trace>at C.cs:7</stack-trace></failure></test-case><test-case name="z" fullname="N.C.z"'
        ' result="Passed"/></test-suite></test-run>'
    ),
    "NUnit 2": (
        '<test-results total="3" failures="1"><test-suite name="s" executed="True" success="False"><results>'
        '<test-case name="N.C.a" executed="True" success="True"/><test-case name="N.C.bad" executed="True"'
        ' result="Failure" success="False"><failure><message>m</message><stack-trace>at C.cs:7</stack-trace></failure>'
        '</test-case><test-case name="N.C.z" executed="True" result="Success"/></results></test-suite></test-results>'
    ),
    "xUnit.net": (
        '<assemblies><assembly name="x.dll" total="3" failed="1"><collection name="c"><test name="N.C.a" type="N.C"'
        ' method="a" result="Pass"/><test name="N.C.bad" type="N.C" method="bad" result="Fail"><failure><message>m'
        "</message><stack-trace>at C.cs:7</stack-trace></failure></test>"
        '<test name="N.C.z" type="N.C" result="Pass"/></collection></assembly></assemblies>'
    ),
    "xUnit.net 1": (
        '<assembly name="x.dll" total="3" failed="1"><class name="N.C"><test name="N.C.a" type="N.C" method="a"'
        ' result="Pass"/><test name="N.C.bad" type="N.C" result="Fail"><failure><message>m</message>'
        '<stack-trace>at C.cs:7</stack-trace></failure></test><test name="N.C.z" type="N.C" result="Pass"/></class>'
        "</assembly>"
    ),
    "MbUnit": (
        '<report-result><assemblies><assembly name="x"><fixture name="C"><runs><run name="N.C.a" result="success"/>'
        '<run name="N.C.bad" result="failure"><exception><message>m</message><stack-trace>at C.cs:7</stack-trace>'
        '</exception></run><run name="N.C.z" result="success"/></runs></fixture></assembly></assemblies>'
        "</report-result>"
    ),
    "CppUnit": (
        "<TestRun><FailedTests><FailedTest id='2'><Name>N.C::bad</Name><FailureType>Assertion</FailureType><Location>"
        "<File>C.cs</File><Line>7</Line></Location><Message>m</Message></FailedTest></FailedTests><SuccessfulTests>"
        "<Test id='1'><Name>N.C::a</Name></Test><Test id='3'><Name>N.C::z</Name></Test></SuccessfulTests>"
        "<Statistics><Tests>3</Tests><FailuresTotal>1</FailuresTotal></Statistics></TestRun>"
    ),
    "AUnit": (
        "<TestRun><SuccessfulTests><Test><Name>N.C::a</Name></Test><Test><Name>N.C::z</Name></Test></SuccessfulTests>"
        "<FailedTests><Test><Name>N.C::bad</Name><FailureType>Assertion</FailureType><Message>m</Message><Location>"
        "<File>C.cs</File><Line>7</Line></Location></Test></FailedTests></TestRun>"
    ),
    "CTest": (
        "<Site><Testing><TestList><Test>./a</Test><Test>./bad</Test><Test>./z</Test></TestList><Test Status='passed'>"
        "<Name>a</Name></Test><Test Status='failed'><Name>bad</Name><Results><NamedMeasurement name='Exit Code'>"
        "<Value>m</Value></NamedMeasurement><NamedMeasurement name='Execution Time'><Value>2.5</Value>"
        "</NamedMeasurement><Measurement><Value>at C.cs:7</Value></Measurement></Results></Test>"
        "<Test Status='passed'><Name>z</Name></Test></Testing></Site>"
    ),
    "Boost.Test": (
        "<TestLog><TestSuite name='N.C'><TestCase name='a'><TestingTime>5</TestingTime></TestCase><TestCase name='bad'>"
        "<Error file='C.cs' line='7'>m</Error><TestingTime>2500000</TestingTime></TestCase><TestCase name='z'/>"
        "</TestSuite></TestLog>"
    ),
    "Qt Test": (
        "<TestCase name='N.C'><TestFunction name='a'><Incident type='pass' file='' line='0'/></TestFunction>"
        "<TestFunction name='bad'><Incident type='fail' file='C.cs' line='7'><DataTag>row</DataTag><Description>m"
        "</Description></Incident><Duration msecs='2500'/></TestFunction><TestFunction name='z'>"
        "<Incident type='pass' file='' line='0'/></TestFunction></TestCase>"
    ),
    "CUnit": (
        "<CUNIT_TEST_RUN_REPORT><CUNIT_RESULT_LISTING><CUNIT_RUN_SUITE><CUNIT_RUN_SUITE_SUCCESS><SUITE_NAME>N.C"
        "</SUITE_NAME><CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_SUCCESS><TEST_NAME>a</TEST_NAME></CUNIT_RUN_TEST_SUCCESS>"
        "</CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_FAILURE><TEST_NAME>bad</TEST_NAME><FILE_NAME>"
        "C.cs</FILE_NAME><LINE_NUMBER> 7 </LINE_NUMBER><CONDITION>m</CONDITION></CUNIT_RUN_TEST_FAILURE>"
        "</CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_RECORD><CUNIT_RUN_TEST_SUCCESS><TEST_NAME>z</TEST_NAME>"
        "</CUNIT_RUN_TEST_SUCCESS></CUNIT_RUN_TEST_RECORD></CUNIT_RUN_SUITE_SUCCESS></CUNIT_RUN_SUITE>"
        "</CUNIT_RESULT_LISTING></CUNIT_TEST_RUN_REPORT>"
    ),
    "C++test": (
        "<ResultsSession><ExecutedTestsDetails><Total pass='2' fail='1'><Project name='p'><TestSuite name='s'>"
        "<Test name='N.C::a' pass='1' fail='0'/><Test name='N.C::bad' pass='0' fail='1'/>"
        "<Test name='N.C::z' pass='1' fail='0'/></TestSuite></Project></Total></ExecutedTestsDetails></ResultsSession>"
    ),
    "UnitTest++": (
        "<unittest-results tests='3' failedtests='1'><test suite='N.C' name='a' time='1'/><test suite='N.C' name='bad'>"
        "<failure message='m'/></test><test suite='N.C' name='z'/></unittest-results>"
    ),
    "gtester": (
        "<gtester><testbinary path='b'><testcase path='a'><status result='success'/></testcase><testcase path='bad'>"
        "<error>m</error><duration>2.5</duration><status result='failed'/></testcase><testcase path='z'>"
        "<status result='success'/></testcase></testbinary></gtester>"
    ),
    "FPCUnit": (
        "<TestResults><TestListing><TestSuite Name='N.C'><Test Name='a' Result='OK'/><Test Name='bad' Result='Failed'>"
        "<ExceptionMessage>m</ExceptionMessage></Test><Test Name='z' Result='OK'/></TestSuite></TestListing>"
        "</TestResults>"
    ),
    "Check": (
        '<testsuites xmlns="http://check.sourceforge.net/ns"><suite><title>N.C</title><test result="success"><id>a</id>'
        '<message>Passed</message></test><test result="failure"><fn>C.cs:7</fn><id>bad</id><message>m</message></test>'
        '<test result="success"><id>z</id></test></suite></testsuites>'
    ),
}


def read(content: str | bytes, *, keep: Keep = Keep.ALL, limits: Limits | None = None, size: int = 2**16) -> TestReport:
    """What *content* holds, given to the reader in pieces of *size* bytes."""
    encoded = content.encode() if isinstance(content, str) else content
    pieces = [encoded[start : start + size] for start in range(0, len(encoded), size)]
    return parse(pieces, keep=keep, limits=limits or Limits())
