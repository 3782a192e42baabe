from __future__ import annotations

import re

from agent_ci.core.rules import HARD_CODED, PERMITS, RULES, rule_of


def test_names_are_unique_and_are_found_in_objections() -> None:
    names = [rule.name for rule in RULES]
    assert len(set(names)) == len(names) > 20
    assert all(rule_of(rule.objection("a.py:1: this and that")) == rule.name for rule in RULES)


def test_a_bracket_at_the_end_of_another_sentence_is_no_rule() -> None:
    assert rule_of("tests/test_a.py::test_b[2000-5] is still red") == ""
    assert rule_of("test_a.py::test_b is red: assert x[1]") == ""
    assert rule_of("test_a.py::test_b[slow] is red: assert x[slow]") == ""


def test_every_rule_says_what_it_forbids_and_how_it_is_relaxed() -> None:
    assert all(rule.forbids and rule.relax and re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name) for rule in RULES)
    assert HARD_CODED.name in PERMITS
    assert "bad-path" not in PERMITS
