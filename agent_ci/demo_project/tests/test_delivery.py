from datetime import date

import pytest

from shop.delivery import is_free, parcels, working_days_after


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, date(2024, 5, 2)), (1, date(2024, 5, 3)), (2, date(2024, 5, 6)), (7, date(2024, 5, 13))],
)
def test_weekends_do_not_count(days, expected):
    assert working_days_after(date(2024, 5, 2), days) == expected


@pytest.mark.parametrize(
    ("cents", "is_member", "is_abroad", "expected"),
    [(4_000, False, False, True), (3_999, False, False, False), (100, True, False, True), (9_000, True, True, False)],
)
def test_who_pays_for_delivery(cents, is_member, is_abroad, expected):
    assert is_free(cents, is_member=is_member, is_abroad=is_abroad) is expected


def test_a_full_parcel_is_closed():
    assert parcels([3, 4, 3, 5, 5, 1], 10) == [[3, 4, 3], [5, 5], [1]]
    assert parcels([11], 10) == [[11]]
    assert parcels([], 10) == []
