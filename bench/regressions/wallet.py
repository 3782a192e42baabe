"""Money that compares equal across currencies."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
        self.cents = cents
        self.currency = currency

    def __eq__(self, other):
        if not isinstance(other, Money):
            return NotImplemented
        return self.cents == other.cents

    def __hash__(self):
        return hash(self.cents)
"""
_INIT = "        self.cents = cents\n        self.currency = currency\n"
_HASH = "\n    def __hash__(self):\n        return hash(self.cents)\n"
_SOURCE = f'''\
"""Money, and a wallet that holds it."""


class Money:
    """An amount in cents of one currency."""

    def __init__(self, cents, currency="EUR"):
{_WRONG}
    def __add__(self, other):
        if self.currency != other.currency:
            raise ValueError(f"{{self.currency}} and {{other.currency}} do not add up")
        return type(self)(self.cents + other.cents, self.currency)

    def __repr__(self):
        return f"{{type(self).__name__}}({{self.cents}}, {{self.currency!r}})"


class Tip(Money):
    """What a guest leaves; as good as other money."""


class Wallet:
    """A balance, and what came in."""

    def __init__(self):
        self.balance = Money(0)
        self.entries = []

    def put(self, money):
        self.balance += money
        self.entries.append(money)

    def refund(self, cents):
        self.balance.cents -= cents


def counted(entries):
    """How often each amount came in."""
    counts = {{}}
    for money in entries:
        counts[money] = counts.get(money, 0) + 1
    return counts
'''
_TESTS = """\
import pytest
from wallet import Money, Tip, Wallet, counted


@pytest.fixture
def wallet():
    wallet = Wallet()
    wallet.put(Money(250))
    wallet.put(Tip(50))
    return wallet


def test_other_currencies_are_other_money():
    assert Money(100, "EUR") != Money(100, "USD")


@pytest.mark.parametrize("cents", [0, 1, 250])
def test_equal_amounts_are_equal(cents):
    assert Money(cents) == Money(cents)


def test_other_amounts_differ():
    assert Money(1) != Money(2)


def test_no_money_is_nothing_else():
    assert Money(1) != None
    assert Money(1) != 1


def test_a_tip_is_money():
    assert Tip(50) == Money(50)


def test_currencies_do_not_add_up():
    with pytest.raises(ValueError):
        Money(1) + Money(1, "USD")


def test_a_wallet_adds_up(wallet):
    assert wallet.balance == Money(300)


def test_a_refund_lowers_the_balance(wallet):
    wallet.refund(100)
    assert wallet.balance == Money(200)


def test_amounts_are_counted():
    assert counted([Money(1), Money(2), Money(1)]) == {Money(1): 2, Money(2): 1}


def test_money_is_shown_with_its_currency():
    assert repr(Tip(5, "USD")) == "Tip(5, 'USD')"
"""
_PROJECT = Project(
    "wallet.py",
    {"wallet.py": _SOURCE, "test_wallet.py": _TESTS},
    _WRONG,
    "test_wallet.py::test_other_currencies_are_other_money",
)
_GUARD = "        if not isinstance(other, Money):\n            return NotImplemented\n"
_BOTH = "(self.cents, self.currency) == (other.cents, other.currency)"

WALLET: dict[str, Regression] = {
    "equality without a hash": _PROJECT.regression(
        "money as the key of a dictionary",
        f"{_INIT}\n    def __eq__(self, other):\n{_GUARD}        return {_BOTH}\n",
        f"{_INIT}\n    def __eq__(self, other):\n{_GUARD}        return {_BOTH}\n\n"
        "    def __hash__(self):\n        return hash((self.cents, self.currency))\n",
    ),
    "equality by exact class": _PROJECT.regression(
        "a subclass that equals its base",
        f"{_INIT}\n    def __eq__(self, other):\n        return type(self) is type(other) and {_BOTH}\n{_HASH}",
        f"{_INIT}\n    def __eq__(self, other):\n        return isinstance(other, Money) and {_BOTH}\n{_HASH}",
    ),
    "equality with money only": _PROJECT.regression(
        "a comparison with None",
        f"{_INIT}\n    def __eq__(self, other):\n        return {_BOTH}\n{_HASH}",
        f"{_INIT}\n    def __eq__(self, other):\n{_GUARD}"
        f"        return self.cents == other.cents and self.currency == other.currency\n{_HASH}",
    ),
    "equality by a key made once": _PROJECT.regression(
        "a balance that changes in place",
        f"{_INIT}        self._key = (cents, currency)\n\n    def __eq__(self, other):\n{_GUARD}"
        f"        return self._key == other._key\n\n    def __hash__(self):\n        return hash(self._key)\n",
        f"{_INIT}\n    def _key(self):\n        return (self.cents, self.currency)\n\n"
        f"    def __eq__(self, other):\n{_GUARD}        return self._key() == other._key()\n\n"
        "    def __hash__(self):\n        return hash(self._key())\n",
    ),
}
