"""A template is filled in completely or not at all, and only once."""

from __future__ import annotations

import hashlib

import pytest

from agent_ci.core.questions.prompt import PromptError, Template

GREETING = Template("greeting.v1", "Hello {{ name }}, you have {{count}} letters, {{ name }}.")


def test_every_variable_is_replaced_wherever_it_stands() -> None:
    assert GREETING.render(name="Ada", count="2") == "Hello Ada, you have 2 letters, Ada."


def test_a_missing_value_is_an_error_that_names_template_and_variable() -> None:
    with pytest.raises(PromptError, match=r"the prompt greeting\.v1 needs a value for count"):
        GREETING.render(name="Ada")


def test_a_value_without_a_place_is_an_error() -> None:
    with pytest.raises(PromptError, match=r"the prompt greeting\.v1 has no place for sender"):
        GREETING.render(name="Ada", count="2", sender="Bob")


def test_a_marker_inside_a_value_stays_text() -> None:
    assert GREETING.render(name="{{ count }}", count="2") == "Hello {{ count }}, you have 2 letters, {{ count }}."


@pytest.mark.parametrize("text", ["{ name }", "{{ Name }}", "{{ a b }}", "${name}", "%(name)s", r"\1", "{{}}"])
def test_what_is_not_a_marker_stays_as_it_is(text: str) -> None:
    assert Template("plain.v1", text).render() == text


def test_a_backslash_in_a_value_is_not_interpreted() -> None:
    assert GREETING.render(name=r"\g<0>\n", count="1") == r"Hello \g<0>\n, you have 1 letters, \g<0>\n."


def test_the_digest_is_that_of_the_words() -> None:
    assert GREETING.sha256 == hashlib.sha256(GREETING.text.encode()).hexdigest()
