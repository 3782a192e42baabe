"""Whole functions and SEARCH/REPLACE blocks become the one kind of edit, or an objection that says what is unclear."""

from __future__ import annotations

import pytest

from agent_ci.core.patches.diff import RejectedPatch, read_edits
from agent_ci.core.patches.relocate import relocate
from tests.core.patches.shop import SHOP

BASKET = '''\
class Basket:
    @cached
    def total(self):
        """The price.

        In cents."""
        text = """a
  b"""
        return 1, text

    def size(self): return 2


class Box:
    def size(self):
        return 3


@decorated
def first():
    return 1
'''


def made(reply: str, text: str = BASKET) -> str:
    """What *reply* makes of *text*, the only file it may name."""
    (edit,) = read_edits(reply)
    assert edit.path == "shop/basket.py"
    return (relocate(edit, text.encode()) or b"").decode()


def block(old: str, new: str, path: str = "shop/basket.py\n") -> str:
    return f"{path}```python\n<<<<<<< SEARCH\n{old}\n=======\n{new}\n>>>>>>> REPLACE\n```\n"


SIZE = BASKET.replace("return 3", "return 4")
TOTAL = BASKET.replace("return 1, text", "return 2, text")
SAID = {
    "a block": (block("        return 3", "        return 4"), SIZE),
    "a block whose path is in the fence": (
        "It is one more.\n```\nshop/basket.py\n" + block("        return 3", "        return 4", "").partition("\n")[2],
        SIZE,
    ),
    "a block with lines around": (
        block("    def size(self):\n        return 3\n", "    def size(self):\n        return 4\n"),
        SIZE,
    ),
    "a block without the indentation": (block("def size(self):\n    return 3", "def size(self):\n    return 4"), SIZE),
    "a block below a title": (block("        return 3", "        return 4", "### `shop/basket.py`:\n"), SIZE),
    "two blocks of one path": (
        block("        return 3", "        return 4") + block("        return 1, text", "        return 2, text", ""),
        SIZE.replace("return 1, text", "return 2, text"),
    ),
    "a block that takes lines out": (
        block("        return 3", "        return 4").replace("        return 4\n", ""),
        BASKET.replace("        return 3\n", ""),
    ),
    "a function": (
        (
            'In `shop/basket.py`:\n\n```python\ndef total(self):\n    """The price.\n\n    In cents."""\n'
            '    text = """a\n  b"""\n    return 2, text\n```\n'
        ),
        TOTAL,
    ),
    "a function as the file indents it": (
        (
            '```python shop/basket.py\n    def total(self):\n        """The price.\n\n        In cents."""\n'
            '        text = """a\n  b"""\n        return 2, text\n```\n'
        ),
        TOTAL,
    ),
    "a function of one class": (
        "**shop/basket.py::Box.size**\n```\ndef size(self):\n    return 4\n```",
        SIZE,
    ),
    "a function with its path as a comment": (
        "Off by one.\n```py\n# shop/basket.py\n@decorated\ndef first():\n    return 0\n```",
        BASKET.replace("return 1\n", "return 0\n"),
    ),
    "two functions": (
        "shop/basket.py\n```python\ndef total(self): return 5\n\n\ndef first():\n    return 0\n```",
        BASKET[: BASKET.index("    def total")]
        + "    def total(self): return 5\n"
        + BASKET[BASKET.index("\n    def size(self): return 2") :].replace("return 1\n", "return 0\n"),
    ),
}


@pytest.mark.parametrize(("reply", "expected"), SAID.values(), ids=SAID)
def test_other_notations_are_understood(reply: str, expected: str) -> None:
    assert made(reply) == expected


def test_what_is_not_changed_stays_to_the_byte() -> None:
    old = BASKET.replace("\n", "\r\n").replace("class Box:", "class Box:  # \u200b")
    new = block(
        "class Box:  #\n    def size(self):\n        return 3", "class Box:  #\n    def size(self):\n        return 4"
    )
    assert made(new, old) == old.replace("return 3", "return 4")
    assert made("shop/basket.py\n```\ndef first():\n    return 0\n```", old) == old.replace("return 1\r", "return 0\r")


