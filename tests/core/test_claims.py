"""What a model says of its change is read tolerantly, kept apart from the change, and never more than a claim."""

from __future__ import annotations

import json

import pytest

from agent_ci.core.claims import NO_CLAIMS, SCHEMA, Claims, joined, split, worded

DIFF = "--- a/calc.py\n+++ b/calc.py\n@@ -1,2 +1,2 @@\n RISK: every sum\n-a - b\n+a + b\n"
FENCED = f"The sum is off.\n\n```diff\n{DIFF}```\n"
BARE = f"The sum is off.\n\n{DIFF}"
ALL = Claims("high", "sums of text", "a sum of none")
READ = {
    "none, and the answer stays as it is": (FENCED, FENCED, NO_CLAIMS),
    "the usual form": (
        f"{FENCED}\nCONFIDENCE: high\nRISK: sums of text\nTEST: a sum of none\n",
        FENCED,
        ALL,
    ),
    "bold, in lower case, with prose around": (
        f"{FENCED}\nDone.\n**Confidence:** High.\n**Risks:** sums of text\nTest further: a sum of none\nBye.",
        f"{FENCED}\nDone.\nBye.\n",
        ALL,
    ),
    "within the fence of the diff": (
        FENCED.replace("+a + b\n", "+a + b\nCONFIDENCE: high\nRISK: sums of text\nTEST: a sum of none\n"),
        FENCED,
        ALL,
    ),
    "behind a diff without a fence": (
        f"{BARE}\nCONFIDENCE: high\nRISK: sums of text\nTEST: a sum of none",
        BARE,
        ALL,
    ),
    "only one of them": (f"{FENCED}RISK: sums of text", FENCED, Claims(risk="sums of text")),
    "the first of two": (f"{FENCED}RISK: sums of text\nRISK: no sums", FENCED, Claims(risk="sums of text")),
    "words for nothing": (f"{FENCED}CONFIDENCE: ?\nRISK: None.\nTEST: n/a", FENCED, NO_CLAIMS),
    "what is not seen": (f"{FENCED}RISK: \x1b[31msums\u202e of\u200b text\x07", FENCED, Claims(risk="sums of text")),
    "too long": (f"{FENCED}RISK: {'x' * 999}", FENCED, Claims(risk="x" * 300)),
    "a constant of a whole function's block is code": (
        "calc.py\n```python\nRISK: int = 3\n```\n",
        "calc.py\n```python\nRISK: int = 3\n```\n",
        NO_CLAIMS,
    ),
    "a line of an answer that ends within a fence is code": (
        f"```diff\n{DIFF}\nRISK: sums",
        f"```diff\n{DIFF}\nRISK: sums",
        NO_CLAIMS,
    ),
    "a sentence about risk before the change is prose": (
        f"Risk: low.\n\n{FENCED}",
        f"Risk: low.\n\n{FENCED}",
        NO_CLAIMS,
    ),
}


@pytest.mark.parametrize(("said", "text", "claims"), READ.values(), ids=READ)
def test_claims_are_read_behind_the_change_and_taken_out(said: str, text: str, claims: Claims) -> None:
    assert split(said) == (text, claims)


@pytest.mark.parametrize(
    ("said", "level"),
    [
        ("HIGH", "high"),
        ("fairly high", "medium"),
        ("medium to low", "low"),
        ("not very sure", "low"),
        ("I am sure", "high"),
        ("90%", "high"),
        ("0.6", "medium"),
        ("4/10", "low"),
        ("40 %", "low"),
        ("7", ""),
        ("blue", ""),
    ],
)
def test_confidence_is_one_of_three_words_and_the_lowest_that_was_named(said: str, level: str) -> None:
    assert split(f"{FENCED}CONFIDENCE: {said}")[1].confidence == level


def test_only_a_low_confidence_says_anything_to_those_who_decide() -> None:
    doubts = {
        level: Claims(level, "it breaks everything", "everything").doubts for level in ("", "low", "medium", "high")
    }
    assert doubts == {"": (), "low": ("the model itself is not sure of this change",), "medium": (), "high": ()}


def test_claims_about_parts_are_as_sure_as_the_least_sure() -> None:
    parts = (Claims("high", "a", "x"), NO_CLAIMS, Claims("low", "b", "x"))
    assert joined(parts) == Claims("low", "a; b", "x")
    assert joined([NO_CLAIMS]) == NO_CLAIMS


def formed(**changes: object) -> str:
    said = {"cause": "The sum is off.", "change": FENCED.partition("\n\n")[2], "confidence": "high"}
    return json.dumps({**said, "risk": "sums of text", "test": "a sum of none", **changes})


@pytest.mark.parametrize("around", ["{}", "  {}\n \n ", "```json\n{}\n```", "{}   and more"])
def test_an_answer_by_the_schema_says_the_same_in_words(around: str) -> None:
    assert split(worded(around.replace("{}", formed())) or "") == (FENCED, ALL)


def test_what_holds_no_change_in_that_form_is_none_and_what_is_in_no_form_is_taken_as_it_is() -> None:
    assert [worded(text) for text in ("", " \n ", '{"cause": "The', "{}", '{"change": 3}', "{" * 100_000)] == [None] * 6
    assert worded(FENCED) == FENCED


def test_the_schema_is_as_strict_as_providers_want_it() -> None:
    assert (SCHEMA["required"], SCHEMA["additionalProperties"]) == (list(SCHEMA["properties"]), False)
