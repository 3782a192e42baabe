"""Measures whether 145 attacks have an effect that they must not have: ``python -m bench.attacks``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.attacks.case import STAGES, Attack, Result, UnavailableError, stage
from bench.attacks.corpus import attacks
from bench.table import print_table

COLUMNS = ("id", "attack", "tier or stage", "effect", "outcome as promised", "twin")
GOAL = 0.99
"""The share of benign twins that have to be left alone."""


@dataclass(frozen=True)
class Row:
    """One attack at one place; without a result, ``reason`` says why it was not tried."""

    attack: Attack
    place: str
    result: Result | None = None
    reason: str = ""

    @property
    def is_right(self) -> bool:
        """Whether nothing happened that must not, and what was promised did."""
        return self.result is None or self.result.is_held

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of the table."""
        head = (self.attack.id, self.attack.what, self.place)
        if self.result is None:
            return (*head, "-", f"not tried: {self.reason}", "-")
        told = f"yes: {self.result.outcome}" if self.is_right else f"NO: {self.result.outcome}"
        if self.result.declared:
            told += f"; declared: {self.result.declared}"
        effect = ", ".join(self.result.effects) or "none"
        return (*head, effect, told, "yes" if self.result.twin else "NO")


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the attacks and print the matrix; exit with 1 where one was not held off, or too many twins were not left."""
    parser = argparse.ArgumentParser(prog="bench.attacks")
    parser.add_argument("--only", default="", help="attacks whose number or description holds this")
    parser.add_argument("--stage", choices=STAGES, help="attacks of this stage")
    parser.add_argument("--tier", default="", help="the place where they are tried, such as landlock or here")
    chosen = parser.parse_args(arguments)
    wanted = [
        attack
        for attack in attacks()
        if (chosen.only in attack.id or chosen.only in attack.what) and chosen.stage in (None, attack.stage)
    ]
    rows = [row for attack in wanted for row in _tried(attack, chosen.tier)]
    print_table("Attacks", COLUMNS, [row.cells for row in rows], packages=("agent-ci",))
    return 0 if is_right(rows) else 1


def is_right(rows: Sequence[Row]) -> bool:
    """Whether *rows* show no effect, every promise kept and enough twins left alone; prints how many."""
    tried = [(row, row.result) for row in rows if row.result]
    numbers = {row.attack.id for row, _ in tried}
    with_effect = sum(bool(result.effects) for _, result in tried)
    broken = [row for row in rows if not row.is_right]
    twins = sum(result.twin for _, result in tried)
    left_out = {row.attack.id: row.reason for row in rows if row.attack.left_out}
    print(f"{len(numbers)} attacks were tried, {len(tried)} times; {len(left_out)} cannot be tried by a program.")
    print(f"{with_effect} had an effect that they must not have, {len(broken)} had another outcome than promised.")
    partly = sum(bool(result.declared) for _, result in tried)
    print(f"{partly} were not promised in full, and the tier says so beforehand.")
    print(f"{twins} of {len(tried)} benign twins were left alone ({twins / max(1, len(tried)):.1%}).")
    for number, reason in left_out.items():
        print(f"{number} is left out: {reason}")
    return bool(tried) and not broken and twins >= GOAL * len(tried)


def _tried(attack: Attack, tier: str) -> Iterator[Row]:
    if attack.left_out:
        yield Row(attack, attack.stage, reason=attack.left_out)
        return
    try:
        taken = stage(attack.stage)
    except ImportError as error:
        yield Row(attack, attack.stage, reason=f"needs {error.name}")
        return
    for place in taken.PLACES:
        if tier in ("", place):
            try:
                row = Row(attack, place, taken.tried(attack, place))
            except UnavailableError as error:
                row = Row(attack, place, reason=str(error))
            print(": ".join(row.cells), file=sys.stderr, flush=True)
            yield row


if __name__ == "__main__":
    sys.exit(main())
