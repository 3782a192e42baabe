from __future__ import annotations

import pytest

from agent_ci.core.formats.limits import Keep
from agent_ci.core.report import Status, Tally, TestReport
from agent_ci.errors import UnsupportedError
from tests.core.xml.families import FAMILIES, read

MIDDLE = Tally(passed=2, failed=1)
NAMED = pytest.mark.parametrize("family", FAMILIES)
WITHOUT_A_CLASS = ("CTest", "gtester")  # their names stand alone
WITH_A_PLACE = ("CppUnit", "AUnit", "Boost.Test", "Qt Test", "CUnit", "Check")
WITH_A_TRACE = ("JUnit", "TRX", "NUnit 3", "NUnit 2", "xUnit.net", "xUnit.net 1", "MbUnit", "CTest")


@pytest.mark.parametrize("size", [2**16, 7])
@NAMED
def test_each_format_is_read_by_its_content(family: str, size: int) -> None:
    report = read(FAMILIES[family], size=size)
    names = ("a", "bad", "z") if family in WITHOUT_A_CLASS else ("N.C::a", "N.C::bad", "N.C::z")
    assert (report.tally, report.partial) == (MIDDLE, ())
    assert report.ids() == names
    [red] = report.red
    assert red.name == "bad"
    assert red.message == ("" if family == "C++test" else "m")
    assert (red.file, red.line) == (("C.cs", 7) if family in WITH_A_PLACE else ("", None))
    assert ("at C.cs:7" in red.traceback) == (family in WITH_A_TRACE)
    assert read(FAMILIES[family], keep=Keep.RED, size=size) == TestReport(report.red, MIDDLE)


