"""The job `tests` with the real jest, go and Maven: what is untested, and which offered tests are kept."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agent_ci.core.python_edits import unified
from agent_ci.core.report import TestReport
from agent_ci.jobs import faults_elsewhere, tests_elsewhere
from agent_ci.jobs.controls import report_of
from agent_ci.jobs.worth_elsewhere import is_of
from agent_ci.pipeline import Tools
from bench.repositories import git
from bench.selectors import maven
from bench.selectors.ecosystem import MissingToolError
from bench.selectors.javascript import prepare
from tests.frameworks.fixing import around, needs
from tests.red import Run
from tests.runners.test_jacoco import needs_jacoco
from tests.untested import Untested, candidates

MONEY_JS = """function half(amount) {
  return amount / 2;
}

module.exports = { half };
"""
CHANGED_JS = """function half(amount) {
  return amount / 2;
}

function discount(price, percent) {
  // in per cent
  if (percent < 0) {
    throw new Error('percent must not be negative');
  }
  return price * (100 - percent) / 100;
}

module.exports = { half, discount };
"""
TEST_JS = """const { half } = require('./money');

test('half', () => {
  expect(half(4)).toBe(2);
});
"""
OFFERED_JS = """const { discount } = require('./money');

test('takes a share', () => {
  expect(discount(200, 10)).toBe(180);
});

test('says little', () => {
  expect(discount(200, 10)).toBeDefined();
});
"""
TEST_MOCHA = """const assert = require('assert');
const { half } = require('../money');

it('halves', () => assert.equal(half(4), 2));
"""
OFFERED_MOCHA = """const assert = require('assert');
const fs = require('fs');
const { discount, half } = require('../money');

describe('discount', () => {
  it('takes a share', () => {
    assert.equal(discount(200, 10), 180);
  });

  it('takes another', () => {
    assert.equal(discount(100, 10), 90);
  });

  it('refuses what is negative', () => {
    assert.throws(() => discount(1, -1), /must not be negative/);
  });

  it('is wrong', () => {
    assert.equal(discount(200, 10), 181);
  });

  it('asserts nothing', () => {
    discount(200, 10);
  });

  it('is of one machine', () => {
    assert.equal(discount(200, 10, '/home/ada/prices'), 180);
  });
});

it('half again', () => {
  assert.equal(half(6), 3);
});

it('is unsteady', () => {
  const where = fs.readFileSync(`${__dirname}/where.txt`, 'utf8').trim();
  fs.appendFileSync(where, '.');
  assert.equal(discount(300, 10) + Math.floor(fs.statSync(where).size / 3), 270);
});
"""
MONEY_GO = "package money\n\nfunc Half(n int) int {\n\treturn n / 2\n}\n"
CHANGED_GO = (
    MONEY_GO
    + """
func Discount(price, percent int) int {
	if percent < 0 {
		return price
	}
	return price * (100 - percent) / 100
}
"""
)
TEST_GO = """package money

import "testing"

func TestHalf(t *testing.T) {
	if Half(4) != 2 {
		t.Fatal(Half(4))
	}
}
"""
OFFERED_GO = """package money

import "testing"

func TestDiscount(t *testing.T) {
	if got := Discount(200, 10); got != 180 {
		t.Errorf("Discount(200, 10) = %d", got)
	}
}

func TestDiscountIsNotOne(t *testing.T) {
	if got := Discount(200, 10); got == 1 {
		t.Errorf("Discount(200, 10) = %d", got)
	}
}

func TestDiscountWrong(t *testing.T) {
	if got := Discount(200, -1); got != 201 {
		t.Errorf("Discount(200, -1) = %d", got)
	}
}

