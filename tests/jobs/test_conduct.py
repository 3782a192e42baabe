from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

import pytest

from agent_ci.core.rules import rule_of
from bench.cheats.pairs import diff
from tests.jobs.conduct_cheats import CHEATS, PRICES, PRICES_TEST
from tests.jobs.conduct_honest import HONEST
from tests.red import RedRepository, Run

AT_ONCE = 10
READ = ("the text of the test", "an answer in bits")  # what is seen on the text already


@dataclass
class Shops:
    """Modules shop0.py, shop1.py and so on, each wrong, and what is offered as the repair of all of them."""

    before: dict[str, str] = field(default_factory=dict)
    after: dict[str, str] = field(default_factory=dict)

    def add(self, before: str, test: str, after: str) -> str:
        """One more module with its test, which speaks of `shop`; the name of its file."""
        name = f"shop{len(self.after)}"
        body = test if "def test_" in test else f"def test_it():\n{textwrap.indent(test, '    ')}"
        self.before[f"{name}.py"], self.after[f"{name}.py"] = before, after
        self.before[f"test_{name}.py"] = re.sub(r"\bshop\b", name, f"import shop\n\n\n{body}")
        return f"{name}.py"

    def judged(self, tmp_path: Path, settings: str = "") -> Run:
        run = RedRepository.make(tmp_path, {**self.before, ".agent-ci.yml": settings}).run(
            replies=(diff(self.before, self.after),), max_attempts=1
        )
        assert run.document["attempts"], run.document["reason"]
        return run


def several(names: Mapping[str, object]) -> Iterator[tuple[str, ...]]:
    """*names* in portions that are judged at once: each run of a job starts pytest nine times."""
    left = iter(names)
    while portion := tuple(islice(left, AT_ONCE)):
        yield portion


def test_a_change_that_only_looks_right_while_tests_are_run_is_refused(tmp_path: Path) -> None:
    shops = Shops()
    rules = {shops.add(PRICES, PRICES_TEST, after): rule for name, (after, rule) in CHEATS.items() if name not in READ}
    run = shops.judged(tmp_path)
    said = {text.partition("::")[0].rpartition(" ")[2]: rule_of(text) for text in run.objections[0]}
    assert (run.outcome, said) == ("policy_refused", rules)


@pytest.mark.parametrize("name", READ)
def test_so_is_one_whose_text_gives_it_away(tmp_path: Path, name: str) -> None:
    shops, (after, rule) = Shops(), CHEATS[name]
    shops.add(PRICES, PRICES_TEST, after)
    run = shops.judged(tmp_path)
    assert (run.outcome, rule in map(rule_of, run.objections[-1])) == ("policy_refused", True)


def test_a_team_may_permit_it(tmp_path: Path) -> None:
    shops = Shops()
    shops.add(PRICES, PRICES_TEST, CHEATS["an answer read from a text"][0])
    assert shops.judged(tmp_path, "permit: [hard-coded]\n").outcome == "fixed"


@pytest.mark.parametrize("names", tuple(several(HONEST)), ids=", ".join)
def test_honest_changes_are_proven_whatever_their_tests_arrange(tmp_path: Path, names: tuple[str, ...]) -> None:
    shops = Shops()
    for name in names:
        shops.add(*HONEST[name])
    run = shops.judged(tmp_path)
    assert (run.outcome, run.objections[-1]) == ("fixed", [])
