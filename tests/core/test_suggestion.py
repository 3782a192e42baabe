"""Suggestions of a change: applied together they make it, and what they cannot say is refused."""

from __future__ import annotations

import random

import pytest

from agent_ci.checkout import Repository
from agent_ci.clone import Clone
from agent_ci.core.suggestion import Suggestion, are_shown, shown_lines, suggestions
from tests.checkouts import Checkout


def suggested(clone: Clone, before: bytes, after: bytes) -> tuple[Suggestion, ...]:
    empty = clone._line("mktree")  # noqa: SLF001 - a tree without files
    old = clone.edit(empty, {"a b\u00fc.py": before})
    return suggestions(clone.patch(old, clone.edit(old, {"a b\u00fc.py": after})))


def applied(before: str, found: tuple[Suggestion, ...]) -> str:
    lines = before.splitlines(keepends=True)
    for one in reversed(found):
        lines[one.first - 1 : one.last] = [one.block]
    return "".join(lines)


def test_suggestions_make_the_change_whatever_it_is(clone: Clone) -> None:
    chance, made = random.Random(7), 0  # noqa: S311 - it makes up changes
    for _ in range(25):
        before = [chance.choice(("", "a", "b", "-- a", "++ b", "@@ -1 +1 @@", "\\ x")) + "\n" for _ in range(12)]
        after = list(before)
        for _ in range(chance.randint(1, 3)):
            at = chance.randrange(len(after))
            after[at : at + chance.randint(0, 2)] = [f"new {at}\n"] * chance.randint(0, 2)
        texts = "".join(before), "".join(after)
        try:
            found = suggested(clone, texts[0].encode(), texts[1].encode())
        except ValueError as error:
            assert "meet on one line" in str(error)  # noqa: PT017 - one kind of refusal is fair, and only that
            continue
        made += 1
        assert applied(texts[0], found) == texts[1]
    assert made > 15


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"a\nb", b"a\nc", "no newline"),
        (b"a\nb", b"a\nb\n", "no newline"),
        (b"a\nb\n", b"a\nb", "no newline"),
        (b"a\r\nb\r\n", b"x\r\nb\r\n", "carriage returns"),
        (b"a\r\nb\r\n", b"a\r\nx\nb\r\n", "carriage returns"),
        (b"a\nb\n", "a\nx\u202e\n".encode(), "nobody sees"),
        (b"a\nb\n", b"a\nx\xff\n", "nobody sees"),
        (b"", b"a\n", "was empty"),
        (b"a\n\0", b"b\n\0", "no text"),
    ],
)
def test_what_cannot_be_said_exactly_is_refused(clone: Clone, before: bytes, after: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        suggested(clone, before, after)


def test_a_file_without_a_newline_at_its_end_is_no_obstacle_further_up(clone: Clone) -> None:
    assert suggested(clone, b"a\nb\nc", b"x\nb\nc") == (Suggestion("a b\u00fc.py", 1, 1, ("x",)),)


def test_a_mode_that_changes_is_refused(checkout: Checkout) -> None:
    with Clone.of(Repository.at(checkout.root)) as clone:
        base = clone.tree(checkout.git("rev-parse", "HEAD")).id
        checkout.git("update-index", "--chmod=+x", "a.py")
        with pytest.raises(ValueError, match="changes its mode"):
            suggestions(clone.patch(base, checkout.git("write-tree")))


def test_the_lines_of_a_diff_are_known_with_both_numbers() -> None:
    diff = "@@ -3,3 +3,4 @@ def f():\n three\n-four\n+FOUR\n+and\n five\n@@ -20 +21 @@\n-x\n+-- y\n\\ No newline\n"
    shown = shown_lines(diff)
    assert shown == {3: 3, 4: None, 5: None, 6: 5, 21: None}
    assert are_shown(Suggestion("a", 3, 6, ()), shown)
    assert not are_shown(Suggestion("a", 6, 7, ()), shown)
    assert shown_lines("") == {}
