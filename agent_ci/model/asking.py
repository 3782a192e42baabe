"""How one question becomes one answer: tries, waits, a continuation, a smaller question, and what each costs."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from agent_ci.core.questions.answer import is_looping, joined
from agent_ci.core.questions.fence import shrunk
from agent_ci.core.questions.prompt import Template
from agent_ci.core.run import Cost
from agent_ci.errors import BudgetExhaustedError, ModelUnavailableError, UnsupportedError
from agent_ci.model.costs import cost_of, cost_of_fault, prompt_tokens
from agent_ci.model.endpoint import Endpoint
from agent_ci.model.faults import FaultError, FaultKind, sentence
from agent_ci.model.prices import SMALLEST_ANSWER
from agent_ci.model.transport import Answer, Request, call
from agent_ci.ports import Journal

TRIES = 3
MAX_ANSWER_TOKENS = 8000
# Where one did not come in time: at temperature zero the same model would write as long once more.
_MAX_AFTER_LATE = 2000
_LONGEST_PAUSE = 30.0  # seconds, where the endpoint names no time itself
_SHORTEST_CALL = 0.1  # seconds
_SMALLEST_KEPT = 1024  # tokens; the least that any provider keeps of a question


class Use(Enum):
    """What an answer is good for."""

    USABLE = "usable"
    DECLINED = "declined"  # a refusal or a filter: the model was heard, and has nothing to offer
    CUT = "cut"
    USELESS = "useless"  # nothing in it that could be read


@dataclass(frozen=True, slots=True)
class Said:
    """What came of one question. ``objection`` is empty exactly where the text is usable.

    ``note`` says where it was asked once more without the schema, to which the model did not keep.
    """

    text: str
    cost: Cost
    use: Use = Use.USABLE
    objection: str = ""
    note: str = ""


def _never(_text: str) -> str:
    return ""


def _nothing(_calls: tuple[tuple[str, str], ...]) -> str:
    return ""


def _as_it_is(text: str) -> str | None:
    return text


@dataclass(frozen=True, slots=True)
class Prompts:
    """The prompts that surround a question; ``declined`` reads an answer as they ask for it.

    It gives the objection to an answer that declines, empty for every other one. ``schema`` is the form of an answer
    in JSON Schema, where they ask for JSON or a model that can is to answer in it, and ``worded`` says in plain words
    what such an answer says, or None where it is none. ``tools`` are what a model may call, where it can, instead of
    writing the lines that ``called`` makes of its calls.
    """

    system: Template
    proceed: Template
    declined: Callable[[str], str] = _never
    schema: Mapping[str, Any] | None = None
    worded: Callable[[str], str | None] = _as_it_is
    tools: tuple[Mapping[str, Any], ...] = ()
    called: Callable[[tuple[tuple[str, str], ...]], str] = _nothing


@dataclass
class Asking:
    """One question to one endpoint, with everything it costs until there is an answer.

    ``tokens_left`` is what all its calls together may use, ``usd_left`` what they may cost where the price is known,
    None for any price, ``seconds_left`` gives what remains of the run's time; ``sleep``, ``clock`` and ``call`` are the
    outside world's. ``fixed`` is how the question begins that is likely to follow, ``sample`` which
    of several answers to it is asked for, from 0.
    """

    endpoint: Endpoint
    prompts: Prompts
    journal: Journal
    tokens_left: int
    seconds_left: Callable[[], float]
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    cost: Cost = field(default_factory=Cost)
    call: Callable[[Request], Answer] = call
    usd_left: float | None = None
    note: str = ""
    fixed: str = ""
    sample: int = 0

    def ask(self, question: str) -> Said:
        """The answer to *question*, whole or not at all.

        Raises ModelUnavailableError where the endpoint cannot be reached or refuses us, with the setting to
        change; UnsupportedError where the question does not fit into the model's context window;
        BudgetExhaustedError where the tokens or the money left are too little to ask it.
        """
        try:
            asked, answer = self._fitting(question)
            return self._judged(self._whole(asked, self._by_words(asked, answer)))
        except FaultError as fault:
            if fault.kind in _OBJECTIONS:
                use = Use.DECLINED if fault.kind is FaultKind.FILTERED else Use.USELESS
                return self._said("", use, f"{_OBJECTIONS[fault.kind]}: {self.endpoint.redact(fault.said)}")
            if fault.kind is FaultKind.TOO_DEAR:
                raise BudgetExhaustedError(f"{self.endpoint} was not asked: {fault.said}; raise --max-cost") from None
            raise self._unavailable(fault) from None

    def _fitting(self, question: str) -> tuple[str, Answer]:
        """*question*, or half of it where it is too long for the model, and the answer to it."""
        try:
            return question, self._tried(self._messages(question))
        except FaultError as fault:
            if fault.kind is not FaultKind.TOO_LONG:
                raise
            smaller = shrunk(question, len(question) // 2)
            self.journal.record("model.shrunk", characters_before=len(question), characters_after=len(smaller))
            if not smaller:
                raise self._too_long() from None
        try:
            return smaller, self._tried(self._messages(smaller))
        except FaultError as again:
            raise (self._too_long() if again.kind is FaultKind.TOO_LONG else again) from None

    def _messages(self, question: str) -> tuple[tuple[str, str], ...]:
        return (("system", self.prompts.system.render()), ("user", question))

    def _by_words(self, question: str, answer: Answer) -> Answer:
        """*answer*, or one without the schema where it broke that: some fill it with blanks until they are cut."""
        is_broken = answer.is_formed and bool(answer.text) and answer.finish != "content_filter"
        if not is_broken or self._room(self._messages(question)) < SMALLEST_ANSWER:
            return answer
        cut = "was cut at its length limit" if answer.finish == "length" else "broke it"
        self.note = f"{self.endpoint} answered by a schema, and the answer {cut}; it was asked once more without one"
        self.journal.record("model.unformed", finish=answer.finish, characters=len(answer.text))
        self.prompts = replace(self.prompts, schema=None)
        return self._tried(self._messages(question))

    def _whole(self, question: str, answer: Answer) -> Answer:
        """*answer*, continued once where it reached the length limit."""
        if answer.finish != "length" or not answer.text.strip() or is_looping(answer.text):
            return answer
        messages = (*self._messages(question), ("assistant", answer.text), ("user", self.prompts.proceed.render()))
        if self._room(messages) < SMALLEST_ANSWER:
            return answer
        try:
            rest = self._once(messages)
        except FaultError:
            return answer
        return replace(rest, text=joined(answer.text, rest.text))

    def _judged(self, answer: Answer) -> Said:
        text = self.endpoint.redact(answer.text)
        if answer.finish == "length":
            return self._cut(text)
        if answer.finish == "content_filter":
            return self._said("", Use.DECLINED, "the provider's content filter stopped the answer")
        if answer.refusal and not text.strip():
            return self._said("", Use.DECLINED, f"the model refused: {self.endpoint.redact(answer.refusal[:300])}")
        if not text.strip():
            return self._said("", Use.USELESS, "the answer was empty")
        if objection := self.prompts.declined(text):
            return self._said(text, Use.DECLINED, objection)
        return self._said(text, Use.USABLE, "")

    def _cut(self, text: str) -> Said:
        if not text.strip():
            return self._said("", Use.CUT, "the answer was all thought and no text; a shorter one is needed")
        if is_looping(text):
            return self._said("", Use.USELESS, "the answer repeated the same words until it was cut")
        cut = "cut at its length limit and not finished when continued"
        return self._said(text, Use.CUT, f"the answer was {cut}; a shorter one is needed")

    def _said(self, text: str, use: Use, objection: str) -> Said:
        return Said(text, self.cost, use, objection, self.note)

    def _tried(self, messages: tuple[tuple[str, str], ...]) -> Answer:
        """The answer, after as many tries as can help; each try is a call that counts."""
        longest = MAX_ANSWER_TOKENS
        for number in range(1, TRIES):
            try:
                return self._once(messages, longest)
            except FaultError as fault:
                if not fault.kind.can_be_retried:
                    raise
                self._wait(fault, number)
                longest = _MAX_AFTER_LATE if fault.kind is FaultKind.LATE else longest
        return self._once(messages, longest)

    def _wait(self, fault: FaultError, number: int) -> None:
        """Pause as the endpoint asks, else for a random part of a growing time ("full jitter")."""
        # Not for secrets: the jitter only has to differ between runs that were started together.
        random_part = random.Random(f"{self.endpoint.seed} {self.clock()} {number}").random()  # noqa: S311
        pause = fault.retry_after
        if pause is None:
            pause = random_part * min(_LONGEST_PAUSE, 2.0**number)
        left = self.seconds_left()
        if pause >= left:
            raise self._unavailable(fault, f"; the next try may be made in {pause:.0f} s, and {left:.0f} s are left")
        self.journal.record("model.wait", seconds=round(pause, 3), after=fault.kind.label)
        self.sleep(pause)

    def _once(self, messages: tuple[tuple[str, str], ...], longest: int = MAX_ANSWER_TOKENS) -> Answer:
        started = self.clock()
        request = self._request(messages, longest)
        self._record_request(request)
        try:
            answer = self._in_words(self.call(request))
        except FaultError as fault:
            self._pay(cost_of_fault(fault, messages), started)
            self._record_fault(fault)
            raise
        self._pay(cost_of(answer, messages), started)
        self._record_reply(answer)
        return answer

    def _in_words(self, answer: Answer) -> Answer:
        """*answer* in words, and with the tools that it calls as lines, so that it is heard and kept like any other."""
        if answer.is_formed and (said := self.prompts.worded(answer.text)) is not None:
            answer = replace(answer, text=said, finish=_ended(answer, said), is_formed=False)
        lines = self.prompts.called(answer.calls) if self.prompts.tools else ""
        return replace(answer, text="\n".join(filter(None, (answer.text, lines)))) if lines else answer

    def _room(self, messages: tuple[tuple[str, str], ...], longest: int = MAX_ANSWER_TOKENS) -> int:
        """How many tokens an answer may have: what is left after the question, and no more than *longest*."""
        return min(longest, self.tokens_left - self.cost.tokens - prompt_tokens(messages))

    def _request(self, messages: tuple[tuple[str, str], ...], longest: int) -> Request:
        if (room := self._room(messages, longest)) < SMALLEST_ANSWER:
            raise self._too_dear(messages)
        endpoint = self.endpoint
        total = max(_SHORTEST_CALL, min(endpoint.timeouts.total, self.seconds_left()))
        return Request(
            model=endpoint.name,
            messages=messages,
            max_tokens=room,
            seed=endpoint.seed,
            timeouts=replace(endpoint.timeouts, total=total),
            api_base=endpoint.api_base,
            api_key=endpoint.api_key,
            schema=self.prompts.schema,
            tools=self.prompts.tools,
            fixed=self._kept(messages),
            sample=self.sample,
            usd_left=None if self.usd_left is None or self.cost.usd is None else self.usd_left - self.cost.usd,
        )

    def _kept(self, messages: tuple[tuple[str, str], ...]) -> int:
        """How many characters of the question a provider may keep; none of what is too short for that everywhere."""
        is_there = bool(self.fixed) and messages[1][1].startswith(self.fixed)
        is_long = is_there and prompt_tokens((messages[0], ("user", self.fixed))) >= _SMALLEST_KEPT
        return len(self.fixed) if is_long else 0

    def _pay(self, cost: Cost, started: float) -> None:
        self.cost += replace(cost, seconds=max(0.0, self.clock() - started))

    def _record_request(self, request: Request) -> None:
        question = request.messages[1][1]
        self.journal.record(
            "model.request",
            model=request.model,
            endpoint=self.endpoint.address,
            call=self.cost.calls + 1,
            prompt=self.prompts.system.id,
            prompt_sha256=self.prompts.system.sha256,
            question_sha256=hashlib.sha256(question.encode("utf-8", "surrogatepass")).hexdigest(),
            estimated_prompt_tokens=request.prompt_tokens,
            max_tokens=request.max_tokens,
            seed=request.seed + request.sample,
            messages=[{"role": role, "text": self.endpoint.redact(text)} for role, text in request.messages],
        )

    def _record_reply(self, answer: Answer) -> None:
        self.journal.record(
            "model.reply",
            model=self.endpoint.name,
            finish=answer.finish,
            prompt_tokens=answer.prompt_tokens,
            completion_tokens=answer.completion_tokens,
            cached_tokens=answer.cached_tokens,
            usd=answer.usd,
            text=self.endpoint.redact(answer.text or answer.refusal),
        )

    def _record_fault(self, fault: FaultError) -> None:
        said = self.endpoint.redact(fault.said)
        self.journal.record("model.fault", kind=fault.kind.label, status=fault.status, said=said)

    def _unavailable(self, fault: FaultError, addition: str = "") -> ModelUnavailableError:
        endpoint = self.endpoint
        said = sentence(
            fault,
            model=str(endpoint),
            calls=self.cost.calls,
            has_key=bool(endpoint.api_key) or endpoint.is_keyed,
            addition=addition,
        )
        return ModelUnavailableError(endpoint.redact(said))

    def _too_dear(self, messages: tuple[tuple[str, str], ...]) -> BudgetExhaustedError:
        return BudgetExhaustedError(
            f"the next question to {self.endpoint} needs about {prompt_tokens(messages)} tokens and an answer, and "
            f"{max(0, self.tokens_left - self.cost.tokens)} tokens may still be used; raise --max-tokens"
        )

    def _too_long(self) -> UnsupportedError:
        return UnsupportedError(
            f"the question does not fit into the context window of {self.endpoint}, not even shortened to half; "
            "choose a model with a larger window with --model"
        )


def _ended(answer: Answer, said: str) -> str:
    """How *answer* ended: one of which something else is *said* is whole, also where only blanks behind it were cut."""
    return "stop" if answer.finish == "length" and said != answer.text else answer.finish


_OBJECTIONS = {
    FaultKind.FILTERED: "the provider's content filter refused the question",
    FaultKind.GARBLED: "the answer could not be read",
    FaultKind.TOO_LARGE: "the answer was larger than 2 MB and was not read to its end",
}
