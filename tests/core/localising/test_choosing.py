"""What is shown stays within its tokens: whole functions first, of long ones the suspicious lines."""

from __future__ import annotations

from agent_ci.core.localising import choosing
from agent_ci.core.localising.blocks import Block, blocks
from agent_ci.core.localising.choosing import chosen, cost_of
from agent_ci.core.localising.ranking import Place


def function(name: str, lines: int) -> str:
    return f"def {name}():\n" + "".join(f"    step_{number:03} = {number}\n" for number in range(lines)) + "\n\n"


def places(text: str, *heat: int) -> list[Place]:
    found = blocks("a.py", text)
    return [Place("a.py", one, 1.0, {line: 1.0 for line in heat if line in one.lines}) for one in found]


def test_what_fits_is_shown_whole_and_what_does_not_is_named() -> None:
    text = function("one", 10) + function("two", 10) + function("three", 40)
    found = chosen(places(text), {"a.py": text}, tokens=160)
    assert [one.block.name for one in found.whole] == ["one", "two"]
    assert [one.block.name for one in (*found.parts, *found.others)] == ["three"]
    assert cost_of(found.lines["a.py"], text.split("\n")) <= 160 + 24


def test_a_long_function_is_shown_around_its_suspicious_lines() -> None:
    text = function("long", 600)
    found = chosen(places(text, 400), {"a.py": text}, tokens=1_000)
    assert [one.block.name for one in found.parts] == ["long"]
    assert {1, 400} <= found.lines["a.py"]
    assert cost_of(found.lines["a.py"], text.split("\n")) <= 1_000
    assert choosing.LONG > 1_000


def test_of_a_long_docstring_the_first_line_is_shown() -> None:
    text = 'def f():\n    """One.\n\n    Two.\n    """\n    return 1\n'
    assert chosen(places(text), {"a.py": text}, tokens=500).lines == {"a.py": frozenset({1, 2, 6})}
    short = 'def f():\n    """One."""\n    return 1\n'
    assert chosen(places(short), {"a.py": short}, tokens=500).lines == {"a.py": frozenset({1, 2, 3})}


def test_what_nothing_speaks_for_is_not_shown() -> None:
    block = Block("f", 1, 1, 1, is_function=True)
    assert chosen([Place("a.py", block, 0.0)], {"a.py": "def f(): pass"}, tokens=500).lines == {}


def scored(text: str, *scores: float) -> list[Place]:
    return [Place("a.py", one, score) for one, score in zip(blocks("a.py", text), scores, strict=True)]


def names(found: choosing.Chosen) -> list[str]:
    return [one.block.name for one in (*found.whole, *found.parts)]


def test_a_function_is_shown_where_its_chance_is_worth_its_tokens() -> None:
    text = "".join(function(name, 40) for name in ("one", "two", "three", "four"))
    for scores, expected in (
        ((1.0, 0.9, 0.35, 0.3), ["one", "two"]),  # what little speaks for is not shown, however cheap
        ((1.0, 0.9, 0.7, 0.5), ["one", "two", "three"]),
        ((1.0, 0.9, 0.8, 0.7), ["one", "two", "three", "four"]),
    ):
        assert names(chosen(scored(text, *scores), {"a.py": text}, tokens=2_800)) == expected
    filled = chosen(scored(text, 1.0, 0.9, 0.35, 0.3), {"a.py": text}, tokens=2_800, is_filled=True)
    assert names(filled) == ["one", "two", "three", "four"]


def test_with_more_room_more_is_worth_its_tokens_so_that_a_second_question_shows_what_the_first_left_out() -> None:
    text = "".join(function(name, 60) for name in ("one", "two", "three")) + function("short", 4)
    likely = scored(text, 1.0, 0.7, 0.5, 0.3)
    shown = [names(chosen(likely, {"a.py": text}, tokens=tokens)) for tokens in (2_800, 8_400)]
    assert shown == [["one", "two"], ["one", "two", "three", "short"]]


def test_a_short_function_is_shown_where_one_as_likely_and_longer_is_not() -> None:
    text = function("first", 200) + function("long", 160) + function("short", 10)
    assert names(chosen(scored(text, 1.0, 0.5, 0.5), {"a.py": text}, tokens=2_000)) == ["first", "short"]


def test_where_there_is_no_room_for_all_the_most_chance_for_its_length_comes_first() -> None:
    text = function("first", 40) + function("long", 160) + function("short", 10)
    costs = [cost_of(one.lines, text.split("\n")) for one in blocks("a.py", text)]
    found = chosen(scored(text, 1.0, 0.9, 0.86), {"a.py": text}, tokens=costs[0] + costs[1] + 40)
    assert [one.block.name for one in found.whole] == ["first", "short"]


def test_of_a_long_table_the_beginning_is_shown_and_a_short_one_whole() -> None:
    table = "TABLE = (\n" + "".join(f"    'word {number:03}',\n" for number in range(100)) + ")\n"
    text = function("first", 10) + "LIMIT = 3\n\n\n" + function("second", 10) + table
    found = chosen(scored(text, 1.0, 0.5, 0.5, 0.5), {"a.py": text}, tokens=2_800)
    rows = [text.split("\n")[line - 1] for line in found.lines["a.py"]]
    assert "LIMIT = 3" in rows
    assert sum("word" in row for row in rows) in range(5, 40)


def test_the_likeliest_function_is_shown_whole_where_another_as_long_is_not() -> None:
    text = function("first", 450) + function("second", 450)
    found = chosen(scored(text, 1.0, 1.0), {"a.py": text}, tokens=8_000)
    assert ([one.block.name for one in found.whole], [one.block.name for one in found.parts]) == (["first"], ["second"])


def test_of_many_short_functions_no_more_are_shown_than_a_reader_looks_through() -> None:
    text = "".join(function(f"f{number}", 1) for number in range(40))
    assert len(names(chosen(places(text), {"a.py": text}, tokens=2_800))) == 30


def test_what_is_shown_already_takes_no_room_again() -> None:
    text = function("one", 40)
    [piece] = places(text)
    found = chosen([piece, piece], {"a.py": text}, tokens=cost_of(piece.block.lines, text.split("\n")) + 30)
    assert len(found.whole) == 2
