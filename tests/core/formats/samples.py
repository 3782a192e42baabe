"""One small red report of every format that is not XML, as its producer writes it, and how to make it green."""

from __future__ import annotations

import json
from typing import Any, NamedTuple


class Sample(NamedTuple):
    """``red`` holds one passed, one failed and one skipped case; ``green`` the same without a failure."""

    red: bytes
    green: bytes


def dumped(value: Any) -> bytes:
    return json.dumps(value, indent=1).encode()


def event_lines(*events: dict[str, Any]) -> bytes:
    return b"".join(json.dumps(event).encode() + b"\n" for event in events)


GO_TEXT = b"""=== RUN   TestPasses
--- PASS: TestPasses (0.01s)
=== RUN   TestFails
    sum_test.go:7: got 3, want 4
--- FAIL: TestFails (0.02s)
=== RUN   TestSkips
    sum_test.go:9: not today
--- SKIP: TestSkips (0.00s)
FAIL
exit status 1
FAIL\texample.org/sum\t0.031s
FAIL
"""
TAP = b"""TAP version 14
1..3
ok 1 - passes
not ok 2 - fails
  ---
  message: 'got 3, want 4'
  at: test/sum.js:7:5
  ...
ok 3 - skips # SKIP not today
"""


def go_json(*, red: bool) -> bytes:
    package = "example.org/sum"
    how = "fail" if red else "pass"
    said = {"Action": "output", "Package": package, "Test": "TestFails"}
    return event_lines(
        {"Action": "start", "Package": package},
        {"Action": "run", "Package": package, "Test": "TestPasses"},
        {"Action": "pass", "Package": package, "Test": "TestPasses", "Elapsed": 0.01},
        {"Action": "run", "Package": package, "Test": "TestFails"},
        {**said, "Output": "=== RUN   TestFails\n"},
        {**said, "Output": "    sum_test.go:7: got 3, want 4\n"},
        {**said, "Output": f"--- {how.upper()}: TestFails (0.02s)\n"},
        {"Action": how, "Package": package, "Test": "TestFails", "Elapsed": 0.02},
        {"Action": "run", "Package": package, "Test": "TestSkips"},
        {"Action": "skip", "Package": package, "Test": "TestSkips", "Elapsed": 0},
        {"Action": how, "Package": package, "Elapsed": 0.031},
    )


def dart(*, red: bool) -> bytes:
    names = ("passes", "fails", "skips")
    starts = [
        {"test": {"id": n, "name": name, "suiteID": 0, "groupIDs": [], "line": 7, "url": None}, "type": "testStart"}
        for n, name in enumerate(names, start=1)
    ]
    error = {"testID": 2, "error": "got 3, want 4", "stackTrace": "test/sum_test.dart 7:5  main", "type": "error"}
    return event_lines(
        {"protocolVersion": "0.1.1", "runnerVersion": "1.25.7", "pid": 1, "type": "start", "time": 0},
        {"suite": {"id": 0, "platform": "vm", "path": "test/sum_test.dart"}, "type": "suite", "time": 0},
        starts[0],
        {"testID": 1, "result": "success", "skipped": False, "hidden": False, "type": "testDone", "time": 10},
        starts[1],
        *([error] if red else []),
        {"testID": 2, "result": "failure" if red else "success", "hidden": False, "type": "testDone", "time": 20},
        starts[2],
        {"testID": 3, "result": "success", "skipped": True, "hidden": False, "type": "testDone", "time": 30},
        {"success": not red, "type": "done", "time": 31},
    )


def mocha(*, red: bool) -> dict[str, Any]:
    error = {"message": "got 3, want 4", "stack": "Error: got 3, want 4\n    at Context.<anonymous> (test/sum.js:7:5)"}
    tests = [
        {"title": title, "fullTitle": f"sum {title}", "file": "/ci/test/sum.js", "err": err}
        for title, err in (("passes", {}), ("fails", error if red else {}), ("skips", {}))
    ]
    return {
        "stats": {"tests": 3, "failures": int(red), "pending": 1},
        "tests": tests,
        "pending": tests[2:],
        "failures": tests[1:2] if red else [],
        "passes": tests[:1] if red else tests[:2],
    }


def jest(*, red: bool) -> dict[str, Any]:
    failure = "Error: got 3, want 4\n    at Object.<anonymous> (/ci/sum.test.js:7:5)"
    how = "failed" if red else "passed"
    results = [
        {"ancestorTitles": ["sum"], "title": title, "status": status, "failureMessages": said}
        for title, status, said in (
            ("passes", "passed", []),
            ("fails", how, [failure] if red else []),
            ("skips", "pending", []),
        )
    ]
    return {
        "numTotalTests": 3,
        "numFailedTests": int(red),
        "success": not red,
        "testResults": [{"name": "/ci/sum.test.js", "status": how, "message": "", "assertionResults": results}],
    }


