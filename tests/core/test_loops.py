"""No loop runs away: each rule alone, and 1,000 simulated events with flaky tests, answering bots and reverts."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from agent_ci.core.loops import (
    DAY,
    Bounds,
    Decision,
    History,
    Step,
    ask_to_take_back,
    decide,
    last_repair,
    mended,
    repairs,
    since_a_person,
)

FAILURE, OTHER = "0123456789abcdef", "fedcba9876543210"
BOUNDS = Bounds(per_branch=3, per_day=10)
PERSON = Step("p" * 40)
BOT = Step("b" * 40, is_bot=True)


def ours(failure: str = FAILURE, name: str = "a", time: int = 0, attempt: int = 1) -> Step:
    return Step(name * 40, time, is_bot=True, failure=failure, attempt=attempt)


def asked(*steps: Step, failure: str = FAILURE, now: float = DAY * 100, is_cut: bool = False) -> Decision:
    return decide(failure, History(steps, is_cut=is_cut), BOUNDS, now=now)


def test_nothing_is_repaired_where_a_person_said_so() -> None:
    decision = decide(FAILURE, History(), BOUNDS, now=0, is_stopped=True)
    assert (decision.go, decision.escalate, "label `agent-ci-stop`" in decision.reason) == (False, False, True)


GOES_ON = {
    "nothing but people": (PERSON,),
    "another failure after our repair": (ours(OTHER), PERSON),
    "the same failure after a person's commit": (PERSON, ours()),
    "another bot alone, however often": (*[BOT] * 9, PERSON),
    "a person who takes back a person's commit": (Step("r" * 40, reverted="p" * 40), PERSON, ours()),
    "two repairs, and three are allowed": (ours(OTHER, "c"), ours("1" * 16, "d"), PERSON),
    "no history at all": (),
}
STOPS = {
    "our repair is the last commit": (ours(), PERSON),
    "another bot's commit on top of our repair": (BOT, ours(), PERSON),
    "three repairs of other failures": (*[ours(OTHER, name) for name in "cde"], PERSON),
    "one repair, and another bot's answers": (BOT, BOT, ours(OTHER), PERSON),
    "bots that answer each other": (BOT, ours(OTHER), BOT, ours("1" * 16, "d"), PERSON),
    "a bot took back our repair": (Step("r" * 40, is_bot=True, reverted="a" * 40), ours(), PERSON),
    "a person took back our repair": (Step("r" * 40, reverted="a" * 40), ours(), PERSON),
    "a person took it back after another commit": (Step("r" * 40, reverted="a" * 40), PERSON, ours(), PERSON),
}


@pytest.mark.parametrize("steps", GOES_ON.values(), ids=GOES_ON)
def test_a_repair_may_be_tried(steps: tuple[Step, ...]) -> None:
    assert asked(*steps) == Decision(go=True)


@pytest.mark.parametrize("steps", STOPS.values(), ids=STOPS)
def test_no_repair_is_tried_and_a_person_is_asked(steps: tuple[Step, ...]) -> None:
    decision = asked(*steps)
    assert (decision.go, decision.escalate) == (False, True)
    assert decision.reason


def test_the_repairs_of_a_day_are_bounded_over_all_branches_and_each_counts_once() -> None:
    now = DAY * 50
    made = tuple(Step(f"{index:040d}", now - index, is_bot=True, failure=OTHER) for index in range(10))
    over = decide(FAILURE, History((PERSON, *made[:5]), made), BOUNDS, now=now)
    assert (over.go, over.escalate) == (False, False)
    assert "max-fixes-per-day is 10" in over.reason
    assert decide(FAILURE, History((PERSON, *made[:5]), made), BOUNDS, now=now + DAY - 4).go


def test_where_the_history_was_cut_off_a_repair_says_how_many_there_were() -> None:
    assert asked(ours(OTHER, attempt=3), is_cut=True).reason.startswith("3 commits")
    assert asked(BOT, ours(OTHER, attempt=2), is_cut=True).reason.startswith("3 commits")
    assert asked(ours(OTHER, attempt=3), PERSON).go
    assert "fetch-depth: 0" in asked(BOT, is_cut=True).reason
    assert asked(PERSON, is_cut=True).go
    assert asked(BOT, PERSON, is_cut=True).go
    assert repairs(History((ours(OTHER, attempt=2), PERSON), is_cut=True)) == 1


AUTHORS = {
    "a person": ("Ada", "ada@example.org", False),
    "GitHub Actions": ("github-actions[bot]", "41898282+github-actions[bot]@users.noreply.github.com", True),
    "Renovate, hosted by itself": ("Renovate Bot", "renovate@whitesourcesoftware.com", True),
    "a token of a GitLab project": ("deploy", "project_42_bot_1a2b@noreply.gitlab.com", True),
    "ourselves": ("agent-ci", "agent-ci@users.noreply.github.com", True),
    "a person named Abbot": ("Abbot", "abbot@example.org", False),
    "nobody": ("", "", False),
}


@pytest.mark.parametrize(("name", "address", "is_bot"), AUTHORS.values(), ids=AUTHORS)
def test_a_bot_is_known_by_its_name_or_address(name: str, address: str, is_bot: bool) -> None:  # noqa: FBT001
    assert Step.read("a" * 40, 0, name, address, "tidy\n").is_bot is is_bot


def test_a_repair_is_known_by_its_trailers_also_where_a_persons_token_made_it() -> None:
    message = f"fix: x\n\nAgent-CI-Fingerprint: {FAILURE}\nAgent-CI-Attempt: 2\n"
    assert Step.read("a" * 40, 7, "Ada", "ada@example.org", message) == Step("a" * 40, 7, True, FAILURE, 2)  # noqa: FBT003
    revert = Step.read("b" * 40, 8, "Ada", "a@b.c", f'Revert "x"\n\nThis reverts commit {"a" * 40}.\n')
    assert (revert.is_bot, revert.reverted) == (False, "a" * 40)
    assert since_a_person((revert, ours(), PERSON)) == (revert, ours())


def test_what_may_be_taken_back_is_a_repair_of_ours_that_is_the_last_commit_and_no_revert() -> None:
    assert last_repair(History((ours(), PERSON))) == (ours(), PERSON)
    assert "agent-ci undo aaaaaaaaaaaa" in ask_to_take_back(ours())
    undone = Step("u" * 40, is_bot=True, failure=OTHER, reverted="a" * 40)
    for steps in ((PERSON, ours()), (BOT, ours()), (undone, ours(), PERSON), (ours(),), ()):
        assert last_repair(History(steps)) is None


@dataclass
class Forge:
    """A forge whose CI runs on every push, on which every bot may push again; *now* moves on with each commit."""

    chance: random.Random
    now: int = DAY * 1000
    steps: list[Step] = field(default_factory=list)
    fixes: list[int] = field(default_factory=list)
    failures: tuple[str, ...] = tuple(f"{index:016x}" for index in range(6))

    def push(self, *, is_bot: bool = False, failure: str = "", attempt: int = 0, reverted: str = "") -> None:
        self.now += self.chance.randint(20, 900)
        self.steps.insert(0, Step(f"{self.chance.getrandbits(160):040x}", self.now, is_bot, failure, attempt, reverted))
        if failure:
            self.fixes.append(self.now)

    def history(self) -> History:
        """What CI knows: everything, or a checkout of a few commits."""
        depth = self.chance.choice((1, 3, len(self.steps), len(self.steps)))
        return History(tuple(self.steps[:depth]), tuple(self.steps[depth : depth + 200]), depth < len(self.steps))

    def ci(self) -> bool:
        """One run of CI: what is red, by chance, is repaired where that is allowed. Whether something was pushed."""
        failure = self.chance.choice(("", *self.failures))
        known = self.history()
        if not failure or not decide(failure, known, BOUNDS, now=self.now).go:
            return False
        self.push(is_bot=True, failure=failure, attempt=repairs(known) + 1)
        return True

    def bots(self) -> bool:
        """Another bot formats, and one takes back, what a bot pushed, more often than not."""
        what = self.chance.choice(("format", "format", "revert", ""))
        if what and self.steps[0].is_bot:
            self.push(is_bot=True, reverted=self.steps[0].id if what == "revert" else "")
        return bool(what) and self.steps[0].is_bot

    def event(self) -> Iterator[int]:
        """A person pushes, or takes back the last commit, and all answer each other until nobody does."""
        self.now += self.chance.randint(0, DAY // 2)
        is_revert = self.steps and self.chance.random() < 0.2
        self.push(reverted=self.steps[0].id if is_revert else "")
        for _ in range(200):
            before = len(self.fixes)
            pushed = self.ci() | self.bots()
            yield len(self.fixes) - before
            if not pushed:
                return


@pytest.mark.parametrize("seed", range(3))
def test_in_1000_events_with_flaky_tests_answering_bots_and_reverts_no_loop_runs_away(seed: int) -> None:
    forge = Forge(random.Random(seed))  # noqa: S311 - a simulation
    in_a_row = [sum(forge.event()) for _ in range(1000)]
    in_a_day = [sum(1 for other in forge.fixes if time - DAY <= other <= time) for time in forge.fixes]
    assert len(forge.fixes) > 300  # it did something
    assert max(in_a_row) <= BOUNDS.per_branch
    assert max(in_a_day) <= BOUNDS.per_day


def test_a_green_branch_has_mended_what_its_own_repairs_were_about_and_nothing_that_the_base_has() -> None:
    steps = tuple(Step(id_, failure=failure) for id_, failure in (("4", "b"), ("3", ""), ("2", "a"), ("1", "b")))
    assert mended(History(steps), None) == ("b", "a")
    assert mended(History(steps), "2") == ("b",)
    assert mended(History(steps), "4") == ()
    many = tuple(Step(str(number), failure=str(number)) for number in range(30))
    assert len(mended(History(many), None)) == 20
