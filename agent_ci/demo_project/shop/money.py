from __future__ import annotations


def to_cents(price: str) -> int:
    """'12.50' -> 1250"""
    whole, _, fraction = price.partition(".")
    return int(whole) * 100 + int(fraction.ljust(2, "0")[:2])


def with_tax(cents: int, rate: float) -> int:
    return round(cents * (1 + rate))


def split_evenly(cents: int, people: int) -> list[int]:
    """Shares that differ by one cent at most and add up exactly."""
    share, rest = divmod(cents, people)
    return [share + 1 if number < rest else share for number in range(people)]
