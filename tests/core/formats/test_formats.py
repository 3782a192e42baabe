from __future__ import annotations

import math
import time

import pytest

from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.formats.table import parse
from agent_ci.core.report import Attempted, Status, Tally, TestCase, TestReport
from agent_ci.errors import UnsupportedError
from tests.core.formats.samples import SAMPLES, Sample, cucumber, dumped, jest, mocha, playwright, rspec

EVERY = pytest.mark.parametrize("sample", [pytest.param(sample, id=name) for name, sample in SAMPLES.items()])
LOG = b"##[group]Run the tests\n[INFO] starting { \n> npm test\n\n"


def read(content: bytes, *, keep: Keep = Keep.ALL, size: int = 2**16, limits: Limits | None = None) -> TestReport:
    chunks = [content[start : start + size] for start in range(0, len(content), size)]
    return parse(chunks, keep=keep, limits=limits or Limits())


def red_case(sample: Sample) -> TestCase:
    (case,) = read(sample.red).red
    return case


# What every format says


@EVERY
def test_each_case_is_counted_and_a_failure_is_told_with_its_message(sample: Sample) -> None:
    report = read(sample.red)
    assert (report.tally, report.partial) == (Tally(passed=1, failed=1, skipped=1), ())
    assert "got 3, want 4" in report.red[0].message
    assert "got 3, want 4" in report.red[0].traceback


@EVERY
def test_without_the_failure_it_is_green(sample: Sample) -> None:
    report = read(sample.green)
    assert (report.tally, report.partial) == (Tally(passed=2, skipped=1), ())
    assert report.is_green


@EVERY
@pytest.mark.parametrize("size", [1, 7, 100])
def test_it_does_not_matter_where_a_chunk_ends(sample: Sample, size: int) -> None:
    assert read(sample.red, size=size) == read(sample.red)


@EVERY
def test_only_red_cases_are_held_where_only_those_are_wanted(sample: Sample) -> None:
    report = read(sample.red, keep=Keep.RED)
    assert (report.cases, report.tally, report.partial) == (read(sample.red).red, read(sample.red).tally, ())


@EVERY
def test_no_more_cases_are_held_than_allowed_and_the_report_says_so(sample: Sample) -> None:
    report = read(sample.red, limits=Limits(cases=1))
    assert (len(report.cases), report.tally.total) == (1, 3)
    assert report.partial == ("only the first 1 cases were kept; 2 were not",)


@pytest.mark.parametrize(
    ("name", "id_", "file", "line"),
    [
        ("go text", "example.org/sum::TestFails", "sum_test.go", 7),
        ("go JSON", "example.org/sum::TestFails", "sum_test.go", 7),
        ("TAP", "fails", "test/sum.js", 7),
        ("dart", "test/sum_test.dart::fails", "test/sum_test.dart", 7),
        ("mocha", "/ci/test/sum.js::sum fails", "/ci/test/sum.js", 7),
        ("jest", "/ci/sum.test.js::sum \u203a fails", "/ci/sum.test.js", 7),
        ("playwright", "sum.spec.ts::sum \u203a fails [chromium]", "sum.spec.ts", 7),
        ("rspec", "./spec/sum_spec.rb[1:2]", "spec/sum_spec.rb", 7),
        ("cucumber", "features/sum.feature:7", "features/sum.feature", 7),
        ("ctrf", "sum.test.js::sum \u203a fails", "sum.test.js", 7),
    ],
)
def test_a_case_is_called_what_its_runner_selects_it_by(name: str, id_: str, file: str, line: int) -> None:
    case = red_case(SAMPLES[name])
    assert (case.id, case.file, case.line) == (id_, file, line)


# Damage that loses nothing


@EVERY
@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_the_encoding_does_not_matter(sample: Sample, encoding: str) -> None:
    assert read(sample.red.decode().encode(encoding)) == read(sample.red)


@pytest.mark.parametrize("name", [name for name in SAMPLES if SAMPLES[name].red.startswith(b"{")])
@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_json_needs_no_byte_order_mark(name: str, encoding: str) -> None:
    assert read(SAMPLES[name].red.decode().encode(encoding)) == read(SAMPLES[name].red)


