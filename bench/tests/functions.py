"""Projects made of functions: arithmetic, texts, parsing, dates, generators, coroutines, and files."""

from __future__ import annotations

from bench.tests.project import Project, made

_PRICES = '''
"""Prices."""


def discounted(price: int, percent: int, *, floor: int = 0) -> int:
    """*price* in cents less *percent*, never under *floor*."""
    if not 0 <= percent <= 100:
        raise ValueError(f"percent must be between 0 and 100, not {percent}")
    reduced = price - price * percent // 100
    return max(reduced, floor)


def tier(total: int) -> str:
    """The name of the customer's tier."""
    if total >= 1000:
        return "gold"
    if total >= 250:
        return "silver"
    return "bronze"


def split_evenly(amount: int, people: int) -> list[int]:
    """Shares of *amount* that differ by one cent at most, larger ones first."""
    if people < 1:
        raise ValueError("there must be somebody to pay")
    share, rest = divmod(amount, people)
    return [share + 1] * rest + [share] * (people - rest)


def shipping(weight: float, express: bool = False) -> float:
    cost = 4.9 if weight <= 2 else 4.9 + (weight - 2) * 1.5
    return round(cost * 2, 2) if express else round(cost, 2)
'''
_TOKENS = r'''
"""Reads short texts by regular expressions."""

import re

_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?:\.(\d+))?(?:-(alpha|beta|rc)(\d+))?")


def seconds(text):
    """The length of a duration such as 1h30m or 45s, in seconds."""
    match = _DURATION.fullmatch(text.strip())
    if not match or not any(match.groups()):
        raise ValueError(f"not a duration: {text!r}")
    hours, minutes, rest = (int(part or 0) for part in match.groups())
    return hours * 3600 + minutes * 60 + rest


def version_key(version):
    """What versions are sorted by."""
    match = _VERSION.fullmatch(version)
    if match is None:
        raise ValueError(f"not a version: {version!r}")
    major, minor, patch, stage, number = match.groups()
    order = {"alpha": 0, "beta": 1, "rc": 2, None: 3}[stage]
    return (int(major), int(minor), int(patch or 0), order, int(number or 0))


def masked(text):
    """*text* with the middle of every card number hidden."""
    return re.sub(r"\b(\d{4})\d{8}(\d{4})\b", r"\1********\2", text)
'''
_SETTINGS = '''
"""Reads settings files."""

from __future__ import annotations


class SettingsError(ValueError):
    """A line that cannot be read."""


def parse(text: str) -> dict[str, dict[str, str]]:
    """Sections of settings by name; what stands before the first is in the section ""."""
    sections: dict[str, dict[str, str]] = {"": {}}
    current = sections[""]
    for number, line in enumerate(text.splitlines(), 1):
        line = line.split("#", 1)[0].strip()
        if not line:
            continue
        if line.startswith("[") and line.endswith("]"):
            current = sections.setdefault(line[1:-1].strip(), {})
        elif "=" in line:
            key, value = line.split("=", 1)
            current[key.strip()] = value.strip()
        else:
            raise SettingsError(f"line {number} is neither a section nor a setting")
    return sections


def to_bool(value: str) -> bool:
    """Whether a setting says yes."""
    word = value.strip().lower()
    if word in ("1", "yes", "true", "on"):
        return True
    if word in ("0", "no", "false", "off", ""):
        return False
    raise SettingsError(f"{value!r} is neither yes nor no")


def quoted(value: str) -> str:
    if " " in value or "#" in value:
        return '"' + value.replace('"', '\\\\"') + '"'
    return value
'''
_DATES = '''
"""Working days."""

from __future__ import annotations

from datetime import date, timedelta


def is_leap(year: int) -> bool:
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def next_working_day(day: date, holidays: tuple[date, ...] = ()) -> date:
    """The first day after *day* that is neither at a weekend nor in *holidays*."""
    day += timedelta(days=1)
    while day.weekday() >= 5 or day in holidays:
        day += timedelta(days=1)
    return day


def quarter(day: date) -> str:
    return f"{day.year}Q{(day.month - 1) // 3 + 1}"


def age(born: date, today: date) -> int:
    """Completed years."""
    if today < born:
        raise ValueError("not born yet")
    had_birthday = (today.month, today.day) >= (born.month, born.day)
    return today.year - born.year - (0 if had_birthday else 1)
'''
_STREAMS = '''
"""Generators over sequences."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def batches(items: list[int], size: int) -> Iterator[list[int]]:
    """*items* in lists of *size*; the last may be shorter."""
    if size < 1:
        raise ValueError("size must be positive")
    for start in range(0, len(items), size):
        yield items[start : start + size]


def running_total(numbers: Iterable[int]) -> Iterator[int]:
    total = 0
    for number in numbers:
        total += number
        yield total


def countdown(start: int) -> Iterator[int]:
    """Down to zero, again and again."""
    current = start
    while True:
        yield current
        current = current - 1 if current > 0 else start


def deduplicated(items: list[str], *, ignore_case: bool = False) -> list[str]:
    seen: set[str] = set()
    kept = []
    for item in items:
        key = item.lower() if ignore_case else item
        if key not in seen:
            seen.add(key)
            kept.append(item)
    return kept
'''
_ASYNC = '''
"""Coroutines that only compute."""

from __future__ import annotations


class RateError(Exception):
    """More was asked for than is allowed."""


async def price_in(currency: str, cents: int) -> int:
    """*cents* in another currency, rounded half up."""
    rates = {"EUR": 100, "USD": 108, "JPY": 16000}
    if currency not in rates:
        raise RateError(f"no rate for {currency}")
    return (cents * rates[currency] + 50) // 100


async def total(amounts: list[int], limit: int = 1000) -> int:
    found = 0
    for amount in amounts:
        found += await price_in("EUR", amount)
        if found > limit:
            raise RateError(f"over the limit of {limit}")
    return found
'''
_FILES = '''
"""Everything here touches the world."""

import os
import random
import shutil
import socket
import subprocess
import time
from pathlib import Path


def wipe(path: str) -> int:
    """Remove all there is below *path*."""
    count = 0
    for name in os.listdir(path):
        os.remove(os.path.join(path, name))
        count += 1
    return count


def clean(path: Path) -> None:
    shutil.rmtree(path)


def report(text: str) -> str:
    with open("report.txt", "w") as stream:
        stream.write(text)
    return text.upper()


def revision() -> str:
    return subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True).stdout


def is_up(host: str) -> bool:
    with socket.create_connection((host, 80), 1):
        return True


def stamp(name: str) -> str:
    return f"{name}-{time.time():.0f}-{random.randint(0, 9)}"


def children(count: int) -> int:
    for _ in range(count):
        if os.fork() == 0:
            os._exit(0)
    return count
'''
_CODES = '''
"""Encodes numbers and texts, and decodes them again."""

DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


def encode_number(number, base=36):
    """The digits of *number* to *base*."""
    if not 2 <= base <= 36:
        raise ValueError("base must be between 2 and 36")
    if number < 0:
        return "-" + encode_number(-number, base)
    digits = ""
    while number >= base:
        number, digit = divmod(number, base)
        digits = DIGITS[digit] + digits
    return DIGITS[number] + digits


def decode_number(text, base=36):
    return int(text, base)


def encode_runs(text):
    """Run-length code: aaab as 3a1b."""
    parts = []
    position = 0
    while position < len(text):
        end = position
        while end < len(text) and text[end] == text[position]:
            end += 1
        parts.append(f"{end - position}{text[position]}")
        position = end
    return "".join(parts)


def caesar(text, shift=3):
    result = []
    for sign in text:
        if sign.islower():
            result.append(chr((ord(sign) - 97 + shift) % 26 + 97))
        elif sign.isupper():
            result.append(chr((ord(sign) - 65 + shift) % 26 + 65))
        else:
            result.append(sign)
    return "".join(result)
'''
_PRICES_TEST = """
from shop.prices import tier


def test_gold():
    assert tier(1000) == "gold"
"""
_DATES_TEST = """
import unittest
from datetime import date

from calendars.days import is_leap


class DaysTest(unittest.TestCase):
    def test_leap(self):
        self.assertTrue(is_leap(2024))


if __name__ == "__main__":
    unittest.main()
"""

FUNCTIONS: tuple[Project, ...] = (
    made(
        "pure",
        "shop/prices.py",
        {"shop/__init__.py": "", "shop/prices.py": _PRICES, "tests/test_tiers.py": _PRICES_TEST},
    ),
    made("regex, untyped, no tests", "tokens.py", {"tokens.py": _TOKENS}),
    made(
        "parsing, src layout",
        "src/settings_file/reading.py",
        {"src/settings_file/__init__.py": "", "src/settings_file/reading.py": _SETTINGS},
        roots=("src",),
    ),
    made(
        "dates, unittest",
        "calendars/days.py",
        {
            "calendars/__init__.py": "",
            "calendars/days.py": _DATES,
            "tests/__init__.py": "",
            "tests/test_days.py": _DATES_TEST,
        },
    ),
    made("generators", "streams.py", {"streams.py": _STREAMS}),
    made("coroutines", "rates.py", {"rates.py": _ASYNC}),
    made("codes, untyped", "codes.py", {"codes.py": _CODES}),
    made("files and network", "world.py", {"world.py": _FILES}, is_testable=False),
)
