import pytest

from shop.money import split_evenly, to_cents, with_tax


@pytest.mark.parametrize(("price", "cents"), [("0", 0), ("12", 1200), ("12.5", 1250), ("3.99", 399)])
def test_prices_become_cents(price, cents):
    assert to_cents(price) == cents


@pytest.mark.parametrize(("cents", "rate", "expected"), [(1000, 0.19, 1190), (1000, 0.0, 1000), (333, 0.07, 356)])
def test_tax_is_added(cents, rate, expected):
    assert with_tax(cents, rate) == expected


def test_shares_add_up():
    assert split_evenly(1000, 3) == [334, 333, 333]
    assert split_evenly(1001, 3) == [334, 334, 333]
    assert split_evenly(9, 3) == [3, 3, 3]