@EVERY
def test_log_lines_in_front_are_passed_over(sample: Sample) -> None:
    report = read(LOG + sample.red)
    assert (report.tally, report.partial) == (read(sample.red).tally, ())


@EVERY
def test_windows_ends_of_lines_do_not_matter(sample: Sample) -> None:
    assert read(sample.red.replace(b"\n", b"\r\n")).ids(Status.FAILED) == read(sample.red).ids(Status.FAILED)


@EVERY
@pytest.mark.parametrize("junk", [b"\x1b[31m", b"\0", b"\xff\xfe", b"\xed\xa0\x80"], ids=repr)
def test_colours_nul_and_bad_bytes_in_a_message_are_no_obstacle(sample: Sample, junk: bytes) -> None:
    report = read(sample.red.replace(b"got 3", b"got " + junk + b"3"))
    assert report.tally == read(sample.red).tally
    assert "want 4" in report.red[0].message
    text = report.red[0].message + report.red[0].traceback
    assert not {"\x1b", "\0"} & {*text}
    text.encode()  # no half of a surrogate pair is left


@EVERY
def test_two_reports_in_one_file_are_both_read(sample: Sample) -> None:
    first, second = read(sample.red + sample.red), read(sample.green + sample.red)
    assert (first.tally.total, first.tally.failed) == (6, 2)
    assert (second.tally.total, second.tally.failed) == (6, 1)


@EVERY
def test_ten_megabytes_of_message_are_cut(sample: Sample) -> None:
    case = red_case(Sample(sample.red.replace(b"got 3, want 4", b"got " + b"3" * 10_000_000), b""))
    assert len(case.message) + len(case.traceback) < 20_000


# Damage that loses something