def playwright(*, red: bool) -> dict[str, Any]:
    def spec(title: str, status: str, *results: dict[str, Any]) -> dict[str, Any]:
        test = {"projectName": "chromium", "status": status, "results": [*results]}
        return {"title": title, "file": "sum.spec.ts", "line": 7, "tests": [test]}

    error = {"message": "got 3, want 4", "stack": "Error: got 3, want 4\n    at sum.spec.ts:8:3"}
    failed = {"status": "failed", "duration": 20, "errors": [error]}
    specs = [
        spec("passes", "expected", {"status": "passed", "duration": 10}),
        spec("fails", "unexpected", failed, failed) if red else spec("fails", "flaky", failed, {"status": "passed"}),
        spec("skips", "skipped"),
    ]
    inner = {"title": "sum", "file": "sum.spec.ts", "specs": specs}
    return {
        "config": {},
        "suites": [{"title": "sum.spec.ts", "file": "sum.spec.ts", "specs": [], "suites": [inner]}],
        "errors": [],
        "stats": {"expected": 1, "unexpected": int(red), "flaky": int(not red), "skipped": 1},
    }


def rspec(*, red: bool) -> dict[str, Any]:
    failure = {"class": "RuntimeError", "message": "got 3, want 4", "backtrace": ["./spec/sum_spec.rb:7:in `block'"]}
    outcomes: list[tuple[str, str, dict[str, Any]]] = [
        ("passes", "passed", {}),
        ("fails", "failed" if red else "passed", {"exception": failure} if red else {}),
        ("skips", "pending", {"pending_message": "not today"}),
    ]
    examples = [
        {
            "id": f"./spec/sum_spec.rb[1:{n}]",
            "full_description": f"sum {name}",
            "status": status,
            "file_path": "./spec/sum_spec.rb",
            "line_number": n * 3,
            **extra,
        }
        for n, (name, status, extra) in enumerate(outcomes, start=1)
    ]
    return {"version": "3.13.0", "examples": examples, "summary": {"example_count": 3, "failure_count": int(red)}}


def cucumber(*, red: bool) -> list[dict[str, Any]]:
    def scenario(name: str, line: int, status: str, **extra: str) -> dict[str, Any]:
        steps = [{"keyword": "Then ", "name": "it adds", "result": {"status": status, **extra}}]
        return {"type": "scenario", "name": name, "line": line, "steps": steps}

    fails = scenario("fails", 7, "failed", error_message="got 3, want 4") if red else scenario("fails", 7, "passed")
    elements = [scenario("passes", 3, "passed"), fails, scenario("skips", 11, "skipped")]
    return [{"uri": "features/sum.feature", "keyword": "Feature", "name": "sum", "elements": elements}]


def ctrf(*, red: bool) -> dict[str, Any]:
    failed: dict[str, Any] = {
        "status": "failed",
        "message": "got 3, want 4",
        "trace": "Error: got 3, want 4\n    at sum.test.js:7:5",
    }
    tests: list[dict[str, Any]] = [
        {"name": "passes", "status": "passed", "duration": 10},
        {"name": "fails", "duration": 20, **(failed if red else {"status": "passed"})},
        {"name": "skips", "status": "skipped", "duration": 0},
    ]
    tests = [{**test, "suite": ["sum"], "filePath": "sum.test.js", "line": 7} for test in tests]
    summary = {"tests": 3, "passed": 2 - red, "failed": int(red), "skipped": 1, "pending": 0, "other": 0}
    return {"reportFormat": "CTRF", "results": {"tool": {"name": "x"}, "summary": summary, "tests": tests}}


def green_text(red: bytes) -> bytes:
    return (
        red.replace(b"FAIL\nexit status 1\nFAIL\t", b"PASS\nok  \t").replace(b"FAIL\n", b"").replace(b"FAIL:", b"PASS:")
    )


SAMPLES = {
    "go text": Sample(GO_TEXT, green_text(GO_TEXT)),
    "TAP": Sample(TAP, TAP.replace(b"not ok", b"ok")),
    "go JSON": Sample(go_json(red=True), go_json(red=False)),
    "dart": Sample(dart(red=True), dart(red=False)),
    **{
        make.__name__: Sample(dumped(make(red=True)), dumped(make(red=False)))
        for make in (mocha, jest, playwright, rspec, cucumber, ctrf)
    },
}
