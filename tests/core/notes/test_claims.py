"""What a line names has to stand whole in what was said: no part of another name, and no address within another."""

from __future__ import annotations

import pytest

from agent_ci.core.notes.claims import Kind, claims, is_address_in, is_name_in


@pytest.mark.parametrize(
    ("name", "text", "is_there"),
    [
        ("@ada", "thanks to @ada, who found it", True),
        ("@ada", "thanks to @ada-lovelace", False),
        ("PYSEC-2026", "closes pysec-2026-12", False),
        ("PYSEC-2026-12", "closes pysec-2026-12.", True),
    ],
)
def test_a_name_is_no_part_of_another_one(name: str, text: str, *, is_there: bool) -> None:
    assert is_name_in(name, text) is is_there


@pytest.mark.parametrize(
    ("address", "is_there"),
    [
        ("https://till.example/Receipts", True),
        ("https://till.example", True),
        ("till.example/receipts", True),
        ("https://till.ex", False),
        ("https://till.example/rec", False),
        ("ill.example/receipts", False),
        ("boss@till.example", True),
        ("oss@till.example", False),
        ("boss@till.ex", False),
    ],
)
def test_an_address_is_no_part_of_another_one(address: str, *, is_there: bool) -> None:
    text = "see https://till.example/receipts. or (ask boss@till.example)."
    assert is_address_in(address, text) is is_there


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("_While 3.15 is in beta, wait._ Then go.", set()),
        ("Reads `a`, _as `b` does_.", {"a", "b", "_as", "does_"}),
        ("The hook _missing_ is called.", {"_missing_"}),
        ("Use _private and other_ names.", set()),
        ("Calls _one of_two_", {"_one", "of_two_"}),
    ],
    ids=["words", "with code", "a name", "two words", "names"],
)
def test_words_with_emphasis_are_no_names(text: str, names: set[str]) -> None:
    assert {one.text for one in claims(text) if one.kind is Kind.CODE} == names
