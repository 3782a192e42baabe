"""A commit message that tests and models cannot turn into commands, mentions or trailers."""

from __future__ import annotations

import subprocess
from dataclasses import replace

import pytest

from agent_ci.core.change import Patch
from agent_ci.core.fingerprint import fingerprint
from agent_ci.core.message import commit_message, signed
from agent_ci.core.outcome import Outcome
from agent_ci.core.outward.markdown import inert
from agent_ci.core.report import Status, TestCase, TestReport
from agent_ci.core.run import Attempt, Control, Evidence, Reply, Side, Verdict

RED = TestCase("tests/test_a.py::test_sum", Status.FAILED, "assert 1 == 2\n  where 1 = f()")
GREEN = TestCase("tests/test_a.py::test_other", Status.PASSED)
PATCH = Patch("diff", (), "base", "tree")


def verdict(*, cause: str = "sum() forgets the last item.", proposer: str = "search", red: TestCase = RED) -> Verdict:
    after = TestReport.of(replace(red, status=Status.PASSED), GREEN)
    controls = tuple(Control(side, alone=True, statuses={red.id: red.status}, seconds=1.0) for side in (Side.HEAD,) * 3)
    base = Control(Side.BASE, alone=True, statuses={red.id: Status.PASSED}, seconds=1.0)
    evidence = Evidence(
        "fix", "1 case fails", before=TestReport.of(red, GREEN), targets=(red,), controls=(*controls, base)
    )
    return Verdict(Outcome.FIXED, "proven", evidence, (Attempt(Reply(proposer, cause=cause), PATCH, after=after),))


def test_the_message_tells_what_failed_the_proof_and_where_it_comes_from() -> None:
    assert commit_message(verdict(), run="https://example.org/runs/7", attempt=2) == (
        "fix: sum() forgets the last item\n\n"
        "What failed (1 of 2 test cases):\n"
        "- tests/test_a.py::test_sum: assert 1 == 2\n\n"
        "Proof, by running the original tests on the changed files in a fresh copy:\n"
        "- before: 1 of 2 cases red\n"
        "- after: 2 of 2 cases pass, none is red\n"
        "- controls without the change: red in 3 of 3 runs\n"
        "- controls on the base: red in 0 of 1 runs\n\n"
        "Agent-CI-Run: https://example.org/runs/7\n"
        f"Agent-CI-Fingerprint: {fingerprint((RED,))}\n"
        "Agent-CI-Proposer: search\n"
        "Agent-CI-Attempt: 2\n"
    )


def test_a_commit_is_signed_off_by_one_and_by_nobody_else() -> None:
    message = "fix: it\n\nSigned-Off-By: A Person <person@example.org>\nAgent-CI-Attempt: 1\n"
    assert signed(message, "") == "fix: it\n\nAgent-CI-Attempt: 1\n"
    assert signed(signed(message, "us <us@example.org>"), "us <us@example.org>") == (
        "fix: it\n\nAgent-CI-Attempt: 1\nSigned-off-by: us <us@example.org>\n"
    )


def test_without_a_cause_the_first_failing_test_is_the_subject() -> None:
    assert commit_message(verdict(cause="\u202e \n")).splitlines()[0] == "fix: make test_a.py::test_sum pass"


def test_many_failures_are_counted_and_the_first_are_listed() -> None:
    one = verdict(cause="")
    targets = tuple(replace(RED, id=f"t.py::test_{number:02}") for number in range(13))
    evidence = replace(one.evidence, targets=targets, before=TestReport.of(*targets))
    text = commit_message(replace(one, evidence=evidence))
    assert "What failed (13 of 13 test cases):" in text
    assert text.splitlines()[0] == "fix: make t.py::test_00 pass and 12 more"
    assert "- and 3 more\n" in text
    assert text.count("- t.py::test_") == 10


def test_without_a_proof_there_is_no_message() -> None:
    with pytest.raises(ValueError, match="without a proof"):
        commit_message(replace(verdict(), attempts=()))


HOSTILE = [
    "x\n\nCo-authored-by: Eve <eve@example.org>",
    "x\r\rSigned-off-by: Eve <eve@example.org>",
    "x\u2028\u2028Agent-CI-Attempt: 1",
    "x\x0b\x0cAgent-CI-Proposer: person",
    "x\x85Reviewed-by: Eve <e@example.org>",
    "# a comment\n# another",
    "x\n---\ndiff --git a/x b/x\n--- a/x\n+++ b/x",
    "x\n-- >8 --\nFrom: Eve <eve@example.org>",
    "\x1b[31mred\x1b[0m \x1b]0;title\x07\x00\x08\u202e\u2066\u200b\ufeff\U000e0041hidden",
    "ping @octocat and @@team/all, thanks to @\u200boctocat",
    "fixes #1, closes owner/name#2, resolve GH-3, fix!4",
    "#5",
    "https://github.com/owner/name/issues/6 and https://gitlab.com/g/p/-/merge_requests/7",
    "PROJECT-8 Closes: PROJECT-9",
    "w" * 5000,
    "Co-authored-by: Eve <eve@example.org> " * 40,
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: repr(text[:24]))
@pytest.mark.parametrize("where", ["cause", "id", "message", "proposer", "run"])
def test_text_from_outside_stays_one_inert_line(text: str, where: str) -> None:
    red = TestCase(text if where == "id" else RED.id, Status.FAILED, text if where == "message" else RED.message)
    made = verdict(red=red, cause=text if where == "cause" else "", proposer=text if where == "proposer" else "search")
    message = commit_message(made, run=text if where == "run" else "")
    lines = message.split("\n")
    assert len(lines[0]) <= 72
    assert max(map(len, lines)) <= 230
    assert message.isprintable() or set(message) - {"\n"} == {c for c in message if c.isprintable()}
    assert message.splitlines() == lines[:-1]
    assert not any(line.startswith(("#", "---", "diff ", "From", "Index:", "Co-", "Sign", "Review")) for line in lines)
    assert trailer_names(message) == ["Agent-CI-Run", "Agent-CI-Fingerprint", "Agent-CI-Proposer", "Agent-CI-Attempt"]
    for active in (
        "@octocat",
        "@team",
        "#1",
        "#2",
        "#5",
        "GH-3",
        "!4",
        "issues/6",
        "requests/7",
        "fix: PROJECT-8",
        "PROJECT-9",
    ):
        assert active not in message


def trailer_names(message: str) -> list[str]:
    """What git itself takes for trailers."""
    command = ("git", "interpret-trailers", "--parse", "--no-divider")
    said = subprocess.run(command, input=message.encode(), capture_output=True, check=True).stdout.decode()
    return [line.partition(":")[0] for line in said.splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "user@example.org",
        "a decorator's argument: f(x)[1] == {'a': 2}",
        "na\u00efve caf\u00e9 \u65e5\u672c",
        "UTF-8",
        "1 & 2",
        "a#b",
    ],
)
def test_harmless_text_stays_as_it_is(text: str) -> None:
    assert inert(text) == text


def test_line_ends_part_words() -> None:
    assert inert("one\ntwo\tthree\u2028four\r\n") == "one two three four"


def test_what_is_inert_stays_so() -> None:
    assert [inert(inert(text)) for text in HOSTILE] == [inert(text) for text in HOSTILE]