func TestDiscountSaysNothing(t *testing.T) {
	Discount(200, -1)
}
"""


def filters(run: Run) -> dict[str, str]:
    return {name: row["rejected_by"] for name, row in candidates(run).items()}


def changed(folder: Path, framework: str, **files: str) -> Untested:
    """A repository that is tested with *framework*, with what is installed of it. Skips, loudly, where nothing is."""
    needs("npx")
    package = f'{{"scripts": {{"test": "{framework}"}}, "devDependencies": {{"{framework}": "*"}}}}\n'
    before = {".gitignore": "node_modules\n", "package.json": package, "money.js": MONEY_JS, **files}
    made = Untested.make(folder, before, {"money.js": CHANGED_JS})
    try:
        prepare(made.path)
    except MissingToolError as error:
        pytest.skip(f"this is NOT tested: {error}")
    return made


def test_jest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(faults_elsewhere, "MOST_OF_FILE", 2)
    made = changed(tmp_path, "jest", **{"money.test.js": TEST_JS})
    run = made.run(f"Tests:\n\n```js\n{OFFERED_JS}```\n", environment=around(), run="", repeat=1)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    told = run.document["tests"]
    assert [(row["file"], row["function"], row["lines"]) for row in told["targets"]] == [
        ("money.js", "discount", [7, 8, 10])
    ]
    assert filters(run) == {"takes a share": "", "says little": "F4"}
    assert run.document["patch"]["files"] == ["money_agent_ci.test.js"]
    assert told["patch_coverage"]["after"] - told["patch_coverage"]["before"] == 2
    assert told["mutants"] == {"tried": 2, "before": 0, "after": 2, "timed_out": 0, "untried": 4}
    assert "+// lines 7, 10, kills 2 mutants, new-behaviour, by replay\n+test('takes a share'" in run.patch
    assert "says little" not in run.patch


def test_each_filter_takes_out_of_mocha_what_it_is_there_for(tmp_path: Path) -> None:
    where = {"test/where.txt": f"{tmp_path / 'runs'}\n"}
    made = changed(tmp_path, "mocha", **{"test/money.test.js": TEST_MOCHA, **where})
    run = made.run(f"Tests:\n\n```js\n{OFFERED_MOCHA}```\n", environment=around(), run="", repeat=2)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    assert filters(run) == {
        "discount > takes a share": "",
        "discount > takes another": "F6",
        "discount > refuses what is negative": "",
        "discount > is wrong": "F2",
        "discount > asserts nothing": "F4",
        "discount > is of one machine": "F7",
        "half again": "F2",
        "is unsteady": "F3",
    }
    assert run.document["patch"]["files"] == ["test/money_agent_ci.test.js"]


THEIRS_MOCHA = """const assert = require('assert');
const { discount, half } = require('../money');

describe('half', () => {
  it('takes a share', () => assert.equal(half(4), 2));
});

it('is red', () => assert.equal(half(4), 3));
// the end
"""
ADDED_MOCHA = """it('takes a share', () => {
  assert.equal(discount(200, 10), 180);
});
// in vain
it('is wrong', () => {
  assert.equal(discount(200, 10), 181);
});
"""


def test_of_the_file_of_a_person_a_red_test_one_of_our_title_and_the_comments_stay_as_they_are(tmp_path: Path) -> None:
    path = "test/money.test.js"
    made = changed(tmp_path, "mocha", **{path: THEIRS_MOCHA})
    offered = unified(path, THEIRS_MOCHA, THEIRS_MOCHA + ADDED_MOCHA)
    run = made.run(offered, environment=around(), run="", in_place=True, repeat=1, time_limit=60.0)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    assert filters(run) == {"takes a share": "", "is wrong": "F2"}
    assert (run.document["patch"]["files"], run.document["patch"]["removed"]) == ([path], 0)
    lines = [line[1:] for line in run.patch.splitlines() if line.startswith("+") and not line.startswith("+++")]
    assert lines[0].startswith("// agent-ci:")
    assert lines[2:] == ADDED_MOCHA.splitlines()[:3]


HIDDEN_MOCHA = """
if (WHEN) {
  const name = 'is hidden';
  it(name, () => assert.equal(discount(1, 0), 1));
}
"""


@pytest.mark.parametrize(
    ("when", "by"),
    [("true", "F1"), ("!process.argv.some((word) => word.endsWith('.test.js'))", "F3")],
    ids=["always", "in-the-suite-only"],
)
def test_a_file_with_a_case_that_no_filter_looks_at_is_given_up(tmp_path: Path, when: str, by: str) -> None:
    made = changed(tmp_path, "mocha", **{"test/money.test.js": TEST_MOCHA})
    offered = (
        OFFERED_MOCHA[: OFFERED_MOCHA.index("  it('takes another'")] + "});\n" + HIDDEN_MOCHA.replace("WHEN", when)
    )
    run = made.run(f"Tests:\n\n```js\n{offered}```\n", environment=around(), run="", repeat=1)
    assert (run.outcome, filters(run)) == ("no_fix", {"discount > takes a share": by})


def _run_on(trees: list[str], tools: Tools, tree: str, how: tuple[Any, ...]) -> TestReport:
    trees.append(tree)
    return report_of(tools, tree, *how)


def test_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs("go")
    trees: list[str] = []
    monkeypatch.setattr(tests_elsewhere, "report_of", lambda tools, tree, *how: _run_on(trees, tools, tree, how))
    before = {
        "go.mod": "module example.com/shop\n\ngo 1.19\n",
        "money/money.go": MONEY_GO,
        "money/money_test.go": TEST_GO,
    }
    made = Untested.make(tmp_path, before, {"money/money.go": CHANGED_GO})
    run = made.run(f"Tests:\n\n```go\n{OFFERED_GO}```\n", environment=around(), run="", repeat=1, mutation_under=60.0)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    assert "--mutation-under was not checked" in run.document["reason"]  # what new tests notice does not count for it
    told = run.document["tests"]
    assert [(row["file"], row["function"], row["lines"]) for row in told["targets"]] == [
        ("money/money.go", "Discount", [8, 9, 11])
    ]
    assert filters(run) == {
        "TestDiscount": "",
        "TestDiscountIsNotOne": "F5",
        "TestDiscountWrong": "F2",
        "TestDiscountSaysNothing": "F4",
    }
    assert run.document["patch"]["files"] == ["money/money_agent_ci_test.go"]
    assert run.document["patch"]["tree"] == trees[-1], "the tree that is delivered is not the one that was run"
    assert told["mutants"] == {"tried": 6, "before": 0, "after": 4, "timed_out": 0, "untried": 0}
    assert "+// lines 8, 11, kills 4 mutants, new-behaviour, by replay\n+func TestDiscount(" in run.patch
    name = run.patch.partition("// agent-ci:")[2][:12]
    (made.path / "fix.patch").write_text(run.patch, encoding="utf-8")
    git(made.path, "apply", "fix.patch")
    (made.path / "fix.patch").unlink()
    taken = made.commit({}).run(environment=around(), run="", revert=name)
    assert (taken.outcome, taken.document["patch"]["removed"]) == ("fixed", run.document["patch"]["added"])


MONEY_JAVA = """package shop;