@EVERY
@pytest.mark.parametrize("which", ["red", "green"])
def test_a_report_that_was_cut_off_is_never_green(sample: Sample, which: str) -> None:
    content = (sample.red if which == "red" else sample.green).rstrip()
    # TAP's plan promises the points and not their names; a package of go has ended with the word PASS.
    last = content.find(b"\nPASS\n") if b"\nPASS\n" in content else len(content) - 1
    last -= 30 * content.startswith(b"TAP")
    for end in range(0, last, max(1, last // 150)):
        try:
            assert not read(content[:end]).is_green
        except UnsupportedError:
            continue


@pytest.mark.parametrize("name", ["mocha", "jest", "playwright", "rspec", "cucumber", "ctrf"])
def test_what_stands_in_front_of_a_cut_is_read(name: str) -> None:
    content = SAMPLES[name].red
    report = read(content[: content.rindex(b"skips")] if name != "mocha" else content[: content.index(b"skips")])
    assert report.tally.failed == 1
    assert any("it ends in the middle of the document" in reason for reason in report.partial)


def test_a_second_document_that_cannot_be_read_is_not_forgotten() -> None:
    assert not read(SAMPLES["mocha"].green + b'{"sta').is_green


@pytest.mark.parametrize("content", [b"[" * 100_000, b'{"a":' * 100_000, b'{"tests": [' * 10_000], ids=["a", "b", "c"])
def test_deep_nesting_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedError, match="JSON"):
        read(content)


def test_a_document_is_bounded_and_refused_with_a_sentence() -> None:
    limits = Limits(document=1000)
    with pytest.raises(UnsupportedError, match="have the runner write JUnit XML instead"):
        read(dumped(jest(red=False)) + b" " * 1000, limits=limits)


@pytest.mark.parametrize("name", ["go JSON", "TAP"])
def test_a_line_of_any_length_is_bounded(name: str) -> None:
    content = SAMPLES[name].red.replace(b"got 3", b"got " + b"3" * 5000)
    report = read(content, size=100, limits=Limits(tag=1000))
    assert not report.is_green
    assert report.partial[0] == "a line is longer than 1,000 characters; the rest of it was not read"


@pytest.mark.parametrize(
    "content",
    [
        b'{"a": 1}',
        b'["a", 1]',
        b'{"tests": [{"nodeid": "test_a.py::test_b", "outcome": "passed"}], "summary": {"passed": 1}}',
        b'{"stats": 1, "tests": 2}',
        b'{"results": {"tests": 1, "tool": {}}}',
        b'{"key": "val", malformed: "key"}',
    ],
)
def test_json_of_another_shape_is_refused_by_name(content: bytes) -> None:
    with pytest.raises(UnsupportedError, match="it is JSON, not of a known test runner"):
        read(content)


@pytest.mark.parametrize("content", [b"", b"\n", b"one\nthree\n", b"this is not json"])
def test_text_of_no_format_is_refused(content: bytes) -> None:
    with pytest.raises(UnsupportedError):
        read(content)


def test_what_looks_like_another_format_in_front_of_an_xml_report_is_a_log() -> None:
    xml = b'<testsuite><testcase name="a"><failure/></testcase></testsuite>'
    assert read(b"starting\nok\n{\n" + xml).ids(Status.FAILED) == ("a",)


# Counts that disagree


@pytest.mark.parametrize(
    "content",
    [
        pytest.param({**mocha(red=False), "stats": {"tests": 3, "failures": 1}}, id="mocha"),
        pytest.param({**mocha(red=False), "stats": {"tests": 4, "failures": 0}}, id="mocha, total"),
        pytest.param({**jest(red=False), "numFailedTests": 1}, id="jest"),
        pytest.param({**jest(red=False), "numTotalTests": 4}, id="jest, total"),
        pytest.param({**jest(red=False), "success": False}, id="jest, success"),
        pytest.param({**jest(red=False), "wasInterrupted": True}, id="jest, interrupted"),
        pytest.param({**playwright(red=False), "stats": {"unexpected": 1}}, id="playwright"),
        pytest.param({**rspec(red=False), "summary": {"failure_count": 1}}, id="rspec"),
        pytest.param({**rspec(red=False), "summary": {"example_count": 4}}, id="rspec, total"),
    ],
)
def test_a_header_that_counts_more_makes_it_partial(content: dict[str, object]) -> None:
    report = read(dumped(content))
    assert (report.tally.red, len(report.partial), report.is_green) == (0, 1, False)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("ctrf", b'"failed": 0', b'"failed": 1'),
        ("ctrf", b'"status": "passed"', b'"status": "other"'),
        ("ctrf", b'"status": "passed"', b'"status": "odd"'),
        ("jest", b'"status": "pending"', b'"status": "odd"'),
        ("rspec", b'"status": "pending"', b'"status": "odd"'),
        ("playwright", b'"status": "expected"', b'"status": "odd"'),
        ("cucumber", b'"status": "passed"', b'"status": "odd"'),
        ("dart", b'"success": true', b'"success": false'),
        ("dart", b'"success": true', b'"success": null'),
        ("dart", b'"success": true', b'"suxcess": true'),
    ],
)
def test_what_nobody_knows_makes_it_partial(name: str, old: bytes, new: bytes) -> None:
    content = SAMPLES[name].green
    assert old in content
    assert read(content).is_green
    report = read(content.replace(old, new))
    assert report.partial
    assert report.tally.red == 0


# What is red outside of a test


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(
            {**mocha(red=False), "failures": [{"title": '"before all" hook', "err": {"message": "boom"}}]}, id="mocha"
        ),
        pytest.param(
            {**jest(red=False), "testResults": [{"name": "a.js", "status": "failed", "message": "boom"}]}, id="jest"
        ),
        pytest.param({**playwright(red=False), "errors": [{"message": "boom"}]}, id="playwright"),
        pytest.param(
            {**rspec(red=False), "messages": ["boom"], "summary": {"errors_outside_of_examples_count": 1}}, id="rspec"
        ),
    ],
)
def test_a_failure_outside_of_every_test_is_an_errored_case(content: dict[str, object]) -> None:
    report = read(dumped(content))
    assert [(case.status, case.message) for case in report.red] == [(Status.ERRORED, "boom")]


