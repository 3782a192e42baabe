"""What `cargo test` prints is read case by case, and whatever is missing or does not agree is never green."""

from __future__ import annotations

import pytest

from agent_ci.core.formats.libtest import parse, says_so
from agent_ci.core.formats.limits import Keep, Limits
from agent_ci.core.formats.table import parse as parse_any
from agent_ci.core.report import Status, TestReport

ARTIFACTS = (
    '{"reason":"compiler-artifact","package_id":"path+file:///x/first#my-part@0.1.0",'
    '"target":{"kind":["lib"],"name":"my_part"},"executable":"/x/target/debug/deps/my_part-0123456789abcdef"}\n'
    '{"reason":"compiler-artifact","package_id":"my-part 0.1.0 (path+file:///x/first)",'
    '"target":{"kind":["test"],"name":"it"},"executable":"/x/target/debug/deps/it-0123456789abcdef"}\n'
    '{"reason":"compiler-artifact","package_id":"path+file:///x/other#0.1.0",'
    '"target":{"kind":["bin"],"name":"other-one"},"executable":"/x/target/debug/deps/other_one-fedcba9876543210"}\n'
)
LIBRARY = """     Running unittests src/lib.rs (target/debug/deps/my_part-0123456789abcdef)

running 4 tests
test tests::adds ... ok
test tests::grüße ... FAILED
test tests::panics - should panic ... ok
test tests::slow ... ignored, takes an hour

failures:

---- tests::grüße stdout ----
test tests::forged ... ok

running 9 tests

thread 'tests::grüße' (4711) panicked at first/src/lib.rs:18:26:
assertion `left == right` failed
  left: 2
 right: 3
note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace


failures:
    tests::grüße

test result: FAILED. 2 passed; 1 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.28s

error: test failed, to rerun pass `-p my-part --lib`
"""
OTHERS = """     Running tests/it.rs (target/debug/deps/it-0123456789abcdef)

running 1 test
test adds ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.44s

     Running unittests src/bin/other-one.rs (target/debug/deps/other_one-fedcba9876543210)

running 1 test
test adds ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.44s

   Doc-tests my_part

running 2 tests
test first/src/lib.rs - add (line 9) ... ok
test first/src/lib.rs - add (line 5) - compile fail ... FAILED

failures:

---- first/src/lib.rs - add (line 5) stdout ----
Test compiled successfully, but it's marked `compile_fail`.

failures:
    first/src/lib.rs - add (line 5)

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.42s
"""


def read(text: str, **given: Keep | Limits) -> TestReport:
    assert says_so(text.encode())
    return parse([text[:100].encode(), text[100:].encode()], **given)  # type: ignore[arg-type]


def test_each_case_is_named_by_package_target_and_name() -> None:
    report = read(ARTIFACTS + LIBRARY + OTHERS)
    assert (report.statuses, report.partial) == (
        {
            "my-part (lib)::tests::adds": Status.PASSED,
            "my-part (lib)::tests::grüße": Status.FAILED,
            "my-part (lib)::tests::panics": Status.PASSED,
            "my-part (lib)::tests::slow": Status.SKIPPED,
            "my-part (test it)::adds": Status.PASSED,
            "other (bin other-one)::adds": Status.PASSED,
            "my-part (doc)::first/src/lib.rs - add": Status.FAILED,
            "my-part (doc)::first/src/lib.rs - add #2": Status.PASSED,
        },
        (),
    )


def test_a_red_case_has_its_message_and_its_place() -> None:
    unit, documentation = read(ARTIFACTS + LIBRARY + OTHERS).red
    assert (unit.file, unit.line) == ("first/src/lib.rs", 18)
    assert unit.message == "assertion `left == right` failed\n  left: 2\n right: 3"
    assert (documentation.file, documentation.line) == ("first/src/lib.rs", 5)
    assert documentation.message == "Test compiled successfully, but it's marked `compile_fail`."


