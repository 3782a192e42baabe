from __future__ import annotations

import ast
import time
import warnings

import pytest

from agent_ci.core import names

TEXT = """\
from typing import TYPE_CHECKING
import os.path
import numpy as np
from . import sibling as near
if TYPE_CHECKING:
    from a.b import Late
LIMIT = 3
(one, *rest), seen[0] = pair
try:
    import fast
except ImportError as error:
    fast = None
for row in rows:
    with open(row) as file:
        pass
def function(given, /, *others, key=None, **more):
    inner = given
    def nested(): hidden = 1
    return [each for each in inner]
class Cart(Base[int], other.Mixin):
    kind: str = "x"
    def __init__(self, size):
        self.size = size
        size.elsewhere = 1
    @staticmethod
    def plain(thing):
        return thing
match LIMIT:
    case [first, *tail]: pass
"""
TREE = names.parse(TEXT) or ast.Module([], [])
CART = next(node for node in TREE.body if isinstance(node, ast.ClassDef))


def test_what_a_module_defines_is_what_it_binds_without_its_imports() -> None:
    own = {"LIMIT", "one", "rest", "error", "row", "file", "function", "Cart", "first", "tail"}
    assert names.defined(TREE) == own
    assert {*names.bound(TREE)} - own == {"TYPE_CHECKING", "os", "np", "near", "Late", "fast"}


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        ("np", ["import numpy as np"]),
        ("near", ["from shop import sibling as near"]),
        ("Late", ["from a.b import Late"]),
        ("os.path", ["import os.path"]),
        ("numpy", []),
    ],
)
def test_how_a_file_imports_a_name_is_told_alone_and_absolute(name: str, statements: list[str]) -> None:
    assert list(names.importing(TREE, name, module="shop.cart")) == statements


@pytest.mark.parametrize(
    ("statement", "module", "is_package", "expected"),
    [
        ("from a.b import x", "p.q", False, "a.b"),
        ("from . import x", "p.q", False, "p"),
        ("from .r import x", "p.q", False, "p.r"),
        ("from .r import x", "p", True, "p.r"),
        ("from ..r import x", "p.q.s", False, "p.r"),
        ("from ..r import x", "p.q", False, ""),
        ("from . import x", "script", False, ""),
    ],
)
def test_a_relative_import_is_resolved(statement: str, module: str, expected: str, *, is_package: bool) -> None:
    node = ast.parse(statement).body[0]
    assert isinstance(node, ast.ImportFrom)
    assert names.absolute(node, module, is_package=is_package) == expected


@pytest.mark.parametrize(
    ("line", "inside", "outside"),
    [
        (17, {"given", "others", "key", "more", "inner", "nested", "LIMIT", "np", "len"}, {"hidden", "size", "kind"}),
        (18, {"hidden", "inner"}, {"size"}),
        (21, {"kind", "LIMIT"}, {"given", "size"}),
        (23, {"self", "size", "LIMIT"}, {"kind", "given"}),
        (7, {"LIMIT", "Cart"}, {"given", "kind"}),
    ],
    ids=["function", "nested-function", "class-body", "method", "module"],
)
def test_what_is_in_scope_at_a_line(line: int, inside: set[str], outside: set[str]) -> None:
    scope = names.in_scope(TREE, line)
    assert (inside - scope, outside & scope) == (set(), set())


def test_a_class_gives_its_objects_methods_variables_and_what_is_assigned_to_self() -> None:
    assert names.attributes(CART) == {"kind", "__init__", "size", "plain"}
    assert names.bases(CART) == ("Base", "Mixin")


def test_a_method_has_a_receiver_and_a_static_one_has_none() -> None:
    found = names.receiver(TREE, 23)
    assert (found and found[0], found and found[1].name) == ("self", "Cart")
    assert [names.receiver(TREE, line) for line in (7, 17, 21, 27)] == [None] * 4


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("src/shop/cart.py", "shop.cart"),
        ("src/shop/__init__.py", "shop"),
        ("tools/run.py", "tools.run"),
        ("lib/deep/a.py", "a"),
        ("setup.py", "setup"),
        ("src/my-script.py", ""),
        ("src/pkg/class.py", ""),
        ("2024/report.py", ""),
        ("srcs/a.py", "srcs.a"),
    ],
)
def test_a_module_is_named_from_the_deepest_root(path: str, expected: str) -> None:
    assert names.dotted(path, ("src", ".", "lib", "lib/deep/")) == expected


@pytest.mark.parametrize(
    ("name", "others", "expected"),
    [
        ("amuont", ["count", "amounts", "amount", "amuont"], ("amount",)),
        ("true", ["True", "tree"], ("True",)),
        ("x", ["y", "X", "xs"], ("X",)),
        ("total", [], ()),
        ("total", ["t" * 1_000_000], ()),
    ],
    ids=["typo", "case", "short", "none", "huge"],
)
def test_similar_names_come_likest_first(name: str, others: list[str], expected: tuple[str, ...]) -> None:
    assert names.similar(name, others) == expected


@pytest.mark.parametrize(
    "text",
    ["x = '\0'", "-" * 100_000 + "1", "(" * 100_000, "a" + ".a" * 100_000, "x = 1\n" * 200_000, "\ud800", "if"],
    ids=["nul", "signs", "brackets", "chain", "long", "surrogate", "broken"],
)
def test_a_text_made_to_break_parsers_has_no_tree(text: str) -> None:
    started = time.monotonic()
    assert names.parse(text) is None
    assert not names.compiles(text)
    assert time.monotonic() - started < 10


def test_a_file_with_an_invalid_escape_is_parsed_in_silence() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert names.parse(r"x = '\d'")
        assert names.compiles(r"y = '\d'")


def test_what_parses_need_not_compile() -> None:
    assert names.parse("return 1")
    assert not names.compiles("return 1")


@pytest.mark.parametrize("data", [b"\xef\xbb\xbfx = 'a'\n", b"# coding: latin-1\nx = '\xe9'\n"], ids=["mark", "cookie"])
def test_a_source_is_decoded_as_python_does(data: bytes) -> None:
    assert names.compiles(names.source_text(data))
    with pytest.raises((SyntaxError, ValueError)):
        names.source_text(b"x = '\xe9'\n")