public final class Money {
    public static int half(int amount) {
        return amount / 2;
    }
}
"""
CHANGED_JAVA = (
    MONEY_JAVA.removesuffix("}\n")
    + """
    public static int discount(int price, int percent) {
        if (percent < 0) {
            throw new IllegalArgumentException("percent must not be negative");
        }
        return price * (100 - percent) / 100;
    }
}
"""
)
HEAD_JAVA = """package shop;

import static org.junit.jupiter.api.Assertions.*;

import org.junit.jupiter.api.Test;

class CLASS {
"""
TEST_JAVA = f"""{HEAD_JAVA.replace("CLASS", "MoneyTest")}
    @Test
    void half() {{
        assertEquals(2, Money.half(4));
    }}
}}
"""
OFFERED_JAVA = f"""{HEAD_JAVA.replace("CLASS", "MoneyAgentCiTest")}
    @Test
    void takesAShare() {{
        assertEquals(180, Money.discount(200, 10));
    }}

    /** In vain. */
    @Test
    void isWrong() {{
        assertEquals(181, Money.discount(200, 10));
    }}

    @Test
    void saysNothing() {{
        assertNotNull(Money.discount(200, 10));
    }}
}}
"""


@pytest.mark.parametrize(
    ("id_", "expected"),
    [("shop.A::x", True), ("shop.A$Inner::x", True), ("shop.AB::x", False), ("shop.A$", True), ("shop::x", False)],
)
def test_a_class_within_another_belongs_to_it(id_: str, *, expected: bool) -> None:
    assert is_of(id_, "shop.A") is expected


def test_java(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    needs_jacoco("maven")
    monkeypatch.setattr(faults_elsewhere, "MOST_OF_FILE", 2)
    tests, path = "src/test/java/shop", "src/main/java/shop/Money.java"
    before = {".gitignore": "target\n", "pom.xml": maven.POM, path: MONEY_JAVA, f"{tests}/MoneyTest.java": TEST_JAVA}
    made = Untested.make(tmp_path, before, {path: CHANGED_JAVA})
    run = made.run(f"Tests:\n\n```java\n{OFFERED_JAVA}```\n", environment=around(), run="", repeat=1)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    assert [(row["file"], row["function"], row["lines"]) for row in run.document["tests"]["targets"]] == [
        (path, "Money.discount", [9, 10, 12])
    ]
    assert filters(run) == {"takesAShare": "", "isWrong": "F2", "saysNothing": "F4"}
    assert run.document["patch"]["files"] == [f"{tests}/MoneyAgentCiTest.java"]
    assert (
        "+    // lines 9, 12, kills 2 mutants, new-behaviour, by replay\n+    @Test\n+    void takesAShare" in run.patch
    )
    assert "In vain" not in run.patch
