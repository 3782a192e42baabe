"""Tests of JavaScript and Go are found as text, told from what looks like them, and taken out without a trace."""

from __future__ import annotations

import pytest

from agent_ci.core.elsewhere.blocks import TestsText, taken_out
from agent_ci.core.elsewhere.claims import dependence, objection
from agent_ci.core.elsewhere.languages import GO, JAVASCRIPT, Function
from agent_ci.core.worth.provenance import Provenance

JEST = r"""const { half } = require('./money'); // test('no test', () => {})

const odd = /test\('(\/[)}]*'/;

describe('half', () => {
  // the usual one
  test('of four', () => {
    expect(half(4)).toBe(2); // }) ' "
  });

  test.each([[0, '}'], [2, `)${'`'}`]])('of %i', (amount) => {
    expect(half(amount)).toBe(amount / 2);
  });

  describe("in 'quotes'", () => {
    it('it\'s here', async () => { expect(half(2)).toBe(1) });
  });
});

test(`plain`, () => expect(half(6)).toBe(3));
"""
GO_TEST = """package money

import "testing"

// TestHalf is what it is.
func TestHalf(t *testing.T) {
\tif Half(4) != 2 { // }
\t\tt.Error(`}`, "{", '}')
\t}
}

func TestOdd(t *testing.T) {
\tt.Run("three", func(t *testing.T) {
\t\tif Half(3) != 1 {
\t\t\tt.Fail()
\t\t}
\t})
}
"""


def test_the_tests_of_javascript_are_found_with_their_suites_and_rows() -> None:
    file = TestsText.read(JEST, JAVASCRIPT)
    ids = (
        "money.test.js::half of four",
        "money.test.js::half of 0",
        "money.test.js::half of 2",
        "money.test.js::half in 'quotes' it's here",
        "money.test.js::plain",
    )
    assert {test.title: own for test, own in file.with_ids(ids).items()} == {
        "of four": (ids[0],),
        "of %i": ids[0:3],  # a row could be called so; what shares a name stands and falls together
        "it's here": (ids[3],),
        "plain": (ids[4],),
    }
    assert [test.suites for test in file.tests] == [("half",), ("half",), ("half", "in 'quotes'"), ()]


def test_what_is_taken_out_leaves_no_trace_and_nothing_else_goes() -> None:
    file = TestsText.read(JEST, JAVASCRIPT)
    left = file.without([file.tests[0], file.tests[3]])
    assert "the usual one" not in left
    assert left.endswith("  });\n});\n")
    assert [test.title for test in TestsText.read(left, JAVASCRIPT).tests] == ["of %i", "it's here"]
    assert file.without(file.tests) == ""
    go = TestsText.read(GO_TEST, GO)
    assert go.without([go.tests[1]]) == GO_TEST.partition("\nfunc TestOdd")[0]
    assert go.without([go.tests[0]]) == GO_TEST.replace(
        GO_TEST.partition("// TestHalf")[2].partition("func TestOdd")[0], ""
    ).replace("// TestHalf", "")


def test_a_subtest_of_go_belongs_to_the_test_around_it() -> None:
    ids = ("example.com/money::TestHalf", "example.com/money::TestOdd", "example.com/money::TestOdd/three")
    found = TestsText.read(GO_TEST, GO).with_ids(ids)
    assert [*found.values()] == [ids[:1], ids[1:]]


def test_a_delivery_is_marked_and_found_again() -> None:
    file = TestsText.read(JEST, JAVASCRIPT)
    told = {file.tests[0]: Provenance("0123456789ab", "money.js::half", (2,), None, "model", ("new-behaviour",))}
    marked = file.marked(told)
    lines = "  // agent-ci:0123456789ab money.js::half\n  // line 2, new-behaviour, by model\n  test('of four'"
    assert lines in marked
    again = TestsText.read(marked, JAVASCRIPT)
    assert [test.title for test in again.of_delivery("0123456789ab")] == ["of four"]
    assert not again.of_delivery("ffffffffffff")


def test_of_two_tests_with_one_title_only_the_one_that_is_ours_is_marked() -> None:
    theirs = "describe('theirs', () => {\n  it('works', () => expect(half(2)).toBe(1));\n});\n"
    file = TestsText.read(theirs + "it('works', () => expect(half(4)).toBe(2));\n", JAVASCRIPT)
    marked = file.marked({file.tests[1]: Provenance("0123456789ab", "money.js::half")})
    assert marked.startswith(f"{theirs}// agent-ci:0123456789ab")
    assert marked.count("agent-ci:") == 1


