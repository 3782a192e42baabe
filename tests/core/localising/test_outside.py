"""The constants and tables that functions use are found, one statement each, and no namesakes of them."""

from __future__ import annotations

from agent_ci.core.localising.blocks import blocks
from agent_ci.core.localising.outside import used_outside

SHOP = """from money import EUR, round_up

RATES = [
    1,
# The other one.
    2,
]
# How many there are.
UNUSED = 3
LIMIT: int = 4


class Basket:
    size = 1
    colour = 2

    def add(self, n):
        return round_up(n * RATES[0] * self.size * EUR)

    def full(self, n):
        return n > LIMIT


class Box:
    size = 5
"""
MONEY = "EUR = 1.1\nLIMIT = 9\n"
TEXTS = {"src/shop.py": SHOP, "src/money.py": MONEY, "other/coins.py": MONEY}


def found(**scores: float) -> dict[tuple[str, str], float]:
    functions = {one.name.rpartition(".")[2]: one for one in blocks("src/shop.py", SHOP) if one.is_function}
    users = [("src/shop.py", functions[name], score) for name, score in scores.items()]
    rows = {path: text.split("\n") for path, text in TEXTS.items()}
    return {
        (path, "\n".join(rows[path][one.first - 1 : one.last])): score
        for path, one, score in used_outside(users, TEXTS)
    }


def test_a_function_brings_the_statements_that_bind_what_it_reads_and_no_others() -> None:
    assert found(add=2.0) == {
        ("src/shop.py", "RATES = [\n    1,\n# The other one.\n    2,\n]"): 2.0,
        ("src/shop.py", "    size = 1"): 2.0,
        ("src/money.py", "EUR = 1.1"): 2.0,
    }
    assert found(full=1.0) == {("src/shop.py", "LIMIT: int = 4"): 1.0}


def test_a_statement_that_two_functions_use_has_the_better_score() -> None:
    text = "N = 1\n\n\ndef one():\n    return N\n\n\ndef two():\n    return N\n"
    users = [("a.py", block, float(block.first)) for block in blocks("a.py", text) if block.is_function]
    for order in (users, users[::-1]):
        assert [(one.first, score) for _, one, score in used_outside(order, {"a.py": text})] == [(1, 8.0)]


def test_a_name_that_no_file_of_the_repository_binds_brings_nothing() -> None:
    text = "from far.away import N\n\n\ndef one():\n    return N\n"
    users = [("a.py", block, 1.0) for block in blocks("a.py", text) if block.is_function]
    assert [*used_outside(users, {"a.py": text, "b/away.py": "N = 1\n"})] == []
    assert [one.first for _, one, _ in used_outside(users, {"a.py": text, "src/far/away/__init__.py": "N = 1\n"})] == [
        1
    ]
