"""A stock whose last pieces cannot be taken."""

from __future__ import annotations

from bench.regressions.project import Project, Regression

_WRONG = """\
def is_more(have, than=0):
    return have > than


def take(stock, order):
    \"\"\"What is left of *stock* after *order*; nothing is done to *stock*.\"\"\"
    left = dict(stock)
    for name, count in order.items():
        if name not in left:
            raise UnknownItem(name)
        if not is_more(left[name], count):
            raise OutOfStock(f"{name}: {left[name]} of {count}")
        left[name] -= count
    return left
"""
_SOURCE = f'''\
"""What is in stock, and what can be taken out of it."""


class UnknownItem(LookupError):
    """Nothing of that name was ever in stock."""


class OutOfStock(ValueError):
    """There is less of it than was asked for."""


{_WRONG}

def available(stock):
    """The names of what there is, in the order of the shelves."""
    return [name for name, have in stock.items() if is_more(have)]


def to_order(stock, limit=5):
    """The names of what there are no more than *limit* of."""
    return [name for name, have in stock.items() if not is_more(have, limit)]


def lines(stock):
    """One line for each item, in the order of the shelves."""
    return [f"{{have:>3}} {{name}}" for name, have in stock.items()]
'''
_TESTS = """\
import pytest
from stock import OutOfStock, UnknownItem, available, lines, take, to_order

SHELVES = {"tea": 6, "bun": 2, "ale": 0}


def test_the_last_pieces_can_be_taken():
    left = take({"bun": 2}, {"bun": 2})
    assert sum(left.values()) == 0


@pytest.mark.parametrize("count", [1, 5])
def test_what_is_taken_is_gone(count):
    assert take(SHELVES, {"tea": count})["tea"] == 6 - count


def test_taking_leaves_the_stock_alone():
    stock = {"tea": 6}
    take(stock, {"tea": 1})
    assert stock == {"tea": 6}


def test_too_many_cannot_be_taken():
    with pytest.raises(OutOfStock):
        take(SHELVES, {"bun": 3})


def test_what_was_never_there_is_unknown():
    with pytest.raises(UnknownItem):
        take(SHELVES, {"pie": 1})


def test_what_is_gone_stays_listed():
    assert lines(take({"bun": 2, "ale": 0}, {"bun": 1})) == ["  1 bun", "  0 ale"]


def test_the_order_of_the_shelves_is_kept():
    assert list(take(SHELVES, {"tea": 1})) == ["tea", "bun", "ale"]


def test_what_is_available():
    assert available(SHELVES) == ["tea", "bun"]


@pytest.mark.parametrize(("limit", "names"), [(0, ["ale"]), (2, ["bun", "ale"]), (6, ["tea", "bun", "ale"])])
def test_what_is_to_be_ordered(limit, names):
    assert to_order(SHELVES, limit) == names
"""
_PROJECT = Project(
    "stock.py",
    {"stock.py": _SOURCE, "test_stock.py": _TESTS},
    _WRONG,
    "test_stock.py::test_the_last_pieces_can_be_taken",
)
_MORE = "def is_more(have, than=0):\n    return have > than\n\n\n"
_TAKE = _WRONG.removeprefix(_MORE)
_ENOUGH = _TAKE.replace("not is_more(left[name], count)", "left[name] < count")
_IN_PLACE = _ENOUGH.replace("    left = dict(stock)\n", "").replace("left", "stock")
_HEAD = "def take(stock, order):\n    for name, count in order.items():\n"

STOCK: dict[str, Regression] = {
    "a comparison that others share": _PROJECT.regression(
        "what is to be ordered, at its boundary",
        _WRONG.replace("have > than", "have >= than"),
        _MORE + _ENOUGH,
    ),
    "a stock changed in place": _PROJECT.regression(
        "an argument that is to be left alone",
        _MORE + _IN_PLACE,
        _MORE + _IN_PLACE.replace("    for name", "    stock = dict(stock)\n    for name", 1),
    ),
    "a default in place of a check": _PROJECT.regression(
        "the type of an error",
        _MORE + _HEAD + "        if stock.get(name, 0) < count:\n            raise OutOfStock(name)\n"
        "    return {name: have - order.get(name, 0) for name, have in stock.items()}\n",
        _MORE + _HEAD + "        if name not in stock:\n            raise UnknownItem(name)\n"
        "        if stock[name] < count:\n            raise OutOfStock(name)\n"
        "    return {name: have - order.get(name, 0) for name, have in stock.items()}\n",
    ),
    "a difference of counters": _PROJECT.regression(
        "items of which none is left",
        "from collections import Counter\n\n\n" + _MORE + _HEAD + "        if name not in stock:\n"
        "            raise UnknownItem(name)\n        if stock[name] < count:\n            raise OutOfStock(name)\n"
        "    return dict(Counter(stock) - Counter(order))\n",
        "from collections import Counter\n\n\n" + _MORE + _HEAD + "        if name not in stock:\n"
        "            raise UnknownItem(name)\n        if stock[name] < count:\n            raise OutOfStock(name)\n"
        "    left = Counter(stock)\n    left.subtract(order)\n    return dict(left)\n",
    ),
    "items in another order": _PROJECT.regression(
        "the order of the shelves",
        _MORE + _ENOUGH.replace("dict(stock)", "dict(sorted(stock.items()))"),
        _MORE + _ENOUGH.replace("dict(stock)", "dict(stock.items())"),
    ),
}
