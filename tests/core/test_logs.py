from __future__ import annotations

import time

import pytest

from agent_ci.core.logs import findings, log_groups


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ok\nError: no space left\nbye", ["Error: no space left"]),
        ("\ufeff2021-12-01T13:00:40.1077661Z ##[error]Process failed", ["Process failed"]),
        ("\x1b[31mfatal: not found\x1b[0m", ["fatal: not found"]),
        ("10 %\r20 %\rthe error: cut", ["the error: cut"]),
        ("0 errors\nfinished without errors\n12 passed, 0 failed", []),
        ("an error a\nan error a\nan error b", ["an error a", "an error b"]),
        ("", []),
    ],
    ids=["plain", "github", "colours", "progress", "no-error", "repeated", "empty"],
)
def test_the_errors_of_a_log_are_found(text: str, expected: list[str]) -> None:
    assert [finding.message for finding in findings(text, "job.log")] == expected


SAID = {
    "maven": ("[ERROR] /a/src/Cart.java:[3,24] cannot find symbol", "/a/src/Cart.java", 3, "", "cannot find symbol"),
    "javac": ("src/Cart.java:7: error: ';' expected", "src/Cart.java", 7, "", "';' expected"),
    "tsc": ("src/cart.ts(4,5): error TS2322: Type 'a' is not 'b'.", "src/cart.ts", 4, "TS2322", "Type 'a' is not 'b'."),
    "mypy": (
        "shop/cart.py:9: error: Name is not defined  [name-defined]",
        "shop/cart.py",
        9,
        "name-defined",
        "Name is not defined",
    ),
    "lint": ("shop/cart.py:9:1: F401 os imported but unused", "shop/cart.py", 9, "F401", "os imported but unused"),
    "gcc": ("src/cart.c:12:3: error: expected ';'", "src/cart.c", 12, "", "expected ';'"),
    "go": ("cart/cart.go:5:2: undefined: total", "cart/cart.go", 5, "", "undefined: total"),
    "rustc": ("error[E0308]: mismatched types", "job.log", None, "E0308", "mismatched types"),
    "eslint": ("  3:10  error  'x' is not defined  no-undef", "job.log", 3, "no-undef", "'x' is not defined"),
    "pytest": (
        "FAILED tests/test_cart.py::test_total - assert 1 == 2",
        "tests/test_cart.py",
        None,
        "test_total",
        "assert 1 == 2",
    ),
    "python": (
        "shop.errors.CartError: it is empty",
        "job.log",
        None,
        "shop.errors.CartError",
        "shop.errors.CartError: it is empty",
    ),
    "java": (
        "java.lang.IllegalStateException: closed",
        "job.log",
        None,
        "java.lang.IllegalStateException",
        "java.lang.IllegalStateException: closed",
    ),
    "git": (
        "fatal: unable to access 'https://example.org/'",
        "job.log",
        None,
        "",
        "fatal: unable to access 'https://example.org/'",
    ),
    "gradle": ("CartTest > addsUp() FAILED", "job.log", None, "CartTest", "CartTest > addsUp() FAILED"),
    "surefire": (
        "[ERROR]   CartTest.addsUp:31 expected: <3> but was: <2>",
        "job.log",
        31,
        "CartTest",
        "CartTest.addsUp:31 expected: <3> but was: <2>",
    ),
    "system": ("write failed: No space left on device", "job.log", None, "", "write failed: No space left on device"),
}


@pytest.mark.parametrize("prefix", ["", "2026-01-02T03:04:05.6Z ", "test\tunit\t2026-01-02T03:04:05.6789012Z "])
@pytest.mark.parametrize("tool", SAID)
def test_a_line_of_a_known_form_is_read_with_its_place(tool: str, prefix: str) -> None:
    line, *expected = SAID[tool]
    (found,) = findings(f"begin\n{prefix}{line}\nBUILD FAILURE\n", "job.log")
    assert [found.file, found.line, found.code, found.message] == expected
    assert found.tool == tool


def test_what_only_follows_from_a_failure_is_left_out() -> None:
    text = (
        "[ERROR] Failed to execute goal x:y: Compilation failure -> [Help 1]\n[ERROR] \n"
        "[ERROR] Re-run Maven using the -X switch\n[ERROR] [Help 1] http://example.org\n##[error]Process "
        "completed with exit code 1.\n"
    )
    assert [finding.message for finding in findings(text, "x")] == ["Failed to execute goal x:y: Compilation failure"]


def test_the_first_cause_comes_first_and_complaints_of_the_shell_last() -> None:
    text = "bash: line 9: bc: command not found\nsrc/a.go:1:1: first\nsrc/b.go:2:2: second\n"
    assert [finding.message for finding in findings(text, "x")] == [
        "first",
        "second",
        "bash: line 9: bc: command not found",
    ]


def test_findings_of_one_kind_are_one_group() -> None:
    lines = [f"[ERROR] /src/A{n}.java:[{n},1] package shop.cart{n} does not exist" for n in range(1, 6)]
    made = log_groups(findings("\n".join([*lines, "fatal: early end"]), "x"))
    assert [(group.title, len(group.findings)) for group in made] == [
        ("package shop.cart1 does not exist", 5),
        ("fatal: early end", 1),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "error {n}\n",
        "src/a.go:{n}:1: undefined\n",
        "x" * 3000 + "{n}\n",
        "x" * 3000 + " error {n}\n",
        "at a.b(C.java:{n})\n",
    ],
)
def test_a_long_log_takes_little_time_and_gives_few_findings(line: str) -> None:
    text = "".join(line.format(n=n) for n in range(4_000))
    started = time.perf_counter()
    assert len(findings(text, "job.log")) <= 50
    assert time.perf_counter() - started < 5
