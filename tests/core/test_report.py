from __future__ import annotations

import pytest

from agent_ci.core.report import Status, Tally, TestCase, TestReport

PASSED, FAILED, ERRORED, SKIPPED = (TestCase(status, Status(status)) for status in Status)


@pytest.mark.parametrize(
    ("status", "is_red"),
    [(Status.PASSED, False), (Status.FAILED, True), (Status.ERRORED, True), (Status.SKIPPED, False)],
)
def test_only_failures_and_errors_are_red(status: Status, *, is_red: bool) -> None:
    assert TestCase("a", status).is_red is is_red


def test_a_report_counts_the_cases_that_it_is_made_of() -> None:
    report = TestReport.of(PASSED, PASSED, PASSED, FAILED, FAILED, ERRORED, SKIPPED)
    assert report.tally == Tally(passed=3, failed=2, errored=1, skipped=1)
    assert (report.tally.total, report.tally.red) == (7, 3)
    assert report.red == (FAILED, FAILED, ERRORED)


def test_tallies_add_up_field_by_field() -> None:
    assert Tally(1, 2, 3, 4) + Tally(10, 20, 30, 40) == Tally(11, 22, 33, 44)


@pytest.mark.parametrize(
    ("report", "is_green"),
    [
        pytest.param(TestReport.of(PASSED, SKIPPED), True, id="all that ran passed"),
        pytest.param(TestReport.of(), False, id="nothing ran"),
        pytest.param(TestReport.of(PASSED, FAILED), False, id="a failure"),
        pytest.param(TestReport.of(PASSED, ERRORED), False, id="an error"),
        pytest.param(TestReport.of(PASSED, partial=("cut",)), False, id="a part is missing"),
        pytest.param(TestReport((), Tally(passed=9, failed=1)), False, id="a failure that is not held"),
    ],
)
def test_green_means_that_all_was_read_and_nothing_is_red(report: TestReport, *, is_green: bool) -> None:
    assert report.is_green is is_green


@pytest.mark.parametrize(
    ("report", "is_complete"),
    [
        pytest.param(TestReport.of(PASSED, FAILED), True, id="every counted case is held"),
        pytest.param(TestReport((FAILED,), Tally(passed=1, failed=1)), False, id="a counted case is not held"),
        pytest.param(TestReport.of(PASSED, partial=("cut",)), False, id="a part is missing"),
    ],
)
def test_complete_means_that_every_counted_case_is_held(report: TestReport, *, is_complete: bool) -> None:
    assert report.is_complete is is_complete


@pytest.mark.parametrize("order", [1, -1], ids=["worst last", "worst first"])
@pytest.mark.parametrize(
    ("better", "worse"),
    [
        (Status.PASSED, Status.FAILED),
        (Status.PASSED, Status.ERRORED),
        (Status.FAILED, Status.ERRORED),
        (Status.SKIPPED, Status.FAILED),
        (Status.SKIPPED, Status.PASSED),
    ],
)
def test_a_rerun_never_hides_that_a_case_was_red(better: Status, worse: Status, order: int) -> None:
    cases = (TestCase("a", better), TestCase("a", worse))[::order]
    assert TestReport.of(*cases).statuses == {"a": worse}


def test_ids_are_sorted_and_chosen_by_status() -> None:
    report = TestReport.of(SKIPPED, PASSED, FAILED, PASSED)
    assert report.ids() == ("failed", "passed", "skipped")
    assert report.ids(Status.PASSED, Status.FAILED) == ("failed", "passed")


def test_what_red_cases_say_names_files_without_the_folder_of_the_copy() -> None:
    said = "cannot import name 'a' from 'b' (/copies/x/repository/b.py)"
    red = TestCase("a", Status.ERRORED, said, f"b.py:1: in f\n{said}", output="/copies/x/repository/c.py /copies/x/y")
    told = TestReport.of(red, TestCase("b", Status.PASSED, said), partial=("cut",)).below("/copies/x/repository")
    assert [case.message for case in told.cases] == ["cannot import name 'a' from 'b' (b.py)", said]
    assert told.cases[0].traceback.endswith("from 'b' (b.py)")
    assert told.cases[0].output == "c.py /copies/x/y"
    assert (told.tally.errored, told.partial) == (1, ("cut",))
