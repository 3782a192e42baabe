from __future__ import annotations

from bisect import bisect_left


def reserve(stock: dict[str, int], wanted: dict[str, int]) -> dict[str, int]:
    """What can be taken of each article; the stock is reduced by it."""
    taken = {}
    for name, count in wanted.items():
        available = min(stock.get(name, 0), count)
        if available:
            taken[name] = available
            stock[name] -= available
    return taken


def needs_reorder(stock: dict[str, int], minimum: int) -> list[str]:
    return sorted(name for name, count in stock.items() if count < minimum)


def shelf_of(boundaries: list[int], number: int) -> int:
    """The index of the first boundary that is not below the article number."""
    return bisect_left(boundaries, number)
