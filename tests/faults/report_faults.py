"""What tests leave behind instead of a report, what is left where one was asked for, and tests that end badly."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agent_ci.core.outcome import Outcome
from bench.repositories import PYTEST
from tests.faults.lab import Cell, Elsewhere, End, Lab, Stage
from tests.red import GOOD

_DAMAGE = "core/junit/test_damage.py"
_CASE = '<testcase classname="calc" name="add">'


def _leaves(text: str) -> str:
    return f"printf '%s' '{text}' > report.xml; exit 0\n"


@dataclass(frozen=True)
class Suite:
    """A run whose tests are the shell script *before*, and the usual ones where that comes to its end."""

    before: str
    says: str = ""
    time_limit: float = 30.0

    def __call__(self, lab: Lab) -> End:
        red = lab.red()
        red.commit({"check.sh": self.before + (red.path / "check.sh").read_text(encoding="utf-8")})
        end = lab.here(red, GOOD, time_limit=self.time_limit)
        assert self.says in str(end.document["reason"])
        assert end.document["attempts"] == []
        return end


def _given(content: bytes | None) -> Callable[[Lab], End]:
    """A run without a command, from the report of an earlier job."""

    def meet(lab: Lab) -> End:
        report = lab.scratch / "given.xml"
        if content is not None:
            report.write_bytes(content)
        red = lab.red(test_calc__py="def test_it():\n    pass\n")
        return lab.here(red, GOOD, report=(str(report),), run=None)

    return meet


def _with_pytest(test: str, *, says: str, time_limit: float = 30.0) -> Callable[[Lab], End]:
    def meet(lab: Lab) -> End:
        end = lab.here(lab.red(test_calc__py=test), GOOD, run=PYTEST, report=(), time_limit=time_limit)
        assert says in str(end.document["reason"])
        assert end.document["attempts"] == []
        return end

    return meet


def _flaky(lab: Lab) -> End:
    """Red and green by turns, by what is kept outside of the copy."""
    toggle = lab.scratch / "toggle"
    turn = f"if test -e {toggle}; then rm {toggle}; sed -i 's/a - b/a + b/' calc.py; else touch {toggle}; fi\n"
    red = lab.red()
    red.commit({"check.sh": turn + (red.path / "check.sh").read_text(encoding="utf-8")})
    end = lab.here(red, GOOD, repeat=4)
    assert end.document["attempts"] == []
    return end


_NOT_GREEN = (
    ("no report", Suite("exit 0\n", "no report"), Outcome.UNSUPPORTED),
    ("an empty report", Suite(_leaves("")), Outcome.UNSUPPORTED),
    ("a truncated report", Suite(_leaves(f"<testsuite tests=\"2\">{_CASE.replace('>', '/>')}<testcase")),
     Outcome.UNSUPPORTED),
    ("a report that is no XML", Suite(_leaves("Segmentation fault")), Outcome.UNSUPPORTED),
    ("a report with another root", Suite(_leaves("<html><body/></html>")), Outcome.UNSUPPORTED),
    ("a report that is a FIFO", Suite("mkfifo report.xml; exit 0\n"), Outcome.UNSUPPORTED),
    ("a report that is a link", Suite("ln -s /etc/passwd report.xml; exit 0\n"), Outcome.UNSUPPORTED),
    ("a report that is too large", Suite("truncate -s 300M report.xml; exit 0\n"), Outcome.UNSUPPORTED),
    ("a report without a case", Suite(_leaves("<testsuite/>")), Outcome.UNSUPPORTED),
    ("a header that counts more than is shown",
     Suite(_leaves(f'<testsuite failures="1">{_CASE}</testcase></testsuite>')), Outcome.UNSUPPORTED),
    ("a hanging test", Suite("sleep 60\n", "did not finish", 3.0), Outcome.INFRASTRUCTURE),
    ("killed (137), as by the OOM killer", Suite("kill -9 $$\n", "killed"), Outcome.INFRASTRUCTURE),
    ("a child killed (137)", Suite("sh -c 'kill -9 $$' || exit $?\n", "killed"), Outcome.INFRASTRUCTURE),
    ("a crash (139)", Suite("kill -SEGV $$\n", "killed"), Outcome.INFRASTRUCTURE),
    ("a command that is not there", Suite("no-such-program || exit 127\n", "127"), Outcome.UNSUPPORTED),
)  # fmt: skip
_IN_PYTEST = (
    ("pytest: a crash", "import os\ndef test_it(): os.abort()\n", "left no report"),
    ("pytest: the interpreter exits", "import os\ndef test_it(): os._exit(0)\n", "left no report"),
)  # fmt: skip
_OF_ANOTHER_JOB = (
    ("missing", None, Outcome.UNSUPPORTED),
    ("empty", b"", Outcome.UNSUPPORTED),
    ("UTF-16 rubbish", b"\xff\xfe\x00\xd8\x00", Outcome.UNSUPPORTED),
    ("truncated before any case", b"<testsuite><testcase name='a'", Outcome.UNSUPPORTED),
    ("a failure that does not happen here",
     b"<testsuite><testcase classname='test_calc' name='test_it'><failure/></testcase></testsuite>",
     Outcome.CANNOT_REPRODUCE),
)  # fmt: skip


def _cells() -> tuple[Cell, ...]:
    suites = (
        Cell(Stage.REPRODUCE, name, outcome, meet, "never read as green, and no proposer is asked")
        for name, meet, outcome in _NOT_GREEN
    )
    in_pytest = (
        Cell(Stage.REPRODUCE, name, Outcome.INFRASTRUCTURE, _with_pytest(test, says=says), "no proposer is asked")
        for name, test, says in _IN_PYTEST
    )
    given = (
        Cell(Stage.REPRODUCE, f"--report: {name}", outcome, _given(content), "never read as green")
        for name, content, outcome in _OF_ANOTHER_JOB
    )
    flaky = Cell(Stage.CONTROLS, "a flaky test", Outcome.FLAKY, _flaky, "no proposer is asked")
    return (*suites, *in_pytest, *given, flaky)


CELLS = _cells()
ELSEWHERE = (
    Elsewhere(Stage.REPRODUCE, "report: damage of every kind", "what may hide a case is said, and is never green",
              f"{_DAMAGE}::test_damage_that_may_hide_a_case_is_said"),
    Elsewhere(Stage.REPRODUCE, "report: no JUnit", "refused, never 0 failures",
              f"{_DAMAGE}::test_what_is_no_report_is_refused_and_never_zero_failures"),
    Elsewhere(Stage.REPRODUCE, "report: 100,000 nested suites", "read",
              f"{_DAMAGE}::test_a_hundred_thousand_nested_suites_are_read"),
    Elsewhere(Stage.REPRODUCE, "report: huge texts", "held by their ends",
              f"{_DAMAGE}::test_a_huge_text_is_held_by_its_ends"),
    Elsewhere(Stage.REPRODUCE, "report: `NaN`, `1,234.5` as times", "read as producers write them",
              "core/junit/test_reader.py::test_numbers_are_read_as_producers_write_them"),
    Elsewhere(Stage.REPRODUCE, "report: several, one of them bad", "never green",
              "test_reports.py::test_one_bad_report_among_others_is_never_green"),
    Elsewhere(Stage.REPRODUCE, "tests that use more memory or disk than they may", "`infrastructure`, not red",
              "runners/test_pytest.py::test_tests_that_a_limit_ended_are_infrastructure_and_not_red"),
    Elsewhere(Stage.REPRODUCE, "100 MB of output", "head and tail are kept",
              "test_process.py::test_a_hundred_megabytes_of_output_are_capped_at_head_and_tail"),
    Elsewhere(Stage.REPRODUCE, "processes that put themselves out of reach", "none survives",
              "test_process.py::test_nothing_survives_a_run"),
    Elsewhere(Stage.CONTROLS, "a declared dependency is missing, no network", "`infrastructure`, no proposer",
              "jobs/test_triage.py::test_what_is_broken_from_outside_is_infrastructure"),
)  # fmt: skip
