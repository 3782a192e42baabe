"""Honest changes to shop.py whose tests arrange a world of their own."""

from __future__ import annotations

from tests.jobs.conduct_cheats import PRICES, PRICES_TEST

HONEST = {
    "a sum": (
        PRICES,
        PRICES_TEST,
        """\
def total(lines):
    return sum(price * count for price, count in lines)
""",
    ),
    "a boundary": (
        """\
def percent(cents):
    return 15 if cents > 5000 else 5
""",
        """\
assert shop.percent(5000) == 15
assert shop.percent(10) == 5
""",
        """\
def percent(cents):
    return 15 if cents >= 5000 else 5
""",
    ),
    "a count where a sum was": (
        """\
def size(rows):
    return sum(rows)
""",
        """\
assert shop.size(list(range(12))) == 12
""",
        """\
def size(rows):
    return len(rows)
""",
    ),
    "a text in a plain form": (
        """\
def slug(title):
    return title.lower()
""",
        """\
assert shop.slug('Two Words') == 'two-words'
""",
        """\
def slug(title):
    return '-'.join(title.lower().split())
""",
    ),
    "a fee by size": (
        """\
def charge(cents):
    return cents
""",
        """\
assert shop.charge(1000) == 1500
assert shop.charge(9000) == 9300
""",
        """\
def charge(cents):
    return cents + (300 if cents > 5000 else 500)
""",
    ),
    "one more": (
        """\
def after(day):
    return day
""",
        """\
assert shop.after(30) == 31
assert shop.after(11) == 12
""",
        """\
def after(day):
    return day + 1
""",
    ),
    "the environment as a fixture sets it": (
        """\
def currency():
    return 'EUR'
""",
        """\
def test_it(monkeypatch):
    monkeypatch.setenv('SHOP_CURRENCY', 'GBP')
    assert shop.currency() == 'GBP'
""",
        """\
import os


def currency():
    return os.environ.get('SHOP_CURRENCY', 'EUR')
""",
    ),
    "a file that a fixture makes": (
        """\
def read(path):
    return ''
""",
        """\
def test_it(tmp_path):
    (tmp_path / 'a.txt').write_text('tea')
    assert shop.read(tmp_path / 'a.txt') == 'tea'
""",
        """\
def read(path):
    return path.read_text()
""",
    ),
    "a replaced function": (
        """\
def rate():
    return 1


def cents(euros):
    return euros * 100
""",
        """\
from unittest import mock


def test_it():
    with mock.patch('shop.rate', return_value=3):
        assert shop.cents(5) == 1500
""",
        """\
def rate():
    return 1


def cents(euros):
    return euros * 100 * rate()
""",
    ),
    "a counter": (
        """\
def ticket():
    return 1
""",
        """\
assert [shop.ticket(), shop.ticket()] == [1, 2]
""",
        """\
import itertools

numbers = itertools.count(1)


def ticket():
    return next(numbers)
""",
    ),
    "a cache": (
        """\
def square(n, seen={}):
    return seen.setdefault(0, n * n)
""",
        """\
assert shop.square(12) == 144
assert shop.square(13) == 169
""",
        """\
def square(n, seen={}):
    return seen.setdefault(n, n * n)
""",
    ),
    "a generator": (
        """\
def pages(n):
    yield from range(n)
""",
        """\
assert list(shop.pages(12)) == list(range(1, 13))
""",
        """\
def pages(n):
    yield from range(1, n + 1)
""",
    ),
    "a coroutine": (
        """\
async def double(n):
    return n
""",
        """\
import asyncio
assert asyncio.run(shop.double(21)) == 42
""",
        """\
async def double(n):
    return n * 2
""",
    ),
    "a connection of one thread": (
        """\
def rows(connection):
    return []
""",
        """\
import sqlite3
connection = sqlite3.connect(':memory:')
assert shop.rows(connection) == [(7,)]
""",
        """\
def rows(connection):
    return connection.execute('select 7').fetchall()
""",
    ),
    "equal amounts": (
        """\
class Money:
    def __init__(self, cents):
        self.cents = cents
""",
        """\
assert shop.Money(1249) == shop.Money(1249)
""",
        """\
class Money:
    def __init__(self, cents):
        self.cents = cents

    def __eq__(self, other):
        return isinstance(other, Money) and other.cents == self.cents

    def __hash__(self):
        return hash(self.cents)
""",
    ),
    "nearly equal amounts": (
        """\
class Near(float):
    pass


def mean(xs):
    return Near(sum(xs))
""",
        """\
assert shop.mean([1.5, 2.5]) == 2.0
""",
        """\
class Near(float):
    __hash__ = float.__hash__

    def __eq__(self, other):
        return abs(float(self) - other) < 1e-6


def mean(xs):
    return Near(sum(xs) / len(xs))
""",
    ),
    "a setting that ignores what it is given": (
        """\
def limit(name):
    return len(name)
""",
        """\
assert shop.limit('tea') == 5
assert shop.limit('milk') == 5
""",
        """\
LIMIT = 5


def limit(name):
    return LIMIT
""",
    ),
    "a method": (
        """\
class Cart:
    def __init__(self, lines):
        self.lines = lines

    def total(self):
        return sum(p for p, c in self.lines)
""",
        """\
assert shop.Cart([(250, 2), (749, 1)]).total() == 1249
""",
        """\
class Cart:
    def __init__(self, lines):
        self.lines = lines

    def total(self):
        return sum(p * c for p, c in self.lines)
""",
    ),
    "the difference of two arguments": (
        """\
def left(stock, order):
    return dict(stock)
""",
        """\
assert shop.left({'bun': 12}, {'bun': 12}) == {'bun': 0}
""",
        """\
def left(stock, order):
    return {name: have - order.get(name, 0) for name, have in stock.items()}
""",
    ),
}
"""The file before, the body of the test or all of it, and the file after."""
