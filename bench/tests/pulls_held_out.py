"""Pull requests as in `pulls`, written when the search for what tells a change apart was done."""

from __future__ import annotations

from bench.tests.pull import Pull, edited

_VERSIONS = r'''
"""Version numbers."""

import re

_VERSION = re.compile(r"(\d+)\.(\d+)(?:\.(\d+))?(?:-([a-z]+))?")


def parts(version: str) -> tuple[int, int, int]:
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"no version: {version}")
    return int(match[1]), int(match[2]), int(match[3] or 0)


def is_newer(version: str, other: str) -> bool:
    """Whether *version* came out after *other*."""
    return parts(version) > parts(other)


def is_final(version: str) -> bool:
    return version.count(".") == 2
'''
_RANGES = '''
"""Ranges of whole numbers, both ends included."""


def merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The same numbers in as few ranges as possible, sorted."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def pages(count: int, size: int) -> int:
    """How many pages of *size* hold *count* things."""
    if size < 1:
        raise ValueError("a page holds something")
    return count // size + 1


def clamped(number: int, least: int, most: int) -> int:
    if number < least:
        return least
    if number > most:
        return most
    return number
'''
_ROWS = r'''
"""Rows of separated values."""


def split(row: str) -> list[str]:
    """The fields of *row*; between quotes a comma is a comma."""
    fields, field, is_quoted = [], "", False
    for sign in row:
        if sign == '"':
            is_quoted = not is_quoted
        elif sign == "," and not is_quoted:
            fields.append(field)
            field = ""
        else:
            field += sign
    return [*fields, field]


def joined(fields: list[str]) -> str:
    return ",".join(f'"{field}"' if "," in field else field for field in fields)


def rows(path: str) -> list[list[str]]:
    with open(path, encoding="utf-8") as file:
        return [split(line.rstrip("\n")) for line in file]
'''
_ACCOUNTS = '''
"""Accounts, in cents."""


class Account:
    """What somebody has, and how far below nothing that may go."""

    def __init__(self, balance: int = 0, limit: int = 0) -> None:
        self.balance = balance
        self.limit = limit
        self.closed = False

    def pay_in(self, amount: int) -> None:
        if self.closed:
            raise ValueError("the account is closed")
        if amount <= 0:
            raise ValueError("nothing to pay in")
        self.balance += amount

    def pay_out(self, amount: int) -> bool:
        """Whether there was enough."""
        if self.closed:
            raise ValueError("the account is closed")
        if self.balance - amount <= -self.limit:
            return False
        self.balance -= amount
        return True

    def interest(self, percent: int) -> int:
        return self.balance * percent // 100

    def close(self) -> None:
        self.closed = True
'''

HELD_OUT: tuple[Pull, ...] = (
    edited(
        "a final version after its candidates",
        "bug fix",
        _VERSIONS,
        (
            "    return parts(version) > parts(other)",
            """
    if parts(version) == parts(other):
        return "-" in other and "-" not in version
    return parts(version) > parts(other)""",
        ),
    ),
    edited("a v before the number", "changed edge", _VERSIONS, (r'r"(\d+)\.', r'r"v?(\d+)\.')),
    edited(
        "the next version",
        "new function",
        _VERSIONS,
        (
            "def is_final(",
            """
def bumped(version: str, *, minor: bool = False) -> str:
    major, second, third = parts(version)
    return f"{major}.{second + 1}.0" if minor else f"{major}.{second}.{third + 1}"


def is_final(""",
        ),
    ),
    edited("ranges that touch", "bug fix", _RANGES, ("first <= found[-1][1]:", "first <= found[-1][1] + 1:")),
    edited("no page too many", "bug fix", _RANGES, ("    return count // size + 1", "    return -(-count // size)")),
    edited(
        "the least and the most by name",
        "refactoring",
        _RANGES,
        (
            """
    if number < least:
        return least
    if number > most:
        return most
    return number
""",
            "    return least if number < least else min(number, most)\n",
        ),
        changes=False,
    ),
    edited(
        "quotes side by side",
        "bug fix",
        _ROWS,
        (
            "    for sign in row:\n",
            """
    for place, sign in enumerate(row):
        if is_quoted and row[place : place + 2] == '""':
            continue
""",
        ),
    ),
    edited(
        "another separator",
        "new parameter",
        _ROWS,
        ("def joined(fields: list[str]) -> str:", 'def joined(fields: list[str], separator: str = ",") -> str:'),
        ('return ",".join(', "return separator.join("),
        ('if "," in field else', "if separator in field else"),
    ),
    edited(
        "no rows of blank lines",
        "bug fix",
        _ROWS,
        ("for line in file]", "for line in file if line.strip()]"),
    ),
    edited(
        "down to the limit itself",
        "bug fix",
        _ACCOUNTS,
        ("if self.balance - amount <= -self.limit:", "if self.balance - amount < -self.limit:"),
    ),
    edited(
        "interest to the nearest cent",
        "changed edge",
        _ACCOUNTS,
        ("return self.balance * percent // 100", "return (self.balance * percent + 50) // 100"),
    ),
    edited(
        "one check of closed accounts",
        "refactoring",
        _ACCOUNTS,
        (
            """
    def pay_in(self, amount: int) -> None:
        if self.closed:
            raise ValueError("the account is closed")
""",
            """
    def _check(self) -> None:
        if self.closed:
            raise ValueError("the account is closed")

    def pay_in(self, amount: int) -> None:
        self._check()
""",
        ),
        (
            '''
        """Whether there was enough."""
        if self.closed:
            raise ValueError("the account is closed")
''',
            '''
        """Whether there was enough."""
        self._check()
''',
        ),
        changes=False,
    ),
)
