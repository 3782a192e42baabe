"""Names are compared with their parts, and rare words count for most."""

from __future__ import annotations

import time

from agent_ci.core.localising.words import likeness, words


def test_names_count_as_they_are_and_by_their_parts() -> None:
    assert dict(words("parseHTTPDate(parse_date, x1)")) == {
        "parsehttpdate": 1,
        "parse": 2,
        "http": 1,
        "date": 2,
        "parse_date": 1,
        "x1": 1,
    }


def test_a_rare_word_counts_more_than_a_common_one_and_a_short_text_more_than_a_long_one() -> None:
    texts = [words("self total"), words("self price"), words("self price " + "filler " * 50), words("self")]
    common, rare = likeness(["self"], texts), likeness(["total"], texts)
    assert rare[0] > common[0] > 0
    assert rare[1:] == (0, 0, 0)
    short, long = likeness(["price"], texts)[1:3]
    assert short > long > 0


def test_nothing_to_compare_is_no_error() -> None:
    assert likeness(["a"], []) == ()
    assert likeness([], [words("a")]) == (0,)
    assert likeness(["a"], [words("")]) == (0,)


def test_a_question_of_many_words_costs_what_the_code_has_of_them() -> None:
    texts = [words(f"name{number} self") for number in range(2_000)]
    started = time.process_time()
    found = likeness((f"name{number}" for number in range(50_000)), texts)
    assert time.process_time() - started < 1
    assert min(found) > 0
