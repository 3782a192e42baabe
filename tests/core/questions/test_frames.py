"""Stack traces of the common languages point at the repository's files, the innermost first."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from agent_ci.core.questions.frames import Frame, Index, frames, named_lines, suspects
from agent_ci.core.report import Status, TestCase
from agent_ci.core.run import Evidence, Finding, JobLog

PYTEST = """
tests/test_cart.py:9: in test_total
    assert cart.total() == 3
src/shop/cart.py:21: in total
    return tax(net)
src/shop/tax.py:4: ZeroDivisionError
"""
PYTHON = """Traceback (most recent call last):
  File "/tmp/w/tests/test_cart.py", line 9, in test_total
  File "/tmp/w/src/shop/cart.py", line 21, in total
  File "/usr/lib/python3.11/json/decoder.py", line 355, in raw_decode
json.decoder.JSONDecodeError: Expecting value
"""
JAVA = """java.lang.IllegalStateException: empty
\tat com.shop.Cart$Line.total(Cart.java:42)
\tat java.base/java.util.ArrayList.forEach(ArrayList.java:1511)
\tat com.shop.CartTest.total(CartTest.java:17)
"""
JAVASCRIPT = """TypeError: x is undefined
    at total (/home/ci/app/src/cart.ts:12:9)
    at file:///home/ci/app/src/index.mjs:3:1
    at Object.<anonymous> (/home/ci/app/node_modules/jest/build/run.js:5:7)
    at Object.<anonymous> (test/cart.test.ts:5:7)
"""
GO = """panic: runtime error: index out of range
shop.Total(...)
\t/home/ci/shop/cart.go:12 +0x1d
    cart_test.go:30: got 2
