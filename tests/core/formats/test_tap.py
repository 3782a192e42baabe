from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from agent_ci.core.formats.table import parse
from agent_ci.core.report import Status, Tally, TestReport
from agent_ci.reports import read_report


def read(*lines: str) -> TestReport:
    return parse([("\n".join(lines) + "\n").encode()])


@pytest.mark.parametrize(
    ("lines", "tally"),
    [
        pytest.param(["1..2", "ok", "not ok"], Tally(passed=1, failed=1), id="no numbers, no names"),
        pytest.param(["ok 1 - a", "ok 2 - b", "1..2"], Tally(passed=2), id="plan at the end"),
        pytest.param(["8..9", "ok 8", "ok 9"], Tally(passed=2), id="numbers that begin later"),
        pytest.param(["1..3", "ok-a", "ok 2-b", "not ok-c"], Tally(passed=2, failed=1), id="dash without blanks"),
        pytest.param(["1..1", "okay then", "ok"], Tally(passed=1), id="a word that begins with ok"),
        pytest.param(["1..2", "not ok # SKIP", "ok # skipped: slow"], Tally(skipped=2), id="skip"),
        pytest.param(["1..2", "not ok a # TODO later", "ok b # todo"], Tally(skipped=2), id="todo"),
        pytest.param(["1..2", "not ok a \\# TODO", "not ok url#skip"], Tally(failed=2), id="no directive"),
        pytest.param(["1..1", "ok a {", "    1..1", "    ok inner", "}"], Tally(passed=1), id="buffered subtest"),
        pytest.param(
            ["# Subtest: a", "    ok 1", "    1..1", "ok 1 - a", "1..1"], Tally(passed=1), id="streamed subtest"
        ),
        pytest.param(["1..1", "ok", "  ---", "  not ok: x", "  ..."], Tally(passed=1), id="YAML like a point"),
        pytest.param(["1..1", "noise", "pragma +strict", "ok"], Tally(passed=1), id="noise"),
    ],
)
def test_points_are_counted(lines: list[str], tally: Tally) -> None:
    report = read(*lines)
    assert (report.tally, report.partial) == (tally, ())


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        (["1..3", "ok", "ok"], "its plan promises 3 points and it holds 2"),
        (["1..1", "ok", "ok"], "its plan promises 1 points and it holds 2"),
        (["1..2", "ok 1", "ok 7"], "a point has the number 7 and its plan ends at 2"),
        (["ok 1", "ok 2"], "it holds no plan, so it may have been cut off"),
        (["1..1", "not ok # TODOs"], "'TODOs' is TODO to some readers and no directive to others"),
        (["1..1", "ok", "1..1"], "it holds more than one plan"),
        (["1..2", "ok", "Bail out! no database", "ok"], "the run bailed out: no database"),
        (["1..1", "not", "ok 1"], "a line 'not' stands in front of 'ok 1'; the point may have failed"),
        (["1..1", "ok 1 - a {", "    not ok", "}"], "'a' is ok although a point inside it is not"),
        (["1..1", "    not ok", "ok 1 - a"], "'a' is ok although a point inside it is not"),
        (["1..1", "    not ok # TODOs", "ok 1 - a"], "'a' is ok although a point inside it is not"),
        (["1..1", "ok 1 - a", "    not ok"], "a subtest with a failed point belongs to no point"),
        (["TAP version 14", "1..2", "ok", "TAP version 14", "1..1", "ok"], "its plan promises 2 points and it holds 1"),
    ],
)
def test_what_does_not_add_up_is_never_green(lines: list[str], reason: str) -> None:
    report = read(*lines)
    assert (report.partial, report.tally.red, report.is_green) == ((reason,), 0, False)


def test_everything_skipped_is_nothing_run() -> None:
    assert (read("1..0 # SKIP no database").tally, read("1..0").is_green) == (Tally(), False)


def test_a_failure_tells_its_subtest_and_perls_comments_tell_its_place() -> None:
    said = ("#   Failed test 'adds'", "#   at t/sum.t line 12.")
    (case,) = read("    not ok 1 - inner", "not ok 1 - adds", *said, "1..1").red
    assert (case.message, case.file, case.line) == ("Failed test 'adds'", "t/sum.t", 12)
    assert "not ok 1 - inner" in case.traceback


def test_what_mocha_writes_behind_a_failure_belongs_to_it_and_its_summary_does_not() -> None:
    stack = ("  got 3, want 4", "  Error: got 3, want 4", "      at Context.<anonymous> (test/sum.js:7:5)")
    fails, bare = read("1..2", "not ok 1 fails", *stack, "not ok 2 bare", "# tests 2", "# fail 2").red
    assert (fails.message, fails.file, fails.line) == ("got 3, want 4", "test/sum.js", 7)
    assert (bare.message, bare.traceback) == ("not ok", "")


def test_a_name_is_read_without_its_time_and_directive() -> None:
    report = read("ok 1 - reads \\# and \\\\ # time=12.5ms", "ok 2 - later # SKIP slow", "1..2")
    assert [(case.name, case.seconds, case.message) for case in report.cases] == [
        ("reads # and \\", 0.0125, ""),
        ("later", None, "slow"),
    ]


NODE_TEST = """
const test = require('node:test');
const assert = require('node:assert');
test('passes', () => {});
test('fails', () => { assert.strictEqual(3, 4); });
test('skips', { skip: 'not today' }, () => {});
test('is to do', { todo: true }, () => { throw new Error('later'); });
test('holds', async (t) => { await t.test('inner # 1', () => { throw new Error('boom'); }); });
"""


@pytest.mark.skipif(not shutil.which("node"), reason="there is no node here")
def test_what_node_writes_is_read(tmp_path: Path) -> None:
    (tmp_path / "it.test.js").write_text(NODE_TEST, encoding="utf-8")
    command = ["node", "--test-reporter=tap", "--test-reporter-destination=report.tap", "it.test.js"]
    subprocess.run(command, cwd=tmp_path, check=False, capture_output=True, timeout=60)
    report = read_report(tmp_path / "report.tap", root=tmp_path)
    assert (report.tally, report.partial) == (Tally(passed=1, failed=2, skipped=2), ())
    assert report.ids(Status.FAILED) == ("fails", "holds")
    (fails, holds) = report.red
    assert "Expected values to be strictly equal" in fails.message
    assert (Path(fails.file).name, fails.line) == ("it.test.js", 5)
    assert "boom" in holds.traceback