@NAMED
def test_a_document_behind_log_lines_and_in_front_of_another_is_read(family: str) -> None:
    report = read(f"[INFO] a & <b> c\n{FAMILIES[family]}\n{FAMILIES[family]}\nDone.")
    assert (report.tally, report.partial) == (MIDDLE + MIDDLE, ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
@NAMED
def test_characters_that_xml_forbids_and_other_encodings_hide_nothing(family: str, encoding: str) -> None:
    damaged = FAMILIES[family].replace(">m<", ">\x1b[31mm\x1b[0m\x00&#x1b;&#0;<").replace("'m'", "'\x1b[31mm'")
    report = read(damaged.encode(encoding))
    assert (report.tally, report.partial) == (MIDDLE, ())
    assert report.red[0].message == read(FAMILIES[family]).red[0].message


@pytest.mark.parametrize("keep", Keep)
@NAMED
def test_a_truncated_report_of_any_format_is_never_trusted(family: str, keep: Keep) -> None:
    whole = FAMILIES[family]
    trusted = []
    for stop in range(0, len(whole), 3):
        try:
            report = read(whole[:stop], keep=keep)
        except UnsupportedError:
            continue
        if report.is_green or not report.partial:
            trusted.append(stop)
    assert trusted == []


@NAMED
def test_a_red_case_in_a_damaged_report_is_found_or_its_absence_is_said(family: str) -> None:
    whole = FAMILIES[family]
    hidden = []
    for place in range(0, len(whole), 11):
        for damage in ("", "<", '"', "<!--", "]]>", "\x00<"):
            try:
                report = read(f"{whole[:place]}{damage}{whole[place + (damage == '') :]}")
            except UnsupportedError:
                continue
            if report.is_green:
                hidden.append((place, damage))
    assert hidden == []


@NAMED
def test_a_nested_document_type_with_entities_is_refused(family: str) -> None:
    with pytest.raises(UnsupportedError, match="declares a document type"):
        read(f'<!DOCTYPE x [<!ENTITY y "z">]>{FAMILIES[family]}')


def test_cunits_own_document_type_is_no_danger_and_anything_more_in_it_is() -> None:
    declared = '<!DOCTYPE CUNIT_TEST_RUN_REPORT SYSTEM "CUnit-Run.dtd">'
    assert read(f"<?xml version='1.0'?>\n{declared}\n{FAMILIES['CUnit']}").tally == MIDDLE
    assert read(f"\n{declared}{FAMILIES['CUnit']}&").tally == MIDDLE
    for content in (FAMILIES["CUnit"], f"{FAMILIES['CUnit']}<a b=c>"):
        with pytest.raises(UnsupportedError, match="declares a document type"):
            read(f"\n{declared[:-1]} [<!ENTITY a 'b'>]>{content}")


@pytest.mark.parametrize(
    ("family", "written", "instead", "status"),
    [
        pytest.param("TRX", '"Failed" d', '"Error" d', Status.ERRORED, id="TRX error"),
        pytest.param("TRX", 'outcome="Failed" d', "d", Status.ERRORED, id="TRX says nothing"),
        pytest.param("TRX", '"Failed" d', '"NotExecuted" d', Status.SKIPPED, id="TRX not executed"),
        pytest.param("TRX", '"Failed" d', '"Invented" d', Status.ERRORED, id="TRX says an unknown word"),
        pytest.param("NUnit 3", 'N.C.bad" result="Failed"', 'N.C.bad" result="Failed" label="Error"', Status.ERRORED,
                     id="NUnit 3 error"),
        pytest.param("NUnit 3", 'N.C.bad" result="Failed"', 'N.C.bad" result="Passed"', Status.FAILED,
                     id="NUnit 3 passed with a failure"),
        pytest.param("NUnit 3", 'N.C.a" result="Passed"', 'N.C.a" result="Inconclusive"', Status.SKIPPED,
                     id="NUnit 3 inconclusive"),
        pytest.param("NUnit 2", ' result="Success"', "", Status.PASSED, id="NUnit 2 says nothing"),
        pytest.param("NUnit 2", 'executed="True" result="Success"', 'executed="False"', Status.SKIPPED,
                     id="NUnit 2 not executed"),
        pytest.param("NUnit 2", '"Success"', '"Inconclusive" success="False"', Status.SKIPPED,
                     id="NUnit 2 inconclusive is no failure"),
        pytest.param("NUnit 2", '"Success"', '"Error"', Status.ERRORED, id="NUnit 2 error"),
        pytest.param("NUnit 2", '"Success"', '"Invented"', Status.ERRORED, id="NUnit 2 says an unknown word"),
        pytest.param("xUnit.net", 'result="Pass"/></c', 'result="Skip"/></c', Status.SKIPPED, id="xUnit.net skip"),
        pytest.param("CppUnit", ">Assertion<", ">Error<", Status.ERRORED, id="CppUnit error"),
        pytest.param("CTest", "passed'><Name>z", "notrun'><Name>z", Status.SKIPPED, id="CTest disabled"),
        pytest.param("CTest", "passed'><Name>z</Name>", "notrun'><Name>z</Name>"
                     "<NamedMeasurement name='Completion Status'><Value>Unable to find executable</Value>"
                     "</NamedMeasurement>", Status.ERRORED,
                     id="CTest without a program"),
        pytest.param("Boost.Test", "<TestCase name='z'/>", "<TestCase name='z'><Exception>e</Exception></TestCase>",
                     Status.ERRORED, id="Boost exception"),
        pytest.param("Boost.Test", "name='z'", "name='z' skipped='yes'", Status.SKIPPED, id="Boost skipped"),
        pytest.param("Qt Test", "type='fail'", "type='xpass'", Status.FAILED, id="Qt unexpected pass"),
        pytest.param("Qt Test", "type='fail'", "type='bfail'", Status.SKIPPED, id="Qt blacklisted"),
        pytest.param("Qt Test", "<Incident type='fail' file='C.cs' line='7'><DataTag>row</DataTag><Description>m"
                     "</Description></Incident>", "", Status.ERRORED, id="Qt says nothing"),
        pytest.param("gtester", "<status result='failed'/>", "", Status.ERRORED, id="gtester says nothing"),
        pytest.param("gtester", "path='z'>", "path='z' skipped='1'>", Status.SKIPPED, id="gtester skipped"),
        pytest.param("FPCUnit", "'OK'/></", "'Ignored'/></", Status.SKIPPED, id="FPCUnit ignored"),
        pytest.param("Check", '"failure"', '"error"', Status.ERRORED, id="Check error"),
    ],
)  # fmt: skip
def test_what_a_case_says_decides(family: str, written: str, instead: str, status: Status) -> None:
    changed = FAMILIES[family].replace(written, instead)
    assert changed != FAMILIES[family]
    before, after = read(FAMILIES[family]).statuses, read(changed).statuses
    assert [said for id_, said in after.items() if said is not before[id_]] in ([], [status])
    assert status in after.values()
