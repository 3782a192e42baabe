"""How far an edit that the search found is trusted: one score, and what it is good for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from agent_ci.proposers.search.answers import Survivor
from agent_ci.proposers.search.kit.operators import EARLIER, PAIR, REMOVALS

_COMMIT, _SUGGEST = 0.6, 0.2
_FEW_TESTS = {0: 0.4, 1: 0.55, 2: 0.9}
_ONE_KNOWN = 0.75  # for one test in other languages, where often the failing ones alone are known to run a line
_FEW_EDITS = 10
_GUIDED_TEXT, _LONGER = "guided_text", 20  # characters that a text grows by; a slip of the pen adds fewer
_FITTED = frozenset({"guided_number", "guided_value"})
"""Operators whose values come from the tests by their nature: that is in their factor already."""
_PLEASING = frozenset({
    "guided_value", "returned_value", "copied_statement", "guided_number", "assigned_variable", "conditional",
    "off_by_one", "number",
})  # fmt: skip
"""Operators that please a test easily, whatever the truth is."""
_DECIDING = frozenset({
    "guard", "range_guard", "key_guard", "none_guard", "zero_guard", "none_check", "mirrored_branch", "early_return",
    "empty_default", "first_value", "missing_argument",
})  # fmt: skip
"""Operators that add what happens in a case that the code did not know: a test shows one point of it alone."""
_FACTORS = {
    **dict.fromkeys((*_PLEASING, *_DECIDING), 0.55),
    **dict.fromkeys(REMOVALS, 0.5),
    EARLIER: 0.5,
    PAIR: 0.55,
}
_OF_OPERATOR = {
    **dict.fromkeys(_DECIDING, "the edit decides what happens in a case that the code did not treat"),
    **dict.fromkeys(REMOVALS, "the edit takes something away, and the tests may just not ask for it"),
    EARLIER: "the edit takes back a part of the change, which somebody made for a reason",
    PAIR: "the edit changes two places at once",
}


class Grade(StrEnum):
    """What an edit is good for: to be committed, to be suggested to a person, or only to be told of."""

    COMMIT = "commit"
    SUGGEST = "suggest"
    MENTION = "mention"


@dataclass(frozen=True, slots=True)
class Confidence:
    """A *score* from 0 to 1, and the *reasons* why it is not 1, one sentence each."""

    score: float
    reasons: tuple[str, ...]

    @property
    def grade(self) -> Grade:
        """What the score is enough for."""
        return Grade.COMMIT if self.score >= _COMMIT else Grade.SUGGEST if self.score >= _SUGGEST else Grade.MENTION

    @property
    def summary(self) -> str:
        """Score and grade, as one clause for the evidence."""
        return f"confidence {self.score:.2f}: {self.grade}"


def confidence(survivor: Survivor) -> Confidence:
    """How far *survivor* is trusted, by what the search says of it: the product of what speaks against it.

    In Python another edit that survived is a rival where it answered a call otherwise, and where it was not called it
    is none: the job compares what was proven by calling it.
    """
    found = list(_doubts(survivor))
    score = 1.0
    for factor, _ in found:
        score *= factor
    return Confidence(score, tuple(reason for _, reason in found))


def _doubts(survivor: Survivor) -> Iterator[tuple[float, str]]:
    """What speaks against *survivor*, each with its factor."""
    if factor := _FACTORS.get(survivor.operator):
        yield factor, _OF_OPERATOR.get(survivor.operator, "an edit of this kind often pleases a test by accident")
    if survivor.is_copied and survivor.operator not in _FITTED:
        yield 0.4, "the edit brings in a value that the failing test holds and the source did not"
    splice = survivor.splice
    if survivor.operator == _GUIDED_TEXT and len(splice.replacement) - (splice.end - splice.start) > _LONGER:
        yield 0.4, "the edit makes a text much longer, by what one test expects"
    if survivor.tests in _FEW_TESTS:
        is_counted = survivor.tests != 1 or survivor.path.endswith(".py")
        yield (
            _FEW_TESTS[survivor.tests] if is_counted else _ONE_KNOWN,
            f"only {survivor.tests} test(s) run the edited line",
        )
    if survivor.rivals:
        yield (
            0.55,
            f"{survivor.rivals} other edit(s) turn the failing tests green as well, and may do something else",
        )
    if survivor.untold and not survivor.rivals:
        yield (
            0.55,
            f"no call tells the edit from {survivor.untold} other(s) of the same expression that the tests let pass",
        )
    if survivor.lost:
        yield 0.55, f"no test runs {survivor.lost} other line(s) any longer that passing tests ran before"
    if survivor.refused < _FEW_EDITS:
        yield 0.9, "few other edits of this function were tried before it"
