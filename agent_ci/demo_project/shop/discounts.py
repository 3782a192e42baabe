from __future__ import annotations

TIERS = ((10_000, 15), (5_000, 10), (2_000, 5))


def tier_percent(cents: int) -> int:
    """The discount in percent that an order of this size gets."""
    for threshold, percent in TIERS:
        if cents >= threshold:
            return percent
    return 0


def discounted(cents: int) -> int:
    return cents - cents * tier_percent(cents) // 100


def best_coupon(cents: int, coupons: dict[str, int]) -> str | None:
    """The code that takes most off, never more than the order costs."""
    usable = {code: min(value, cents) for code, value in coupons.items() if value > 0}
    return max(usable, key=lambda code: usable[code]) if usable else None
