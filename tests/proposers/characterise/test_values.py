"""Which values calls are made up of: those that the code and its docstrings name, and how they are changed."""

from __future__ import annotations

import ast
import random
import re
import sys
from types import ModuleType
from typing import Any

import pytest

from agent_ci.proposers.characterise.kit.about import MOST
from agent_ci.proposers.characterise.kit.acts import Call
from agent_ci.proposers.characterise.kit.inventing import Inventor
from agent_ci.proposers.characterise.kit.literals import Mined, alternately, called_values, literal_value, mine
from agent_ci.proposers.characterise.kit.literals import module_values as values_of
from agent_ci.proposers.characterise.kit.naming import Names
from agent_ci.proposers.characterise.kit.pools import Pools
from agent_ci.proposers.characterise.kit.samples import dressed, inside_words, matching, quoted, with_numbers
from agent_ci.proposers.characterise.kit.showing import Shower, UnshownError, text_of
from agent_ci.proposers.characterise.kit.targets import targets_of
from agent_ci.proposers.characterise.kit.varying import varied


class Tag:
    """Equal by its parts, and shown by neither its representation nor one text."""

    def __init__(self, left: str, right: int) -> None:
        self.left, self.right = left, right

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tag) and (self.left, self.right) == (other.left, other.right)

    def __hash__(self) -> int:
        return hash(self.left)


class Elsewhere(Tag):
    """One that its constructor does not make again."""

    def __init__(self, left: str, right: int) -> None:
        super().__init__(left, right + 1)


def loaded(source: str, monkeypatch: pytest.MonkeyPatch) -> Pools:
    module = ModuleType("loaded_here")
    exec(source, vars(module))  # noqa: S102 - a module of ours
    monkeypatch.setitem(sys.modules, module.__name__, module)
    tree = ast.parse(source)
    return Pools(module, tree, targets_of(tree), Shower(Names()))


def inventor(pools: Pools, name: str) -> Inventor:
    return Inventor(pools.targets[name], pools, [], seed="0")


def mined(source: str, name: str = "f", **live: Any) -> Mined:
    tree = ast.parse(source)
    found = targets_of(tree)
    return mine(found[name], found, values_of(tree), live, called_values(tree))


@pytest.mark.parametrize(
    ("docstring", "found"),
    [
        ("The unit, \"kB\" or 'MB'; `fast` where there is none.", ["kB", "MB", "fast"]),
        ("A name like ``a_b``.", ["a_b"]),
        ("It's what one isn't told.", []),
        ("An empty '' or a ' loose ' one.", []),
    ],
)
def test_what_a_docstring_quotes_is_a_value(docstring: str, found: list[str]) -> None:
    assert quoted(docstring) == found


def test_signs_that_no_keyboard_has_are_tried_inside_of_words() -> None:
    assert inside_words(["plain", "ü", "Nd"]) == ["aüb", "aü", "a\u0660b", "a\u0660"]


def test_such_words_come_before_many_other_texts(monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "def f(p: str) -> str:\n    return p if 'ü' in p else " + repr([f"word {one}" for one in range(200)]) + "[0]\n"
    )
    pools = loaded(source, monkeypatch)
    assert '"aüb"' in pools.of(pools.targets["f"], pools.targets["f"].parameters[0])


def test_a_pattern_is_matched_under_its_own_flags() -> None:
    pattern = "a # a letter\n  (b|c)"
    assert matching(pattern, re.VERBOSE)[:2] == ["ab", "ac"]
    assert "ab" not in matching(pattern)
    source = "import re\nP = re.compile('x')\n\ndef f(p): return P.match(p)\n"
    assert "ac" in mined(source, P=re.compile(pattern, re.VERBOSE)).matching


def test_the_numbers_of_the_code_are_put_into_what_its_patterns_match() -> None:
    assert with_numbers(["no", "&#7;", "&#77;"], [255, 10, -1]) == ["&#255;", "&#10;"]
    assert with_numbers(["0x7f"], [255]) == ["0xff"]
    assert with_numbers(["no"], [255]) == []
    source = "def f(p):\n    return re.sub('=[0-9]+;', 'x', p) if len(p) < 4321 else p\n"
    assert "=4321;" in mined(source).matching


@pytest.mark.parametrize(
    ("code", "tried"),
    [
        ("p.startswith('0x')", {"0x", "0x10", "0xname"}),
        ("p.endswith(('kg', 'm'))", {"10kg", "namekg", "10m", "namem"}),
        ("int(p, 2)", {"10"}),
    ],
)
def test_a_text_has_more_than_the_beginning_or_the_end_that_is_asked_for(code: str, tried: set[str]) -> None:
    assert tried <= {*mined(f"def f(p): return {code}\n").near["p"]}


def test_what_patterns_match_is_taken_in_turns() -> None:
    assert [*alternately(["abc", "d", "ef"])] == ["a", "d", "e", "b", "f", "c"]
    source = 'def f(p): return re.sub("a[1-9]", "b+c", p)\n'
    assert {text[0] for text in mined(source).matching[:2]} == {"a", "b"}


def test_what_errors_say_is_no_value() -> None:
    source = """
def f(p):
    if p == "yes":
        raise ValueError("never " + str(p) + "!")
    return p
"""
    assert mined(source).near["p"] == ["yes"]


@pytest.mark.parametrize(("method", "found"), [("title", ["person", "Person"]), ("strip", ["person"])])
def test_where_letters_are_made_large_a_text_is_tried_with_a_large_one(method: str, found: list[str]) -> None:
    tree = ast.parse(f'irregular("person")\n\ndef f(p): return p.{method}()\n')
    assert called_values(tree) == found