def test_a_block_without_old_lines_makes_a_file_and_never_another_one() -> None:
    (edit,) = read_edits("shop/new.py\n<<<<<<< SEARCH\n=======\nx = 1\n>>>>>>> REPLACE")
    assert relocate(edit, None) == b"x = 1\n"
    with pytest.raises(RejectedPatch, match="exists already"):
        relocate(edit, b"y = 1\n")


DOUBLE = "shop/basket.py\n```python\ndef first():\n    return {}\n```\n"
UNCLEAR = {
    "text that stands twice": (block("        return total", "        return 0"), "matches at lines"),
    "text that stands nowhere": (block("        return 3", "        return 4"), "does not fit"),
    "a wrong line around": (block("def main():\n    return 1", "def main():\n    return 2"), "does not fit"),
    "a wrong first line": (block("def train():\n    print(Shop())", "def train():\n    pass"), "does not fit"),
    "no path": (block("a", "b", ""), "names no file"),
    "a path outside": (block("a", "b", "../shop.py\n"), r"put the path of the file on a line"),
    "git's own folder": (block("a", "b", ".git/config\n"), r"put the path of the file on a line"),
    "no end": ("shop/basket.py\n<<<<<<< SEARCH\na\n=======\nb\n", "has no end"),
    "no divider": ("shop/basket.py\n<<<<<<< SEARCH\na\n>>>>>>> REPLACE\n", "holds 0 lines of = signs"),
    "a divider in the text": (block("a\n=======\nc", "b"), "holds 2 lines of = signs"),
    "nothing new": (block("a", "a"), "changes nothing"),
    "a diff beside": (block("a", "b") + "--- a/x.py\n+++ b/x.py\n@@ -1 +1 @@\n-a\n+b\n", "holds both"),
    "a function without a path": ("```python\ndef first():\n    return 0\n```", "without its file"),
    "a function below two paths": ("In a.py or b.py:\n```python\ndef first():\n    return 0\n```", "without its file"),
    "a function outside": ("../a.py\n```python\ndef first():\n    return 0\n```", r"\.\."),
    "two versions": (DOUBLE.format(1) + DOUBLE.format(2), "two versions of first"),
    "more than functions": (DOUBLE.format(1) + "```python\nimport os\n```\n", "something else than whole functions"),
    "a function that is cut": (DOUBLE.format("1\n    # ... as before\n    y = 2"), "stands for other lines"),
    "a function that is not there": ("shop/basket.py\n```python\ndef last(): pass\n```", "has no function last"),
}


@pytest.mark.parametrize(("reply", "objection"), UNCLEAR.values(), ids=UNCLEAR)
def test_what_is_not_clear_is_an_objection_and_never_a_guess(reply: str, objection: str) -> None:
    with pytest.raises(RejectedPatch, match=objection):
        [relocate(edit, SHOP) for edit in read_edits(reply)]


def test_a_function_that_may_be_one_of_two_is_told_how_to_be_named() -> None:
    with pytest.raises(RejectedPatch, match=r"2 functions that size may mean \(Basket.size, Box.size\); write shop/"):
        made("shop/basket.py\n```python\ndef size(self):\n    return 4\n```")
    overloaded = "def f(a): ...\n\n\ndef f(b): ...\n"
    with pytest.raises(RejectedPatch, match="2 functions that f may mean"):
        made("shop/basket.py\n```python\ndef f(c): pass\n```", overloaded)


def test_a_diff_about_such_notations_is_still_a_diff() -> None:
    lines = " <<<<<<< SEARCH\n-=======\n+------\n >>>>>>> REPLACE\n"
    (edit,) = read_edits(f"```diff\n--- a/notes.md\n+++ b/notes.md\n@@ -1,3 +1,3 @@\n{lines}```\n")
    assert relocate(edit, b"<<<<<<< SEARCH\n=======\n>>>>>>> REPLACE\n") == (
        b"<<<<<<< SEARCH\n------\n>>>>>>> REPLACE\n"
    )


def test_hostile_blocks_are_read_in_bounded_time() -> None:
    many = "\n".join(f"    x = {number % 2}" for number in range(20_000))
    reply = block(f"def first():\n{many}", f"def first():\n{many}\n    y = 1")
    with pytest.raises(RejectedPatch, match="does not fit"):
        made(reply)
