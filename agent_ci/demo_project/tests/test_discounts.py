import pytest

from shop.discounts import best_coupon, discounted, tier_percent


@pytest.mark.parametrize(
    ("cents", "percent"), [(0, 0), (1_999, 0), (2_000, 5), (4_999, 5), (5_000, 10), (10_000, 15), (50_000, 15)]
)
def test_tiers_begin_at_their_threshold(cents, percent):
    assert tier_percent(cents) == percent


def test_the_discount_is_taken_off():
    assert discounted(10_000) == 8_500
    assert discounted(1_000) == 1_000


def test_the_coupon_that_takes_most_off_wins():
    assert best_coupon(1_000, {"A": 100, "B": 300, "C": 200}) == "B"
    assert best_coupon(150, {"A": 100, "B": 0}) == "A"


def test_a_coupon_without_value_is_no_coupon():
    assert best_coupon(1_000, {"A": 0}) is None
    assert best_coupon(1_000, {}) is None
