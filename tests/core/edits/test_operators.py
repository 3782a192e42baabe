from __future__ import annotations

import pytest

from agent_ci.core.edits.hints import Hints, read_hints
from agent_ci.core.edits.operators import Candidate, brings_literal, candidates
from agent_ci.core.edits.syntax import SourceFile

EVERYWHERE = dict.fromkeys(range(1, 100), 1.0)


def read(path: str, text: str) -> SourceFile:
    file = SourceFile.read(path, text.encode())
    assert file is not None
    return file


def edits(path: str, text: str, hints: Hints | None = None, earlier: str = "") -> dict[str, Candidate]:
    """What the file can be made to read, each with the likeliest candidate that does."""
    file = read(path, text)
    found = sorted(candidates(file, EVERYWHERE, hints or Hints(), earlier), key=lambda one: one.rank)
    return {file.with_splice(one.start, one.end, one.replacement).decode(): one for one in found}


def javascript(body: str) -> str:
    return f"function f(a, b) {{\n  {body}\n}}\n"


def go(body: str) -> str:
    return f"package p\n\nfunc F(a, b int) int {{\n\t{body}\n}}\n"


MADE = {
    "comparison": ("return a < b;", "return a <= b;"),
    "arithmetic": ("return a - b;", "return a + b;"),
    "augmented": ("a += b;", "a -= b;"),
    "step": ("a++;", "a--;"),
    "connective": ("return a && b;", "return a || b;"),
    "integer": ("return a[1];", "return a[0];"),
    "truth": ("return true;", "return false;"),
    "negation": ("if (!a) { return b; }", "if (a) { return b; }"),
    "twin": ("a.push(b);", "a.unshift(b);"),
    "argument_order": ("return f(a, b);", "return f(b, a);"),
    "missing_return": ("f(a);", "return f(a);"),
    "unary": ("return a;", "return -a;"),
    "jump": ("while (a) { break; }", "while (a) { continue; }"),
    "variable": ("return a * 2;", "return b * 2;"),
    "attribute": ("return a.x + a.y;", "return a.x + a.x;"),
    "swapped_branches": ("return a ? 1 : b;", "return a ? b : 1;"),
    "comparison_order": ("return a - b;", "return b - a;"),
    "off_by_one": ("return a[b];", "return a[b - 1];"),
    "dropped_operand": ("return a + 1;", "return a;"),
    "removed_statement": ("f(a); return b;", " return b;"),
    "sibling_function": (
        "return g(a); function g() {} function h() {}",
        "return h(a); function g() {} function h() {}",
    ),
    "string_key": ("return a['left'] + b['lefft'];", "return a['left'] + b['left'];"),
}


@pytest.mark.parametrize(("operator", "bodies"), MADE.items(), ids=MADE)
def test_an_operator_makes_its_edit(operator: str, bodies: tuple[str, str]) -> None:
    found = edits("a.js", javascript(bodies[0]))
    assert found[javascript(bodies[1])].operator == operator


MADE_IN_GO = {
    "comparison": ("if a < b { return 1 }; return 0", "if a <= b { return 1 }; return 0"),
    "arithmetic": ("return a - b", "return a + b"),
    "augmented": ("a += b; return a", "a -= b; return a"),
    "integer": ("return a + 2", "return a + 1"),
    "variable": ("return a * 2", "return b * 2"),
    "twin": ('_ = strings.HasPrefix("a", "b"); return 0', '_ = strings.HasSuffix("a", "b"); return 0'),
    "argument_order": ("return t[a][b]", "return t[b][a]"),
    "negation": ("if ok(a) { return b }; return a", "if !ok(a) { return b }; return a"),
}


@pytest.mark.parametrize(("operator", "bodies"), MADE_IN_GO.items(), ids=MADE_IN_GO)
def test_an_operator_makes_its_edit_in_go(operator: str, bodies: tuple[str, str]) -> None:
    found = edits("a.go", go(bodies[0]))
    assert found[go(bodies[1])].operator == operator


def test_types_are_left_alone_in_typescript() -> None:
    text = "type Size = 1 | 2;\nexport function f(a: Size, b: 2): number {\n  return a < b;\n}\n"
    assert all(one.line == 3 for one in edits("a.ts", text).values())


