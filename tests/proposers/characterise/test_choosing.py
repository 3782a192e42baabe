"""Which calls are worth a reader's time, and what is said of a function that has none."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from agent_ci.proposers.characterise.answers import Found
from agent_ci.proposers.characterise.choosing import MOST_OF_TARGET, Choice, chosen
from agent_ci.proposers.characterise.kit.acts import Call, Outcome
from agent_ci.proposers.characterise.kit.targets import targets_of

TARGETS = targets_of(ast.parse("def tag(text):\n    return _inner(text)\n\n\ndef _inner(text):\n    return text\n"))


def found(text: str, value: str = '"b"', *, target: str = "tag", origin: str = "made", line: int = 2) -> Found:
    call = Call(target, (("text", text),), origin=origin)
    return Found(call, Outcome("returns", value), frozenset({f"{text}{line}"}), frozenset({(1, line)}))


PLAIN = found('"alpha"')


@pytest.mark.parametrize(
    ("one", "why"),
    [
        pytest.param(found(repr("long words " * 20)), "no call of it is short enough to be read", id="an argument"),
        pytest.param(found("[1, 2, 3, 4, 5, 6]"), "no call of it is short enough to be read", id="a list"),
        pytest.param(found('"a b"', repr("x" * 300)), "no call of it is short enough to be read", id="what it gives"),
        pytest.param(found('"a b"', '""'), "all that its calls give is empty, or what they were given", id="nothing"),
        pytest.param(found('"ab"', '"ab"'), "all that its calls give is empty, or what they were given", id="the same"),
        pytest.param(found('"::"'), "all that its calls give is empty, or what they were given", id="only signs"),
    ],
)
def test_what_a_reader_learns_nothing_from_is_left_out_with_the_reason(one: Found, why: str) -> None:
    assert chosen([one], TARGETS) == Choice((), (("tag", why),))


def test_what_people_wrote_may_be_longer_than_what_is_made_up() -> None:
    long = found("[1, 2, 3, 4, 5, 6]", origin="recorded")
    assert chosen([long], TARGETS).kept == (long,)


def test_an_empty_answer_is_a_row_beside_one_that_tells() -> None:
    empty = found('"beta"', '""')
    assert {*chosen([PLAIN, empty], TARGETS).kept} == {PLAIN, empty}


def test_an_object_that_is_made_of_signs_gets_no_test_of_its_own() -> None:
    signs = replace(found('"::"', ""), outcome=Outcome("returns", after=(("result.name", '""'),)))
    assert chosen([PLAIN, replace(signs, kills=frozenset("abcd"))], TARGETS).kept == (PLAIN,)


def test_a_text_that_nobody_chose_is_kept_for_a_new_line_or_two_faults_if_it_reads_like_words() -> None:
    odd = found('"alphx"', origin="odd")
    assert chosen([PLAIN, odd], TARGETS).kept == (PLAIN,)
    two = replace(odd, kills=frozenset("ab"))
    assert {*chosen([PLAIN, two], TARGETS).kept} == {PLAIN, two}
    longer = replace(found(f'"{"alphx " * 7}"', origin="odd"), kills=frozenset("ab"))
    assert chosen([PLAIN, longer], TARGETS).kept == (PLAIN,)
    elsewhere = found('"alphx"', origin="odd", line=3)
    assert {*chosen([PLAIN, elsewhere], TARGETS).kept} == {PLAIN, elsewhere}
    assert chosen([PLAIN, found('"%s!?alphx"', origin="odd", line=3)], TARGETS).kept == (PLAIN,)


def test_a_second_test_of_the_same_target_adds_more_than_a_row_does() -> None:
    changing = [
        replace(found(text), outcome=Outcome("returns", after=(("text", '"c"'),)), kills=frozenset(kills))
        for text, kills in (('"alpha"', "abc"), ('"beta"', "d"))
    ]
    assert chosen(changing, TARGETS).kept == (changing[0],)


def test_what_others_make_up_for_makes_room_for_one_more() -> None:
    first, *later = [replace(found(f'"aa{kills}"'), kills=frozenset(kills)) for kills in ("ab", "ac", "bd")]
    singles = [replace(found(f'"text {number}"'), kills=frozenset({str(number)})) for number in range(10)]
    assert len([first, *later, *singles]) == MOST_OF_TARGET + 1
    assert {*chosen([first, *later, *singles], TARGETS).kept} == {*later, *singles}


def test_a_private_function_is_called_for_what_no_public_one_reaches() -> None:
    private = found('"beta"', target="_inner", line=2)
    assert chosen([PLAIN, private], TARGETS).kept == (PLAIN,)
    alone = found('"alpha"', target="_inner", line=6)
    assert chosen([PLAIN, alone], TARGETS).kept == (PLAIN, alone)


def test_a_private_function_is_not_called_where_the_tests_here_call_none() -> None:
    alone = found('"alpha"', target="_inner", line=6)
    why = "it is private, and the tests here call nothing that is"
    assert chosen([PLAIN, alone], TARGETS, is_private_tested=False) == Choice((PLAIN,), (("_inner", why),))


def test_a_branch_that_no_other_call_takes_is_worth_a_row_as_a_line_is() -> None:
    other = replace(found('"beta"'), kills=PLAIN.kills)
    assert chosen([PLAIN, other], TARGETS).kept == (PLAIN,)
    taking = replace(other, branches=frozenset({2}))
    assert ([*taking.lines], sorted(taking.reached)) == ([2], [-2, 2])
    assert chosen([PLAIN, taking], TARGETS).kept == (taking,)
