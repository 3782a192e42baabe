"""What is read from a model's answer beside its diff."""

from __future__ import annotations

import pytest

from agent_ci.core.questions.answer import cause, fingerprint, is_looping, joined, offer, refusal

DIFF = "--- a/calc.py\n+++ b/calc.py\n@@ -1 +1 @@\n-a - b\n+a + b"

CAUSES = {
    "a sentence, then a fence": (f"The sign is wrong.\n\n```diff\n{DIFF}\n```", "The sign is wrong."),
    "two sentences": (f"The sign is wrong. I mend it.\n{DIFF}", "The sign is wrong."),
    "a label": (f"**Cause:** The sign is wrong.\n{DIFF}", "The sign is wrong."),
    "a number": (f"1. The sign is wrong.\n2.\n{DIFF}", "The sign is wrong."),
    "a heading": (f"# The sign is wrong\n{DIFF}", "The sign is wrong"),
    "a version number inside": (f"Python 3.12 removed it. So there.\n{DIFF}", "Python 3.12 removed it."),
    "nothing before the diff": (f"```diff\n{DIFF}\n```\nThe sign was wrong.", ""),
    "nothing at all": ("", ""),
    "very long": ("x" * 1000, "x" * 300),
}


@pytest.mark.parametrize(("text", "expected"), CAUSES.values(), ids=CAUSES)
def test_the_cause_is_the_first_sentence_before_the_diff(text: str, expected: str) -> None:
    assert cause(text) == expected


REFUSALS = {
    "as asked for": ("NO FIX: the test is wrong", "the test is wrong"),
    "in bold, after a sentence": ("I looked.\n\n**NO FIX**: the test is wrong", "the test is wrong"),
    "without a reason": ("NO FIX", "no reason given"),
    "with a change all the same": (f"NO FIX: hm\n{DIFF}", ""),
    "in passing": ("There is no fix yet.", ""),
    "an ordinary answer": (DIFF, ""),
}


@pytest.mark.parametrize(("text", "expected"), REFUSALS.values(), ids=REFUSALS)
def test_a_refusal_is_one_only_where_no_change_is_offered(text: str, expected: str) -> None:
    assert refusal(text) == expected


SAME = {
    "other words around it": f"Now I am sure.\n```diff\n{DIFF}\n```\n",
    "other context and numbers": "--- a/calc.py\n+++ b/calc.py\n@@ -7,2 +7,2 @@ def f():\n x\n-a - b\n+a + b\n",
    "blanks at line ends": DIFF.replace("\n", " \n"),
}


@pytest.mark.parametrize("text", SAME.values(), ids=SAME)
def test_the_same_change_has_the_same_fingerprint(text: str) -> None:
    assert fingerprint(text) == fingerprint(DIFF)


DIFFERENT = {
    "another line": DIFF.replace("a + b", "a * b"),
    "another file": DIFF.replace("calc", "cart"),
    "another indentation": DIFF.replace("+a", "+ a"),
}


@pytest.mark.parametrize("text", DIFFERENT.values(), ids=DIFFERENT)
def test_another_change_has_another_fingerprint(text: str) -> None:
    assert fingerprint(text) != fingerprint(DIFF)


def test_without_a_change_there_is_no_fingerprint() -> None:
    assert fingerprint("- a list\n- of words") == ""


BLOCK = "calc.py\n```python\n<<<<<<< SEARCH\na - b\n=======\na + b\n>>>>>>> REPLACE\n```"
FUNCTION = "calc.py\n```python\ndef add(a, b):\n    return a + b\n```"


@pytest.mark.parametrize("text", [BLOCK, FUNCTION], ids=["search and replace", "a function"])
def test_other_notations_offer_something_as_well(text: str) -> None:
    assert "a + b" in offer(f"Wrong sign.\n\n{text}")
    assert fingerprint(text) == fingerprint(f"Now I am sure.\n\n{text}\n")
    assert fingerprint(text) != fingerprint(text.replace("a + b", "a * b"))


def test_a_refusal_beside_a_block_is_none() -> None:
    assert refusal(f"NO FIX: hm\n{BLOCK}") == ""


def test_an_offer_is_the_diff_without_words_and_fences() -> None:
    assert offer(f"Wrong sign.\n```diff\n{DIFF}\n```") == DIFF


@pytest.mark.parametrize(
    ("first", "rest", "expected"),
    [
        ("```diff\n-a", "\n+b\n```", "```diff\n-a\n+b\n```"),
        ("```diff\n-a\n", "```diff\n+b\n```", "```diff\n-a\n+b\n```"),
        ("```diff\n-a\n", "```", "```diff\n-a\n```"),
        ("The ca", "use.\n```diff\n-a\n```", "The cause.\n```diff\n-a\n```"),
    ],
    ids=["just goes on", "opens the fence again", "closes the fence", "was cut before the fence"],
)
def test_a_continuation_is_joined_without_a_second_fence(first: str, rest: str, expected: str) -> None:
    assert joined(first, rest) == expected


LOOPS = {
    "the same line": "Cause: the sign.\n" + "The code is not shown.\n\n" * 40,
    "one character": "0" * 700,
    "a paragraph": "It is red. I repair it so.\n" + "".join(f"line {one}\n" for one in range(40)) * 7,
}
NO_LOOPS = {
    "five rounds": "".join(f"line {one:04d} is long\n" for one in range(10)) * 5,
    "a ruler": f"{DIFF}\n" + "-" * 80,
    "a table of other rows": "".join(f"+    ({one}, {one * one}),\n" for one in range(400)),
    "the same line, and then something": "The code is not shown.\n\n" * 40 + DIFF,
}


@pytest.mark.parametrize("text", LOOPS.values(), ids=LOOPS)
def test_an_answer_that_only_repeats_itself_is_told(text: str) -> None:
    assert is_looping(text)


@pytest.mark.parametrize("text", NO_LOOPS.values(), ids=NO_LOOPS)
def test_a_long_answer_is_no_answer_that_only_repeats_itself(text: str) -> None:
    assert not is_looping(text)
