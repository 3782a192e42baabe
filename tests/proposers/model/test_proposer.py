"""The model proposer against a scripted endpoint: real HTTP, real litellm, exact numbers of calls."""

from __future__ import annotations

from agent_ci.core.budget import Budget
from agent_ci.core.outward.writer import Known, Outward
from agent_ci.core.run import Attempt, Cost, Reply
from tests.proposers.model.talk import (
    KEY,
    OTHER,
    RIGHT,
    WRONG,
    Talk,
)
from tests.servers.chat import Received, Step, fails, says


def test_a_wrong_change_is_answered_with_its_objection_and_the_right_one_follows(talk: Talk) -> None:
    talk.server.play(says(WRONG), says(RIGHT))
    first, second = talk.run()
    assert (first.text, second.text) == (WRONG, RIGHT)
    assert first.cause == "The sum is off."
    asked = [request.text for request in talk.server.requests]
    assert "is still red" not in asked[0]
    assert "tests/test_calc.py::test_sum is still red" in asked[1]


def test_one_question_is_one_call_with_a_fixed_seed_and_no_temperature(talk: Talk) -> None:
    talk.server.play(says(RIGHT))
    talk.run()
    [request] = talk.server.requests
    body = request.json
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert [message["role"] for message in body.pop("messages")] == ["system", "user"]
    assert body == {"model": "scripted", "temperature": 0, "seed": 7, "max_tokens": 8000}


def test_an_endlessly_wrong_model_is_stopped_by_the_budget(talk: Talk) -> None:
    def another(received: Received) -> Step:
        return says(WRONG.replace("a * b", f"a * {len(received.body)}"))

    talk.server.play(always=another)
    talk.run(budget=Budget(attempts=4))
    assert len(talk.server.requests) == 4


def test_the_same_change_is_pointed_out_once_and_ends_the_talk_the_third_time(talk: Talk) -> None:
    talk.server.play(always=says(WRONG))
    assert len(talk.run()) == 3
    noted = ["had already been refused" in request.text for request in talk.server.requests]
    assert noted == [False, False, True]


def test_going_back_and_forth_between_two_changes_ends_the_talk(talk: Talk) -> None:
    talk.server.play(*[says(text) for text in (WRONG, OTHER) * 5])
    assert len(talk.run(budget=Budget(attempts=10))) == 5


def test_earlier_attempts_of_other_proposers_count_in_the_budget(talk: Talk) -> None:
    paid = Attempt(Reply("replay", cost=Cost(calls=1)), objections=("no",))
    talk.server.play(always=says(WRONG))
    assert len(talk.run(earlier=(paid, paid), budget=Budget(attempts=3))) == 1


def test_rounds_about_one_part_are_limited_and_those_about_others_do_not_count(talk: Talk) -> None:
    talk.server.play(says(WRONG), says(OTHER), always=says(WRONG))
    about_other = Attempt(Reply("model", cost=Cost(calls=1)), objections=("no",), group="other.py")
    assert len(talk.run(earlier=(about_other,), rounds=2)) == 2


def test_without_time_left_nothing_is_asked(talk: Talk) -> None:
    talk.desk.seconds = 0.0
    assert talk.run() == []
    assert talk.server.requests == []


def test_each_request_is_journalled_with_its_prompt_and_each_answer_with_its_tokens(talk: Talk) -> None:
    talk.server.play(fails(503), says(RIGHT))
    talk.run()
    assert [name for name, _ in talk.ledger.events] == [
        "model.request",
        "model.fault",
        "model.wait",
        "model.request",
        "model.reply",
    ]
    request, reply = talk.ledger.events[3][1], talk.ledger.events[4][1]
    assert request["prompt"] == "system.v7"
    assert len(request["prompt_sha256"]) == len(request["question_sha256"]) == 64
    assert request["call"] == 2
    assert (reply["text"], reply["prompt_tokens"], reply["completion_tokens"]) == (RIGHT, 100, 50)


def test_no_secret_of_the_environment_is_told_to_the_model(talk: Talk) -> None:
    talk.desk.text = "the test prints canary-77d1f0a9c2-canary and Y2FuYXJ5LTc3ZDFmMGE5YzItY2FuYXJ5"
    talk.server.play(says(RIGHT))
    talk.run(outward=Outward(Known({"A_TOKEN": "canary-77d1f0a9c2-canary"})))
    assert talk.server.requests[0].json["messages"][1]["content"] == "the test prints *** and ***"