def test_a_call_that_is_not_waited_for_is() -> None:
    text = "async function get() {}\nasync function f() {\n  return [get()];\n}\n"
    assert edits("a.js", text)[text.replace("[get()]", "[await get()]")].operator == "missing_await"


ABSENT = "TypeError: Cannot read properties of null (reading 'name')\n    at f (a.js:2:12)"


def test_what_is_read_of_nothing_gets_a_guard_with_the_value_of_the_test() -> None:
    hints = read_hints([ABSENT], ["assert.equal(f(null), 'nobody')"], [("a.js", 2)])
    found = edits("a.js", javascript("return a.name;"), hints)
    guard = javascript("if (!a) {\n    return 'nobody';\n  }\n  return a.name;")
    assert (found[guard].operator, found[guard].function) == ("none_guard", "f")
    assert found[javascript("return a?.name;")].operator == "none_check"


def test_what_is_nil_in_go_gets_a_guard() -> None:
    text = "package p\n\nfunc F(a *T) string {\n\treturn a.Name\n}\n"
    nil = "panic: runtime error: invalid memory address or nil pointer dereference"
    found = edits("a.go", text, read_hints([nil], ['F(nil) != "none"'], [("a.go", 4)]))
    assert text.replace("\treturn", '\tif a == nil {\n\t\treturn "none"\n\t}\n\treturn') in found


SAYS = {
    "jest": 'Expected: "abc"\nReceived: "axc"',
    "node": "Expected values to be strictly equal:\n\n'axc' !== 'abc'\n",
    "node, as a difference": "+ actual - expected\n\n+ 'axc'\n- 'abc'\n",
    "vitest": "AssertionError: expected 'axc' to be 'abc' // Object.is equality",
    "go": 'a_test.go:9: F() got "axc", want "abc"',
    "testify": 'Error: Not equal:\n  expected: "abc"\n  actual  : "axc"\n',
}


@pytest.mark.parametrize("said", SAYS.values(), ids=SAYS)
def test_a_text_is_made_what_was_wanted(said: str) -> None:
    found = edits("a.js", javascript("return 'axc';"), read_hints([said], [], []))
    assert found[javascript("return 'abc';")].operator == "guided_text"


def test_a_name_that_nobody_knows_is_spelt_as_elsewhere() -> None:
    said = "ReferenceError: lenght is not defined"
    found = edits("a.js", javascript("const length = 1; return lenght;"), read_hints([said], [], []))
    assert found[javascript("const length = 1; return length;")].operator == "misspelt"


def test_lines_are_taken_back_to_what_they_read_on_the_green_base() -> None:
    before = javascript("return a.map((one) => one.id);")
    assert edits("a.js", javascript("return a;"), earlier=before)[before].operator == "earlier_lines"


def test_a_value_that_only_the_test_holds_is_noticed() -> None:
    file = read("a.js", javascript("return 7;"))
    hints = read_hints([], ["equal(f(), 4321)"], [])
    of_the_test = Candidate("a.js", 0, 0, "4321", "integer", 1, 1.0)
    of_the_file = Candidate("a.js", 0, 0, "7", "integer", 1, 1.0)
    assert (brings_literal(of_the_test, file, hints), brings_literal(of_the_file, file, hints)) == (True, False)


HOSTILE = {
    "a fault of syntax": b"function f( {",
    "a line of a megabyte": b"const a = [" + b"1," * 500_000 + b"];",
    "brackets in brackets": b"x = " + b"[" * 100_000 + b"]" * 100_000,
    "calls in calls over many lines": b"x = " + b"f(\n" * 5_000 + b")" * 4_000 + b"\n" + b")" * 1_000,
    "no text": b"\xff\xfe\x00",
    "a line that nobody wrote": b"const a = [" + b"1," * 5_000 + b"];",
    "more than is read": b"/*\n" + b"x\n" * 200_000 + b"*/\n",
    "more parts than are looked at": b"f();\n" * 20_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_file_is_left_alone(data: bytes) -> None:
    assert SourceFile.read("a.js", data) is None
