from __future__ import annotations

from agent_ci.core.report import Status, TestCase
from agent_ci.core.suspects import suspect_places

TEXTS = {
    "shop/cart.py": "import x\n\n\ndef total(a):\n    return price(a)\n\n\ndef other():\n    pass\n",
    "shop/price.py": "class Price:\n    def of(self, a):\n        b = a\n        return b\n",
    "tests/test_cart.py": "from shop.cart import total, other\n\n\ndef test_a():\n    assert total(1)\n\n\n"
    "def test_b():\n    assert other()\n",
    "broken.py": "def (",
}


def case(name: str = "test_a", traceback: str = "") -> TestCase:
    return TestCase(f"tests/test_cart.py::{name}", Status.FAILED, "assert 0", traceback)


def places(*cases: TestCase, **changed: frozenset[int]) -> list[tuple[str, int, str]]:
    by_path = {name.replace("__", "/") + ".py": lines for name, lines in changed.items()}
    return [(found.path, found.line, found.name) for found in suspect_places(cases, TEXTS, changed=by_path)]


def test_the_innermost_frame_of_the_code_comes_first() -> None:
    trace = "tests/test_cart.py:5: in test_a\n    x\nshop/cart.py:5: in total\n    x\nshop/price.py:3: in of\n    x"
    assert places(case(traceback=trace))[:2] == [("shop/price.py", 3, "of"), ("shop/cart.py", 5, "total")]


def test_without_frames_what_the_test_calls_is_suspect() -> None:
    assert places(case()) == [("shop/cart.py", 4, "total")]
    assert places(case("test_b[x]")) == [("shop/cart.py", 8, "other")]


def test_what_changed_since_green_comes_before_what_did_not() -> None:
    trace = "shop/cart.py:5: in total\n    x"
    assert places(case(traceback=trace), shop__price=frozenset({3}))[0] == ("shop/price.py", 3, "of")


def test_nothing_is_suspect_where_nothing_is_known() -> None:
    assert places(TestCase("gone.py::test_x", Status.FAILED)) == []
    assert places() == []
