"""How the style of a repository's own tests is read."""

from __future__ import annotations

import pytest

from agent_ci.core.test_style import style_of

PYTEST = "import pytest\n\nfrom shop.cart import total\n\n\ndef test_total() -> None:\n    assert total('a') == 'b'\n"
UNITTEST = "import unittest\nimport shop.cart\n\n\nclass TestCart(unittest.TestCase):\n    def testTotal(self): ...\n"


@pytest.mark.parametrize(
    ("path", "files", "expected"),
    [
        ("shop.py", (), "tests/test_shop.py"),
        ("src/shop/cart.py", (), "tests/test_cart.py"),
        ("shop/cart.py", ("tests/test_cart.py",), "tests/test_cart_agent_ci.py"),
        ("shop/cart.py", ("tests/test_cart.py", "tests/test_cart_agent_ci.py"), "tests/test_cart_agent_ci_2.py"),
        ("shop/cart.py", ("shop/cart.py", "shop/a.py", "shop/test_a.py"), "shop/test_cart.py"),
        ("shop/cart.py", ("tests/shop/test_b.py", "tests/test_z.py"), "tests/shop/test_cart.py"),
        ("shop/cart.py", ("tests/unit/test_z.py",), "tests/unit/test_cart.py"),
        ("shop/cart.py", ("tests/z_test.py", "tests/y_test.py"), "tests/cart_test.py"),
        ("shop/cart.py", ("tests/a/test_cart.py", "shop/b.py", "tests/b/test_b.py"), "tests/a/test_cart_agent_ci.py"),
        ("shop/__init__.py", ("tests/test_z.py",), "tests/test_shop.py"),
        ("shop/_cart.py", ("tests/test_z.py",), "tests/test_cart.py"),
        ("cart.py", ("test_z.py",), "test_cart.py"),
    ],
)
def test_a_new_file_is_named_and_placed_as_those_that_are_there(
    path: str, files: tuple[str, ...], expected: str
) -> None:
    assert style_of(path, dict.fromkeys((path, *files), "")).path == expected


SOURCE_LIKE_A_TEST = {"shop/cart.py": "", "shop/test_style.py": "", "shop/style.py": ""}


@pytest.mark.parametrize(
    ("file", "settings", "expected"),
    [
        ("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = ["checks", "more"]\n', "checks/test_cart.py"),
        ("pyproject.toml", '[tool.pytest.ini_options]\ntestpaths = "./checks/ more"\n', "checks/test_cart.py"),
        ("pytest.ini", "[pytest]\ntestpaths =\n    checks\n    more\n", "checks/test_cart.py"),
        ("setup.cfg", "[tool:pytest]\ntestpaths = checks\n", "checks/test_cart.py"),
        ("setup.cfg", "[pytest]\ntestpaths = checks\n", "shop/test_cart.py"),
        ("tox.ini", "[pytest]\ntestpaths = che*ks\n", "tests/test_cart.py"),
        ("pyproject.toml", "[tool.pytest]\nini_options = 3\n", "shop/test_cart.py"),
        ("pyproject.toml", "= no toml", "shop/test_cart.py"),
    ],
)
def test_new_tests_go_where_pytest_is_told_to_look_and_only_what_stands_there_is_a_test(
    file: str, settings: str, expected: str
) -> None:
    assert style_of("shop/cart.py", {**SOURCE_LIKE_A_TEST, file: settings}).path == expected


def test_tests_below_a_wildcard_of_testpaths_are_tests() -> None:
    settings = {"tox.ini": "[pytest]\ntestpaths = parts/*/checks\n", "parts/a/checks/test_b.py": ""}
    assert style_of("shop/cart.py", {**SOURCE_LIKE_A_TEST, **settings}).path == "parts/a/checks/test_cart.py"


def test_a_file_that_another_part_writes_is_not_taken() -> None:
    assert style_of("a/x.py", {"a/x.py": ""}, taken={"tests/test_x.py"}).path == "tests/test_x_agent_ci.py"


def test_the_nearest_file_shows_how_tests_look() -> None:
    texts = {
        "src/shop/cart.py": "",
        "tests/test_other.py": UNITTEST,
        "tests/test_cart.py": f"from __future__ import annotations\n\n{PYTEST}\npytestmark = pytest.mark.slow\n",
        "tests/conftest.py": "import pytest\n\n@pytest.fixture\ndef basket():\n    return 1\n",
        "pyproject.toml": "[tool.black]\nline-length = 99\n",
    }
    style = style_of("src/shop/cart.py", texts, roots=("src", "."))
    assert (style.module, style.framework, style.imports, style.nearest) == (
        "shop.cart",
        "pytest",
        "from",
        "tests/test_cart.py",
    )
    assert (style.quotes, style.line_length, style.is_annotated, style.has_future) == ("'", 99, True, True)
    assert (style.fixtures, style.marks, style.naming) == (("basket",), ("pytest.mark.slow",), "test_{}")


def test_unittest_and_plain_imports_are_kept_to() -> None:
    style = style_of("shop/cart.py", {"shop/cart.py": "", "tests/test_cart.py": UNITTEST})
    assert (style.framework, style.imports, style.in_class, style.naming) == ("unittest", "module", True, "test{}")


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        ("from shop.cart import _total\n", True),
        ("from shop import cart\ncart._total()\n", True),
        ("from shop.cart import total\nfrom other import _private\n", False),
        ("from shop import cart\ncart.__name__\n", False),
        (None, True),
    ],
)
def test_private_names_are_tested_where_the_nearest_tests_use_some_and_where_there_are_none(
    test: str | None, *, expected: bool
) -> None:
    texts = {"shop/cart.py": "", **({"tests/test_cart.py": test} if test else {})}
    assert style_of("shop/cart.py", texts).is_private_tested is expected


@pytest.mark.parametrize(
    ("files", "width"),
    [
        ({"ruff.toml": "line-length = 110\n"}, 110),
        ({"setup.cfg": "[flake8]\nmax-line-length = 72\n"}, 72),
        ({"pyproject.toml": "[tool.ruff]\nline-length = 9999\n"}, 88),
        ({"pyproject.toml": "not toml", "tox.ini": "[flake8\n"}, 88),
    ],
)
def test_the_width_is_the_formatters(files: dict[str, str], width: int) -> None:
    assert style_of("shop.py", {"shop.py": "", **files}).line_length == width


def test_the_tests_that_run_the_module_are_nearer_than_those_that_only_stand_there() -> None:
    texts = {"shop.py": "", "tests/test_a.py": "x = 1\n", "tests/test_b.py": "from other import y\n"}
    assert style_of("shop.py", texts, covering=["tests/test_b.py"]).nearest == "tests/test_b.py"
