from __future__ import annotations

import time

import pytest

from agent_ci.core.kinds import Kind
from agent_ci.core.logs.findings import HINT
from agent_ci.core.logs.groups import log_groups
from agent_ci.joblogs import findings_in as findings
from agent_ci.joblogs import own_matchers


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


K = Kind
EACH: dict[str, tuple[str, tuple[str, int | None, str, str, Kind]]] = {
    "tsc, pretty": (
        "src/a.ts:4:5 - error TS2322: Type 'a'.",
        ("src/a.ts", 4, "TS2322", "Type 'a'.", K.TYPE),
    ),
    "eslint, stylish": (
        "/app/src/a.js\n  3:10  warning  'y' is unused  no-unused-vars\n  4:10  error  'x' is not defined  no-undef",
        ("/app/src/a.js", 4, "no-undef", "'x' is not defined", K.LINT),
    ),
    "eslint, compact": (
        "/app/src/a.js: line 3, col 10, Error - 'x' is not defined. (no-undef)",
        ("/app/src/a.js", 3, "no-undef", "'x' is not defined.", K.LINT),
    ),
    "go vet": ("vet: ./a.go:5:2: undefined: total", ("./a.go", 5, "", "undefined: total", K.COMPILE)),
    "rustc": (
        "error[E0308]: mismatched types\n  --> src/lib.rs:3:5\n   |",
        ("src/lib.rs", 3, "E0308", "mismatched types", K.COMPILE),
    ),
    "a panic of a Rust test": (
        "thread 'cart::adds' panicked at src/cart.rs:9:5:\nassertion `left == right` failed",
        ("src/cart.rs", 9, "cart::adds", "assertion `left == right` failed", K.TEST),
    ),
    "a Python traceback": (
        (
            'Traceback (most recent call last):\n  File "/srv/a.py", line 1, in <module>\n    import b\n'
            '  File "/srv/b.py", line 7, in f\n    raise ValueError("no")\nValueError: no'
        ),
        ("/srv/b.py", 7, "ValueError", "ValueError: no", K.OTHER),
    ),
    "a Python syntax error": (
        '  File "/srv/b.py", line 2\n    def f(:\n          ^\nSyntaxError: invalid syntax',
        ("/srv/b.py", 2, "SyntaxError", "SyntaxError: invalid syntax", K.COMPILE),
    ),
    "an import that is not installed": (
        "  File \"/srv/b.py\", line 2, in <module>\n    import yaml\nModuleNotFoundError: No module named 'yaml'",
        (
            "/srv/b.py",
            2,
            "ModuleNotFoundError",
            "ModuleNotFoundError: No module named 'yaml'",
            K.MISSING_DEPENDENCY,
        ),
    ),
    "an import of a name": (
        "  File \"/srv/b.py\", line 2, in <module>\n    from a import c\nImportError: cannot import name 'c' from 'a'",
        ("/srv/b.py", 2, "ImportError", "ImportError: cannot import name 'c' from 'a'", K.IMPORT),
    ),
    "mypy with columns": (
        "shop/a.py:9:5: error: Name is not defined  [name-defined]",
        ("shop/a.py", 9, "name-defined", "Name is not defined", K.TYPE),
    ),
    "pyright": (
        '  /srv/a.py:3:9 - error: "x" is not defined (reportUndefinedVariable)',
        ("/srv/a.py", 3, "reportUndefinedVariable", '"x" is not defined', K.TYPE),
    ),
    "ruff, in full": (
        "F401 [*] `os` imported but unused\n --> shop/a.py:1:8\n  |",
        ("shop/a.py", 1, "F401", "`os` imported but unused", K.LINT),
    ),
    "kotlinc": (
        "e: file:///app/A.kt:3:5 Unresolved reference: x",
        ("/app/A.kt", 3, "", "Unresolved reference: x", K.COMPILE),
    ),
    "csc": (
        "Cart.cs(3,5): error CS1002: ; expected [/src/Shop.csproj]",
        ("Cart.cs", 3, "CS1002", "; expected", K.COMPILE),
    ),
    "nuget": (
        "/src/Shop.csproj : error NU1101: Unable to find package Cart.",
        ("/src/Shop.csproj", None, "NU1101", "Unable to find package Cart.", K.MISSING_DEPENDENCY),
    ),
    "ruby": (
        "lib/cart.rb:3:in `total': undefined method `sum' for nil (NoMethodError)",
        ("lib/cart.rb", 3, "NoMethodError", "undefined method `sum' for nil", K.OTHER),
    ),
    "rspec": ("rspec ./spec/a_spec.rb:7 # Cart adds up", ("./spec/a_spec.rb", 7, "", "Cart adds up", K.TEST)),
    "rubocop": (
        "lib/a.rb:3:1: C: [Correctable] Style/For: Prefer each.",
        ("lib/a.rb", 3, "Style/For", "Prefer each.", K.LINT),
    ),
    "minitest": (
        "CartTest#test_total [test/cart_test.rb:7]:\nExpected: 3\n  Actual: 2",
        ("test/cart_test.rb", 7, "CartTest#test_total", "Expected: 3", K.TEST),
    ),
    "php": (
        "PHP Parse error:  syntax error, unexpected token in /srv/a.php on line 4",
        ("/srv/a.php", 4, "Parse", "Parse error:  syntax error, unexpected token", K.COMPILE),
    ),
    "a file of docker": (
        (
            "Dockerfile:3\n--------------------\n   3 | >>> RUN false\n--------------------\n"
            'ERROR: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1'
        ),
        (
            "Dockerfile",
            3,
            "",
            'ERROR: failed to solve: process "/bin/sh -c false" did not complete successfully: exit code: 1',
            K.OTHER,
        ),
    ),
    "terraform": (
        '│ Error: Unsupported argument\n│ \n│   on main.tf line 3, in resource "x" "y":',
        ("main.tf", 3, "", "Unsupported argument", K.OTHER),
    ),
    "shellcheck": (
        "In run.sh line 3:\necho $a\n     ^-- SC2086 (info): Double quote.",
        ("run.sh", 3, "SC2086", "Double quote.", K.LINT),
    ),
    "npm": (
        "npm ERR! code ERESOLVE",
        ("job.log", None, "ERESOLVE", "code ERESOLVE", K.DEPENDENCY_CONFLICT),
    ),
    "pip": (
        "ERROR: No matching distribution found for cart==9",
        ("job.log", None, "", "No matching distribution found for cart==9", K.MISSING_DEPENDENCY),
    ),
    "go test": (
        "--- FAIL: TestTotal (0.00s)\n    cart_test.go:9: got 2",
        ("cart_test.go", 9, "TestTotal", "got 2", K.TEST),
    ),
    "the linker": (
        "/usr/bin/ld: cart.c:(.text+0x5): undefined reference to `total'",
        ("cart.c", None, "", "undefined reference to `total'", K.COMPILE),
    ),
    "an annotation": (
        "::error file=src/a.js,line=3,col=5::no such thing",
        ("src/a.js", 3, "", "no such thing", K.OTHER),
    ),
    "vitest": (
        " FAIL  src/a.test.ts > cart > adds up",
        ("src/a.test.ts", None, "cart > adds up", "cart > adds up", K.TEST),
    ),
    "black": ("would reformat /srv/a.py", ("/srv/a.py", None, "", "would reformat /srv/a.py", K.LINT)),
    "a full disk": (
        "tar: a: Cannot write: No space left on device",
        ("job.log", None, "", "tar: a: Cannot write: No space left on device", K.DISK_FULL),
    ),
}


