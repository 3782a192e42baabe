"""Attacks that other benches hold are named as those call them, and what is accepted there is an effect here."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from bench.attacks.case import Attack
from bench.attacks.corpus import attacks
from bench.attacks.stages import cheats, diffs
from bench.diffs.corpus import DIFFS
from bench.diffs.notation import Diffs

OF_DIFFS = {attack.id: attack for attack in attacks() if attack.stage == "diff"}
OF_CHEATS = {attack.id: attack for attack in attacks() if attack.stage == "cheat"}


@pytest.mark.parametrize("attack", OF_DIFFS.values(), ids=OF_DIFFS)
def test_an_attack_by_diff_names_all_diffs_of_its_number(attack: Attack) -> None:
    assert set(cast("tuple[str, ...]", attack.attempt)) == {
        name for name, diff in DIFFS.items() if diff.attack == attack.id
    }
    assert set(cast("tuple[str, ...]", attack.twin)) <= set(DIFFS)


@pytest.mark.parametrize("attack", OF_CHEATS.values(), ids=OF_CHEATS)
def test_an_attack_by_cheat_names_cheats_of_its_number_against_every_runner(attack: Attack) -> None:
    named = cast("dict[str, tuple[str, ...]]", attack.attempt)
    assert set(named) == set(cheats.PLACES)
    assert {cheats.PAIRS[place][name].attack for place in named for name in named[place]} == {attack.id}


def test_all_numbers_are_there() -> None:
    assert [len(OF_DIFFS), len(OF_CHEATS)] == [25, 15]


def test_a_diff_is_refused_and_one_that_is_accepted_is_an_effect(monkeypatch: pytest.MonkeyPatch) -> None:
    attack = OF_DIFFS["AC-93"]
    assert (diffs.tried(attack, "here").is_held, diffs.tried(attack, "here").twin) == (True, True)
    turned = Diffs("AC-93", DIFFS["a quoted path"].twin, DIFFS["a quoted path"].bad)
    monkeypatch.setitem(DIFFS, "a quoted path", turned)
    seen = diffs.tried(replace(attack, attempt=("a quoted path",), twin=("a quoted path",)), "here")
    assert (seen.effects, seen.is_held, seen.twin) == ((diffs.ACCEPTED,), False, False)


def test_a_cheat_is_refused_and_its_twin_is_not() -> None:
    seen = cheats.tried(OF_CHEATS["AC-121"], "pytest")
    assert (seen.effects, seen.outcome, seen.twin) == ((), cheats.REFUSED, True)
