"""`fix` on a red project of each ecosystem: repaired with the real tools, and verified."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bench.selectors import cmake, elixir, gradle, javascript, maven, php, ruby
from bench.selectors.ecosystem import MissingToolError
from tests.frameworks.fixing import diff, is_verified, needs, repaired


@dataclass(frozen=True)
class Red:
    """A red project: *wrong* is a line of *path*, and *right* what repairs it. *red* and *green* are ids.

    *new* are ids of tests that could not run before. *prepare* does what an earlier step of the job would.
    """

    programs: tuple[str, ...]
    files: Mapping[str, str]
    path: str
    line: int
    wrong: str
    right: str
    red: tuple[str, ...]
    green: tuple[str, ...]
    given: Mapping[str, object] = field(default_factory=dict)
    new: tuple[str, ...] = ()
    prepare: Callable[[Path], None] = lambda _checkout: None


MAVEN_TEST = """package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class MoneyTest {
    @Test
    void half() {
        assertEquals(2, Money.half(4));
    }

    @Test
    void none() {
        assertEquals(0, Money.half(0));
    }
}
"""
GO_TEST = """package money

import "testing"

func TestHalf(t *testing.T) {
	for _, n := range []int{0, 4} {
		t.Run("an even one", func(t *testing.T) {
			if Half(n) != n/2 {
				t.Errorf("Half(%d) = %d", n, Half(n))
			}
		})
	}
}
"""
RUST = """pub fn half(amount: u32) -> u32 {
    amount / 3
}

#[cfg(test)]
mod tests {
    #[test]
    fn halves() {
        assert_eq!(super::half(4), 2);
    }
}
"""
CARGO = '[package]\nname = "shop"\nversion = "0.1.0"\nedition = "2021"\n'
JEST_TEST = """const { half } = require('./money');

describe('half', () => {
  test.each([0, 4])('of %i', (amount) => {
    expect(half(amount)).toBe(amount / 2);
  });
});
"""
MODULE = "example.com/shop/money"
JUNIT_4_TEST = (
    MAVEN_TEST.replace(".jupiter.api.Assertions", ".Assert").replace(".jupiter.api.Test", ".Test")
    .replace("class Money", "public class Money").replace("    void", "    public void")
)  # fmt: skip
SPEC = """require "money"

RSpec.describe "half" do
  it("halves") { expect(half(4)).to eq(2) }
  it("halves nothing") { expect(half(0)).to eq(0) }
end
"""
MINITEST = """require "minitest/autorun"
require "money"

class MoneyTest < Minitest::Test
  def test_half
    assert_equal 2, half(4)
  end

  def test_none
    assert_equal 0, half(0)
  end
end
"""
PHP_TEST = """<?php
require_once __DIR__ . '/../src/money.php';

final class MoneyTest extends PHPUnit\\Framework\\TestCase
{
    public function testHalf(): void
    {
        $this->assertSame(2, Shop\\half(4));
    }

    public function testNone(): void
    {
        $this->assertSame(0, Shop\\half(0));
    }
}
"""
LISTS = """cmake_minimum_required(VERSION 3.21)
project(shop C)
enable_testing()
add_executable(money money.c)
add_test(NAME half COMMAND money 4 2)
add_test(NAME none COMMAND money 0 0)
"""
EXUNIT_TEST = """defmodule MoneyTest do
  use ExUnit.Case

  test "half" do
    assert Money.half(4) == 2
  end

  test "none" do
    assert Money.half(0) == 0
  end
