from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from agent_ci.core.formats.limits import Keep
from agent_ci.core.formats.table import parse
from agent_ci.core.report import Status, Tally, TestReport
from tests.core.formats.samples import event_lines

PACKAGE = "example.org/p"


def text(content: str, keep: Keep = Keep.ALL) -> TestReport:
    return parse([content.encode()], keep=keep)


def events(*said: dict[str, object], between: bytes = b"") -> TestReport:
    return parse([event_lines(*({"Package": PACKAGE, **event} for event in said)) + between])


# What go itself writes

FILES = {
    "go.mod": "module example.org/many\n\ngo 1.18\n",
    "good/good_test.go": """package good
import ("fmt"; "testing")
func TestPasses(t *testing.T) { fmt.Print("no end of line") }
func TestSkips(t *testing.T) { t.Skip("not today") }
func TestHolds(t *testing.T) {
	t.Run("a b/c", func(t *testing.T) {})
	t.Run("fails", func(t *testing.T) { t.Errorf("got %d,\\nwant %d", 3, 4) })
	t.Run("parallel", func(t *testing.T) { t.Parallel() })
}
func BenchmarkNothing(b *testing.B) {}
""",
    "panics/panics_test.go": """package panics
import "testing"
func TestFirst(t *testing.T) {}
func TestPanics(t *testing.T) { var list []int; _ = list[len(list)] }
func TestNeverRuns(t *testing.T) {}
""",
    "main/main_test.go": """package main
import ("fmt"; "os"; "testing")
func TestMain(m *testing.M) { m.Run(); fmt.Println("cannot clean up"); os.Exit(3) }
func TestFine(t *testing.T) {}
""",
    "broken/broken_test.go": 'package broken\nimport "testing"\nfunc TestX(t *testing.T) { undefined() }\n',
    "none/none.go": "package none\n",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, TestReport]:
    """What the same run says as JSON, with -v, and without."""
    if not shutil.which("go"):
        pytest.skip("there is no go here")
    folder = tmp_path_factory.mktemp("go")
    for name, content in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    environment = {**os.environ, "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOTOOLCHAIN": "local"}
    reports = {}
    for how in ("-json", "-v", "-short"):
        command = ["go", "test", "-p", "2", "-vet=off", how, "./..."]
        done = subprocess.run(
            command, cwd=folder, env=environment, check=False, timeout=300, stdout=-1, stderr=subprocess.STDOUT
        )
        reports[how] = parse([done.stdout])
    return reports


RED = {
    "example.org/many/good::TestHolds": Status.FAILED,
    "example.org/many/good::TestHolds/fails": Status.FAILED,
    "example.org/many/panics::TestPanics": Status.FAILED,
    "example.org/many/main": Status.ERRORED,
    "example.org/many/broken": Status.ERRORED,
}


@pytest.mark.parametrize("how", ["-json", "-v"])
def test_a_run_of_go_is_read(written: dict[str, TestReport], how: str) -> None:
    report = written[how]
    assert {case.id: case.status for case in report.red} == RED
    assert (report.tally, report.partial) == (Tally(passed=5, failed=3, errored=2, skipped=1), ())
    assert "example.org/many/good::TestHolds/a_b/c" in report.ids(Status.PASSED)


@pytest.mark.parametrize("how", ["-json", "-v"])
def test_each_failure_has_its_message_and_place(written: dict[str, TestReport], how: str) -> None:
    found = {case.id.rpartition("/")[2]: (case.message, Path(case.file).name, case.line) for case in written[how].red}
    assert found["fails"] == ("got 3,\nwant 4", "good_test.go", 7)
    assert found["panics::TestPanics"][0].startswith("panic: runtime error: index out of range")
    assert found["panics::TestPanics"][1:] == ("panics_test.go", 4)
    assert found["broken"][0].startswith("build failed: undefined: undefined")
    assert found["broken"][1:] == ("broken_test.go", 3)
    assert "cannot clean up" in next(case.traceback for case in written[how].red if case.id.endswith("/main"))


def test_without_v_the_failures_are_the_same(written: dict[str, TestReport]) -> None:
    assert {case.id: case.status for case in written["-short"].red} == RED


def test_passing_packages_without_v_are_said_to_be_missing() -> None:
    report = text("ok  \texample.org/p\t0.1s\n")
    assert report.partial == ("passing tests are not listed, because go test was run without -v",)


# What happens to it on the way


def test_the_compilers_words_between_events_belong_to_their_package() -> None:
    between = (
        b"# example.org/p [example.org/p.test]\n./p_test.go:3:9: undefined: x\nFAIL\texample.org/p [build failed]\n"
    )
    report = events({"Action": "pass", "Test": "TestA"}, {"Action": "pass"}, between=between)
    assert [(case.id, case.status, case.message) for case in report.red] == [
        (PACKAGE, Status.ERRORED, "build failed: undefined: x")
    ]


