"""What is run for a selection: one word or one escaped pattern for each test, whatever its name holds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePosixPath

import pytest

from agent_ci.core.frameworks.cargo import Cargo
from agent_ci.core.frameworks.elixir import ExUnit
from agent_ci.core.frameworks.framework import Framework, Place, selected, told_once
from agent_ci.core.frameworks.go import Go
from agent_ci.core.frameworks.javascript import Jest, Mocha, Playwright, Vitest
from agent_ci.core.report import Status, TestCase, TestReport

PLACE = Place(PurePosixPath("/copy"), PurePosixPath("/out"))


def argv(framework: Framework, *only: str) -> list[tuple[str, ...]]:
    return [step.argv for step in framework.steps(PLACE, only) if not step.builds]


def test_jest_is_asked_for_each_file_with_one_pattern_of_its_titles() -> None:
    first, second = argv(Jest(("-i", "src", "-t", "x", "--watch")), "a.js::(1)", "b.js", "a.js::$2", "b.js::left out")
    pattern = ("--testNamePattern", "^(?:\\(1\\)|\\$2)$", "--runTestsByPath", "a.js")
    assert first[2:4] + first[-4:] == ("jest", "-i", *pattern)
    assert second[-2:] == ("--runTestsByPath", "b.js")
    assert "--testNamePattern" not in second
    assert not {"src", "x", "--watch"} & {*first, *second}


def words(framework: Framework, *only: str) -> tuple[str, ...]:
    """The words that are given to the program, without ours and without where its report goes."""
    [argv_] = argv(framework, *only)
    ours = ("npx", "--no-install", "run", "--ci", "--json", "--testLocationInResults", "--reporter=json")
    return tuple(word for word in argv_ if word not in ours and "=/out" not in word and "(?:" not in word)


JEST = ("-w", "2", "--testPathIgnorePatterns", "e2e", "--reporters", "x", "y", "-i", "src", "--max-workers", "3")
KEPT = ("jest", "-w", "2", "--testPathIgnorePatterns", "e2e", "--reporters", "x", "y", "-i")
PICKED = ("-t", "x", "--shard=1/2", "--findRelatedTests", "a.js", "--testPathPattern", "a", "b")
ARGUMENTS = {
    "jest": (Jest(JEST), ("jest", *JEST), (*KEPT, "--max-workers", "3")),
    "jest that chooses": (Jest((*PICKED, "-b")), ("jest", *PICKED, "-b"), ("jest", "-b")),
    "jest that waits, or asks git": (
        Jest(("--watch", "-o", "--changedSince", "main", "--outputFile", "x", "-b", "--watchAll=false")),
        *[("jest", "-b")] * 2,
    ),
    "jest with a dashed file": (Jest(("-b", "--", "-x")), ("jest", "-b", "--", "-x"), ("jest", "-b")),
    "vitest": (
        Vitest(("--bail", "1", "-w", "--reporter", "x", "--test-name-pattern", "x", "--coverage", "src")),
        ("vitest", "--bail", "1", "--test-name-pattern", "x", "--coverage", "src"),
        ("vitest", "--bail", "1", "--coverage"),
    ),
    "mocha": (
        Mocha(("-t", "5000", "-R", "dot", "-f", "x", "-i", "--spec", "a", "-w", "b")),
        ("mocha", "-t", "5000", "-f", "x", "-i", "--spec", "a", "b"),
        ("mocha", "-t", "5000"),
    ),
    "playwright": (
        Playwright(("--project", "a", "b", "--ui", "--reporter", "x", "-j", "2", "-g", "x", "-x", "src")),
        ("playwright", "test", "--project", "a", "b", "-j", "2", "-g", "x", "-x", "src"),
        ("playwright", "test", "-j", "2", "-x"),
    ),
}


@pytest.mark.parametrize(("framework", "whole", "some"), ARGUMENTS.values(), ids=ARGUMENTS)
def test_arguments_are_kept_in_their_order_and_those_that_choose_are_left_out_of_a_selection(
    framework: Framework, whole: tuple[str, ...], some: tuple[str, ...]
) -> None:
    assert words(framework) == whole
    assert words(framework, "z.js::t")[: len(some)] == some
    assert len(words(framework, "z.js::t")) <= len(some) + 3


def test_our_options_come_last_and_in_front_of_what_is_no_option() -> None:
    [jest] = argv(Jest(("--reporters", "x", "--", "a")))
    assert jest[3:] == ("--reporters", "x", *jest[5:8], "--outputFile=/out/jest.json", "--", "a")


def test_a_title_of_two_lines_is_a_pattern_of_one() -> None:
    [mocha] = argv(Mocha(), "a.js::two\nlines")
    assert mocha[-3:] == ("--grep", "^(?:two\\u000alines)$", "a.js")


def test_a_hook_of_mocha_is_selected_with_its_suite() -> None:
    [mocha] = argv(Mocha(), 'a.js::outer "before each" hook for "x"', "a.js::plain")
    assert mocha[-3:] == ("--grep", "^outer |^(?:plain)$", "a.js")
    [whole] = argv(Mocha(), 'a.js::"after all" hook in "{root}"')
    assert "--grep" not in whole


def test_vitest_looks_for_the_whole_path() -> None:
    [vitest] = argv(Vitest(("--coverage", "src/")), "src/a.test.ts::adds")
    assert (vitest[-1], "src/" in vitest, "--coverage" in vitest) == ("/copy/src/a.test.ts", False, True)


def test_vitest_is_asked_in_a_way_that_its_versions_understand_alike() -> None:
    [vitest] = argv(Vitest(), "a.test.ts::outer > adds")
    assert "^(?:outer(?: >)? adds)$" in vitest


def test_playwright_is_asked_for_each_project_and_file() -> None:
    first, second = argv(Playwright(), "a.spec.ts::one › two [chrome]", "a.spec.ts::three")  # noqa: RUF001
    assert {"--project=chrome", "(?:^| )a\\.spec\\.ts (?:one two)(?: @\\S+)*$", "a\\.spec\\.ts$"} <= {*first}
    assert "(?:^| )a\\.spec\\.ts (?:three)(?: @\\S+)*$" in second
    assert not any(word.startswith("--project") for word in second)


def test_a_file_that_is_not_here_is_not_asked_for() -> None:
    place = replace(PLACE, files=("e2e/a.js",))
    assert [step.argv[-1] for step in Jest().steps(place, ("gone.js::x", "e2e/a.js"))] == ["e2e/a.js"]
    [step] = Playwright().steps(place, ("a.js::x", "b.js::x"))  # its files are named below the folder of tests
    assert "a\\.js$" in step.argv


def test_go_is_asked_for_each_package_and_each_parent_of_subtests() -> None:
    ids = ("m/p::TestA", "m/p::TestB", "m/p::TestC/a.b", "m/p::TestC/c|d", "m/q", "m/q::TestLeftOut")
    flags = ("-race", "-run", "X", "-count=3", "-tags", "a,b", "./...", "-args", "-x")
    found = argv(Go(flags), *ids)
    common = ("go", "test", "-json", "-count=1", "-race", "-tags", "a,b")
    assert found == [
        ("go", "test", "-race", "-tags", "a,b", "-exec=true", "./..."),
        (*common, "-run=^(TestA|TestB)$", "m/p", "-args", "-x"),
        (*common, "-run=^TestC$/^(a\\.b|c\\|d)$", "m/p", "-args", "-x"),
        (*common, "m/q", "-args", "-x"),
    ]
    assert argv(Go(flags))[1:] == [(*common[:-2], "-run", "X", "-tags", "a,b", "./...", "-args", "-x")]


def test_the_cache_of_go_is_filled_by_nothing_of_the_repository() -> None:
    warming = [step for step in Go().steps(PLACE, ()) if step.warms]
    assert [(step.argv, step.warms) for step in warming] == [(("go", "test", "-exec=true", "./..."), "GOCACHE")]
    own = Go(("-toolexec", "./tool", "./..."))
    told = replace(PLACE, environment={"GOFLAGS": "-toolexec=./tool"})
    assert not any(step.warms for step in (*own.steps(PLACE, ()), *Go().steps(told, ())))


def test_cargo_is_asked_for_each_target_with_exact_names() -> None:
    ids = ("my-part (lib)::tests::a", "my-part (lib)::tests::b", "other (bin x y)::c", "third (test it)")
    chosen = ("--workspace", "-p", "z", "--lib", "name", "--exclude=y", "--test", "t")
    own = ("--test-threads", "1", "--skip=a", "filter", "--exact", "-q", "--skip", "b")
    arguments = ("--all-features", "-F", "a b", *chosen, "-j", "1", "--no-fail-fast", "--", *own)
    common = ("--no-fail-fast", "--all-features", "-F", "a b", "-j", "1")
    options = ("--test-threads", "1", "--skip=a", "-q", "--skip", "b")
    runs = [words[words.index("--no-fail-fast") :] for words in argv(Cargo(arguments), *ids)]
    assert runs == [
        (*common, "-p", "my-part", "--lib", "--", *options, "--exact", "tests::a", "tests::b"),
        (*common, "-p", "other", "--bin", "x y", "--", *options, "--exact", "c"),
        (*common, "-p", "third", "--test", "it", "--", *options),
    ]
    [whole] = argv(Cargo(arguments))
    given = ("--all-features", "-F", "a b", *chosen, "-j", "1", "--", *own)
    assert whole[whole.index("--no-fail-fast") :] == ("--no-fail-fast", *given)


@pytest.mark.parametrize("only", [(), ("a (lib)::t",)])
def test_cargo_is_started_with_the_toolchain_that_the_user_named(only: tuple[str, ...]) -> None:
    build, run = Cargo((), ("+nightly",)).steps(PLACE, only)
    assert build.argv[-4:] == ("cargo", "+nightly", "test", "--no-run")
    assert "cargo +nightly test --no-run" in " ".join(run.argv)
    assert " sh cargo +nightly test --no-fail-fast" in " ".join(run.argv)


def test_mix_keeps_the_values_of_options_and_leaves_out_those_that_choose() -> None:
    arguments = ("--seed", "0", "--exclude", "slow", "test/b_test.exs", "--only", "x:1", "--failed", "--trace")
    [whole], [some] = ([step.argv for step in ExUnit(arguments).steps(PLACE, only)] for only in ((), ("a.exs::M::t",)))
    assert whole[-9:] == arguments
    kept = ("--seed", "0", "--exclude", "slow", "--trace", "--exclude", "test", "--include", "test:t", "a.exs")
    assert some[some.index("AgentCI.Formatter") + 1 :] == kept


@pytest.mark.parametrize(
    ("item", "filters"),
    [("a/lib.rs - add", ("add",)), ("a/lib.rs - m::add #2", ("m::add",)), ("a/lib.rs - Type<A, B>", ())],
)
def test_an_example_in_the_documentation_is_selected_by_its_item(item: str, filters: tuple[str, ...]) -> None:
    [words] = argv(Cargo(), f"a (doc)::{item}")
    assert words[words.index("--no-fail-fast") :] == ("--no-fail-fast", "-p", "a", "--doc", "--", *filters)


def case(id_: str, status: Status = Status.FAILED, **facts: object) -> TestCase:
    return TestCase(id_, status, **facts)  # type: ignore[arg-type]


def test_a_selection_says_what_is_missing_and_what_ran_beside_it() -> None:
    ran = ("m::A", "m::A/x", "m::B", "n", "m::C/x/y")
    skipped = case("m::D", Status.SKIPPED)
    report = TestReport.of(*map(case, ran), skipped)
    kept, missing, surplus = selected(report, ("m::A", "m::D", "m::C/x/y"))
    assert (kept.ids(), missing, surplus) == (("m::A", "m::C/x/y", "m::D"), ("m::D",), ("m::B", "n"))


def test_a_test_that_is_red_for_its_subtest_says_what_that_says() -> None:
    inner = case("m::A/x", message="no", traceback="at x", file="a_test.go", line=3)
    report = told_once(TestReport.of(case("m::A", message="the test failed"), inner, case("m::AB")), is_broken=False)
    assert [(one.message, one.file, one.line) for one in report.cases] == [
        ("no", "a_test.go", 3),
        ("no", "a_test.go", 3),
        ("", "", None),
    ]


def test_a_package_that_could_not_be_built_is_told_of_by_the_build() -> None:
    report = TestReport.of(case("m/p", Status.ERRORED), case("m/q::A", Status.PASSED))
    assert told_once(report, is_broken=True).ids() == ("m/q::A",)
    assert told_once(report, is_broken=False).ids() == ("m/p", "m/q::A")
