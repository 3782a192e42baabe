"""`fix` on a red project of Java, Ruby, PHP, C and Elixir: repaired with the real tools, and verified."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.selectors import cmake, elixir, maven, php, ruby
from tests.frameworks.fixing import Red, is_repaired_and_verified

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
        prepare=maven.prepare,
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
        new=("test/money_test.rb::MoneyTest#test_half", "test/money_test.rb::MoneyTest#test_none"),
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
        new=("half", "none"),
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
def test_a_red_project_is_repaired_and_verified(project: Red, tmp_path: Path) -> None:
    is_repaired_and_verified(project, tmp_path)