def test_events_of_a_failed_build_are_read() -> None:
    key = f"{PACKAGE} [{PACKAGE}.test]"
    report = events(
        {"ImportPath": key, "Action": "build-output", "Output": f"# {key}\n"},
        {"ImportPath": key, "Action": "build-output", "Output": "p_test.go:3:9: undefined: x\n"},
        {"ImportPath": key, "Action": "build-fail"},
        {"Action": "start"},
        {"Action": "output", "Output": f"FAIL\t{PACKAGE} [build failed]\n"},
        {"Action": "fail", "Elapsed": 0, "FailedBuild": key},
    )
    assert [(case.id, case.file, case.line) for case in report.red] == [(PACKAGE, "p_test.go", 3)]
    assert report.red[0].message == "build failed: undefined: x"


def test_a_failed_build_of_which_no_package_speaks_is_not_forgotten() -> None:
    report = events(
        {"Action": "pass", "Test": "TestA"}, {"Action": "pass"}, {"ImportPath": "q", "Action": "build-fail"}
    )
    assert report.partial == ("q could not be built and no package says so",)


@pytest.mark.parametrize(
    ("last", "reason"),
    [
        ({"Action": "run", "Test": "TestB"}, f"it ends while TestB runs in {PACKAGE}"),
        ({"Action": "pass", "Test": "TestB"}, f"it ends before the result of {PACKAGE}"),
    ],
)
def test_events_that_stop_are_never_green(last: dict[str, object], reason: str) -> None:
    report = events({"Action": "run", "Test": "TestA"}, {"Action": "pass", "Test": "TestA"}, last)
    assert (report.partial, report.is_green) == ((reason,), False)


def test_a_test_without_an_end_is_red_where_its_package_failed_and_where_it_passed() -> None:
    failed = events({"Action": "run", "Test": "TestA"}, {"Action": "fail"})
    passed = events({"Action": "run", "Test": "TestA"}, {"Action": "pass"})
    assert (failed.ids(Status.FAILED), passed.ids(Status.ERRORED)) == ((f"{PACKAGE}::TestA",),) * 2
    assert passed.partial == (f"TestA in {PACKAGE} did not end although its package passed",)


def test_a_broken_event_is_never_green() -> None:
    report = events({"Action": "pass", "Test": "TestA"}, {"Action": "pass"}, between=b'{"Action":"fail","Pack\n')
    assert report.partial == ("a line that looks like an event cannot be read",)


def test_an_event_behind_text_without_an_end_of_line_is_read() -> None:
    event = json.dumps({"Action": "fail", "Package": PACKAGE, "Test": "TestB"})
    report = events({"Action": "pass", "Test": "TestA"}, {"Action": "fail"}, between=f"warning{event}\n".encode())
    assert f"{PACKAGE}::TestB" in report.ids(Status.FAILED)


def test_output_of_a_test_that_nobody_started_makes_no_test() -> None:
    report = events({"Action": "output", "Test": "TestA", "Output": "x\n"}, {"Action": "pass"})
    assert (report.tally.total, report.partial) == (0, ())


@pytest.mark.parametrize(
    ("content", "partial"),
    [
        ("=== RUN   TestA\n--- PASS: TestA (0.00s)\n", "it ends before the result of the package whose tests it shows"),
        ("=== RUN   TestA\nPASS\n", "it ends before the result of the package whose tests it shows"),
        ("ok  \texample.org/p\t0.1s\nFAIL\n", "passing tests are not listed, because go test was run without -v"),
        ("ok  \texample.org/p\t0.1s [no tests to run]\nFAIL\n", "it says FAIL and shows no test that failed"),
        (
            "# example.org/q\nq.go:1:1: bad\n=== RUN   TestA\n--- PASS: TestA (0.00s)\nok  \texample.org/p\t0.1s\n",
            "the compiler's words about example.org/q are followed by no result of that package",
        ),
    ],
)
def test_text_that_does_not_add_up_is_never_green(content: str, partial: str) -> None:
    report = text(content)
    assert (report.partial[0], report.is_green) == (partial, False)


def test_a_test_binary_says_how_it_ended_without_a_package() -> None:
    passed = text("=== RUN   TestA\n--- PASS: TestA (0.00s)\nPASS\n")
    failed = text("=== RUN   TestA\n--- PASS: TestA (0.00s)\nFAIL\n")
    assert (passed.is_green, failed.tally) == (True, Tally(passed=1, errored=1))


def test_a_test_that_prints_without_an_end_of_line_is_read() -> None:
    report = text("=== RUN   TestA\nhello--- FAIL: TestA (0.00s)\nFAIL\nFAIL\texample.org/p\t0.1s\n")
    assert report.ids(Status.FAILED) == (f"{PACKAGE}::TestA",)
    assert "hello" in report.red[0].traceback


def test_a_test_that_prints_what_looks_like_the_end_of_another_makes_no_case() -> None:
    report = text("=== RUN   TestA\nsaw --- PASS: TestB (0.00s)\n--- PASS: TestA (0.00s)\nok  \texample.org/p\t0.1s\n")
    assert report.ids() == (f"{PACKAGE}::TestA",)


def test_text_holds_only_red_cases_where_only_those_are_wanted() -> None:
    content = "=== RUN   TestA\n--- PASS: TestA (0.00s)\n--- FAIL: TestB (0.00s)\nFAIL\texample.org/p\t0.1s\n"
    report = text(content, Keep.RED)
    assert ([case.id for case in report.cases], report.tally) == ([f"{PACKAGE}::TestB"], Tally(passed=1, failed=1))
