"""How tests are written down, and which calls become tests at all."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent_ci.core.test_style import Style
from agent_ci.proposers.characterise.answers import Found
from agent_ci.proposers.characterise.choosing import MOST, MOST_OF_TARGET, chosen
from agent_ci.proposers.characterise.expecting import Expected, expected
from agent_ci.proposers.characterise.kit.acts import Call, Outcome
from agent_ci.proposers.characterise.kit.targets import Target, targets_of
from agent_ci.proposers.characterise.layout import Layout
from agent_ci.proposers.characterise.writing import written

SOURCE = """
def price(amount, percent=0):
    return amount

def check(name):
    raise ValueError(name)

class Cart:
    def __init__(self, limit=3):
        self.items = []
    def add(self, item):
        self.items.append(item)
    def is_full(self):
        return False
"""
TARGETS = targets_of(ast.parse(SOURCE))
STYLE = Style("tests/test_shop.py", "shop.cart")


def found(target: str, outcome: Outcome, *, receiver: str = "", before: tuple[str, ...] = (), **given: str) -> Found:
    call = Call(target, tuple(given.items()), receiver, before)
    return Found(call, outcome, frozenset({f"{target}-{given}"}), frozenset({(1, 2)}))


def returns(value: str, *after: tuple[str, str], finish: str = "") -> Outcome:
    return Outcome("returns", value, "", after, finish)


FOUND = (
    found("price", returns("10"), amount="10"),
    found("price", returns("0.30000000000000004"), amount="0.1"),
    found("price", returns("9"), amount="10", percent="10"),
    found("check", Outcome("raises", "ValueError", "no name?"), name='""'),
    found("check", Outcome("raises", "ValueError", "bad (x)"), name='"x"'),
    found("Cart.add", returns("None", ("self.items", '["tea"]')), receiver="Cart()", item='"tea"'),
    found("Cart.is_full", returns("True"), receiver="Cart(limit=1)", before=('add("tea")',)),
    found("Cart.is_full", returns("False"), receiver="Cart()"),
)


def text(style: Style = STYLE) -> str:
    return written(FOUND, TARGETS, {}, style=style, delivery="0" * 12)


def without_comments(source: str) -> str:
    return "\n".join(line for line in source.split("\n") if not line.strip().startswith("#"))


def test_tests_read_as_a_person_would_write_them() -> None:
    assert (
        without_comments(text())
        == '''"""What shop.cart does, as calls of it showed."""

import re

import pytest

from shop.cart import Cart, check, price


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (10, 10),
        (0.1, pytest.approx(0.3)),
    ],
)
def test_price(amount, expected):
    assert price(amount) == expected


def test_price_with_percent():
    assert price(10, percent=10) == 9


@pytest.mark.parametrize(
    ("name", "message"),
    [
        pytest.param("", "no name?", id="empty text"),
        ("x", "bad (x)"),
    ],
)
def test_check_raises_value_error(name, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        check(name)


def test_cart_add_changes_items():
    cart = Cart()
    cart.add("tea")

    assert cart.items == ["tea"]


def test_cart_is_full_after_add():
    cart = Cart(limit=1)
    cart.add("tea")
    assert cart.is_full() is True


def test_cart_is_full():
    assert Cart().is_full() is False
'''
    )


def test_the_habits_of_the_repository_are_followed() -> None:
    style = replace(
        STYLE, imports="module", quotes="'", is_annotated=True, has_future=True, in_class=True, names_as="text"
    )
    source = text(style)
    assert "from __future__ import annotations\n" in source
    assert "from shop import cart\n" in source
    assert "    @pytest.mark.parametrize(\n        'amount, expected',\n" in source
    assert "    def test_price(self, amount: object, expected: object) -> None:\n" in source
    assert "        given_cart = cart.Cart(limit=1)\n" in source or "cart_ = cart.Cart" in source


def test_unittest_is_written_where_unittest_is_used() -> None:
    source = text(replace(STYLE, framework="unittest"))
    assert "class CartTest(unittest.TestCase):" in source
    assert "with self.subTest(name=name):" in source
    assert "self.assertRaisesRegex(ValueError, re.escape(message))" in source
    assert "self.assertTrue(cart.is_full())" in source
    assert "pytest" not in source


def test_unittest_compares_floats_nearly_by_its_own_means(tmp_path: Path) -> None:
    source = "def share(a, b):\n    return a / b\n\ndef shares(a, b):\n    return [a / b]\n"
    targets = targets_of(ast.parse(source))
    rows = (("share", 1000, 3), ("share", 2, 3), ("shares", 1000, 3), ("shares", 2, 3))
    values = {"share": "{!r}", "shares": "[{!r}]"}
    calls = [found(name, returns(values[name].format(a / b)), a=str(a), b=str(b)) for name, a, b in rows]
    style = Style("test_parts.py", "parts", framework="unittest")
    for kept in (calls, calls[::2]):  # as tables, and one by one
        (tmp_path / "parts.py").write_text(source, "utf-8")
        (tmp_path / "test_parts.py").write_text(written(kept, targets, {}, style=style, delivery="0" * 12), "utf-8")
        argv = [sys.executable, "-B", "-m", "unittest", "test_parts"]
        done = subprocess.run(argv, cwd=tmp_path, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert "self.assertAlmostEqual(share(1000, 3), 333.3333333333333)" in (tmp_path / "test_parts.py").read_text(
        "utf-8"
    )


@pytest.mark.parametrize("room", ["no_room_on_its_line", "little_room"])
def test_a_long_call_in_a_table_is_compared_as_unittest_does(room: str) -> None:
    name = f"a_function_with_a_name_that_leaves_{room}"
    targets = targets_of(ast.parse(f"def {name}(a):\n    ...\n"))
    calls = [found(name, returns(number), a=number) for number in ("1", "2")]
    style = replace(STYLE, framework="unittest")
    source = written(calls, targets, {}, style=style, delivery="0" * 12)
    assert "self.assertEqual(result, expected)" in source
    assert max(map(len, source.split("\n"))) <= style.line_length


def styles() -> Iterator[Style]:
    yield STYLE
    yield replace(STYLE, framework="unittest")
    yield replace(STYLE, in_class=True, is_annotated=True, line_length=79)
    yield replace(STYLE, imports="module", line_length=120)


@pytest.mark.parametrize("style", [*styles()])
def test_a_formatter_has_nothing_to_do(style: Style, tmp_path: Path) -> None:
    file = tmp_path / "test_it.py"
    file.write_text(text(style), "utf-8")
    argv = [sys.executable, "-m", "ruff", "format", "--isolated", "--diff", "--line-length", str(style.line_length)]
    done = subprocess.run([*argv, str(file)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("value", "how"),
    [
        ("True", Expected("True", "is")),
        ("0.5", Expected("0.5")),
        ("0.30000000000000004", Expected("0.3", is_near=True)),
        ("[0.1, 0.30000000000000004]", Expected("[0.1, 0.3]", is_near=True)),
        ('("a", 0.30000000000000004)', Expected('("a", 0.30000000000000004)')),
        ('float("nan")', Expected("float('nan')", is_near=True)),
    ],
)
def test_floats_are_compared_nearly_where_their_last_digits_say_nothing(value: str, how: Expected) -> None:
    assert expected(value) == how


def test_long_lines_are_broken_at_brackets() -> None:
    broken = Layout(width=30).broken('f(["aaaaaaaaaa", "bbbbbbbbbb"], key={"a": 1})', indent=4, prefix="x = ")
    assert broken == [
        "    x = f(",
        "        [",
        '            "aaaaaaaaaa",',
        '            "bbbbbbbbbb",',
        "        ],",
        '        key={"a": 1},',
        "    )",
    ]


def test_a_long_text_is_broken_between_its_words() -> None:
    broken = Layout(width=30).broken('"one two three four five six"', indent=4, prefix="x=", suffix=",")
    assert broken == ["    x=(", '        "one two three four "', '        "five six"', "    ),"]
    assert ast.literal_eval("\n".join(broken).strip()[2:-1]) == "one two three four five six"
    whole = '"one_two_three_four_five_six_7"'
    assert Layout(width=30).broken(whole, indent=4) == [f"    {whole}"]


@pytest.mark.parametrize("size", [78, 90])
def test_a_row_that_no_line_has_room_for_costs_no_other(size: int) -> None:
    long = "x" * size
    calls = [found("price", returns(value), amount=value) for value in ("1", "2", f'"{long}"')]
    calls += [found("check", Outcome("raises", "ValueError", said), name=f'"{said[0]}"') for said in ("no", "oh", long)]
    source = written(calls, TARGETS, {}, style=STYLE, delivery="0" * 12)
    assert long not in source
    assert source.count("@pytest.mark.parametrize(") == 2


@pytest.mark.parametrize(
    ("given", "call"),
    [
        ({"first": "1", "more": "[2, [3]]", "named": '{"a": 4}'}, "f(1, 2, [3], a=4)"),
        ({"first": "1", "more": "[]", "named": '{"a-b": 4}'}, 'f(1, **{"a-b": 4})'),
        ({"first": "1", "named": '{"if": 4}'}, 'f(1, **{"if": 4})'),
        ({"first": "1", "option": "5", "named": '{"option": 4}'}, 'f(1, option=5, **{"option": 4})'),
        ({"first": "1", "more": "tuple([2])"}, "f(1, *tuple([2]))"),
        ({"first": "1", "option": "5", "more": "[2]"}, "f(1, 5, 2)"),
        ({"option": "5", "more": "[2]"}, "f(*[2], option=5)"),
    ],
)
def test_further_arguments_are_passed_as_a_person_passes_them(given: dict[str, str], call: str) -> None:
    targets = targets_of(ast.parse("def f(first, option=0, *more, **named):\n    ...\n"))
    one = replace(found("f", returns("7")), call=Call("f", tuple(given.items())))
    source = written([one], targets, {}, style=STYLE, delivery="0" * 12)
    assert f"assert {call} == 7\n" in source


def test_what_compares_is_compared_in_brackets() -> None:
    targets = targets_of(ast.parse("class Bits:\n    def __eq__(self, other):\n        return True\n"))
    one = found("Bits.__eq__", returns("False"), receiver="Bits()", other='""')
    assert 'assert (Bits() == "") is False\n' in written([one], targets, {}, style=STYLE, delivery="0" * 12)
    unittest = replace(STYLE, framework="unittest")
    assert 'self.assertFalse(Bits() == "")\n' in written([one], targets, {}, style=unittest, delivery="0" * 12)


def test_objects_that_cannot_be_made_are_made_inside_of_the_test() -> None:
    targets = targets_of(ast.parse("class Line:\n    def __post_init__(self):\n        raise ValueError\n"))
    refused = Outcome("raises", "ValueError")
    two = [found("Line.__post_init__", refused, receiver=f"Line({number})") for number in (0, 1)]
    source = written(two, targets, {}, style=STYLE, delivery="0" * 12)
    assert source.count("    with pytest.raises(ValueError):\n        Line(") == 2


def test_signs_that_nobody_sees_are_written_as_escapes() -> None:
    hidden = chr(0x202E), chr(0x200B), chr(0xFE0F), chr(0x301)
    texts = [Layout().line(repr(f"a{sign}b")) for sign in hidden]
    assert texts == [r'"a\u202eb"', r'"a\u200bb"', r'"a\ufe0fb"', r'"a\u0301b"']
    assert Layout().line("'ÄÖ ü €'") == '"ÄÖ ü €"'


# Which calls become tests


def worth(number: int, kills: set[str], *, target: str = "price", amount: str = "") -> Found:
    call = Call(target, (("amount", amount or str(1000 + number)),))
    return Found(call, returns("42"), frozenset(kills), frozenset({(number, number + 1)}))


def chosen_of(found: list[Found], targets: dict[str, Target]) -> tuple[Found, ...]:
    return chosen(found, targets).kept


def test_the_fewest_calls_that_notice_everything_are_kept() -> None:
    best = worth(1, {"a", "b", "c"})
    same = [worth(1, {"a", "b"}), worth(1, {"c"}), worth(1, {"b"})]
    assert chosen_of([*same, best], TARGETS) == (best,)


def test_a_call_that_notices_nothing_is_never_kept() -> None:
    assert chosen_of([worth(1, set()), worth(2, set())], TARGETS) == ()


def test_of_calls_that_are_worth_the_same_the_plain_one_is_kept() -> None:
    plain, odd = worth(1, {"a"}, amount="100"), worth(1, {"a"}, amount="'\\t~'")
    assert chosen_of([odd, plain], TARGETS) == (plain,)


def test_a_plain_call_is_kept_before_an_odd_one_that_notices_more() -> None:
    odd = worth(1, {"a", "b", "c"}, amount="'~x'")
    plain = [worth(1, {kill}, amount=amount) for kill, amount in (("a", "100"), ("b", "250"), ("c", "999"))]
    assert set(chosen_of([odd, *plain], TARGETS)) == set(plain)
    by_person = replace(odd, call=replace(odd.call, origin="example"))
    assert chosen_of([by_person, *plain], TARGETS) == (by_person,)


def test_of_calls_that_notice_the_same_one_that_the_change_made_different_is_kept() -> None:
    pins, new = worth(1, {"a"}, amount="1"), replace(worth(1, {"a"}, amount="4321"), is_new=True)
    assert chosen_of([pins, new], TARGETS) == (new,)
    assert chosen_of([pins, replace(new, is_new=False)], TARGETS) == (pins,)


def test_the_one_call_that_the_change_made_different_is_kept_beside_those_that_notice_more() -> None:
    best, new = worth(1, {"a", "b"}, amount="1"), replace(worth(1, set(), amount="'~x'"), is_new=True)
    assert {*chosen_of([best, new], TARGETS)} == {best, new}


def test_what_was_so_before_the_change_is_left_out_before_what_was_not() -> None:
    pins = worth(1, {"a"}, amount="1")
    short, long = (
        replace(worth(1, kills, amount=repr(text)), is_new=True)
        for kills, text in (({*"abd"}, "~x"), ({*"bcd"}, "~x" * 49))
    )
    assert {*chosen_of([pins, short, long], TARGETS)} == {short, long}


def test_half_a_number_is_as_plain_as_a_whole_one() -> None:
    half, other = worth(1, {"a"}, amount="1.5"), worth(1, {"a"}, amount="1.2")
    assert chosen_of([other, half], TARGETS) == (half,)


def test_a_function_gets_twelve_calls_and_a_module_thirty() -> None:
    many = [worth(10 * number, {f"{number}"}) for number in range(60)]
    assert len(chosen_of(many, TARGETS)) == MOST_OF_TARGET
    spread = [worth(10 * n, {f"{t}{n}"}, target=t) for n in range(15) for t in ("price", "check", "Cart.add")]
    assert len(chosen_of(spread, TARGETS)) == MOST


def test_a_parameter_that_is_called_like_a_column_of_ours_has_another_name_in_the_table() -> None:
    targets = targets_of(ast.parse("def same(actual, expected):\n    ...\n\ndef fail(message):\n    ...\n"))
    same = [
        found("same", returns(value), actual="1", expected=given) for given, value in (("1", "True"), ("2", "False"))
    ]
    fail = [found("fail", Outcome("raises", "ValueError", said), message=f'"{said}"') for said in ("no", "never")]
    source = written((*same, *fail), targets, {}, style=STYLE, delivery="0" * 12)
    assert "def test_same(given_expected, expected):\n    assert same(1, given_expected) is expected\n" in source
    assert "def test_fail_raises_value_error(given_message, message):\n" in source
    assert "        (1, True),\n        (2, False),\n" in source


def test_a_group_that_cannot_be_written_is_left_out() -> None:
    broken = found("check", returns("42"), name="((")
    assert written((broken, *FOUND), TARGETS, {}, style=STYLE, delivery="0" * 12).count("def test_") == text().count(
        "def test_"
    )
