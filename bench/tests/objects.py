"""Projects made of classes: dataclasses, money, enumerations, and objects with a state."""

from __future__ import annotations

from bench.tests.project import Project, made

_ORDERS = '''
"""Orders."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Line:
    sku: str
    quantity: int
    unit_price: int

    def __post_init__(self) -> None:
        if self.quantity < 1:
            raise ValueError("quantity must be at least 1")
        if not self.sku:
            raise ValueError("a line needs a sku")

    @property
    def total(self) -> int:
        return self.quantity * self.unit_price


@dataclass
class Order:
    lines: list[Line] = field(default_factory=list)
    coupon: str | None = None

    def add(self, line: Line) -> None:
        """Add *line*, or its quantity to the line of the same sku."""
        for index, known in enumerate(self.lines):
            if known.sku == line.sku:
                self.lines[index] = Line(line.sku, known.quantity + line.quantity, line.unit_price)
                return
        self.lines.append(line)

    def total(self) -> int:
        amount = sum(line.total for line in self.lines)
        if self.coupon == "TEN" and amount > 50:
            amount -= amount // 10
        return amount

    def is_free_shipping(self) -> bool:
        return self.total() >= 100 or len(self.lines) > 5
'''
_MONEY = '''
"""Money in exact numbers."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True, order=True)
class Money:
    amount: Decimal
    currency: str = "EUR"

    def __add__(self, other: Money) -> Money:
        if self.currency != other.currency:
            raise ValueError(f"cannot add {other.currency} to {self.currency}")
        return Money(self.amount + other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def times(self, factor: Decimal) -> Money:
        return Money((self.amount * factor).quantize(CENT, ROUND_HALF_UP), self.currency)

    def is_zero(self) -> bool:
        return self.amount == 0

    def __str__(self) -> str:
        sign = "-" if self.amount < 0 else ""
        return f"{sign}{abs(self.amount):,.2f} {self.currency}"


def vat(net: Money, rate: int = 19) -> Money:
    """The tax on *net* at *rate* per cent."""
    if rate not in (0, 7, 19):
        raise ValueError(f"no such rate: {rate}")
    return net.times(Decimal(rate) / 100)
'''
_STATES = '''
"""The life of a ticket."""

from __future__ import annotations

from enum import Enum


class State(Enum):
    OPEN = "open"
    WAITING = "waiting"
    CLOSED = "closed"


class Priority(Enum):
    LOW = 1
    NORMAL = 2
    HIGH = 3


def allowed(before: State, after: State) -> bool:
    """Whether a ticket may go from one state to the other."""
    if before is State.CLOSED:
        return False
    if before is after:
        return False
    return True


def due_hours(priority: Priority, is_customer: bool) -> int:
    hours = {Priority.LOW: 72, Priority.NORMAL: 24, Priority.HIGH: 4}[priority]
    return hours // 2 if is_customer else hours


def badge(state: State, age_hours: int) -> str:
    if state is State.CLOSED:
        return "done"
    if state is State.WAITING and age_hours > 48:
        return "stale"
    return "late" if age_hours > 24 else "fresh"
'''
_STACK = '''
"""A stack with a limit, and an account."""


class FullError(Exception):
    pass


class Stack:
    def __init__(self, limit=None):
        self.items = []
        self.limit = limit

    def push(self, item):
        if self.limit is not None and len(self.items) >= self.limit:
            raise FullError(f"no more than {self.limit} items")
        self.items.append(item)

    def pop(self):
        if not self.items:
            raise IndexError("the stack is empty")
        return self.items.pop()

    def __len__(self):
        return len(self.items)

    def peek(self, default=None):
        return self.items[-1] if self.items else default


class Account:
    def __init__(self, owner, balance=0):
        self.owner = owner
        self.balance = balance
        self.history = []

    def deposit(self, amount):
        if amount <= 0:
            raise ValueError("amount must be positive")
        self.balance += amount
        self.history.append(("deposit", amount))

    def withdraw(self, amount):
        if amount > self.balance:
            raise ValueError("not enough money")
        self.balance -= amount
        self.history.append(("withdraw", amount))
        return self.balance
'''
_SHAPES = '''
"""Shapes, by typing's means."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from typing import Literal, NamedTuple, Optional, TypedDict, Union

Unit = Literal["mm", "cm", "m"]


class Point(NamedTuple):
    x: float
    y: float


class Options(TypedDict):
    unit: Unit
    digits: int


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...

    def is_larger(self, other: Shape) -> bool:
        return self.area() > other.area()


class Circle(Shape):
    def __init__(self, radius: float) -> None:
        if radius < 0:
            raise ValueError("radius must not be negative")
        self.radius = radius

    def area(self) -> float:
        return math.pi * self.radius**2


class Box(Shape):
    def __init__(self, width: float, height: Optional[float] = None) -> None:
        self.width = width
        self.height = width if height is None else height

    def area(self) -> float:
        return self.width * self.height

    @classmethod
    def between(cls, one: Point, other: Point) -> Box:
        return cls(abs(one.x - other.x), abs(one.y - other.y))


def distance(one: Point, other: Point) -> float:
    return math.hypot(one.x - other.x, one.y - other.y)


def in_millimetres(length: Union[int, float], unit: Unit = "mm") -> float:
    return length * {"mm": 1, "cm": 10, "m": 1000}[unit]


def shown(length: float, options: Options) -> str:
    factor = in_millimetres(1, options["unit"])
    return f"{length / factor:.{options['digits']}f} {options['unit']}"
'''
_STATES_TEST = """
import pytest

from tickets import states


@pytest.mark.parametrize("age_hours, expected", [(1, 'fresh'), (30, 'late')])
def test_open_tickets(age_hours, expected):
    assert states.badge(states.State.OPEN, age_hours) == expected
"""

OBJECTS: tuple[Project, ...] = (
    made("dataclasses", "orders.py", {"orders.py": _ORDERS}),
    made("money", "money.py", {"money.py": _MONEY}),
    made(
        "enums, single quotes",
        "tickets/states.py",
        {"tickets/__init__.py": "", "tickets/states.py": _STATES, "tests/test_states.py": _STATES_TEST},
    ),
    made("objects with state, untyped", "stack.py", {"stack.py": _STACK}),
    made("shapes, typing", "shapes.py", {"shapes.py": _SHAPES}),
)
