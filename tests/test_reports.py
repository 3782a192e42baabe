from __future__ import annotations

import hashlib
import json
import os
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import junitparser
import pytest

from agent_ci.core.report import Status, Tally, TestReport
from agent_ci.errors import UnsupportedError, UsageError
from agent_ci.reports import USUAL_PLACES, Keep, find, read_report, read_reports

CORPUS = Path(os.environ.get("AGENT_CI_CORPUS") or Path(__file__).parents[1].parent / "shared") / "reports"
GREEN = b'<testsuite><testcase name="a"/></testsuite>'
RED = b'<testsuite><testcase name="b"><failure/></testcase></testsuite>'


def write(place: Path, content: bytes = GREEN) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content)
    return place


# The corpus: what real producers wrote


def corpus() -> list[Any]:
    """The files of the corpus that hold XML; other families have tests of their own."""
    manifest = CORPUS / "manifest.jsonl"
    if not manifest.exists():
        reason = f"no corpus of reports at {CORPUS}; set AGENT_CI_CORPUS"
        return [pytest.param({}, marks=pytest.mark.skip(reason=reason), id="no corpus")]
    entries = [json.loads(line) for line in manifest.read_text(encoding="utf-8").splitlines()]
    chosen = [entry for entry in entries if entry["path"].endswith((".xml", ".trx"))]
    return [pytest.param(entry, id=entry["path"].partition("/")[2]) for entry in chosen]


def expectations(entry: dict[str, Any]) -> list[tuple[int, int, int, int]]:
    """Total, failed, errored, skipped by either of the two conventions of the manifest."""
    said = (entry["expected"], entry["expected_source_repo"])
    keys = ("tests", "failures", "errors", "skipped")
    return [
        (counts[keys[0]], counts[keys[1]], counts[keys[2]], counts[keys[3]])
        for counts in said
        if isinstance(counts, dict)
    ]


REFUSED = ("robot-xml", "invalid-xml", "xml:bogus", "xml:suites", "xml:tusar", "xml:valgrindoutput")


@pytest.mark.parametrize("entry", corpus())
def test_a_producers_report_is_counted_exactly_or_refused_by_name(entry: dict[str, Any]) -> None:
    path = CORPUS / entry["path"]
    content = path.read_bytes()
    assert hashlib.sha256(content).hexdigest() == entry["sha256"]
    is_summary = entry["format"] == "xml:ResultsSession" and b"<ExecutedTestsDetails" not in content
    if entry["format"] in REFUSED or is_summary:
        with pytest.raises(UnsupportedError, match=r"(it is an?|it has the root of a|a document type)"):
            read_report(path, root=CORPUS)
        return
    said = expectations(entry)
    if not said:  # the manifest does not know, or expects that it is not read in full
        assert not read_report(path, root=CORPUS).is_green
        return
    report = read_report(path, root=CORPUS)
    tally = report.tally
    assert (tally.total, tally.red, tally.skipped) in [
        (all_, failed + errored, skipped) for all_, failed, errored, skipped in said
    ]
    assert len(report.cases) == tally.total
    assert not (report.is_green and any(failed + errored for _, failed, errored, _ in said))
    assert read_report(path, keep=Keep.RED) == TestReport(report.red, tally, report.partial)


# The oracle: another reader of the same format


def oracle(path: Path) -> Tally:
    """What junitparser counts; it has no opinion about reruns and attributes, which are not written here."""
    kinds = {junitparser.Error: "errored", junitparser.Failure: "failed", junitparser.Skipped: "skipped"}
    counts = {"passed": 0, "failed": 0, "errored": 0, "skipped": 0}
    for suite in junitparser.JUnitXml.fromfile(str(path)):
        for case in suite:
            ways = [way for kind, way in kinds.items() if any(isinstance(result, kind) for result in case.result)]
            counts[ways[0] if ways else "passed"] += 1
    return Tally(**counts)


def written_by_the_oracle(place: Path, seed: int) -> None:
    choose = random.Random(seed)  # noqa: S311 -- test data
    document = junitparser.JUnitXml()
    for number in range(choose.randrange(1, 6)):
        suite = junitparser.TestSuite(f'suite <{number}> & "co"')
        for _ in range(choose.randrange(6)):
            case = junitparser.TestCase(f"test_{number}[ü<>&\"']", f"package.{number}", choose.random())
            kinds = (junitparser.Error, junitparser.Failure, junitparser.Skipped)
            case.result = [kind("why & <how>") for kind in choose.sample(kinds, choose.choice([0, 0, 1, 1, 2]))]
            case.system_out = "<failure/> & ]]>"
            suite.add_testcase(case)
        document.add_testsuite(suite)
    document.update_statistics()
    document.write(str(place))


