"""What a model's endpoint can do to a run: refuse, break, drag, and answer nonsense or the wrong change."""

from __future__ import annotations

import email.utils
import functools
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from agent_ci.core.outcome import Outcome
from agent_ci.model.transport import Request, Timeouts, call
from tests.faults.lab import CANARY, Cell, Elsewhere, End, Lab, Stage
from tests.red import GOOD, WRONG
from tests.servers.chat import ChatServer, Step, completion, cut, fails, html, says

_ASKING = "proposers/model/test_asking.py"
_TALK = "proposers/model/test_proposer.py"
_TOO_LONG = fails(
    400,
    "This model's maximum context length is 4096 tokens. However, your messages resulted in 9000 tokens.",
    code="context_length_exceeded",
)
_SOON = "0"  # Retry-After: tests need not wait as long as users do
_BOMB = f'{{"choices": "{"x" * 3_000_000}"}}'.encode()


@dataclass(frozen=True)
class Asked:
    """A run whose model answers with *step* every time, in *calls* calls; *says* is in the reason."""

    step: Step
    calls: int | None = None
    says: str = ""
    options: Mapping[str, object] = field(default_factory=dict)

    def __call__(self, lab: Lab) -> End:
        lab.server.play(always=self.step)
        end = ask(lab, **self.options)
        assert self.calls in (None, len(lab.server.requests))
        assert end.document["cost"]["calls"] >= len(lab.server.requests)
        assert self.says in str(end.document["reason"])
        assert CANARY not in "".join(request.text for request in lab.server.requests)
        return end


def ask(lab: Lab, **given: object) -> End:
    """A run of a red repository that asks the model in *lab*."""
    _warm_litellm()
    options: dict[str, object] = {"proposer": ("model",), "model": "scripted", "api_base": lab.server.url, **given}
    return lab.here(lab.red(), **options)


@functools.cache
def _warm_litellm() -> None:
    """Have the first call of this process made, which loads half of litellm and takes seconds."""
    with ChatServer() as server:
        server.play(says("hello"))
        call(Request("scripted", (("user", "hi"),), 10, 0, Timeouts(), server.url, None))


def _limited(**given: object) -> Mapping[str, object]:
    return given


def _in_an_hour() -> str:
    return email.utils.formatdate(time.time() + 3600, usegmt=True)


def _answers(*steps: Step, calls: int) -> Callable[[Lab], End]:
    def meet(lab: Lab) -> End:
        lab.server.play(*steps)
        end = ask(lab)
        assert len(lab.server.requests) == calls
        return end

    return meet


def _refused(lab: Lab) -> End:
    """Nobody listens at the port."""
    end = lab.here(lab.red(), proposer=("model",), model="scripted", api_base="http://127.0.0.1:9/v1", time_limit=8.0)
    assert "cannot be reached" in str(end.document["reason"])
    return end


def _unknown_price(lab: Lab) -> End:
    lab.server.play(says(GOOD))
    end = ask(lab)
    assert end.document["cost"] == {"calls": 1, "prompt_tokens": 100, "completion_tokens": 50, "usd": None}
    return end


_UNAVAILABLE = (
    ("429 without a time", Asked(fails(429), 3), "three calls, with random pauses"),
    ("429, Retry-After in seconds", Asked(fails(429, retry_after=_SOON), 3), "three calls"),
    ("429, Retry-After: 3600", Asked(fails(429, retry_after="3600"), 1, "s are left"), "does not wait at all"),
    (
        "429, Retry-After as a date",
        Asked(fails(429, retry_after=_in_an_hour()), 1, "s are left"),
        "does not wait at all",
    ),
    ("500", Asked(fails(500, retry_after=_SOON), 3), "three calls"),
    ("503", Asked(fails(503, retry_after=_SOON), 3), "three calls"),
    ("529", Asked(fails(529, retry_after=_SOON), 3), "three calls"),
    ("400", Asked(fails(400), 1), "one call"),
    ("401 that repeats a secret", Asked(fails(401, CANARY), 1, "AGENT_CI_API_KEY"), "one call; names the setting"),
    ("403", Asked(fails(403), 1, "AGENT_CI_API_KEY"), "one call; names the setting"),
    ("404", Asked(fails(404), 1, "--model"), "one call; names the setting"),
    ("a web page", Asked(html(), 3), "no change is read from it"),
    ("malformed JSON", Asked(Step(b'{"choices": [{'), 3), "no change is read from it"),
    ("an empty body", Asked(Step(), 3), "no change is read from it"),
    ("no choices", Asked(Step(b'{"choices": []}'), 3), "no change is read from it"),
    ("null content", Asked(says(None), 3), "no change is read from it"),
    ("an answer of 3 MB", Asked(Step(_BOMB), 3, "2 MB"), "read up to 2 MB"),
    (
        "headers, then silence",
        Asked(replace(says(GOOD), silence=60.0), options=_limited(time_limit=6.0)),
        "by the limit",
    ),
    ("one byte at a time", Asked(replace(says(GOOD), pace=0.5), options=_limited(time_limit=6.0)), "by the limit"),
)
_NO_FIX = (
    ("content filter", Asked(says("", finish="content_filter"), 2), "asked twice"),
    ("a refusal", Asked(says(None, refusal="I cannot help with that."), 2), "asked twice"),
    ("prose", Asked(says("The test is wrong."), options=_limited(max_attempts=2)), ""),
    ("cut at its length, and again", Asked(says(GOOD[:80], finish="length"), options=_limited(max_attempts=1)),
     "continued once; a part is never a change"),
    ("the same wrong change every time", Asked(says(WRONG), 3), "asked three times"),
)  # fmt: skip