def test_texts_come_from_every_source_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    source = '''
def f(mode: str) -> str:
    """Whether it is "quoted"."""
    if mode == "fast":
        return "far away"
    return mode
'''
    pools = loaded(source, monkeypatch)
    column = pools.of(pools.targets["f"], pools.targets["f"].parameters[0])
    assert column[0] == '"fast"'
    assert {'"quoted"', '"far away"'} <= set(column[:6])
    assert len(column) <= MOST


def test_a_number_is_tried_where_its_square_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = loaded("def f(size: int) -> bool: return size > 1024\n", monkeypatch)
    assert {"1048575", "1048576"} <= set(pools.of(pools.targets["f"], pools.targets["f"].parameters[0]))


@pytest.mark.parametrize(
    ("source", "tried"),
    [
        ("def f(p): return p % 4\n", {0, 1, 2, 3}),
        ("def f(p): return ('a', 'b', 'c')[p - 1]\n", {0, 1, 2}),
        ("NAMES = ['a', 'b', 'c']\n\ndef f(p): return NAMES[p]\n", {0, 1, 2}),
    ],
)
def test_each_remainder_and_each_place_of_a_table_is_a_value(source: str, tried: set[int]) -> None:
    assert tried <= {*mined(source).near["p"]}


def test_the_places_of_a_long_table_are_not() -> None:
    assert {5, 6} & {*mined("def f(p): return p % 1000\n").near["p"]} == set()


def test_what_a_table_holds_once_it_is_computed_is_a_value() -> None:
    source = "POWERS = [10**n for n in (3, 6)]\n\ndef f(p): return p > POWERS[0]\n"
    assert {1000, 1_000_000} <= {*mined(source, POWERS=[1000, 1_000_000]).far}


def test_no_call_names_what_is_the_default(monkeypatch: pytest.MonkeyPatch) -> None:
    pools = loaded("def f(size: int, step: int = 10) -> int: return size % step\n", monkeypatch)
    calls = [*inventor(pools, "f").first()]
    assert [call.arguments for call in calls if dict(call.arguments).get("step") == "10"] == []
    assert any("step" in dict(call.arguments) for call in calls)
    assert pools.default_text(pools.targets["f"], pools.targets["f"].parameters[0]) == ""


def test_few_options_are_given_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    options = ", ".join(f"option_{number}: int = -9" for number in range(20))
    chosen = inventor(loaded(f"def f({options}) -> int: return 1\n", monkeypatch), "f")
    counts = [len(chosen.mixed().arguments) for _ in range(200)]
    assert 1.0 < sum(counts) / len(counts) < 2.0


def test_a_long_text_is_tried_as_one_word_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    source = 'def f(text: str) -> bool: return "needle" in text\n'
    odd = Call("f", (("text", '"~ a needle in 12 stacks"'),), origin="varied")
    simpler = {call.arguments[0][1]: call.origin for call in inventor(loaded(source, monkeypatch), "f").simpler(odd)}
    assert simpler['"needle"'] == "made"  # a value that a person would write, and no longer an odd one
    assert simpler['"stacks"'] == "varied"


@pytest.mark.parametrize(("text", "value"), [("3", 3), ('"a"', "a"), ("[1]", None), ("f(", None), ("None", None)])
def test_a_literal_is_a_number_or_a_text(text: str, value: object) -> None:
    assert literal_value(text) == value


def test_a_text_of_signs_is_tried_with_words_around_them(monkeypatch: pytest.MonkeyPatch) -> None:
    assert dressed("8;,") == ["name;,value", ";,name", "name;,", ";name,value"]
    assert dressed("words;,") == dressed("8") == dressed(";" * 9) == []
    one = inventor(loaded("def f(text: str) -> str: return text\n", monkeypatch), "f")
    signs = Call("f", (("text", '";,"'),), origin="varied")
    assert Call("f", (("text", '";name,value"'),), origin="made") in one.simpler(signs)


def test_one_number_or_word_of_a_text_is_exchanged() -> None:
    def tried(text: str, word: str) -> set[object]:
        made = (varied(repr(text), random.Random(seed), [word, "7"], []) for seed in range(300))  # noqa: S311 - repeatable
        return set(map(ast.literal_eval, made))

    assert {"7.2.x", "1.3.x", "10.2.x", "1.2.rc"} <= tried("1.2.x", "rc")
    assert "&#xff;" in tried("&#x41;", "255")  # a number after an x is one to the base 16


def test_an_object_is_written_by_what_it_keeps_of_its_parameters() -> None:
    shower = Shower(Names())
    assert shower.text(Tag("a", 1)) == 'Tag("a", 1)'
    with pytest.raises(UnshownError):
        shower.text(Elsewhere("a", 1))


def test_a_sign_that_cannot_be_seen_is_written_and_many_are_not() -> None:
    assert ast.literal_eval(text_of("a\u200bb")) == "a\u200bb"
    for unreadable in ("\u200b" * 3, "\ud800"):
        with pytest.raises(UnshownError):
            text_of(unreadable)


def test_a_number_that_is_varied_has_no_more_than_one_sign() -> None:
    texts = {varied("-13", random.Random(seed), (), ()) for seed in range(50)}  # noqa: S311 - repeatable
    assert "13" in texts
    assert not any(text.startswith("--") for text in texts)
