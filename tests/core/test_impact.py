from __future__ import annotations

from agent_ci.core.impact import reached

TEXTS = {
    "src/shop/__init__.py": "",
    "src/shop/money.py": "",
    "src/shop/cart.py": "from shop.money import add",
    "src/shop/stock.py": "import json",
    "tests/test_cart.py": "from shop import cart",
    "tests/test_stock.py": "from shop.stock import take",
    "tests/helpers.py": "import shop.cart",
    "tests/test_deep.py": "from tests.helpers import make",
    "other/conftest.py": "import shop.money",
    "other/test_any.py": "",
    "broken.py": "def (",
}


def of(*changed: str) -> set[str]:
    return {path for path in reached(changed, TEXTS, roots=("src", ".")) if "test_" in path}


def test_a_change_reaches_what_imports_it_at_any_distance() -> None:
    assert of("src/shop/cart.py") == {"tests/test_cart.py", "tests/test_deep.py"}
    assert of("src/shop/stock.py") == {"tests/test_stock.py"}


def test_a_conftest_that_is_reached_reaches_its_folder() -> None:
    assert of("src/shop/money.py") == {"tests/test_cart.py", "tests/test_deep.py", "other/test_any.py"}


def test_a_package_reaches_everything_in_it() -> None:
    assert of("src/shop/__init__.py") >= {"tests/test_cart.py", "tests/test_stock.py"}