"""
RUST = "thread 'total' panicked at src/cart.rs:10:5:\nindex out of bounds"
DOTNET = r"   at Shop.Cart.Total() in C:\ci\Shop\Cart.cs:line 12"
RUBY = "lib/cart.rb:12:in `total'\nspec/cart_spec.rb:3:in `block'"

TRACES = {
    "pytest": (PYTEST, ["src/shop/tax.py:4", "src/shop/cart.py:21", "tests/test_cart.py:9"]),
    "python": (
        PYTHON,
        ["/usr/lib/python3.11/json/decoder.py:355", "/tmp/w/src/shop/cart.py:21", "/tmp/w/tests/test_cart.py:9"],  # noqa: S108 - a path in a text
    ),
    "java": (JAVA, ["com/shop/Cart.java:42", "java/util/ArrayList.java:1511", "com/shop/CartTest.java:17"]),
    "javascript": (
        JAVASCRIPT,
        [
            "/home/ci/app/src/cart.ts:12",
            "///home/ci/app/src/index.mjs:3",
            "/home/ci/app/node_modules/jest/build/run.js:5",
            "test/cart.test.ts:5",
        ],
    ),
    "go": (GO, ["/home/ci/shop/cart.go:12", "cart_test.go:30"]),
    "rust": (RUST, ["src/cart.rs:10"]),
    "dotnet": (DOTNET, [r"\ci\Shop\Cart.cs:12"]),
    "ruby": (RUBY, ["lib/cart.rb:12", "spec/cart_spec.rb:3"]),
    "an import": ("cannot import name 'tax' from 'shop.cart' (/w/src/shop/cart.py)", ["shop/cart.py:0"]),
    "a missing module": ("ModuleNotFoundError: No module named 'shop.money'", ["shop/money.py:0"]),
    "prose": ("version 3.11 costs 2.50: no file", []),
}


@pytest.mark.parametrize(("text", "expected"), TRACES.values(), ids=TRACES)
def test_the_innermost_frame_comes_first(text: str, expected: list[str]) -> None:
    assert [f"{frame.path}:{frame.line}" for frame in frames(text)] == expected


REPOSITORY = (
    "src/shop/__init__.py",
    "src/shop/cart.py",
    "src/shop/tax.py",
    "tests/test_cart.py",
    "tests/test_tax.py",
    "core/src/main/java/com/shop/Cart.java",
    "a/util.go",
    "b/util.go",
    "README.md",
)

TEXTS = dict.fromkeys(REPOSITORY, "")
CODE = dict.fromkeys(("src/shop/tax.py", "src/shop/cart.py"), "")

RESOLVED = {
    "as it is": ("src/shop/cart.py", "src/shop/cart.py"),
    "absolute": ("/builds/x/src/shop/cart.py", "src/shop/cart.py"),
    "relative to a subfolder": ("shop/cart.py", "src/shop/cart.py"),
    "with backslashes": (r"C:\ci\src\shop\cart.py", "src/shop/cart.py"),
    "as a URL": ("file:///ci/src/shop/cart.py", "src/shop/cart.py"),
    "by package": ("com/shop/Cart.java", "core/src/main/java/com/shop/Cart.java"),
    "a package's own file": ("shop.py", "src/shop/__init__.py"),
    "two that fit": ("util.go", ""),
    "not ours": ("/venv/lib/python3.11/site-packages/src/shop/cart.py", ""),
    "unknown": ("src/shop/other.py", ""),
    "the same name elsewhere": ("/w/other/cart.py", ""),
}


@pytest.mark.parametrize(("path", "expected"), RESOLVED.values(), ids=RESOLVED)
def test_a_frames_path_means_one_file_or_none(path: str, expected: str) -> None:
    assert Index(REPOSITORY).resolve(path) == expected


def red(traceback: str, *, id_: str = "tests/test_cart.py::test_total", message: str = "") -> TestCase:
    return TestCase(id_, Status.FAILED, message=message, traceback=traceback)


def evidence(*targets: TestCase, findings: tuple[Finding, ...] = ()) -> Evidence:
    return Evidence("fix", "red", targets=targets, findings=findings)


def test_the_code_comes_before_the_tests_and_the_innermost_file_first() -> None:
    found = suspects(evidence(red(PYTEST)), TEXTS)
    assert found == ("src/shop/tax.py", "src/shop/cart.py", "tests/test_cart.py")


def test_a_file_that_many_failures_share_comes_first() -> None:
    shared = "src/shop/cart.py:21: in total\nsrc/shop/tax.py:4: E"
    alone = "src/shop/cart.py:3: E"
    found = suspects(evidence(red(alone), red(shared), red(alone)), TEXTS)
    assert found[:2] == ("src/shop/cart.py", "src/shop/tax.py")


def test_a_failed_assertion_leads_to_the_file_named_like_the_test() -> None:
    case = red("tests/test_tax.py:3: AssertionError", id_="tests/test_tax.py::test_rate")
    assert suspects(evidence(case), TEXTS) == ("src/shop/tax.py", "tests/test_tax.py")


def test_a_finding_leads_to_its_file() -> None:
    finding = Finding("src/shop/tax.py", 4, "invalid syntax")
    assert suspects(evidence(findings=(finding,)), TEXTS) == ("src/shop/tax.py",)


def test_without_a_trace_there_is_no_suspect() -> None:
    assert suspects(evidence(red("", id_="suite total")), TEXTS) == ()


def test_the_lines_of_all_failures_are_gathered_by_file() -> None:
    case = TestCase("t", Status.FAILED, traceback=PYTEST, file="tests/test_cart.py", line=7)
    finding = Finding("src/shop/tax.py", 2, "unused")
    assert named_lines(evidence(case, findings=(finding,)), REPOSITORY) == {
        "src/shop/tax.py": (2, 4),
        "src/shop/cart.py": (21,),
        "tests/test_cart.py": (7, 9),
    }


@pytest.mark.parametrize(
    "text", ["a" * 200_000, "a." * 100_000, "/" * 200_000, "at a." * 40_000, "('" * 100_000], ids=lambda text: text[:4]
)
def test_a_hostile_trace_costs_no_time(text: str) -> None:
    started = time.monotonic()
    frames(text)
    assert time.monotonic() - started < 2


def test_a_frame_is_a_value() -> None:
    assert Frame("a.py", 1) == Frame("a.py", 1)


def test_what_the_excerpt_of_a_log_names_is_suspect_and_shown_less_than_a_finding() -> None:
    log = JobLog("job.log", 'File "/srv/src/shop/tax.py", line 4, in rate\nValueError')
    found = replace(evidence(), logs=(log,))
    assert suspects(found, CODE) == ("src/shop/tax.py",)
    assert named_lines(found, ("src/shop/tax.py",)) == {"src/shop/tax.py": (4,)}
    both = replace(found, findings=(Finding("src/shop/cart.py", 2, "no"),))
    assert suspects(both, CODE) == ("src/shop/cart.py", "src/shop/tax.py")


def test_generated_and_vendored_files_come_after_those_that_a_person_wrote() -> None:
    findings = tuple(Finding(path, 1, "no") for path in ("api/cart.pb.go", "vendor/x/y.go", "cart.go"))
    paths = ("api/cart.pb.go", "cart.go", "vendor/x/y.go")
    assert suspects(evidence(findings=findings), dict.fromkeys(paths, ""))[0] == "cart.go"
