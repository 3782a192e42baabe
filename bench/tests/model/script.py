"""What a model is made to say about projects of ours: tests as models write them, some good and some not.

For each function, or class, stands what is said first and what is said when that was refused. First answers have tests
that are right, that expect what is not so, that assert next to nothing, and that say the same twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Script:
    """The ``answers`` about one project, by function or class; ``needs`` are the imports of all of them."""

    project: str
    needs: str
    answers: Mapping[str, tuple[str, ...]]

    def file(self, names: Mapping[str, int]) -> str:
        """A file of tests for *names*, each with the number of times that it was asked for before; empty for none."""
        told = [self.answers[name][min(times, len(self.answers[name]) - 1)] for name, times in names.items()]
        return "\n\n".join([self.needs.strip(), *map(str.strip, told)]) + "\n" if told else ""


SCRIPTS: tuple[Script, ...] = (
    Script(
        "pure",
        "import pytest\nfrom shop.prices import discounted, shipping, split_evenly, tier",
        {
            "discounted": (
                """
def test_discounted_takes_off_the_percentage():
    assert discounted(1000, 10) == 900


def test_discounted_returns_a_number():
    assert isinstance(discounted(1000, 10), int)


def test_discounted_refuses_more_than_everything():
    with pytest.raises(ValueError):
        discounted(1000, 101)


def test_discounted_rounds_up():
    assert discounted(99, 50) == 49
""",
                """
def test_discounted_takes_off_the_percentage():
    assert discounted(1000, 10) == 900


def test_discounted_keeps_the_floor():
    assert discounted(99, 50, floor=60) == 60


def test_discounted_rounds_the_discount_down():
    assert discounted(99, 50) == 50


def test_discounted_refuses_more_than_everything():
    with pytest.raises(ValueError):
        discounted(1000, 101)
""",
            ),
            "tier": (
                """
@pytest.mark.parametrize(("total", "name"), [(1000, "gold"), (999, "silver"), (250, "silver"), (249, "bronze")])
def test_tier(total, name):
    assert tier(total) == name
""",
            ),
            "split_evenly": (
                """
def test_split_evenly_gives_everybody_something():
    shares = split_evenly(10, 3)
    assert shares is not None
    assert len(shares) > 0


def test_split_evenly_needs_people():
    with pytest.raises(Exception):
        split_evenly(10, 0)
""",
                """
def test_split_evenly_gives_the_larger_shares_first():
    assert split_evenly(10, 3) == [4, 3, 3]


def test_split_evenly_needs_people():
    with pytest.raises(ValueError, match="there must be somebody to pay"):
        split_evenly(10, 0)
""",
            ),
            "shipping": (
                """
def test_shipping_of_a_light_parcel():
    assert shipping(1.0) == 4.9


def test_shipping_of_a_heavy_parcel():
    assert shipping(4.0) == 7.9


def test_shipping_of_a_heavy_parcel_again():
    assert shipping(4.0) == 7.9


def test_express_costs_twice_as_much():
    assert shipping(4.0, express=True) == 15.9
""",
                """
def test_express_costs_twice_as_much():
    assert shipping(4.0, express=True) == 15.8
""",
            ),
        },
    ),
    Script(
        "regex, untyped, no tests",
        "import pytest\nfrom tokens import masked, seconds, version_key",
        {
            "seconds": (
                """
def test_seconds_of_every_unit():
    assert seconds("1h30m15s") == 5415


def test_seconds_of_nothing():
    assert seconds("") == 0
""",
                """
def test_seconds_of_every_unit():
    assert seconds("1h30m15s") == 5415


def test_seconds_of_nothing():
    with pytest.raises(ValueError, match="not a duration"):
        seconds("")
""",
            ),
            "version_key": (
                """
def test_version_key_is_a_tuple():
    assert isinstance(version_key("1.2.3"), tuple)


def test_version_key_refuses_words():
    with pytest.raises(ValueError, match="not a version"):
        version_key("one")
""",
                """
def test_version_key_sorts_releases_after_candidates():
    assert version_key("v1.2.3-rc4") == (1, 2, 3, 2, 4)
    assert version_key("1.2") == (1, 2, 0, 3, 0)


def test_version_key_refuses_words():
    with pytest.raises(ValueError, match="not a version"):
        version_key("one")
""",
            ),
            "masked": (
                """
def test_masked_hides_the_middle():
    assert masked("card 1234567812345678.") == "card 1234********5678."
""",
            ),
        },
    ),
    Script(
        "dataclasses",
        "import pytest\nfrom orders import Line, Order",
        {
            "Line": (
                """
def test_a_line_has_a_total():
    assert Line("tea", 3, 250).total == 750


def test_a_line_needs_a_quantity():
    with pytest.raises(ValueError, match="quantity"):
        Line("tea", 0, 250)


def test_a_line_needs_a_sku():
    with pytest.raises(ValueError, match="sku"):
        Line("", 1, 250)
""",
            ),
            "Order": (
                """
def test_an_order_adds_up():
    order = Order()
    order.add(Line("tea", 1, 40))
    order.add(Line("tea", 2, 40))
    assert order.total() == 120
    assert order.lines is not None


def test_a_coupon_takes_off_ten_per_cent():
    order = Order([Line("tea", 1, 50)], coupon="TEN")
    assert order.total() == 45


def test_free_shipping():
    assert Order([Line("tea", 1, 100)]).is_free_shipping() is True
""",
                """
def test_an_order_joins_lines_of_one_sku():
    order = Order()
    order.add(Line("tea", 1, 40))
    order.add(Line("cup", 1, 10))
    order.add(Line("tea", 2, 40))
    assert order.lines == [Line("tea", 3, 40), Line("cup", 1, 10)]


def test_a_coupon_takes_off_ten_per_cent():
    assert Order([Line("tea", 1, 60)], coupon="TEN").total() == 54
    assert Order([Line("tea", 1, 50)], coupon="TEN").total() == 50


def test_free_shipping():
    assert Order([Line("tea", 1, 100)]).is_free_shipping() is True
    assert Order([Line("tea", 1, 99)]).is_free_shipping() is False
""",
            ),
        },
    ),
    Script(
        "coroutines",
        "import asyncio\n\nimport pytest\nfrom rates import RateError, price_in, total",
        {
            "price_in": (
                """
def test_price_in_rounds_half_up():
    assert asyncio.run(price_in("USD", 50)) == 54
    assert asyncio.run(price_in("JPY", 1)) == 160


def test_price_in_an_unknown_currency():
    with pytest.raises(RateError, match="no rate for XXX"):
        asyncio.run(price_in("XXX", 1))
""",
            ),
            "total": (
                """
def test_total_runs():
    result = asyncio.run(total([1, 2]))
    assert result


def test_total_has_a_limit():
    with pytest.raises(RateError):
        asyncio.run(total([1000]))
""",
                """
def test_total_adds_up():
    assert asyncio.run(total([1, 2])) == 3
    assert asyncio.run(total([1000])) == 1000


def test_total_has_a_limit():
    with pytest.raises(RateError, match="over the limit of 1000"):
        asyncio.run(total([1000, 1]))
""",
            ),
        },
    ),
)
