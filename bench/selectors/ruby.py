"""Tests in Ruby that are hard to select: shared, nested, without a name, with the signs of shells and patterns."""

from __future__ import annotations

from agent_ci.core.frameworks.ruby import Minitest, Rspec
from bench.selectors.ecosystem import Ecosystem, by

MONEY = "def half(amount)\n  amount / 3\nend\n"
_SPEC = """require "money"

RSpec.shared_examples "halved" do |whole, half|
  it "halves #{whole}" do
    expect(half(whole)).to eq(half)
  end
end

RSpec.describe "half" do
  it "halves" do
    expect(half(4)).to eq(2)
  end

  it "halves nothing" do
    expect(half(0)).to eq(0)
  end

  it "größer: a 'b' \\"c\\" $HOME; (x|y) [z]* a::b \\n new" do
    expect(half(6)).to eq(3)
  end

  describe "of two" do
    subject { half(2) }
    it { is_expected.to eq(1) }
    it { is_expected.to eq(0) }
    it { is_expected.to be > 0 }
  end

  [8, 10].each { |whole| include_examples "halved", whole, whole / 2 }

  it "raises" do
    raise "it's <not> \\u0000 \\"so\\""
  end

  xit "is left out" do
  end
end
"""
_TEST = """require "minitest/autorun"
require "money"

module Shared
  def test_shared
    assert_equal 2, half(4)
  end
end

class MoneyTest < Minitest::Test
  include Shared

  def test_half
    assert_equal 2, half(4)
  end

  def test_half_of_nothing
    assert_equal 0, half(0)
  end

  def test_größer
    raise "it's <not> \\u0000 \\"so\\""
  end

  define_method("test_a 'name' $HOME; a::b #c *") { assert_equal 3, half(6) }

  class Small < Minitest::Test
    def test_half
      skip "later"
    end

    def test_half_of_two
      assert_equal 1, half(2)
    end
  end
end

describe "money :: of" do
  it "is halved (a|b) # \\n newline" do
    _(half(4)).must_equal 2
  end

  describe "nothing" do
    it { _(half(2)).must_equal 1 }
  end
end
"""
RSPEC = Ecosystem(
    "rspec",
    {"Gemfile": "", "lib/money.rb": MONEY, "spec/money_spec.rb": _SPEC},
    (
        "spec/money_spec.rb::half größer: a 'b' \"c\" $HOME; (x|y) [z]* a::b \n new",
        "spec/money_spec.rb::half halves",
        "spec/money_spec.rb::half halves 10",
        "spec/money_spec.rb::half halves 8",
        "spec/money_spec.rb::half of two [1:4:1]",
        "spec/money_spec.rb::half of two [1:4:3]",
        "spec/money_spec.rb::half raises",
    ),
    by(Rspec()),
    programs=("ruby", "rspec"),
    version=("rspec", "--version"),
)
MINITEST = Ecosystem(
    "minitest",
    {"Gemfile": "", "lib/money.rb": MONEY, "test/money_test.rb": _TEST},
    (
        "test/money_test.rb::MoneyTest#test_a 'name' $HOME; a::b #c *",
        "test/money_test.rb::MoneyTest#test_größer",
        "test/money_test.rb::MoneyTest#test_half",
        "test/money_test.rb::MoneyTest#test_shared",
        "test/money_test.rb::MoneyTest::Small#test_half_of_two",
        "test/money_test.rb::money :: of#test_0001_is halved (a|b) # \n newline",
        "test/money_test.rb::money :: of::nothing#test_0001_anonymous",
    ),
    by(Minitest()),
    programs=("ruby",),
    version=("ruby", "-rminitest", "-e", "puts Minitest::VERSION"),
)