def _cells() -> tuple[Cell, ...]:
    unavailable = (Cell(Stage.PROPOSE, f"model: {name}", Outcome.MODEL_UNAVAILABLE, meet, promise)
                   for name, meet, promise in _UNAVAILABLE)  # fmt: skip
    no_fix = (Cell(Stage.PROPOSE, f"model: {name}", Outcome.NO_FIX, meet, promise) for name, meet, promise in _NO_FIX)
    back = tuple(says(GOOD.replace("+    return a + b", f"+    return a {sign} b")) for sign in "*/*/*/*")
    others = (
        Cell(Stage.PROPOSE, "model: nobody listens", Outcome.MODEL_UNAVAILABLE, _refused, "names --api-base"),
        Cell(Stage.PROPOSE, "model: connection reset, then right", Outcome.FIXED,
             _answers(Step(status=0), says(GOOD), calls=2), "tried again"),
        Cell(Stage.PROPOSE, "model: cut in the middle, then right", Outcome.FIXED,
             _answers(cut(says(GOOD), 150), says(GOOD), calls=2), "a part is never a change"),
        Cell(Stage.PROPOSE, "model: wrong role, then right", Outcome.FIXED,
             _answers(Step(str(completion(GOOD, role="user")).encode()), says(GOOD), calls=2), "not read"),
        Cell(Stage.PROPOSE, "model: back and forth between two changes", Outcome.NO_FIX,
             _answers(*back, calls=5), "ends before the limit"),
        Cell(Stage.PROPOSE, "model: too long for the context, always", Outcome.UNSUPPORTED,
             Asked(_TOO_LONG, says="context window"),
             "asked once more at half the length"),
        Cell(Stage.PROPOSE, "model: its price is unknown", Outcome.FIXED, _unknown_price, "unknown, never 0"),
        Cell(Stage.PROPOSE, "model: more tokens than may be used", Outcome.BUDGET_EXHAUSTED,
             Asked(says(WRONG, tokens=(9_000, 2_000)), 1, "tokens", _limited(max_tokens=10_000)), "names the limit"),
    )  # fmt: skip
    return (*unavailable, *no_fix, *others)


CELLS = _cells()
ELSEWHERE = (
    Elsewhere(Stage.PROPOSE, "model: each of these once, then right", "costs a call and no more",
              f"{_ASKING}::test_what_passes_costs_a_call_and_no_more"),
    Elsewhere(Stage.PROPOSE, "model: NUL, lone surrogates, no UTF-8, a tool call", "an objection, never a change",
              f"{_ASKING}::test_an_answer_that_cannot_be_used_is_an_objection_and_never_a_change"),
    Elsewhere(Stage.PROPOSE, "model: Retry-After against a wrong clock", "read against the endpoint's own clock",
              f"{_ASKING}::test_a_date_is_read_against_the_endpoints_own_clock"),
    Elsewhere(Stage.PROPOSE, "model: pauses without a hint", "random and bounded",
              f"{_ASKING}::test_pauses_without_a_hint_are_random_and_bounded"),
    Elsewhere(Stage.PROPOSE, "model: too long for the context once", "asked again at half the length",
              f"{_ASKING}::test_a_question_that_is_too_long_is_asked_once_more_at_half_the_length"),
    Elsewhere(Stage.PROPOSE, "model: headers byte by byte", "ends at the deadline, and no thread is left",
              "proposers/model/test_transport.py"
              "::test_headers_that_arrive_byte_by_byte_end_at_the_deadline_and_leave_no_thread"),
    Elsewhere(Stage.PROPOSE, "model: litellm is missing", "`model_unavailable`; says what to install",
              "proposers/model/test_transport.py::test_a_missing_litellm_says_what_to_install"),
    Elsewhere(Stage.PROPOSE, "model: the same change a second time", "pointed out once",
              f"{_TALK}::test_the_same_change_is_pointed_out_once_and_ends_the_talk_the_third_time"),
)  # fmt: skip
