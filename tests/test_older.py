"""Older versions of a file are those that commits replaced, the newest first, of one line of history."""

from __future__ import annotations

import pytest

from agent_ci.clone import Clone
from agent_ci.older import older_texts
from tests.checkouts import Checkout


@pytest.fixture
def texts(checkout: Checkout) -> list[str]:
    """What a.py read in seven commits, one of which brought an earlier text back."""
    texts = [f"a = {number}\n" for number in (3, 4, 5, 4, 6, 7)]
    for text in texts:
        checkout.commit({"a.py": text, "b.py": f"b = {len(text)}\n"})
    return texts


def test_versions_are_told_newest_first_each_once_and_no_more_than_asked_for(
    checkout: Checkout, clone: Clone, texts: list[str]
) -> None:
    head = checkout.commit({"a.py": "a = 8\n", "dir/ü.py": "c = 1\n"})
    told = older_texts(clone, head, ("a.py", "dir/ü.py", "*.py", "gone.py"), most=4, longest=100)
    assert told == {"a.py": ("a = 7\n", "a = 6\n", "a = 4\n", "a = 5\n")}
    assert texts[-1] == told["a.py"][0]


def test_what_is_too_long_or_no_text_is_left_out_and_an_unknown_commit_has_no_history(
    checkout: Checkout, clone: Clone
) -> None:
    checkout.commit({"a.py": "a = 3\n" * 100})
    checkout.commit({"a.py": "a = 3\n"})
    head = checkout.commit({"a.py": "a = 4\n"})
    assert older_texts(clone, head, ("a.py",), most=2, longest=100) == {"a.py": ("a = 3\n",)}
    assert older_texts(clone, "0" * 40, ("a.py",), most=2, longest=100) == {}
    assert older_texts(clone, head, (), most=2, longest=100) == {}
