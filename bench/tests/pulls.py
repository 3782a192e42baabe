"""Small pull requests to write tests for: a module as it was, and what the change does to it.

What each of them does, and whether its behaviour changes, was decided before anything was written for it.
"""

from __future__ import annotations

from bench.tests.pull import Pull, edited

_INVOICES = '''
"""Amounts on invoices, in cents."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """One article of an invoice."""

    article: str
    quantity: int
    price: int

    @property
    def total(self) -> int:
        return self.quantity * self.price


def volume_discount(quantity: int) -> int:
    """The discount in per cent that so many of one article get."""
    if quantity > 100:
        return 15
    if quantity > 20:
        return 5
    return 0


def net(lines: list[Line]) -> int:
    total = 0
    for line in lines:
        discount = line.total * volume_discount(line.quantity) // 100
        total += line.total - discount
    return total


def formatted(cents: int) -> str:
    """1234 as 12.34."""
    return f"{cents // 100}.{cents % 100:02}"
'''
_TITLES = '''
"""Titles and what stands for them in addresses."""

import re

_SMALL = ("a", "an", "and", "of", "the", "to")


def initials(name: str) -> str:
    words = name.split()
    return words[0][0].upper() + "".join(word[0].upper() for word in words[1:])


def address_of(title: str) -> str:
    """The title as it stands in an address."""
    text = title.strip().lower()
    text = re.sub(r"[^a-z0-9]", "-", text)
    return text.strip("-")


def headline(title: str) -> str:
    words = title.split()
    if len(words) > 12:
        words = words[:12]
    kept = [word if word in _SMALL and number else word.capitalize() for number, word in enumerate(words)]
    return " ".join(kept)
'''
_TERMS = '''
"""Terms of payment."""

import calendar
from datetime import date, datetime, timedelta


def month_later(day: date) -> date:
    """The same day of the next month."""
    year, month = day.year + day.month // 12, day.month % 12 + 1
    return date(year, month, min(day.day, 30))


def due(day: date, terms: int = 14) -> date:
    """When an invoice of *day* has to be paid; what is due on a weekend is due on the Monday after it."""
    found = day + timedelta(days=terms)
    while found.weekday() > 4:
        found += timedelta(days=1)
    return found


def is_overdue(last: date) -> bool:
    return datetime.now().date() > last


def quarter(day: date) -> str:
    return f"Q{day.month // 4 + 1}"
'''
_STOCK = '''
"""What a shop has on its shelves."""


class Stock:
    """Articles and how many there are."""

    def __init__(self, counts: dict[str, int] | None = None) -> None:
        self.counts = dict(counts or {})

    def add(self, article: str, count: int = 1) -> None:
        if count < 1:
            raise ValueError("nothing to add")
        self.counts[article] = self.counts.get(article, 0) + count

    def take(self, article: str, count: int = 1) -> int:
        """Take *count* of *article* away, and tell how many are left."""
        there = self.counts.get(article, 0)
        if count > there:
            raise LookupError(f"only {there} left")
        self.counts[article] = there - count
        return self.counts[article]

    def short(self, least: int = 5) -> list[str]:
        """The articles of which there are few, in the order of the alphabet."""
        found = []
        for article in sorted(self.counts):
            if self.counts[article] < least:
                found.append(article)
        return found
'''

FIRST: tuple[Pull, ...] = (
    edited("a limit that belongs to it", "bug fix", _INVOICES, ("if quantity > 100:", "if quantity >= 100:")),
    edited(
        "a currency before the amount",
        "new parameter",
        _INVOICES,
        ("def formatted(cents: int) -> str:", 'def formatted(cents: int, currency: str = "") -> str:'),
        (
            '    return f"{cents // 100}.{cents % 100:02}"',
            '    return f"{currency} {cents // 100}.{cents % 100:02}".strip()',
        ),
    ),
    edited(
        "the discount of a line by itself",
        "refactoring",
        _INVOICES,
        (
            "def net(",
            """
def _reduced(line: Line) -> int:
    return line.total - line.total * volume_discount(line.quantity) // 100


def net(""",
        ),
        (
            """
    total = 0
    for line in lines:
        discount = line.total * volume_discount(line.quantity) // 100
        total += line.total - discount
    return total
""",
            """
    return sum(_reduced(line) for line in lines)
""",
        ),
        changes=False,
    ),
    edited(
        "no initials of no name",
        "bug fix",
        _TITLES,
        (
            """
    words = name.split()
    return words[0]""",
            """
    words = name.split()
    if not words:
        return ""
    return words[0]""",
        ),
    ),
    edited("one dash for several signs", "changed edge", _TITLES, ('r"[^a-z0-9]"', 'r"[^a-z0-9]+"')),
    edited(
        "headlines of any length",
        "removal",
        _TITLES,
        (
            """
    if len(words) > 12:
        words = words[:12]
""",
            "",
        ),
    ),
    edited(
        "the last day of long months",
        "bug fix",
        _TERMS,
        ("min(day.day, 30)", "min(day.day, calendar.monthrange(year, month)[1])"),
    ),
    edited("thirty days by default", "changed default", _TERMS, ("terms: int = 14", "terms: int = 30")),
    edited(
        "overdue from the day itself",
        "bug fix",
        _TERMS,
        ("datetime.now().date() > last", "datetime.now().date() >= last"),
    ),
    edited(
        "no entry of what is gone",
        "bug fix",
        _STOCK,
        (
            """
        self.counts[article] = there - count
        return self.counts[article]
""",
            """
        left = there - count
        if left:
            self.counts[article] = left
        else:
            self.counts.pop(article, None)
        return left
""",
        ),
    ),
    edited(
        "the article in the message",
        "changed message",
        _STOCK,
        ('f"only {there} left"', 'f"only {there} of {article} left"'),
    ),
    edited(
        "a comprehension for a loop",
        "refactoring",
        _STOCK,
        (
            """
        found = []
        for article in sorted(self.counts):
            if self.counts[article] < least:
                found.append(article)
        return found
""",
            """
        return [article for article in sorted(self.counts) if self.counts[article] < least]
""",
        ),
        changes=False,
    ),
)