@pytest.mark.parametrize("seed", range(25))
def test_another_reader_counts_the_same(tmp_path: Path, seed: int) -> None:
    written_by_the_oracle(tmp_path / "junit.xml", seed)
    report = read_report(tmp_path / "junit.xml")
    assert (report.tally, report.partial) == (oracle(tmp_path / "junit.xml"), ())
    assert all(case.name.endswith("[ü<>&\"']") for case in report.cases)


# A runner: what pytest writes today

SUITE = """
import pytest

@pytest.mark.parametrize("a", ["x::y", "\\x1b[31m"])
def test_passes(a): pass
def test_fails(): assert 1 == 2, "\\x1b[31mred\\x1b[0m \\x00"
class TestClass:
    def test_skips(self): pytest.skip("not today")
    @pytest.mark.xfail
    def test_expected_failure(self): assert False
@pytest.fixture
def broken(): raise OSError("no")
@pytest.fixture
def broken_after():
    yield
    raise OSError("late")
def test_setup(broken): pass
def test_teardown(broken_after): pass
"""


@pytest.mark.parametrize("family", ["xunit1", "xunit2"])
def test_pytests_report_is_read(tmp_path: Path, family: str) -> None:
    write(tmp_path / "test_it.py", SUITE.encode())
    write(tmp_path / "test_broken.py", b"import nowhere")
    options = ("--junitxml=junit.xml", "-o", f"junit_family={family}", "--continue-on-collection-errors")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    subprocess.run(command, cwd=tmp_path, check=False, capture_output=True)
    report = read_report(tmp_path / "junit.xml", root=tmp_path)
    assert report.partial == ()
    assert report.ids(Status.FAILED) == ("test_it::test_fails",)
    assert report.ids(Status.ERRORED) == ("test_broken", "test_it::test_setup", "test_it::test_teardown")
    assert report.ids(Status.SKIPPED) == ("test_it.TestClass::test_expected_failure", "test_it.TestClass::test_skips")
    assert len(report.ids(Status.PASSED)) == 2
    (failure,) = (case for case in report.cases if case.status is Status.FAILED)
    lines = SUITE.splitlines()
    expected = lines.index(next(line for line in lines if "test_fails" in line)) + 1
    assert (failure.file, failure.line) == (("test_it.py", expected) if family == "xunit1" else ("", None))
    assert "assert 1 == 2" in failure.traceback


# Several reports


def test_several_reports_are_read_as_one(tmp_path: Path) -> None:
    paths = [write(tmp_path / "a.xml", GREEN), write(tmp_path / "b.xml", RED)]
    report = read_reports(paths, root=tmp_path)
    assert (report.tally, report.statuses) == (Tally(1, 1), {"a": Status.PASSED, "b": Status.FAILED})
    assert report.is_complete


@pytest.mark.parametrize(
    ("content", "reason"),
    [(GREEN[:-12], "the report ends in the middle"), (b"", "it is empty"), (b"<html/>", "it is an HTML page")],
)
def test_one_bad_report_among_others_is_never_green(tmp_path: Path, content: bytes, reason: str) -> None:
    paths = [write(tmp_path / "a.xml", GREEN), write(tmp_path / "b.xml", content)]
    report = read_reports(paths)
    assert not report.is_green
    assert len(report.partial) == 1
    assert str(paths[1]) in report.partial[0]
    assert reason in report.partial[0]


def test_no_readable_report_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match=r"a\.xml cannot be used: .* it is empty"):
        read_reports([write(tmp_path / "a.xml", b""), write(tmp_path / "b.xml", b"")])
    with pytest.raises(UnsupportedError, match="no report was given"):
        read_reports([])


def test_a_report_over_the_limit_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnsupportedError, match="over the limit of 10"):
        read_report(write(tmp_path / "a.xml"), max_bytes=10)


