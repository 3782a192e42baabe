"""Red repositories whose error message, or an earlier run, says what is to be done."""

from __future__ import annotations

from bench.repositories import PYTEST
from bench.seeded.case import Case

_MONEY = '''def rounded(cents):
    """To the next five."""
    return 5 * ((cents + 2) // 5)


def shown(cents):
    return f"{cents / 100:.2f}"
'''
_CART = """import math

from shop.money import rounded, shown


class Cart:
    def __init__(self, prices):
        self.prices = list(prices)

    def total(self):
        return rounded(sum(self.prices))

    def label(self):
        return shown(self.total())

    def boxes(self, size):
        return math.ceil(len(self.prices) / size)
"""
_TESTS = """import unittest

from shop.cart import Cart


class OfTheCart(unittest.TestCase):
    def test_total(self):
        self.assertEqual(Cart([101, 102]).total(), 205)

    def test_label(self):
        self.assertEqual(Cart([101, 102]).label(), "2.05")

    def test_boxes(self):
        self.assertEqual(Cart([1, 2, 3]).boxes(2), 2)
"""
SHOP = {"shop/__init__.py": "", "shop/money.py": _MONEY, "shop/cart.py": _CART, "test_cart.py": _TESTS}


def _cart(old: str, new: str) -> dict[str, str]:
    """The file with *new* for *old*, which it must hold."""
    if old not in _CART:
        raise ValueError(f"{old!r} is not in the cart")
    return {"shop/cart.py": _CART.replace(old, new)}


def _slip(kind: str, red: dict[str, str], **more: object) -> Case:
    return Case(kind, SHOP, red, **more)  # type: ignore[arg-type]  # each is a field


_WRONG_RATIO = _cart("len(self.prices) / size", "len(self.prices) * size")
_WRONG_MARGIN = {"shop/money.py": _MONEY.replace("cents + 2", "cents - 2")}
CASES = {
    "import-of-the-library": _slip("import", _cart("import math\n\n", "")),
    "import-of-our-own": _slip("import", _cart("import rounded, shown", "import rounded")),
    "import-from-elsewhere": _slip("import", _cart("from shop.money import", "from shop.prices import")),
    "import-of-a-name-that-is-spelt-otherwise": _slip("import", _cart("import rounded, shown", "import rouded, shown")),
    "imports-two-at-once": _slip("import", _cart("import math\n\nfrom shop.money import rounded, shown\n", "")),
    "import-of-what-everybody-imports": _slip(
        "import",
        _cart("class Cart:", "@dataclass\nclass Line:\n    cents: int = 0\n\n\nclass Cart:"),
    ),
    "rename-of-a-module": _slip("rename", {"shop/cash.py": _MONEY, "shop/money.py": ""}),
    "rename-that-a-caller-missed": _slip("rename", _cart("shown(self.total())", "shown(self.totals())")),
    "rename-of-what-the-tests-call": _slip("rename", _cart("def total(self)", "def totals(self)"), expected="no_fix"),
    "rename-of-an-attribute": _slip("rename", _cart("self.prices = ", "self.price = ")),
    "rename-of-a-function": _slip("rename", {"shop/money.py": _MONEY.replace("def shown(", "def show(")}),
    "rename-of-a-variable": _slip("rename", _cart("len(self.prices) / size", "len(self.prices) / sizes")),
    "rename-of-a-short-variable": _slip(
        "rename", _cart("len(self.prices) / size", "len(self.prices) / sise"), expected="no_fix"
    ),
    "rename-that-lost-its-object": _slip("rename", _cart("sum(self.prices)", "sum(prices)")),
    "syntax-without-a-colon": _slip("syntax", _cart("def label(self):", "def label(self)")),
    "syntax-without-a-bracket": _slip("syntax", _cart("shown(self.total())", "shown(self.total()")),
    "again-on-another-branch": _slip("again", _WRONG_RATIO, run=PYTEST, again={"shop/new.py": "HALF = 0.5\n"}),
    "again-with-other-lines": _slip(
        "again",
        _WRONG_MARGIN,
        run=PYTEST,
        again={"shop/money.py": '"""Cents."""\n\nUNIT = "EUR"\n\n\n' + _WRONG_MARGIN["shop/money.py"]},
    ),
}