end
"""
PROJECTS = {
    "jest": Red(
        ("npx",),
        {
            ".gitignore": "node_modules\n",
            "package.json": '{"scripts": {"test": "jest"}, "devDependencies": {"jest": "*"}}\n',
            "src/money.js": "function half(amount) {\n  return amount / 3;\n}\n\nmodule.exports = { half };\n",
            "src/money.test.js": JEST_TEST,
        },
        "src/money.js",
        2,
        "  return amount / 3;",
        "  return amount / 2;",
        ("src/money.test.js::half of 4",),
        ("src/money.test.js::half of 0",),
        prepare=javascript.copied,
    ),
    "go": Red(
        ("go",),
        {
            "go.mod": "module example.com/shop\n\ngo 1.19\n",
            "money/money.go": "package money\n\nfunc Half(n int) int {\n\treturn n / 3\n}\n",
            "money/money_test.go": GO_TEST,
        },
        "money/money.go",
        4,
        "\treturn n / 3",
        "\treturn n / 2",
        (f"{MODULE}::TestHalf", f"{MODULE}::TestHalf/an_even_one#01"),
        ("build (go)", f"{MODULE}::TestHalf/an_even_one"),
        {"run": "go test ./..."},
    ),
    "cargo": Red(
        ("cargo",),
        {"Cargo.toml": CARGO, "src/lib.rs": RUST},
        "src/lib.rs",
        2,
        "    amount / 3",
        "    amount / 2",
        ("shop (lib)::tests::halves",),
        ("build (cargo)",),
    ),
    "a compile error in Rust": Red(
        ("cargo",),
        {"Cargo.toml": CARGO, "src/lib.rs": RUST.replace("amount / 3", "amuont / 2")},
        "src/lib.rs",
        2,
        "    amuont / 2",
        "    amount / 2",
        ("build (cargo)",),
        (),
        new=("shop (lib)::tests::halves",),
    ),
    "maven": Red(
        ("mvn", "javac"),
        {
            "pom.xml": maven.POM,
            "src/main/java/shop/Money.java": maven.MONEY,
            "src/test/java/shop/MoneyTest.java": MAVEN_TEST,
        },
        "src/main/java/shop/Money.java",
        5,
        "        return amount / 3;",
        "        return amount / 2;",
        ("shop.MoneyTest::half",),
        ("build (maven)", "shop.MoneyTest::none"),
    ),
    "gradle": Red(
        ("gradle", "javac"),
        {
            "build.gradle": gradle.BUILD,
            "src/main/java/shop/Money.java": maven.MONEY,
            "src/test/java/shop/MoneyTest.java": JUNIT_4_TEST,
        },
        "src/main/java/shop/Money.java",
        5,
        "        return amount / 3;",
        "        return amount / 2;",
        ("shop.MoneyTest::half",),
        ("build (gradle)", "shop.MoneyTest::none"),
    ),
    "rspec": Red(
        ("ruby", "rspec"),
        {"Gemfile": "", "lib/money.rb": ruby.MONEY, "spec/money_spec.rb": SPEC},
        "lib/money.rb",
        2,
        "  amount / 3",
        "  amount / 2",
        ("spec/money_spec.rb::half halves",),
        ("build (rspec)", "spec/money_spec.rb::half halves nothing"),
    ),
    "minitest": Red(
        ("ruby",),
        {"Rakefile": "", "lib/money.rb": ruby.MONEY, "test/money_test.rb": MINITEST},
        "lib/money.rb",
        2,
        "  amount / 3",
        "  amount / 2",
        ("test/money_test.rb::MoneyTest#test_half",),
        ("build (minitest)", "test/money_test.rb::MoneyTest#test_none"),
    ),
    "a file that Ruby cannot read": Red(
        ("ruby",),
        {"Rakefile": "", "lib/money.rb": "def half(amount)\n  amount / (2\nend\n", "test/money_test.rb": MINITEST},
        "lib/money.rb",
        2,
        "  amount / (2",
        "  amount / 2",
        ("build (minitest)",),
        (),
    ),
    "phpunit": Red(
        ("php", "phpunit"),
        {"phpunit.xml": php.SETTINGS, "src/money.php": php.MONEY, "tests/MoneyTest.php": PHP_TEST},
        "src/money.php",
        5,
        "    return intdiv($amount, 3);",
        "    return intdiv($amount, 2);",
        ("MoneyTest::testHalf",),
        ("MoneyTest::testNone", "build (phpunit)"),
    ),
    "ctest": Red(
        ("cmake", "ctest", "cc"),
        {"CMakeLists.txt": LISTS, "money.c": cmake.MONEY},
        "money.c",
        4,
        "    return amount / 3;",
        "    return amount / 2;",
        ("half",),
        ("build (ctest)", "none"),
    ),
    "a compile error in C": Red(
        ("cmake", "ctest", "cc"),
        {"CMakeLists.txt": LISTS, "money.c": cmake.MONEY.replace("amount / 3;", "amount / 2")},
        "money.c",
        4,
        "    return amount / 2",
        "    return amount / 2;",
        ("build (ctest)",),
        (),
    ),
    "exunit": Red(
        ("mix",),
        {
            "mix.exs": elixir.MIX,
            "lib/money.ex": elixir.MONEY,
            "test/test_helper.exs": "ExUnit.start()\n",
            "test/money_test.exs": EXUNIT_TEST,
        },
        "lib/money.ex",
        6,
        "  def half(amount), do: div(amount, 3)",
        "  def half(amount), do: div(amount, 2)",
        ("test/money_test.exs::MoneyTest::test half",),
        ("build (exunit)", "test/money_test.exs::MoneyTest::test none"),
    ),
}


@pytest.mark.parametrize("project", PROJECTS.values(), ids=PROJECTS)
def test_a_red_test_is_repaired_and_verified(project: Red, tmp_path: Path) -> None:
    needs(*project.programs)
    reply = diff(project.path, project.line, project.wrong, project.right)
    try:
        project.prepare(tmp_path / "repository")
    except MissingToolError as error:
        pytest.skip(f"this is NOT tested: {error}")
    run = repaired(tmp_path, project.files, reply, repeat=1, **project.given)
    assert run.outcome == "fixed", (run.document["reason"], run.objections)
    before = run.document["before"]
    assert (before["failed"] + before["errored"], before["passed"]) == (list(project.red), sorted(project.green))
    assert run.document["after"]["passed"] == sorted((*project.red, *project.green, *project.new))
    assert (before["failed"] + before["errored"], sorted({*before["passed"]} - {*project.red})) == (
        list(project.red),
        sorted(project.green),
    )
    assert set(run.document["after"]["passed"]) >= {*project.red, *project.green}
    assert is_verified(tmp_path, run)