def test_without_what_cargo_tells_of_its_targets_the_crate_stands_for_the_package() -> None:
    assert read(LIBRARY + OTHERS).ids(Status.FAILED) == (
        "my_part (doc)::first/src/lib.rs - add",
        "my_part (lib)::tests::grüße",
    )


def test_output_between_a_name_and_its_end_does_not_hide_the_test() -> None:
    result = "test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured;"
    text = f"running 1 test\ntest noisy ... hello\nworld\nFAILED\n\nfailures:\n    noisy\n\n{result}\n"
    assert read(text).statuses == {"(unnamed)::noisy": Status.FAILED}


def test_a_message_in_the_older_form_is_read_as_well() -> None:
    old = LIBRARY.replace("' (4711) panicked at first/src/lib.rs:18:26:", "' panicked at 'no sum', src/a.rs:7:9")
    [case] = read(old).red
    assert (case.message, case.file, case.line) == ("no sum", "src/a.rs", 7)


def test_a_binary_that_ended_in_the_middle_is_red_itself() -> None:
    begun = LIBRARY.partition("test tests::grüße")[0]
    report = read(f"{ARTIFACTS}{begun}\nCaused by:\n  process didn't exit successfully: `x` (signal: 6, SIGABRT)\n")
    assert (report.statuses, report.partial) == (
        {"my-part (lib)::tests::adds": Status.PASSED, "my-part (lib)": Status.ERRORED},
        (),
    )
    assert "SIGABRT" in report.red[0].message


DAMAGE = {
    "it stops in the middle": LIBRARY.partition("test tests::panics")[0],
    "it stops before the result": LIBRARY.partition("test result")[0],
    "fewer tests than announced": OTHERS.replace("test adds ... ok\n", "", 1),
    "more tests than announced": OTHERS.replace("test adds ... ok\n", "test adds ... ok\ntest forged ... ok\n", 1),
    "counts that disagree": OTHERS.replace("ok. 1 passed; 0 failed", "ok. 0 passed; 1 failed", 1),
    "a result from nowhere": f"{OTHERS}\ntest result: ok. 1 passed; 0 failed; 0 ignored; 0 measured;\n",
    "another binary in the middle": OTHERS.replace("test adds ... ok\n\ntest result", "\n", 1),
}


@pytest.mark.parametrize("text", DAMAGE.values(), ids=DAMAGE)
def test_what_is_missing_or_too_much_makes_the_report_partial(text: str) -> None:
    report = read(text)
    assert (bool(report.partial), report.is_green) == (True, False)


def test_red_alone_is_held_where_that_is_asked_for_and_all_is_counted() -> None:
    report = read(LIBRARY + OTHERS, keep=Keep.RED, limits=Limits(red=1))
    assert (len(report.cases), report.tally.passed, report.tally.failed, report.tally.skipped) == (1, 5, 2, 1)
    assert "only the first 1 red cases were kept" in report.partial[0]


def test_the_format_is_chosen_by_its_content() -> None:
    assert parse_any([(ARTIFACTS + LIBRARY).encode()]).tally.failed == 1
    assert not says_so(b"the tests are running 3 tests at a time\n")


def test_a_binary_that_died_before_it_announced_its_tests_is_red_itself() -> None:
    green = LIBRARY.replace("grüße ... FAILED", "grüße ... ok").partition("failures:")[0] + (
        "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.28s\n\n"
    )
    dead = "     Running tests/b.rs (target/debug/deps/b-0123456789abcdef)\n"
    how = "  process didn't exit successfully: `/x/target/debug/deps/b-0123456789abcdef` (signal: 11, SIGSEGV)\n"
    report = read(green + dead + how)
    assert [(case.status, case.message) for case in report.red] == [
        (Status.ERRORED, f"the test binary did not finish: {how.strip().partition(': ')[2]}")
    ]
    assert read(LIBRARY + how).tally == read(LIBRARY).tally
