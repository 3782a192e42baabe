"""What comes out of the sandbox is data: a hostile answer is no answer."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from agent_ci.proposers.search.answers import Answer, Survivor, cause_of, read_answer, unified_diff
from agent_ci.sandbox_kit.source import Splice

CODE = b"def f(a):\n    return a <= 1\n"
GOOD = {"path": "x.py", "start": 23, "end": 25, "replacement": "<", "operator": "comparison", "line": 2}
SURVIVOR = Survivor("x.py", Splice(23, 25, "<"), "comparison", 2, is_copied=True)


class OneFile:
    id = "0" * 40

    def paths(self) -> tuple[str, ...]:
        return ("x.py", "tests/test_x.py")

    def read(self, path: str) -> bytes:
        return {"x.py": CODE}[path]

    def export(self, into: Path) -> None:
        (into / "x.py").write_bytes(CODE)


def answer_in(folder: Path, data: bytes) -> Answer:
    (folder / "result.jsonl").write_bytes(data)
    return read(folder)


def read(folder: Path) -> Answer:
    return read_answer(folder / "result.jsonl", tree=OneFile(), suspects=("x.py",), root=folder)


def test_an_honest_answer_is_read(tmp_path: Path) -> None:
    summary = {"summary": {"reason": "found", "tried": 7, "seconds": 1.5, "cpu_seconds": 1}}
    lines = [json.dumps({"survivor": GOOD}), json.dumps(summary)]
    answer = answer_in(tmp_path, "\n".join(lines).encode())
    assert answer == Answer((SURVIVOR,), "found", 7, 1.5, 1.0)
    assert answer.summary == "tried 7 candidates in 1.5 s (found)"


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (["x.py"], "; x.py cannot be read as Python in UTF-8 and was not searched"),
        (["<b>", 1, []], ""),
        ("x.py", ""),
        (7, ""),
    ],
)
def test_only_suspects_are_said_to_be_unread(tmp_path: Path, value: object, said: str) -> None:
    facts = {"summary": {"reason": "exhausted", "tried": 0, "seconds": 1, "unread": value}}
    assert answer_in(tmp_path, json.dumps(facts).encode()).summary == f"tried 0 candidates in 1.0 s (exhausted){said}"


STANDING = {
    "all said": ({"tests": 4, "refused": 12, "copied": False}, (4, 12, False)),
    "nothing said": ({}, (0, 0, True)),
    "nonsense": ({"tests": -1, "refused": "many", "copied": "no"}, (0, 0, True)),
    "too much": ({"tests": 10**30, "refused": True, "copied": True}, (10**9, 0, True)),
}


@pytest.mark.parametrize(("facts", "expected"), STANDING.values(), ids=STANDING.keys())
def test_what_is_not_said_of_a_survivor_speaks_against_it(
    tmp_path: Path, facts: dict[str, object], expected: tuple[int, int, bool]
) -> None:
    (found,) = answer_in(tmp_path, json.dumps({"survivor": {**GOOD, **facts}}).encode()).survivors
    assert (found.tests, found.refused, found.is_copied) == expected


HOSTILE_SURVIVORS = {
    "a test": {**GOOD, "path": "tests/test_x.py"},
    "a path outside": {**GOOD, "path": "../x.py"},
    "no path": {**GOOD, "path": 3},
    "a negative start": {**GOOD, "start": -1},
    "an end behind the file": {**GOOD, "end": 1000},
    "an end before the start": {**GOOD, "end": 3},
    "an operator that we do not have": {**GOOD, "operator": "rm"},
    "a replacement without end": {**GOOD, "replacement": "x" * 5000},
    "half a character": {**GOOD, "replacement": "\ud800"},
    "a NUL": {**GOOD, "replacement": "\0"},
    "a line that is none": {**GOOD, "line": 0},
    "a missing field": {"path": "x.py"},
    "a list": [1],
}


@pytest.mark.parametrize("facts", HOSTILE_SURVIVORS.values(), ids=HOSTILE_SURVIVORS.keys())
def test_a_survivor_that_breaks_a_rule_is_dropped_and_the_next_one_read(tmp_path: Path, facts: object) -> None:
    lines = [json.dumps({"survivor": facts}), json.dumps({"survivor": GOOD})]
    assert answer_in(tmp_path, "\n".join(lines).encode()).survivors == (SURVIVOR,)


HOSTILE_FILES = {
    "no JSON": b"\xff\xfe{{{",
    "too deep": b"[" * 100_000,
    "too many digits": b'{"summary": {"tried": ' + b"9" * 5000 + b"}}",
    "a number beyond floats": b'{"summary": {"tried": ' + b"9" * 400 + b'e1, "seconds": NaN}}',
    "an unknown reason": b'{"summary": {"reason": "<script>", "tried": true, "seconds": -Infinity}}',
    "too large": b" " * 2_000_000 + json.dumps({"survivor": GOOD}).encode(),
    "too many lines": b"{}\n" * 500 + json.dumps({"survivor": GOOD}).encode(),
}


@pytest.mark.parametrize("data", HOSTILE_FILES.values(), ids=HOSTILE_FILES.keys())
def test_a_hostile_file_says_nothing(tmp_path: Path, data: bytes) -> None:
    answer = answer_in(tmp_path, data)
    assert answer.survivors == ()
    assert answer.reason == ""
    assert 0 <= answer.tried <= 10**9
    assert answer.seconds == 0.0


def test_a_huge_whole_number_is_capped(tmp_path: Path) -> None:
    data = b'{"summary": {"reason": "time", "tried": ' + b"9" * 400 + b"}}"
    assert answer_in(tmp_path, data).tried == 10**9


def test_a_fifo_a_link_and_nothing_are_no_answer(tmp_path: Path) -> None:
    assert read(tmp_path) == Answer()
    os.mkfifo(tmp_path / "result.jsonl")
    assert read(tmp_path) == Answer()
    (tmp_path / "result.jsonl").unlink()
    (tmp_path / "elsewhere").write_text(json.dumps({"survivor": GOOD}))
    (tmp_path / "result.jsonl").symlink_to(tmp_path / "elsewhere")
    assert read(tmp_path) == Answer()


DIFFS = {
    "a line in the middle": (b"a\nb\nc\n", b"a\nB\nc\n"),
    "no newline at the end before": (b"a\nb", b"a\nb\n"),
    "no newline at the end after": (b"a\nb\n", b"a\nb"),
    "no newline at either end": (b"a\nb", b"a\nc"),
    "Windows line ends": (b"a\r\nb\r\n", b"a\r\nc\r\n"),
    "form feeds and other ends of lines": (b"a\x0cb\xe2\x80\xa8c\x1dd\ne\n", b"a\x0cb\xe2\x80\xa8c\x1dd\nf\n"),
    "an insertion": (b"a\n", b"z\na\n"),
    "all of it gone": (b"a\n", b""),
}


@pytest.mark.parametrize(("before", "after"), DIFFS.values(), ids=DIFFS.keys())
def test_git_applies_the_diff_exactly(tmp_path: Path, before: bytes, after: bytes) -> None:
    (tmp_path / "x.txt").write_bytes(before)
    diff = unified_diff("x.txt", before, after).encode()
    subprocess.run(["git", "apply", "--allow-empty", "-"], cwd=tmp_path, input=diff, check=True)
    assert not (tmp_path / "x.txt").exists() or (tmp_path / "x.txt").read_bytes() == after


CAUSES = {
    "a comparison": (SURVIVOR, "`x.py:2` (`f`) compares with `<=`; the failing test needs `<`."),
    "another edit": (
        Survivor("x.py", Splice(26, 27, "2"), "integer", 2),
        "`x.py:2` (`f`) has `1`; the failing test needs `2`.",
    ),
    "an insertion": (
        Survivor("x.py", Splice(0, 0, "import json\n"), "missing_import", 1),
        "`x.py:1` (`f`) lacks `import json`, which the failing test needs.",
    ),
    "a guard": (
        Survivor("x.py", Splice(10, 10, "    if a is None:\n        return 0\n"), "guard", 2),
        "`x.py:2` (`f`) lacks the check `if a is None`; the failing test needs it to `return 0`.",
    ),
    "an older line": (
        Survivor("x.py", Splice(23, 25, "<"), "earlier_lines", 2),
        "`x.py:2` (`f`) has `<=`; the failing test needs `<`, as it was before the change.",
    ),
    "two places": (
        Survivor("x.py", Splice(6, 25, "(b):\n    return a <"), "pair", 1),
        (
            "Two places are wrong together: `x.py:1` has `def f(a):` for `def f((b):`, "
            "and `x.py:2` has `return a <= 1` for `return a < 1`."
        ),
    ),
    "a name in several places": (
        Survivor("x.py", Splice(6, 22, "b):\n    return b"), "renamed", 1),
        "`x.py:1` (`f`) has the name `a`; the failing test needs `b`, in 2 places.",
    ),
    "a removal": (
        Survivor("x.py", Splice(10, 28, ""), "removed_statement", 2),
        "`x.py:2` (`f`) has `return a <= 1`, and the failing test needs it gone.",
    ),
}


@pytest.mark.parametrize(("survivor", "sentence"), CAUSES.values(), ids=CAUSES.keys())
def test_the_cause_is_one_sentence_with_a_place(survivor: Survivor, sentence: str) -> None:
    assert cause_of(survivor, CODE) == sentence
