from __future__ import annotations

import json
from typing import Any

import pytest

from agent_ci.core.kinds import Kind
from agent_ci.core.logs.matchers import Matcher, Tracker, place, read_matchers
from agent_ci.joblogs import own_matchers

LINE = {"regexp": r"^(.+):(\d+): (.+)$", "file": 1, "line": 2, "message": 3}
FILE = {"regexp": r"^(\S+\.js)$", "file": 1}
ROW = {
    "regexp": r"^\s+(\d+):(\d+)\s+(error|warning)\s+(.+)$",
    "line": 1,
    "column": 2,
    "severity": 3,
    "message": 4,
    "loop": True,
}


def document(*patterns: object, **more: object) -> str:
    return json.dumps({"problemMatcher": [{"owner": "x", "pattern": list(patterns), **more}]})


def matcher(*patterns: object, **more: object) -> Matcher:
    [found], faults = read_matchers(document(*patterns, **more))
    assert faults == ()
    return found


def read(given: Matcher, *lines: str) -> list[dict[str, str]]:
    tracker = Tracker(given)
    return [parts for line in lines if (parts := tracker.feed(line)) is not None]


def test_one_line_is_read() -> None:
    assert read(matcher(LINE), "x", "a.c:3: no", "a.c: no") == [{"file": "a.c", "line": "3", "message": "no"}]


def test_the_last_pattern_may_loop_until_a_line_does_not_fit() -> None:
    lines = (
        "a.js",
        "  1:2  error  one",
        "  3:4  warning  two",
        "other",
        "  5:6  error  three",
        "b.js",
        "  7:8  error  four",
    )
    found = [(parts["file"], parts["line"], parts["severity"]) for parts in read(matcher(FILE, ROW), *lines)]
    assert found == [("a.js", "1", "error"), ("a.js", "3", "warning"), ("b.js", "7", "error")]


def test_without_a_loop_each_problem_needs_all_its_lines() -> None:
    given = matcher(FILE, {**ROW, "loop": False})
    assert len(read(given, "a.js", "  1:2  error  one", "  3:4  error  two")) == 1
    assert read(given, "a.js", "between", "  1:2  error  one") == []


def test_three_lines_are_read_in_their_order() -> None:
    given = matcher({"regexp": "^A (.)$", "code": 1}, FILE, {"regexp": "^= (.+)$", "message": 1})
    assert read(given, "A 1", "a.js", "= no") == [{"code": "1", "file": "a.js", "message": "no"}]
    assert read(given, "a.js", "= no", "A 1", "= no") == []


def test_lines_may_be_skipped_in_our_own_only() -> None:
    patterns = (FILE, {"regexp": "^= (.+)$", "message": 1, "skip": 2})
    [ours], _ = read_matchers(document(*patterns, **{"class": "lint error"}), is_ours=True)
    assert len(read(ours, "a.js", "1", "2", "= no")) == 1
    assert read(ours, "a.js", "1", "2", "3", "= no") == []
    assert read(matcher(*patterns), "a.js", "1", "= no") == []


def test_the_file_stands_in_the_folder_of_its_project() -> None:
    assert place({"file": "a.cs", "fromPath": "src/Shop/Shop.csproj"}, matcher(LINE)) == "src/Shop/a.cs"
    assert place({"file": "a.cs"}, matcher(LINE, fromPath="web/package.json")) == "web/a.cs"
    assert place({"file": "/b/a.cs", "fromPath": "src/Shop.csproj"}, matcher(LINE)) == "/b/a.cs"
    assert place({}, matcher(LINE)) == ""


FAULTS: dict[str, tuple[Any, str]] = {
    "no pattern": ({"owner": "x"}, "1 to 5 patterns"),
    "an empty list": ({"pattern": []}, "1 to 5 patterns"),
    "too many patterns": ({"pattern": [LINE] * 6}, "1 to 5 patterns"),
    "no regexp": ({"pattern": [{"message": 1}]}, "without a regexp"),
    "no message": ({"pattern": [{"regexp": "(a)", "file": 1}]}, "the message"),
    "a group that is not there": ({"pattern": [{"regexp": "(a)", "message": 2}]}, "has 1 groups"),
    "a group by name": ({"pattern": [{"regexp": "(a)", "message": "a"}]}, "names group 'a'"),
    "a true group": ({"pattern": [{"regexp": "(a)", "message": True}]}, "names group True"),
    "a loop in one pattern": ({"pattern": [{**LINE, "loop": True}]}, "a loop"),
    "a loop before the last": ({"pattern": [{**FILE, "loop": True}, ROW]}, "a loop"),
    "a loop without message": (
        {"pattern": [{"regexp": "(a)", "message": 1}, {"regexp": "(b)", "line": 1, "loop": True}]},
        "no message",
    ),
    "a part twice": ({"pattern": [LINE, LINE]}, "twice"),
    "a pattern without end": ({"pattern": [{"regexp": "^(a+)+$", "message": 1}]}, "repeated already"),
    "not an object": ([], "1 to 5 patterns"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_matcher_that_cannot_be_used_is_named_with_the_reason_and_the_others_are_used(name: str) -> None:
    row, reason = FAULTS[name]
    found, faults = read_matchers(json.dumps({"problemMatcher": [row, {"owner": "good", "pattern": [LINE]}]}))
    assert [each.owner for each in found] == ["good"]
    assert len(faults) == 1
    assert reason in faults[0]


@pytest.mark.parametrize(
    ("text", "count"),
    [("{", 1), ("[" * 100_000, 1), ('{"problemMatcher": 3}', 1), ("{}", 0), ("[]", 0), ('"x"', 0), ("\ufeff{}", 0)],
)
def test_a_file_of_another_kind_has_no_matchers(text: str, count: int) -> None:
    found, faults = read_matchers(text)
    assert (found, len(faults)) == ((), count)


def test_of_very_many_matchers_the_first_are_read() -> None:
    found, faults = read_matchers(json.dumps({"problemMatcher": [{"owner": "x", "pattern": [LINE]}] * 30}))
    assert (len(found), faults) == (20, ("it has 30 matchers, and 20 are read",))


def test_our_own_matchers_are_all_readable_and_begin_at_the_begin_of_a_line() -> None:
    own = own_matchers()
    assert len(own) > 50
    assert all(pattern.regex.pattern.startswith("^") for each in own for pattern in each.patterns)
    assert {each.kind for each in own} >= {Kind.COMPILE, Kind.LINT, Kind.TYPE, Kind.TEST, Kind.MISSING_DEPENDENCY}