def test_a_damaged_file_is_read_again_from_its_beginning(tmp_path: Path) -> None:
    cases = b'<testcase name="\x1b"/>' * 50_000
    report = read_report(write(tmp_path / "a.xml", b"<testsuite>" + cases + b"</testsuite>"))
    assert (report.tally, report.partial) == (Tally(50_000), ())


def test_a_link_out_of_the_root_is_refused(tmp_path: Path) -> None:
    write(tmp_path / "outside.xml")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "junit.xml").symlink_to("../outside.xml")
    (found,) = find(tmp_path / "root", ["junit.xml"])
    with pytest.raises(UnsupportedError, match="symbolic link"):
        read_report(found, root=tmp_path / "root")


# Finding them

TREE = ("junit.xml", "a/junit.xml", "a/b/junit.xml", "a/b/other.xml", ".hidden/junit.xml", "node_modules/x/junit.xml")


@pytest.mark.parametrize(
    ("globs", "expected"),
    [
        pytest.param(["junit.xml"], ["junit.xml"], id="a name"),
        pytest.param(["*/junit.xml"], [".hidden/junit.xml", "a/junit.xml"], id="one star is one folder"),
        pytest.param(["**/junit.xml"], ["a/b/junit.xml", "a/junit.xml", "junit.xml"], id="two stars are any folders"),
        pytest.param(["a/**/*.xml"], ["a/b/junit.xml", "a/b/other.xml", "a/junit.xml"], id="stars in the middle"),
        pytest.param(["**/**/other.xml"], ["a/b/other.xml"], id="stars twice"),
        pytest.param(["a/**"], ["a/b/junit.xml", "a/b/other.xml", "a/junit.xml"], id="stars at the end"),
        pytest.param(["**/.hidden/*"], [".hidden/junit.xml"], id="a hidden folder by name"),
        pytest.param(["node_modules/*/j*.xml"], ["node_modules/x/junit.xml"], id="a package folder by name"),
        pytest.param(["junit.xml", "*.xml", "junit.xml"], ["junit.xml"], id="the same file three times"),
        pytest.param(["{root}/a/*.xml"], ["a/junit.xml"], id="absolute"),
        pytest.param(["{root}/junit.xml"], ["junit.xml"], id="absolute without stars"),
        pytest.param(["./junit.xml"], ["junit.xml"], id="with a dot"),
        pytest.param(["nowhere/*.xml", "junit.xml/*"], [], id="nothing"),
        pytest.param(["a", "a/b"], [], id="folders"),
    ],
)
def test_globs_find_files(tmp_path: Path, globs: list[str], expected: list[str]) -> None:
    for name in TREE:
        write(tmp_path / name)
    found = find(tmp_path, [glob.format(root=tmp_path) for glob in globs])
    assert [path.relative_to(tmp_path).as_posix() for path in found] == expected


def test_no_link_is_followed_on_the_way(tmp_path: Path) -> None:
    write(tmp_path / "outside" / "junit.xml")
    (tmp_path / "root").mkdir()
    (tmp_path / "root" / "link").symlink_to("../outside")
    (tmp_path / "root" / "loop").symlink_to(".")
    assert find(tmp_path / "root", ["**/junit.xml", "*/junit.xml", "link/junit.xml"]) == ()


@pytest.mark.parametrize("glob", ["../*.xml", "a/../../*.xml", ""])
def test_a_glob_that_leaves_the_root_is_refused(tmp_path: Path, glob: str) -> None:
    with pytest.raises(UsageError, match="does not name files below"):
        find(tmp_path, [glob])


@pytest.mark.parametrize(
    "place",
    [
        "junit.xml",
        "report.xml",
        "test-results/junit.xml",
        "target/surefire-reports/TEST-org.example.ATest.xml",
        "module/target/surefire-reports/TEST-org.example.ATest.xml",
        "target/failsafe-reports/TEST-org.example.AIT.xml",
        "app/build/test-results/test/TEST-org.example.ATest.xml",
        "packages/a/junit.xml",
        "target/nextest/default/junit.xml",
        "project/TestResults/host.trx",
        "TestResult.xml",
        "build/Testing/20210204-0706/Test.xml",
    ],
)
def test_the_usual_places_of_the_runners_are_known(tmp_path: Path, place: str) -> None:
    assert find(tmp_path, USUAL_PLACES) == ()
    write(tmp_path / place)
    assert find(tmp_path, USUAL_PLACES) == (tmp_path / place,)
