"""Changes that make tests weaker: the path, the test before and after, and a phrase of the objection."""

from __future__ import annotations

from typing import NamedTuple


class Edit(NamedTuple):
    """One change of one file; ``phrase`` is part of what is to be said of it, empty for an honest edit."""

    path: str
    before: str | None
    after: str | None
    phrase: str = ""
    rule: str = "weakened-test"


_PYTHON = "import pytest\nfrom shop.cart import Cart, total\n\n\ndef test_total():\n    {}\n"
_JS = 'const {{ total }} = require("../src/cart");\n\ntest("adds", () => {{\n  {}\n}});\n'
_GO = "package shop\n\nfunc TestTotal(t *testing.T) {{\n\t{}\n}}\n"
_JAVA = "class CartTest {{\n  @Test\n  void adds() {{\n    {}\n  }}\n}}\n"
_RUBY = 'describe "cart" do\n  it "adds" do\n    {}\n  end\nend\n'


def _edit(path: str, template: str, texts: tuple[str, str], indent: str, said: tuple[str, ...]) -> Edit:
    before, after = (template.format(text.replace("\n", f"\n{indent}")) for text in texts)
    return Edit(path, before, after, *said)


def python(before: str, after: str, *said: str) -> Edit:
    return _edit("tests/test_cart.py", _PYTHON, (before, after), "    ", said)


def js(before: str, after: str, *said: str) -> Edit:
    return _edit("tests/cart.test.js", _JS, (before, after), "  ", said)


def go(before: str, after: str, *said: str) -> Edit:
    return _edit("cart_test.go", _GO, (before, after), "\t", said)


def java(before: str, after: str, *said: str) -> Edit:
    return _edit("src/test/java/CartTest.java", _JAVA, (before, after), "    ", said)


def ruby(before: str, after: str, *said: str) -> Edit:
    return _edit("spec/cart_spec.rb", _RUBY, (before, after), "    ", said)


EQUAL = "assert total([1, 2]) == 3"
TWO = "def test_a():\n    assert 1 + one() == 2\n\n\ndef test_b():\n    assert one() == 1\n"
TABLE = """
@pytest.mark.parametrize(('a', 'b'), [(1, 1), (2, 4), (3, 9)])
def test_square(a, b):
    assert square(a) == b
"""