def test_comments_of_a_person_stay_where_a_test_below_them_goes() -> None:
    theirs = "it('is theirs', () => expect(half(2)).toBe(1));\n// more of them to come\n// the end\n"
    ours = "// the usual one\nit('is ours', () => expect(half(4)).toBe(2));\n"
    offered = TestsText.read(theirs + ours, JAVASCRIPT)
    assert offered.without([offered.tests[1]], before=theirs) == theirs
    marked = offered.marked({offered.tests[1]: Provenance("0123456789ab", "money.js::half")})
    left = taken_out({"a.test.js": marked}, ["a.test.js"], "0123456789ab")
    assert left == {"a.test.js": f"{theirs}// the usual one\n"}


def test_a_case_that_no_test_of_the_text_could_be_is_told() -> None:
    file = TestsText.read(JEST, JAVASCRIPT)
    ids = ("money.test.js::half of four", "money.test.js::made up", "money.test.js")
    assert file.strangers(ids) == ("money.test.js::made up",)


CLAIMS = {
    "test('a', () => { expect(half(4)).toBe(2); });": "",
    "test('a', () => { half(4); });": "it asserts nothing",
    "test('a', () => { /* expect(half(4)).toBe(2) */ half(4); });": "it asserts nothing",
    "test('a', () => { const s = 'expect(half(4)).toBe(2)'; });": "it asserts nothing",
    "test('a', () => { expect(true).toBe(true); half(4); });": "what it asserts holds",
    "test('a', () => { expect(half(4)).toBeDefined(); });": "what it asserts holds",
    "test('a', () => { expect(half(4)).toBeDefined(); expect(half(4)).toBe(2); });": "",
    "test('a', () => { expect(spy).toHaveBeenCalledWith(4); });": "it asserts only that its own mocks",
    "test.skip('a', () => { expect(half(4)).toBe(2); });": "it is skipped",
    "test.only('a', () => { expect(half(4)).toBe(2); });": "it is skipped",
    "test('a', () => { setTimeout(() => {}, 9); expect(half(4)).toBe(2); });": "it waits (setTimeout)",
    "test('a', async () => { await fetch('/a'); expect(half(4)).toBe(2); });": "it speaks to the network (fetch)",
}


@pytest.mark.parametrize(("text", "reason"), CLAIMS.items())
def test_what_could_not_fail_is_told_by_its_text(text: str, reason: str) -> None:
    file = TestsText.read(text, JAVASCRIPT)
    found = objection(file.tests[0], file)
    assert found.startswith(reason) if reason else not found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("if Half(4) != 2 { t.Error(4) }", ""),
        ("Half(4)", "it asserts nothing"),
        ("assert.True(t, true)", "what it asserts holds"),
        ("time.Sleep(1); if Half(4) != 2 { t.Error(4) }", "it waits"),
        ("t.Skip(); if Half(4) != 2 { t.Error(4) }", "it is skipped"),
    ],
)
def test_the_same_for_go(body: str, reason: str) -> None:
    file = TestsText.read(f"package a\n\nfunc TestA(t *testing.T) {{\n\t{body}\n}}\n", GO)
    found = objection(file.tests[0], file)
    assert found.startswith(reason) if reason else not found


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("expect(stamp(1)).toBe('1');", ""),
        ("expect(stamp(Date.now())).toBe('1');", "it reads the clock (Date.now)"),
        ("expect(pick(Math.random())).toBe(1);", "it depends on chance (Math.random)"),
        ("expect(read('/home/ada/a')).toBe('1');", "it names a folder of one machine"),
        ("expect(1).toBe(2);\n" * 130, "it has 133 lines, and the limit is 120"),
    ],
)
def test_what_depends_on_where_and_when_it_runs_is_told(body: str, reason: str) -> None:
    file = TestsText.read(f"test('a', () => {{\n{body}\n}});\n", JAVASCRIPT)
    assert dependence(file.tests[0], file) == reason


def test_functions_are_found_with_their_lines() -> None:
    text = """import { a } from './a';
interface Shape {
  side: number;
}
export function half(amount: number): number {
  return amount / 2;
}
export const twice = (amount: number) => amount * 2;
class Basket {
  #secret(): void {
    return;
  }
  total(): number {
    if (this.items) {
      return 1;
    }
    return 0;
  }
}
"""
    assert JAVASCRIPT.functions(text) == (
        Function("half", 5, 7),
        Function("twice", 8, 8),
        Function("Basket.#secret", 10, 12, is_public=False),
        Function("Basket.total", 13, 18),
    )
    assert {2, 3, 4, 7}.isdisjoint(JAVASCRIPT.runnable(text))
    assert {6, 8, 14, 15, 17} <= JAVASCRIPT.runnable(text)
    go = "package a\n\nfunc (b *Basket) Total() int {\n\treturn 1\n}\n\nfunc half[T int](n T) T {\n\treturn n / 2\n}\n"
    assert GO.functions(go) == (Function("Basket.Total", 3, 5), Function("half", 7, 9, is_public=False))
