from __future__ import annotations

import pytest

from agent_ci.core import codebase
from agent_ci.core.codebase import Codebase

FILES = {
    "src/shop/__init__.py": b"",
    "src/shop/cart.py": b"from shop.money import cents\n\n\nclass Cart: ...\n",
    "src/shop/money.py": b"def cents(): ...\ndef twice(): ...\n",
    "src/shop/other.py": b"def twice(): ...\n",
    "src/shop/odd-name.py": b"def odd(): ...\n",
    "tests/test_cart.py": b"def tested(): ...\n",
    "README.md": b"def read(): ...\n",
}


def read(path: str) -> bytes:
    if path not in FILES:
        raise FileNotFoundError(path)
    return FILES[path]


SOURCES = Codebase(tuple(FILES), read, ("src", "."))


def test_modules_are_the_importable_files_that_are_no_tests() -> None:
    assert dict(SOURCES.modules) == {
        "shop": "src/shop/__init__.py",
        "shop.cart": "src/shop/cart.py",
        "shop.money": "src/shop/money.py",
        "shop.other": "src/shop/other.py",
    }


@pytest.mark.parametrize(
    ("name", "apart_from", "home"),
    [
        ("cents", (), "shop.money"),
        ("cents", ("shop.money",), ""),
        ("twice", (), ""),
        ("twice", ("shop.other",), "shop.money"),
        ("tested", (), ""),
        ("odd", (), ""),
        ("money", (), "shop"),
    ],
    ids=["one", "known-already", "two", "one-of-two", "in-a-test", "not-importable", "module"],
)
def test_a_home_is_the_one_place_to_import_from(name: str, apart_from: tuple[str, ...], home: str) -> None:
    assert SOURCES.home(name, apart_from=apart_from) == home


def test_an_edit_is_seen_by_what_comes_after_and_only_there() -> None:
    edited = SOURCES.after("src/shop/other.py", "def once(): ...\n")
    assert [sources.home("once", apart_from=()) for sources in (edited, SOURCES)] == ["shop.other", ""]
    assert SOURCES.diff({"src/shop/other.py": "def once(): ...\n"}).splitlines()[3:] == [
        "-def twice(): ...",
        "+def once(): ...",
    ]


@pytest.mark.parametrize(
    "content",
    [b"\xff", b"x = 1\ry = 2\r\n", b"x = 1\n" * 200_000],
    ids=["not-utf-8", "lone-return", "large"],
)
def test_a_file_that_is_no_text_is_left_out(content: bytes) -> None:
    sources = Codebase(("a.py",), lambda _: content)
    assert (sources.text("a.py"), sources.names_of("a"), sources.names_of("absent")) == ("", frozenset(), frozenset())
    assert SOURCES.text("missing.py") == ""


@pytest.mark.parametrize("content", ["x = (", ""], ids=["broken", "empty"])
def test_a_file_without_a_tree_is_never_rewritten(content: str) -> None:
    sources = Codebase(("a.py",), lambda _: content.encode())
    changed = (sources.redirected("a.py", "x", "y"), sources.with_import("a.py", "import os") if content else content)
    assert changed == (content, content)


def test_the_number_of_files_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codebase, "_MOST_FILES", 2)
    assert len(Codebase(tuple(FILES), read).modules) == 2
