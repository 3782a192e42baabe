"""Two models: the first one first, the other where a question starts anew or the first can say no more."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

import pytest

from agent_ci.core.budget import Budget
from agent_ci.core.run import Reply
from agent_ci.errors import ModelUnavailableError
from tests.proposers.model.talk import OTHER, RIGHT, WRONG, Talk
from tests.servers.chat import Received, Step, fails, says

NAMES = ("weak", "strong")
NO_FIX = "NO FIX: the test is wrong"
OFFERS = tuple(WRONG.replace("a * b", f"a {operator} b") for operator in ("*", "/", "%", "//", "**", "<<"))


def by(scripts: Mapping[str, list[Step]]) -> Callable[[Received], Step]:
    """Answers for each model by its name, the last of them for ever."""
    return lambda got: (
        scripts[got.json["model"]].pop(0) if len(scripts[got.json["model"]]) > 1 else scripts[got.json["model"]][0]
    )


def asked(talk: Talk) -> list[str]:
    return [request.json["model"] for request in talk.server.requests]


def told(replies: list[Reply]) -> list[tuple[str, int]]:
    return [(reply.model, reply.cost.calls) for reply in replies]


def test_the_stronger_model_answers_where_the_question_starts_anew(talk: Talk) -> None:
    talk.server.play(always=by({"weak": [says(text) for text in OFFERS], "strong": [says(RIGHT)]}))
    replies = talk.run(names=NAMES)
    assert asked(talk) == ["weak", "weak", "weak", "strong"]
    assert told(replies) == [("weak", 1), ("weak", 1), ("weak", 1), ("strong", 1)]
    assert [facts["model"] for name, facts in talk.ledger.events if name == "model.reply"] == asked(talk)


@pytest.mark.parametrize("text", [NO_FIX, WRONG], ids=["declines", "repeats itself"])
def test_it_answers_as_well_where_the_first_has_no_more_to_offer(talk: Talk, text: str) -> None:
    talk.server.play(always=by({"weak": [says(text)], "strong": [says(RIGHT)]}))
    replies = talk.run(names=NAMES)
    assert (asked(talk)[-2:], replies[-1].model) == (["weak", "strong"], "strong")
    assert len(replies) <= 4


def test_where_the_stronger_cannot_be_reached_the_first_goes_on_and_the_reply_says_so(talk: Talk) -> None:
    weak = [*(says(text) for text in OFFERS[:3]), says(OTHER), says(RIGHT)]
    talk.server.play(always=by({"weak": weak, "strong": [fails(401)]}))
    replies = talk.run(names=NAMES, budget=Budget(attempts=5))
    assert asked(talk) == ["weak", "weak", "weak", "strong", "weak", "weak"]
    assert told(replies) == [("weak", 1), ("weak", 1), ("weak", 1), ("weak", 2), ("weak", 1)]
    assert replies[3].note.startswith("the model strong at http://127.0.0.1:")
    assert replies[3].note.endswith("; the model weak is asked instead")
    assert [reply.note for reply in replies[:3]] == ["", "", ""]


def test_where_the_first_cannot_be_reached_the_other_is_asked_at_once(talk: Talk) -> None:
    talk.server.play(always=by({"weak": [fails(404)], "strong": [says(RIGHT)]}))
    [reply] = talk.run(names=NAMES, budget=Budget(attempts=1))
    assert (told([reply]), reply.note.partition(" at ")[0]) == ([("strong", 2)], "the model weak")


def test_where_none_can_be_reached_both_are_named(talk: Talk) -> None:
    talk.server.play(always=fails(401))
    with pytest.raises(
        ModelUnavailableError, match=r"the model weak at .* the model strong is asked instead; .*strong at"
    ):
        talk.run(names=NAMES)
    assert asked(talk) == ["weak", "strong"]


def test_one_that_never_gave_an_answer_that_could_be_read_is_left_as_well(talk: Talk) -> None:
    talk.server.play(always=by({"weak": [says("")], "strong": [says(""), says(""), says("")]}))
    with pytest.raises(ModelUnavailableError, match=r"the model strong at .* never gave an answer"):
        talk.run(names=NAMES, budget=Budget(attempts=20))
    assert asked(talk) == ["weak"] * 3 + ["strong"] * 3


def test_what_a_model_cost_that_could_not_be_had_is_counted_where_no_reply_follows(talk: Talk) -> None:
    weak = [says(text, tokens=(300, 30)) for text in OFFERS]
    slow = Step(json.dumps({"error": {"message": "no"}}).encode(), status=500)
    talk.server.play(always=by({"weak": weak, "strong": [slow]}))
    talk.desk.text = "x" * 8000
    replies = talk.run(names=NAMES, budget=Budget(attempts=9, tokens=20_000))
    assert sum(reply.cost.calls for reply in replies) == len(talk.server.requests)
    assert any("the model strong at" in reply.note for reply in replies)
