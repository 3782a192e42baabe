from __future__ import annotations

from datetime import date, timedelta

SATURDAY = 5


def working_days_after(start: date, days: int) -> date:
    """The date that many working days later."""
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY:
            days -= 1
    return day


def is_free(cents: int, *, is_member: bool, is_abroad: bool) -> bool:
    return (is_member or cents >= 4_000) and not is_abroad


def parcels(weights: list[int], limit: int) -> list[list[int]]:
    """The weights in order, packed into as few parcels as come one after the other."""
    packed: list[list[int]] = []
    for weight in weights:
        if packed and sum(packed[-1]) + weight <= limit:
            packed[-1].append(weight)
        else:
            packed.append([weight])
    return packed