@pytest.mark.parametrize("tool", EACH)
def test_what_a_tool_says_has_its_place_and_its_kind(tool: str) -> None:
    said, expected = EACH[tool]
    found = findings(f"begin\n{said}\nend\n", "job.log")
    shown = [(one.file, one.line, one.code, one.message, one.kind) for one in found]
    assert expected in shown
    assert not [row for row in shown if row[3] == expected[3] and row != expected]


def test_every_line_that_a_matcher_of_one_line_reads_is_hinted_at() -> None:
    lines = [line for said, _ in EACH.values() for line in said.split("\n")] + [said[0] for said in SAID.values()]
    single = [matcher for matcher in own_matchers() if len(matcher.patterns) == 1]
    read = [line for line in lines if any(matcher.patterns[0].read(line) for matcher in single)]
    assert len(read) > 30
    assert [line for line in read if not HINT.search(line)] == []


def test_a_finding_names_its_line_of_the_raw_log_and_its_step() -> None:
    text = "2026-01-02T03:04:05.6Z ##[group]Run make\n\n2026-01-02T03:04:06.6Z a.c:3:5: error: expected ';'\n"
    [found] = findings(text, "job.log")
    assert (found.log, found.log_line, found.step, found.column) == ("job.log", 3, "Run make", 5)


def test_warnings_and_what_is_printed_of_a_script_are_no_findings() -> None:
    text = "/app/a.js\n  3:10  warning  error 'y' is unused  no-unused-vars\n"
    text += "##[warning]error in a warning\n##[group]Run echo 'error: x'\n##[command]/bin/false error: y\nfine"
    assert findings(text, "x") == ()