@pytest.mark.parametrize("status", ["undefined", "ambiguous", "failed"])
def test_a_step_that_does_not_pass_fails_its_scenario_also_in_the_background(status: str) -> None:
    (feature,) = cucumber(red=False)
    background = {"type": "background", "steps": [{"keyword": "Given ", "name": "x", "result": {"status": status}}]}
    feature["elements"].insert(0, background)
    report = read(dumped([feature]))
    assert report.ids(Status.FAILED) == ("features/sum.feature:3",)
    assert report.red[0].message == f"the step 'Given x' is {status}"


# What was tried more than once


def test_a_test_that_passed_in_the_end_keeps_its_failed_tries() -> None:
    flaky = {case.name: case.attempts for case in read(SAMPLES["playwright"].green).cases}
    tried = Attempted(Status.FAILED, "Error: got 3, want 4", "Error: got 3, want 4\n    at sum.spec.ts:8:3")
    assert flaky == {
        "sum \u203a passes [chromium]": (),
        "sum \u203a fails [chromium]": (tried,),
        "sum \u203a skips [chromium]": (),
    }


def test_tries_of_ctrf_and_jest_are_kept() -> None:
    test = {"name": "a", "status": "passed", "retries": 1, "flaky": True}
    tries = [{"status": "failed", "message": "boom"}, {"status": "passed"}]
    document = {"results": {"tool": {}, "tests": [{**test, "retryAttempts": tries}]}}
    result = {"title": "a", "status": "passed", "retryReasons": ["boom\n at x"]}
    jest_document = {"testResults": [{"name": "a.js", "status": "passed", "assertionResults": [result]}]}
    assert read(dumped(document)).cases[0].attempts == (Attempted(Status.FAILED, "boom"),)
    assert read(dumped(jest_document)).cases[0].attempts == (Attempted(Status.FAILED, "boom", "boom\n at x"),)


def test_a_dart_run_that_ends_early_says_so_also_where_a_test_failed() -> None:
    content = SAMPLES["dart"].red
    report = read(content[: content.index(b'{"success"')])
    assert (report.tally.failed, report.partial) == (1, ("it ends before the run does",))


HUGE = "9" * 5000
NUMBERS = {
    "libtest, announced": f"\nrunning {HUGE} tests\ntest a ... ok\n",
    "libtest, place": "\nrunning 1 test\ntest a ... FAILED\n\nfailures:\n\n---- a stdout ----\n"
    f"thread 'a' panicked at src/l.rs:{HUGE}:1:\nno\n\n"
    "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured;\n",
    "libtest, counts": "\nrunning 1 test\ntest a ... FAILED\n\n"
    f"test result: FAILED. {HUGE} passed; 1 failed; 0 ignored; 0 measured;\n",
    "libtest, line of an example": "\nrunning 1 test\ntest src/l.rs - a (line " + HUGE + ") ... FAILED\n\n"
    "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured;\n",
    "go, seconds of an event": '{"Action":"run","Package":"p","Test":"TestA"}\n'
    f'{{"Action":"fail","Package":"p","Test":"TestA","Elapsed":{"9" * 400}}}\n{{"Action":"fail","Package":"p"}}\n',
    "go, seconds of a line": f"=== RUN   TestA\n--- FAIL: TestA ({HUGE}s)\nFAIL\nFAIL\tp\t0.1s\n",
    "jest, counts": f'{{"numFailedTests":{"9" * 4299},"numRuntimeErrorTestSuites":{"9" * 4299},"testResults":[]}}',
    "TAP, seconds": f"1..1\nnot ok 1 - a # time={HUGE}ms\n",
    "TAP, milliseconds of a block": f"1..1\nnot ok 1 - a\n  ---\n  duration_ms: {HUGE}\n  ...\n",
}


@pytest.mark.parametrize("text", NUMBERS.values(), ids=NUMBERS)
def test_a_number_of_any_length_is_no_crash_and_nothing_that_json_cannot_say(text: str) -> None:
    try:
        report = read(text.encode())
    except UnsupportedError:
        return
    assert not report.is_green
    assert all(case.seconds is None or math.isfinite(case.seconds) for case in report.cases)


def test_many_beginnings_of_json_are_given_up_in_bounded_time() -> None:
    started = time.process_time()
    with pytest.raises(UnsupportedError):
        read(b'{"a" "b"}\n' * 6_000)
    assert time.process_time() - started < 5
