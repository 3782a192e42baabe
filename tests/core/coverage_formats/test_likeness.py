"""Lines of a translation are told of the lines they were written in, and of none where that cannot be known."""

from __future__ import annotations

import time

from agent_ci.core.coverage_formats.likeness import alike

WRITTEN = """import { readFileSync } from 'node:fs';

interface Price {
  amount: number;
}

export function half(
  price: Price,
): number {
  const { amount } = price as Price;
  if (amount > 10) {
    return amount / 2;
  }

  return amount;
}

export class Till {
  private total: number = 0;

  constructor(private readonly name: string) {}

  add(price: Price, how = 'once'): void {
    this.total += price.amount;
  }
}
"""
TRANSLATED = """'use strict';async (__vite_ssr_exports__)=>{{
function half(price) {
\tconst { amount } = price;
\tif (amount > 10) {
\t\treturn amount / 2;
\t}
\treturn amount;
}
class Till {
\tname;
\ttotal = 0;
\tconstructor(name) {
\t\tthis.name = name;
\t}
\tadd(price, how = "once") {
\t\tthis.total += price.amount;
\t}
}
}}
"""


def is_idle(line: str) -> bool:
    return line.strip() in {"", "{", "}", "}}"}


def test_what_a_translation_took_away_does_not_move_the_lines() -> None:
    found = alike(TRANSLATED, WRITTEN, is_idle)
    lines = TRANSLATED.split("\n"), WRITTEN.split("\n")
    told = {lines[0][one - 1].strip(): lines[1][other - 1].strip() for one, other in found.items()}
    assert told == {
        "const { amount } = price;": "const { amount } = price as Price;",
        "if (amount > 10) {": "if (amount > 10) {",
        "return amount / 2;": "return amount / 2;",
        "return amount;": "return amount;",
        "class Till {": "export class Till {",
        "total = 0;": "private total: number = 0;",
        "constructor(name) {": "constructor(private readonly name: string) {}",
        'add(price, how = "once") {': "add(price: Price, how = 'once'): void {",
        "this.total += price.amount;": "this.total += price.amount;",
    }


def test_one_line_that_was_written_otherwise_is_the_one_in_its_place() -> None:
    assert alike("a();\nx = y == null ? 1 : y;\nb();", "a();\nx = y ?? 1;\nb();", is_idle)[2] == 2
    assert 2 not in alike("a();\nsomething(else);\nb();", "a();\nx = y ?? 1;\nb();", is_idle)


def test_long_texts_of_like_lines_take_no_longer_than_they_may() -> None:
    started = time.process_time()
    alike("a(1);\n" * 20_000, "b(a(1, 2));\n" * 20_000, is_idle)
    alike("\n".join(f"a{n % 9}(1);" for n in range(5_000)), "\n".join(f"a{n % 7}(1);" for n in range(5_000)), is_idle)
    assert time.process_time() - started < 5.0
