"""No attack of the corpus has an effect that it must not have, each ends as promised, and its benign twin works."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.attacks.__main__ import Row, is_right
from bench.attacks.case import STAGES, Attack, Result, UnavailableError, stage
from bench.attacks.corpus import NUMBERS, attacks
from bench.attacks.oracles import CHANGED, IN_HOME, REACHED, READ, TOUCHED, holds, outside
from bench.attacks.stages.git import Tampered, is_live

SLOW = {"diff": "tests/bench/test_diffs.py", "cheat": "tests/bench/test_cheats.py"}
"""The stages that judge whole repairs, and where a part of their attacks is tested."""

ATTACKS = {attack.id: attack for attack in attacks()}
LEAST_AUTOMATED = 120
THREATS = Path(__file__).parents[1] / "docs/threat-model.md"


def places() -> Iterator[object]:
    for attack in ATTACKS.values():
        if attack.stage not in SLOW and not attack.left_out:
            for place in stage(attack.stage).PLACES:
                yield pytest.param(attack, place, id=attack.id if place == "here" else f"{attack.id} {place}")


@pytest.mark.parametrize(("attack", "place"), [*places()])
def test_an_attack_has_no_effect_ends_as_promised_and_its_twin_works(attack: Attack, place: str) -> None:
    try:
        result = stage(attack.stage).tried(attack, place)
    except UnavailableError as error:
        pytest.skip(f"{place} is NOT tested: {error}")
    assert result.twin, "the benign twin was not left alone"
    assert result.is_held, (result.effects, result.outcome)


def test_every_number_has_one_file_that_is_called_after_it() -> None:
    assert list(ATTACKS) == [f"AC-{number:02}" for number in NUMBERS]


def test_at_least_120_attacks_are_tried_and_each_other_says_why_not() -> None:
    automated = [attack for attack in ATTACKS.values() if not attack.left_out]
    assert len(automated) >= LEAST_AUTOMATED
    assert all(attack.attempt and attack.twin and attack.promised and attack.forbidden for attack in automated)
    assert {attack.stage for attack in automated} <= set(STAGES)


def numbers(text: str) -> Iterator[int]:
    for first, last in re.findall(r"AC-(\d+)(?: to AC-(\d+))?", text):
        yield from range(int(first), int(last or first) + 1)


def test_the_threat_model_names_every_attack_and_says_which_are_left_out() -> None:
    proven, left_out = THREATS.read_text(encoding="utf-8").split("## What is not tried as an attack yet")
    assert {f"AC-{number:02}" for number in numbers(left_out)} == {a.id for a in ATTACKS.values() if a.left_out}
    assert {f"AC-{number:02}" for number in numbers(proven)} == {a.id for a in ATTACKS.values() if not a.left_out}


LIVE = {
    number: attack.attempt
    for number, attack in ATTACKS.items()
    if isinstance(attack.attempt, Tampered) and attack.attempt.live
}


@pytest.mark.parametrize("trap", LIVE.values(), ids=LIVE)
def test_plain_git_runs_the_program_that_ours_does_not(trap: Tampered) -> None:
    assert is_live(trap)


def test_the_oracles_see_every_effect() -> None:
    with outside() as around:
        assert around.effects("nothing") == ()
        assert around.effects((around.folder / "home" / IN_HOME[0]).read_text()) == (READ,)
    with outside() as around:
        (around.folder / "open/left").touch()
        assert around.effects("") == (CHANGED,)
    with outside() as around:
        for listener in around.sockets:
            with type(listener)(listener.family, listener.type) as visitor:
                visitor.connect(listener.getsockname())
                visitor.send(b"x")
            assert around.effects("") == (REACHED,)
        around.victim.kill()
        around.victim.wait()
        assert around.effects("") == (TOUCHED,)


@pytest.mark.parametrize("form", ["canary-0123456789", "9876543210-yranac", "Y2FuYXJ5LTAxMjM0NTY3ODk=", "x0123456789a"])
def test_a_canary_is_seen_in_what_is_made_of_it(form: str) -> None:
    assert holds(f"<{form}>", "canary-0123456789") is (form != "x0123456789a")


def judged(result: Result) -> bool:
    return is_right([Row(Attack("AC-01", "sandbox", "try"), "here", result)])


def test_an_effect_another_outcome_and_a_twin_that_fails_are_each_not_right() -> None:
    assert judged(Result((), "denied", "denied", twin=True))
    assert judged(Result((), "not tried", "denied", twin=True, declared="it lacks that"))
    assert not judged(Result((READ,), "denied", "denied", twin=True))
    assert not judged(Result((), "ALLOWED", "denied", twin=True))
    assert not judged(Result((), "denied", "denied", twin=False))
    assert not is_right([])
