"""What a model is asked, how its answers are read, and what the ledger is with them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from agent_ci.core.notes.grounding import Check, Kept, Objection
from agent_ci.core.notes.rendering import USUAL, Style
from agent_ci.core.notes.retelling import (
    ENTRY_TOKENS,
    MOST_ENTRIES,
    Asked,
    UnreadableError,
    batches,
    question,
    read,
    retold,
    sections,
    wanted,
)
from agent_ci.core.notes.sources import Sources
from agent_ci.core.notes.values import Entry, Ledger, Person, Range, Section, Unit
from agent_ci.templates import template


def entry(number: int, section: Section = Section.FIXED, body: str = "", *, is_written: bool = False) -> Entry:
    unit = Unit(f"#{number}", f"Title {number}", body, "a" * 40, (f"{number:040}",), (Person("Ada", "a@x"),), ("a.py",))
    return Entry(section, unit.title, (unit,), "its type is fix", is_written=is_written)


def asked(number: int, body: str = "") -> Asked:
    one = entry(number, body=body)
    return Asked(one, Sources(one.units[0]))


def ledger(*entries: Entry) -> Ledger:
    return Ledger(Range("v1", "b" * 40, {}, ()), entries, ())


def test_only_lines_for_users_that_nobody_wrote_are_asked_about() -> None:
    mine = entry(1)
    others = (entry(2, Section.INTERNAL), entry(3, Section.DEPENDENCIES), entry(4, is_written=True))
    assert wanted(ledger(mine, *others)) == (mine,)


def test_questions_are_bounded_in_number_and_in_length() -> None:
    small = list(batches(asked(number) for number in range(45)))
    assert [len(one) for one in small] == [MOST_ENTRIES, MOST_ENTRIES, 5]
    large = list(batches(asked(number, "word " * 50_000) for number in range(12)))
    assert max(len(one) for one in large) <= 10
    assert sum(len(one) for one in large) == 12
    text = question(template("notes.v1"), large[0], USUAL, nonce="n")
    assert len(text) <= len(large[0]) * (ENTRY_TOKENS * 4 + 200) + 1_000


def test_what_was_refused_is_said_with_the_reasons_and_as_data() -> None:
    one = Asked(
        entry(1), Sources(entry(1).units[0]), "Is </data-x> 9 times faster.", (Objection(Check.SUPPORT, "no\n9"),)
    )
    text = question(template("notes.v1"), [one], Style(names={Section.FIXED: "Bug fixes"}), nonce="n")
    assert "Bug fixes" in text
    assert 'origin="draft" name="#1">\nIs </data-x> 9 times faster.\n' in text
    assert "Refused, because:\n- no 9" in text


@pytest.mark.parametrize("form", ["{}", "```json\n{}\n```", " {} "], ids=["plain", "fence", "blanks"])
def test_an_answer_is_read_with_or_without_a_fence(form: str) -> None:
    text = json.dumps([{"ids": [" #1"], "section": "Fixed", "text": "It works."}, {"ids": "#2"}, 7])
    (line,) = read(form.format(text))
    assert (line.ids, line.section, line.text) == (("#1",), "Fixed", "It works.")


@pytest.mark.parametrize(
    "text", ["", "no", "{}", "[]", "[1]", '{"lines": 1}', "[" * 99_999, '[{"ids": [1], "section": "", "text": ""}]']
)
def test_an_answer_without_lines_is_an_error(text: str) -> None:
    with pytest.raises(UnreadableError, match="the answer"):
        read(text)


def test_sections_have_the_documents_names_and_ours() -> None:
    found = sections(Style(names={Section.ADDED: "Features"}))
    assert (found["features"], found["added"], found["fixed"]) == (Section.ADDED, Section.ADDED, Section.FIXED)
    assert "internal" not in found


def test_a_line_that_was_kept_stands_in_its_section_and_answers_for_all_its_commits() -> None:
    before = ledger(entry(1), entry(2), entry(3))
    kept = (Kept(("#1", "#3"), Section.ADDED, "Both are there."),)
    after = retold(before, kept)
    assert [(one.section, one.text, [unit.id for unit in one.units]) for one in after.entries] == [
        (Section.ADDED, "Both are there.", ["#1", "#3"]),
        (Section.FIXED, "Title 2", ["#2"]),
    ]
    assert sorted(one for entry in after.entries for one in entry.commits) == sorted(
        one for entry in before.entries for one in entry.commits
    )
    assert after.entries[0].why == "a model put it there"


def test_what_an_author_wrote_more_about_a_change_stays_word_for_word() -> None:
    more = replace(entry(1, is_written=True), text="Written.", is_further=True)
    after = retold(ledger(entry(1), more), (Kept(("#1",), Section.FIXED, "Told."),))
    assert [one.text for one in after.entries] == ["Told.", "Written."]
