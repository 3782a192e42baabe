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
