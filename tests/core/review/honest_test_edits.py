"""Changes of tests that ask as much as before, or more."""

from __future__ import annotations

from tests.core.review.weakened_tests import EQUAL, TABLE, TWO, Edit, go, java, js, python, ruby

HONEST = {
    "py: one more assertion": python(EQUAL, f"{EQUAL}\nassert total([]) == 0"),
    "py: truth to equality": python("assert total([1, 2])", EQUAL),
    "py: membership to equality": python("assert total([1, 2]) in (3, 4)", EQUAL),
    "py: a bound to equality": python("assert total([1, 2]) >= 3", EQUAL),
    "py: not None to equality": python("assert total([1, 2]) is not None", EQUAL),
    "py: a type to equality": python("assert isinstance(total([1, 2]), int)", EQUAL),
    "py: a narrower tolerance": python(
        "assert total([0.1]) == pytest.approx(0.1, abs=1)", "assert total([0.1]) == pytest.approx(0.1, abs=1e-6)"
    ),
    "py: no tolerance": python("assert total([1]) == pytest.approx(1, abs=1)", "assert total([1]) == 1"),
    "py: a narrower exception": python(
        "with pytest.raises(Exception):\n    total(None)", "with pytest.raises(ValueError):\n    total(None)"
    ),
    "py: the message too": python(
        "with pytest.raises(ValueError):\n    total(None)",
        "with pytest.raises(ValueError, match='no lines'):\n    total(None)",
    ),
    "py: a comment": python(EQUAL, f"# two lines\n{EQUAL}"),
    "py: a docstring": python(EQUAL, f'"""Adds two lines."""\n{EQUAL}'),
    "py: a message": python(EQUAL, f"{EQUAL}, 'the sum'"),
    "py: a local": python(EQUAL, "found = total([1, 2])\nassert found == 3"),
    "py: another local": python("a = total([1, 2])\nassert a == 3", "sum_ = total([1, 2])\nassert sum_ == 3"),
    "py: the other way round": python(EQUAL, "assert 3 == total([1, 2])"),
    "py: in two": python(
        "assert total([1]) == 1 and total([2]) == 2", "assert total([1]) == 1\nassert total([2]) == 2"
    ),
    "py: formatted": python(EQUAL, "assert total(\n    [1, 2],\n) == 3"),
    "py: other quotes": python('assert name() == "a"', "assert name() == 'a'"),
    "py: a type hint": Edit("tests/test_a.py", TWO, TWO.replace("test_b()", "test_b() -> None")),
    "py: a new case": Edit("tests/test_a.py", TWO, TWO + "\n\ndef test_c():\n    assert one() != 2\n"),
    "py: another order": Edit("tests/test_a.py", TWO, "\n\n\n".join(TWO.strip().split("\n\n\n")[::-1]) + "\n"),
    "py: a new row": Edit("tests/test_a.py", TABLE, TABLE.replace("(3, 9)", "(3, 9), (4, 16)")),
    "py: rows in another order": Edit("tests/test_a.py", TABLE, TABLE.replace("(1, 1), (2, 4)", "(2, 4), (1, 1)")),
    "py: rows with names": Edit("tests/test_a.py", TABLE, TABLE.replace("(3, 9)]", "(3, 9)], ids=['a', 'b', 'c']")),
    "py: rows one below the other": Edit("tests/test_a.py", TABLE, TABLE.replace("(2, 4)", "\n    (2, 4)")),
    "py: a skip is gone": Edit("tests/test_a.py", TWO.replace("def test_b", "@pytest.mark.skip\ndef test_b"), TWO),
    "py: an expected failure is gone": Edit(
        "tests/test_a.py", TWO.replace("def test_b", "@pytest.mark.xfail\ndef test_b"), TWO
    ),
    "py: a sleep is gone": python(f"import time\ntime.sleep(1)\n{EQUAL}", EQUAL),
    "py: a new file": Edit("tests/test_new.py", None, TWO),
    "py: a new fixture": Edit(
        "tests/conftest.py", "import pytest\n", "import pytest\n\n\n@pytest.fixture\ndef price():\n    return 3\n"
    ),
    "py: a new helper": python(EQUAL, f"{EQUAL}\nassert total(range(3)) == 3"),
    "py: a mock of another unit": python(
        EQUAL, f"from unittest import mock\nwith mock.patch('shop.clock.now', return_value=3):\n    {EQUAL}"
    ),
    "py: unittest to plain": Edit(
        "tests/test_a.py",
        "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(one(), 1)\n",
        "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        assert one() == 1\n",
    ),
    "py: plain to unittest": Edit(
        "tests/test_a.py",
        "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        assert one() == 1\n",
        "import unittest\nclass A(unittest.TestCase):\n    def test_a(self):\n        self.assertEqual(one(), 1)\n",
    ),
    "py: nothing": python(EQUAL, EQUAL),
    "py: imports": Edit("tests/test_a.py", TWO, "import os\n" + TWO),
    "py: a mark of a group": Edit("tests/test_a.py", TWO, TWO.replace("def test_b", "@pytest.mark.unit\ndef test_b")),
    "py: a stricter mock": python(
        "seen = Spy()\nseen.assert_called()", "seen = Spy()\nseen.assert_called_once_with(1)"
    ),
    "js: one more": js("expect(total([1])).toBe(1);", "expect(total([1])).toBe(1);\nexpect(total([])).toBe(0);"),
    "js: truthy to exact": js("expect(total([1])).toBeTruthy();", "expect(total([1])).toBe(1);"),
    "js: part to exact": js("expect(total([1])).toMatchObject({ a: 1 });", "expect(total([1])).toEqual({ a: 1 });"),
    "js: equal to strictly equal": js("expect(total([1])).toEqual(1);", "expect(total([1])).toStrictEqual(1);"),
    "js: a named error": js("expect(() => total()).toThrow();", "expect(() => total()).toThrow(RangeError);"),
    "js: more digits": js("expect(total([1])).toBeCloseTo(0.3, 1);", "expect(total([1])).toBeCloseTo(0.3, 5);"),
    "js: a local": js("expect(total([1])).toBe(1);", "const found = total([1]);\nexpect(found).toBe(1);"),
    "js: other quotes": js("expect(name()).toBe('a');", 'expect(name()).toBe("a");'),
    "js: formatted": js("expect(total([1])).toBe(1);", "expect(\n  total([1]),\n).toBe(1);"),
    "js: a comment": js("expect(total([1])).toBe(1);", "// one line\nexpect(total([1])).toBe(1);"),
    "js: a new case": Edit(
        "tests/a.test.js",
        'test("a", () => {\n  expect(total()).toBe(0);\n});\n',
        'test("a", () => {\n  expect(total()).toBe(0);\n});\n\ntest("b", () => {\n  expect(total([1])).toBe(1);\n});\n',
    ),
    "js: a skip is gone": Edit(
        "tests/a.test.js",
        'test.skip("a", () => {\n  expect(total()).toBe(0);\n});\n',
        'test("a", () => {\n  expect(total()).toBe(0);\n});\n',
    ),
    "js: a new row": Edit(
        "tests/a.test.js",
        'test.each([[1, 1]])("squares %d", (a, b) => {\n  expect(square(a)).toBe(b);\n});\n',
        'test.each([[1, 1], [2, 4]])("squares %d", (a, b) => {\n  expect(square(a)).toBe(b);\n});\n',
    ),
    "js: a new file": Edit("tests/b.test.js", None, 'test("a", () => {\n  expect(total()).toBe(0);\n});\n'),
    "js: another module's mock": js(
        "expect(total([1])).toBe(1);", 'jest.spyOn(clock, "now").mockReturnValue(1);\nexpect(total([1])).toBe(1);'
    ),
    "a snapshot grows": Edit(
        "tests/__snapshots__/a.test.js.snap",
        "exports[`adds 1`] = `1`;\n",
        "exports[`adds 1`] = `1`;\n\nexports[`adds 2`] = `2`;\n",
    ),
    "go: one more": go(
        'if Total() != 1 {\n\tt.Error("x")\n}',
        'if Total() != 1 {\n\tt.Error("x")\n}\nif Rest() != 0 {\n\tt.Error("y")\n}',
    ),
    "go: a new row": go(
        'for _, c := range []struct{ a, b int }{{1, 1}} {\n\tif Square(c.a) != c.b {\n\t\tt.Error("x")\n\t}\n}',
        'for _, c := range []struct{ a, b int }{{1, 1}, {2, 4}} {\n\tif Square(c.a) != c.b {\n\t\tt.Error("x")\n\t}\n}',
    ),
    "go: a better message": go(
        'if Total() != 1 {\n\tt.Error("x")\n}', 'if Total() != 1 {\n\tt.Errorf("got %d", Total())\n}'
    ),
    "go: testify, stricter": go("assert.NotNil(t, Total())", "assert.Equal(t, 3, Total())"),
    "java: stricter": java("assertNotNull(total());", "assertEquals(3, total());"),
    "java: one more": java("assertEquals(3, total());", "assertEquals(3, total());\nassertTrue(isEmpty());"),
    "java: a message": java("assertEquals(3, total());", 'assertEquals(3, total(), "the sum");'),
    "ruby: stricter": ruby("expect(total).to be_truthy", "expect(total).to eq(3)"),
    "ruby: one more": ruby("expect(total).to eq(3)", "expect(total).to eq(3)\nexpect(rest).to eq(1)"),
    "settings: a higher threshold": Edit("setup.cfg", "fail_under = 80\n", "fail_under = 90\n"),
    "settings: a name": Edit("pyproject.toml", '[project]\nname = "a"\n', '[project]\nname = "a"\nversion = "2"\n'),
    "settings: what is built is ignored": Edit(
        "package.json",
        '{"jest": {}}\n',
        '{"jest": {"testPathIgnorePatterns": ["<rootDir>/dist/", "/coverage/"]}}\n',
    ),
    "settings: another spelling of a path, and pictures": Edit(
        "jest.config.js",
        "module.exports = {};\n",
        "module.exports = { moduleNameMapper: {\n  '^~/(.*)$': '<rootDir>/lib/$1',\n"
        "  '\\\\.(png|svg)$': '<rootDir>/test/picture.js',\n"
        "  '^react$': '<rootDir>/node_modules/preact/compat',\n} };\n",
    ),
    "no test": Edit("src/total.py", "x = 1\nassert x\n", "x = 1\n"),
}
