"""Which small faults are put into the lines that new tests of other languages are to guard."""

from __future__ import annotations

import pytest

from agent_ci.core.edits.faults import Fault, faults
from agent_ci.core.edits.syntax import SourceFile

SOURCE = """function discount(price, percent) {
  if (percent < 0) {
    throw new Error('negative');
  }
  count += 1;
  return !a || a * percent;
}
"""
JAVA = """class Money {
    static int discount(int price) {
        if (price < 0) {
            throw new IllegalArgumentException();
        }
        return price / 2;
    }
}
"""
GO = "package money\n\nfunc Half(n int) int {\n\tif n == 0 {\n\t\tpanic(1)\n\t}\n\treturn n / 2\n}\n"


def made(path: str, text: str, lines: set[int], per_line: int = 3) -> tuple[Fault, ...]:
    file = SourceFile.read(path, text.encode())
    assert file is not None
    return faults(file, lines, per_line=per_line)


def changed(path: str, text: str, line: int) -> list[str]:
    """How *line* reads in each fault."""
    return [one.data.decode().split("\n")[line - 1].strip() for one in made(path, text, {line})]


@pytest.mark.parametrize(
    ("path", "text", "line", "read"),
    [
        ("a.js", SOURCE, 2, ["if (percent >= 0) {", "if (percent <= 0) {", "if (percent < 1) {"]),
        ("a.js", SOURCE, 3, [""]),
        ("a.ts", SOURCE, 5, ["count -= 1;", "", "count += 2;"]),
        (
            "a.js", SOURCE, 6,
            ["return !a || a / percent;", "return !a && a * percent;", "return a || a * percent;"],
        ),
        ("Money.java", JAVA, 3, ["if (price >= 0) {", "if (price <= 0) {", "if (price < 1) {"]),
        ("Money.java", JAVA, 4, [""]),
        ("Money.java", JAVA, 6, ["return price * 2;", "return price / 3;", "return price % 2;"]),
        ("a.go", GO, 4, ["if n != 0 {", "if n <= 0 {", "if n == 1 {"]),
        ("a.go", GO, 5, ["", "panic(2)", "panic(0)"]),
        ("a.go", GO, 7, ["return n * 2", "return n / 3", "return n % 2"]),
    ],
)  # fmt: skip
def test_a_line_gets_the_plainest_faults(path: str, text: str, line: int, read: list[str]) -> None:
    assert changed(path, text, line) == read


def test_each_line_gets_one_before_any_gets_a_second() -> None:
    found = made("a.js", SOURCE, {2, 3, 6})
    assert [one.line for one in found] == [2, 3, 6, 2, 6, 2, 6]
    assert [one.line for one in made("a.js", SOURCE, {2, 3, 6}, per_line=1)] == [2, 3, 6]


def test_other_lines_are_left_alone_and_ids_tell_what_was_done() -> None:
    [first, *_] = made("a.js", SOURCE, {2})
    assert first.id == "a.js:2 opposite: '<', '>='"
    assert made("a.js", SOURCE, {7}) == ()