WEAKENED = {
    "py: an assertion is gone": python(f"{EQUAL}\nassert total([]) == 0", EQUAL, "is gone"),
    "py: equality to membership": python(EQUAL, "assert total([1, 2]) in (3, 4)", "loosened"),
    "py: equality to not None": python(EQUAL, "assert total([1, 2]) is not None", "loosened"),
    "py: equality to truth": python(EQUAL, "assert total([1, 2])", "loosened"),
    "py: equality to a bound": python(EQUAL, "assert total([1, 2]) >= 3", "loosened"),
    "py: equality to a type": python(EQUAL, "assert isinstance(total([1, 2]), int)", "loosened"),
    "py: the expected value": python(EQUAL, "assert total([1, 2]) == 4", "expected value"),
    "py: other arguments": python(EQUAL, "assert total([3]) == 3", "replaced by"),
    "py: a tolerance": python(
        "assert total([0.1]) == pytest.approx(0.1, abs=1e-6)",
        "assert total([0.1]) == pytest.approx(0.1, abs=1)",
        "tolerance",
    ),
    "py: a tolerance is new": python(EQUAL, "assert total([1, 2]) == pytest.approx(3, abs=1)", "tolerance"),
    "py: rounded": python("assert total([0.1]) == 0.1", "assert round(total([0.1])) == 0.1", "tolerance"),
    "py: a broader exception": python(
        """
with pytest.raises(ValueError):
    total(None)""",
        """
with pytest.raises(Exception):
    total(None)""",
        "exception",
    ),
    "py: more exceptions": python(
        "with pytest.raises(ValueError):\n    total(None)",
        "with pytest.raises((ValueError, TypeError)):\n    total(None)",
        "exception",
    ),
    "py: the message is not matched": python(
        "with pytest.raises(ValueError, match='no lines'):\n    total(None)",
        "with pytest.raises(ValueError):\n    total(None)",
        "no longer matched",
    ),
    "py: a tautology": python(EQUAL, "assert total([1, 2]) == total([1, 2])", "expected value"),
    "py: or True": python(EQUAL, f"{EQUAL} or True", ""),
    "py: a tuple": python(EQUAL, "assert (total([1, 2]) == 3, 'wrong')", "is gone"),
    "py: under a condition": python(EQUAL, f"if total:\n    {EQUAL}", "only reached under"),
    "py: in a try": python(EQUAL, f"try:\n    {EQUAL}\nexcept AssertionError:\n    pass", "only reached under"),
    "py: behind a return": python(EQUAL, f"return\n{EQUAL}", "is gone"),
    "py: over nothing": python(EQUAL, f"for _ in []:\n    {EQUAL}", "is gone"),
    "py: the body is gone": python(EQUAL, "pass", "is gone"),
    "py: a skip": python(EQUAL, f"pytest.skip('later')\n{EQUAL}", ""),
    "py: a sleep": python(EQUAL, f"import time\ntime.sleep(1)\n{EQUAL}", "waits"),
    "py: tries again": python(
        EQUAL, f"for _ in range(3):\n    try:\n        {EQUAL}\n    except AssertionError:\n        continue", ""
    ),
    "py: suppressed": python(EQUAL, f"import contextlib\nwith contextlib.suppress(AssertionError):\n    {EQUAL}", ""),
    "py: an expected failure": Edit(
        "tests/test_a.py", TWO, TWO.replace("def test_b", "@pytest.mark.xfail\ndef test_b"), "xfail"
    ),
    "py: a mark to skip": Edit(
        "tests/test_a.py", TWO, TWO.replace("def test_b", "@pytest.mark.skipif(True, reason='x')\ndef test_b"), "skipif"
    ),
    "py: a mark to repeat": Edit(
        "tests/test_a.py", TWO, TWO.replace("def test_b", "@pytest.mark.flaky(reruns=3)\ndef test_b"), "flaky"
    ),
    "py: the whole file is skipped": Edit(
        "tests/test_a.py", TWO, "import pytest\npytestmark = pytest.mark.skip\n" + TWO, "skip"
    ),
    "py: a case is gone": Edit("tests/test_a.py", TWO, TWO.partition("\n\n\n")[0] + "\n", "was deleted"),
    "py: a case is renamed": Edit("tests/test_a.py", TWO, TWO.replace("test_b", "check_b"), "was deleted"),
    "py: a case has another name": Edit("tests/test_a.py", TWO, TWO.replace("test_b", "test_c"), "renamed"),
    "py: the file is gone": Edit("tests/test_a.py", TWO, None, "are gone"),
    "py: a row is gone": Edit("tests/test_a.py", TABLE, TABLE.replace(", (3, 9)", ""), "is gone"),
    "py: a row expects another value": Edit("tests/test_a.py", TABLE, TABLE.replace("9", "8"), "row"),
    "py: no rows": Edit("tests/test_a.py", TABLE, TABLE.replace("[(1, 1), (2, 4), (3, 9)]", "[]"), "is gone"),
    "py: a class is not collected": Edit(
        "tests/test_a.py",
        "class TestA:\n    def test_a(self):\n        assert one() == 1\n",
        "class TestA:\n    __test__ = False\n    def test_a(self):\n        assert one() == 1\n",
        "gone",
    ),
    "py: the unit is patched": python(
        EQUAL,
        f"from unittest import mock\nwith mock.patch('shop.cart.total', return_value=3):\n    {EQUAL}",
        "mock",
        "mocked-subject",
    ),
    "py: unittest's": Edit(
        "tests/test_a.py",
        "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(one(), 1)\n",
        "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertTrue(one())\n",
        "loosened",
    ),
    "py: a mock's call": python(
        "seen = Spy()\nseen.assert_called_once_with(1)", "seen = Spy()\nseen.assert_called()", "assert_called()"
    ),
    "py: a fixture": Edit(
        "tests/conftest.py",
        "import pytest\n\n\n@pytest.fixture\ndef price():\n    return 3\n",
        "import pytest\n\n\n@pytest.fixture\ndef price():\n    return 4\n",
        "gave",
    ),
    "py: a hook": Edit(
        "tests/conftest.py",
        "",
        """
def pytest_collection_modifyitems(items):
    items.clear()
""",
        "decides what all tests",
    ),
    "py: collects less": Edit("tests/conftest.py", "", "collect_ignore = ['test_a.py']\n", "collected"),
    "js: an assertion is gone": js(
        "expect(total([1])).toBe(1);\nexpect(total([])).toBe(0);", "expect(total([1])).toBe(1);", "no longer claims"
    ),
    "js: exact to truthy": js("expect(total([1])).toBe(1);", "expect(total([1])).toBeTruthy();", "asks less"),
    "js: exact to defined": js("expect(total([1])).toEqual([1]);", "expect(total([1])).toBeDefined();", "asks less"),
    "js: exact to part": js(
        "expect(total([1])).toEqual({ a: 1 });", "expect(total([1])).toMatchObject({ a: 1 });", "asks less"
    ),
    "js: anything": js(
        "expect(total([1])).toEqual(1);", "expect(total([1])).toEqual(expect.anything());", "something else"
    ),
    "js: the expected value": js("expect(total([1])).toBe(1);", "expect(total([1])).toBe(2);", "something else"),
    "js: any error": js(
        "expect(() => total()).toThrow(RangeError);", "expect(() => total()).toThrow();", "something else"
    ),
    "js: fewer digits": js(
        "expect(total([1])).toBeCloseTo(0.3, 5);", "expect(total([1])).toBeCloseTo(0.3, 1);", "something else"
    ),
    "js: skipped": Edit(
        "tests/a.test.js",
        _JS.format("expect(total()).toBe(0);"),
        _JS.format("expect(total()).toBe(0);").replace("test(", "test.skip("),
        "",
    ),
    "js: only another": Edit(
        "tests/a.test.js",
        _JS.format("expect(total()).toBe(0);"),
        _JS.format("expect(total()).toBe(0);") + 'test.only("b", () => {});\n',
        "only",
    ),
    "js: a todo": Edit("tests/a.test.js", _JS.format("expect(total()).toBe(0);"), 'test.todo("adds");\n', ""),
    "js: under a condition": js(
        "expect(total([1])).toBe(1);", "if (process.platform) {\n  expect(total([1])).toBe(1);\n}", "may not be reached"
    ),
    "js: caught": js("expect(total([1])).toBe(1);", "try {\n  expect(total([1])).toBe(1);\n} catch (e) {}", ""),
    "js: deleted": Edit(
        "tests/a.test.js",
        _JS.format("expect(total()).toBe(0);") + 'it("b", () => { expect(1).toBe(total([1])); });\n',
        _JS.format("expect(total()).toBe(0);"),
        "was deleted",
    ),
    "js: fewer counted": js(
        """
expect.assertions(2);
expect(total([1])).toBe(1);""",
        """
expect.assertions(1);
expect(total([1])).toBe(1);""",
        "counts fewer",
    ),
    "js: the module is mocked": Edit(
        "tests/a.test.js",
        _JS.format("expect(total()).toBe(0);"),
        'jest.mock("../src/cart", () => ({ total: () => 0 }));\n' + _JS.format("expect(total()).toBe(0);"),
        "mock",
        "mocked-subject",
    ),
    "js: a row is gone": Edit(
        "tests/a.test.js",
        'test.each([[1, 1], [2, 4]])("squares %d", (a, b) => {\n  expect(square(a)).toBe(b);\n});\n',
        'test.each([[1, 1]])("squares %d", (a, b) => {\n  expect(square(a)).toBe(b);\n});\n',
        "lost the row",
    ),
    "js: tries again": Edit(
        "tests/a.test.js",
        _JS.format("expect(total()).toBe(0);"),
        "jest.retryTimes(3);\n" + _JS.format("expect(total()).toBe(0);"),
        "retryTimes",
    ),
    "js: an inline snapshot": js(
        "expect(total([1])).toMatchInlineSnapshot(`1`);",
        "expect(total([1])).toMatchInlineSnapshot(`2`);",
        "something else",
        "rewritten-snapshot",
    ),
    "a snapshot": Edit(
        "tests/__snapshots__/a.test.js.snap",
        "exports[`adds 1`] = `1`;\n",
        "exports[`adds 1`] = `2`;\n",
        "recorded",
        "rewritten-snapshot",
    ),
    "recorded data": Edit(
        "tests/data/expected.json", '{\n  "a": 1\n}\n', '{\n  "a": 2\n}\n', "recorded", "rewritten-snapshot"
    ),
    "go: a skip": go(
        """
if Total() != 1 {
\tt.Error("x")
}""",
        """
t.Skip("later")
if Total() != 1 {
\tt.Error("x")
}""",
        "Skip",
    ),
    "go: the failure is gone": go(
        """
if Total() != 1 {
\tt.Error("x")
}""",
        """
if Total() != 1 {
\tt.Log()
}""",
        "no longer claims",
    ),
    "go: the condition": go('if Total() != 1 {\n\tt.Error("x")\n}', 'if Total() < 0 {\n\tt.Error("x")\n}', ""),
    "go: testify": go("assert.Equal(t, 3, Total())", "assert.NotNil(t, Total())", "asks less"),
    "go: a row is gone": go(
        'for _, c := range []struct{ a, b int }{{1, 1}, {2, 4}} {\n\tif Square(c.a) != c.b {\n\t\tt.Error("x")\n\t}\n}',
        'for _, c := range []struct{ a, b int }{{1, 1}} {\n\tif Square(c.a) != c.b {\n\t\tt.Error("x")\n\t}\n}',
        "lost the row",
    ),
    "go: a case is gone": Edit(
        "a_test.go",
        _GO.format("Total()")
        + """
func TestB(t *testing.T) {
\tt.Fatal()
}
""",
        _GO.format("Total()"),
        "deleted",
    ),
    "java: disabled": Edit(
        "src/test/java/ATest.java",
        _JAVA.format("assertEquals(3, total());"),
        _JAVA.format("assertEquals(3, total());").replace("@Test", "@Disabled\n  @Test"),
        "Disabled",
    ),
    "java: not null": java("assertEquals(3, total());", "assertNotNull(total());", "asks less"),
    "java: the expected value": java("assertEquals(3, total());", "assertEquals(4, total());", "something else"),
    "java: a wider delta": java(
        "assertEquals(3.0, total(), 0.01);", "assertEquals(3.0, total(), 1.0);", "something else"
    ),
    "java: a broader exception": java(
        "assertThrows(IllegalStateException.class, () -> total());", "assertThrows(Exception.class, () -> total());", ""
    ),
    "java: no test any more": Edit(
        "src/test/java/ATest.java",
        _JAVA.format("assertEquals(3, total());"),
        _JAVA.format("assertEquals(3, total());").replace("  @Test\n", ""),
        "deleted",
    ),
    "ruby: truthy": ruby("expect(total).to eq(3)", "expect(total).to be_truthy", "asks less"),
    "ruby: skipped": Edit(
        "spec/a_spec.rb",
        _RUBY.format("expect(total).to eq(3)"),
        _RUBY.format("expect(total).to eq(3)").replace("it ", "xit "),
        "",
    ),
    "ruby: pending": ruby("expect(total).to eq(3)", 'pending "later"\nexpect(total).to eq(3)', "pending"),
    "ruby: gone": ruby("expect(total).to eq(3)\nexpect(rest).to eq(1)", "expect(total).to eq(3)", "no longer claims"),
    "php: a line is gone": Edit("tests/CartTest.php", "<?php\n$this->assertSame(3, total());\n", "<?php\n", ""),
}
