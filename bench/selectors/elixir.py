"""Tests in Elixir that are hard to select: in blocks, in documentation, in two files under one name, in Unicode."""

from __future__ import annotations

from agent_ci.core.frameworks.elixir import ExUnit
from bench.selectors.ecosystem import Ecosystem, by

MIX = """defmodule Shop.MixProject do
  use Mix.Project

  def project, do: [app: :shop, version: "0.1.0", elixir: "~> 1.10", deps: []]
end
"""
MONEY = '''defmodule Money do
  @doc """
      iex> Money.half(2)
      1
  """
  def half(amount), do: div(amount, 3)
end
'''
_TEST = """defmodule MoneyTest do
  use ExUnit.Case
  doctest Money

  test "half" do
    assert Money.half(4) == 2
  end

  test "half of nothing" do
    assert Money.half(0) == 0
  end

  test "it raises" do
    raise "it's <not> \\u0000 \\"so\\""
  end

  describe "größer: a::b \\"c\\" $HOME *" do
    test "half" do
      assert Money.half(6) == 3
    end

    for amount <- [8, 10] do
      test "half of #{amount}\\n(new line)" do
        assert Money.half(unquote(amount)) == div(unquote(amount), 2)
      end
    end
  end

  @tag :skip
  test "is left out" do
    assert false
  end
end
"""
_OTHER = """defmodule LoanTest do
  use ExUnit.Case

  test "half" do
    assert Money.half(4) == 2
  end
end
"""
ECOSYSTEM = Ecosystem(
    "exunit",
    {
        "mix.exs": MIX,
        "lib/money.ex": MONEY,
        "test/test_helper.exs": "ExUnit.start()\n",
        "test/money_test.exs": _TEST,
        "test/loan_test.exs": _OTHER,
    },
    (
        "test/loan_test.exs::LoanTest::test half",
        "test/money_test.exs::MoneyTest::doctest Money.half/1 (1)",
        'test/money_test.exs::MoneyTest::test größer: a::b "c" $HOME * half',
        'test/money_test.exs::MoneyTest::test größer: a::b "c" $HOME * half of 10\n(new line)',
        'test/money_test.exs::MoneyTest::test größer: a::b "c" $HOME * half of 8\n(new line)',
        "test/money_test.exs::MoneyTest::test half",
        "test/money_test.exs::MoneyTest::test it raises",
    ),
    by(ExUnit()),
    programs=("mix", "elixir"),
    version=("elixir", "--short-version"),
)
