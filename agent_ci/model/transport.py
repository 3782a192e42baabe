"""The only module that imports litellm: one request goes in, a whole answer or a classified fault comes out."""

from __future__ import annotations

import contextlib
import importlib
import logging
import os
import queue
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from agent_ci.core.budget import tokens_of
from agent_ci.core.outward.secrets import redact
from agent_ci.errors import ModelUnavailableError
from agent_ci.model.faults import FaultError, FaultKind, fault_of
from agent_ci.model.prices import affordable, price

if TYPE_CHECKING:
    from agent_ci.model.wire import GuardedClient, Seen

BODY_CAP = 2_000_000
"""The most bytes of an answer that are read, after decompression."""

_TEMPERATURE = 0.8  # of all answers to a question but the first
_GRACE = 1.0  # seconds that the worker thread may take beyond its own deadline to report
_ENVIRONMENT = {
    # Without it the import fetches a price list from the network.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # Otherwise the import loads the nearest `.env` above its own folder, which in a virtual environment inside
    # the checkout is a file of the change being judged: it could send the key to an address of its choice.
    "LITELLM_MODE": "PRODUCTION",
}


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits of one request in seconds: to connect, between two bytes, and for everything together.

    An answer that is not streamed sends its first byte when it is complete, so ``read`` must leave a model
    the time to think.
    """

    connect: float = 10.0
    read: float = 240.0
    total: float = 300.0


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model; ``messages`` are pairs of role and text, ``max_tokens`` caps the answer.

    ``schema`` is the JSON Schema of the answer, which is sent to models that are known to keep to one, and ``tools``
    are functions in OpenAI's form, which are offered to models that are known to call such; a model that is offered
    tools is sent no schema. ``usd_left`` is what the call may cost where its price is known, None for any price.
    ``fixed`` is with how many of its characters the second message is likely to begin once more: a provider that has to
    be told what to keep of a question is told so. A ``sample`` other than 0, which is the likeliest answer, is drawn at
    a temperature, with a seed of its own where the provider takes one.
    """

    model: str
    messages: tuple[tuple[str, str], ...] = field(repr=False)
    max_tokens: int
    seed: int
    timeouts: Timeouts
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)
    schema: Mapping[str, Any] | None = field(default=None, repr=False)
    tools: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    usd_left: float | None = None
    fixed: int = 0
    sample: int = 0

    @property
    def prompt_tokens(self) -> int:
        """An estimate of the tokens in the messages."""
        return sum(tokens_of(text) for _, text in self.messages)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said; the token counts are None where it sent none, and ``usd`` where no price is known.

    ``finish`` is OpenAI's finish reason, ``refusal`` the model's own words where it declined. ``calls`` are the tools
    that it calls, each by name with its arguments as the text that came. ``is_formed`` tells that it was asked for
    by the schema of the request. ``cached_tokens`` are those of the ``prompt_tokens`` that the provider had kept.
    """

    text: str
    finish: str
    refusal: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    usd: float | None = None
    calls: tuple[tuple[str, str], ...] = ()
    is_formed: bool = False
    cached_tokens: int = 0


def call(request: Request) -> Answer:
    """Make exactly one call, finished or given up after ``request.timeouts.total`` seconds.

    The call runs in a daemon thread, because a name look-up or a header that arrives byte by byte cannot be
    interrupted otherwise. Where the deadline passes, its connection is closed and the thread ends with the
    next byte, or at the latest with its read time-out; its result is dropped in any case.

    Raises FaultError where no answer came or the call would cost more than it may, ModelUnavailableError where litellm
    cannot be used at all.
    """
    litellm = _litellm()
    most = affordable(
        litellm,
        _model(litellm, request),
        prompt_tokens=request.prompt_tokens,
        wanted=request.max_tokens,
        usd_left=request.usd_left,
    )
    request = replace(request, max_tokens=most)
    from agent_ci.model.wire import GuardedClient  # noqa: PLC0415 - httpx costs 0.1 s

    limits = request.timeouts
    client = GuardedClient(connect=limits.connect, read=limits.read, total=limits.total, cap=BODY_CAP)
    with client, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # litellm's and pydantic's own, which no user can act on
        try:
            form = _form(litellm, request)
            response = _within(limits.total, lambda: _complete(litellm, client, request, form))
        except FaultError:
            raise
        except Exception as error:  # noqa: BLE001 - litellm raises bare exceptions too; all are classified
            raise fault_of(error, client.seen, key=request.api_key) from None
        answer = _answer(litellm, response, model=_model(litellm, request), seen=client.seen)
        return replace(answer, is_formed="response_format" in form)


@contextlib.contextmanager
def lent(environment: MutableMapping[str, str], values: Mapping[str, str]) -> Iterator[None]:
    """Have *environment* hold *values*, the providers' own variables that litellm looks for, while this is open."""
    environment.update(values)
    try:
        yield
    finally:
        for name in values:
            environment.pop(name, None)


def call_with(values: Mapping[str, str]) -> Callable[[Request], Answer]:
    """``call`` as in a process that has the variables *values*; nothing else is started while they are there."""

    def made(request: Request) -> Answer:
        with lent(os.environ, values):
            return call(request)

    return made


def _litellm() -> Any:
    os.environ.update(_ENVIRONMENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            litellm: Any = importlib.import_module("litellm")
    except Exception as error:  # a broken installation fails in any way
        raise ModelUnavailableError(
            f"litellm cannot be imported ({type(error).__name__}: {error}); install it again with "
            "`pip install --force-reinstall agent-ci`, or leave `model` out of the proposers"
        ) from error
    for name in ("LiteLLM", "LiteLLM Router", "LiteLLM Proxy"):
        logging.getLogger(name).disabled = True  # its debug output prints headers
    litellm.telemetry = False
    litellm.suppress_debug_info = True
    litellm.disable_hf_tokenizer_download = True  # 23 s of retries where there is no network
    return litellm


def _complete(litellm: Any, client: GuardedClient, request: Request, form: Mapping[str, Any]) -> Any:
    model = _model(litellm, request)
    litellm.client_session = client
    litellm.in_memory_llm_clients_cache.flush_cache()  # it would hand out the client of the call before
    return litellm.completion(
        model=model,
        messages=_messages(litellm, model, request),
        api_base=request.api_base,
        api_key=_key(request),
        max_tokens=_ceiling(litellm, model, request.max_tokens),
        temperature=_TEMPERATURE if request.sample else 0,
        seed=request.seed + request.sample,
        timeout=request.timeouts.total,
        max_retries=0,
        drop_params=True,
        client=_handler(litellm, model, client),
        **form,
    )


def _messages(litellm: Any, model: str, request: Request) -> list[dict[str, Any]]:
    """The messages, with a mark behind what Claude is to keep; others keep what they can by themselves.

    Not by litellm's table alone: for Gemini it would make a call of its own, to a store that has to be emptied again.
    """
    messages: list[dict[str, Any]] = [{"role": role, "content": text} for role, text in request.messages]
    if request.fixed and "claude" in model.lower() and litellm.utils.supports_prompt_caching(model=model):
        text = request.messages[1][1]
        kept = {"type": "text", "text": text[: request.fixed], "cache_control": {"type": "ephemeral"}}
        messages[1]["content"] = [kept, {"type": "text", "text": text[request.fixed :]}]
    return messages


def _form(litellm: Any, request: Request) -> dict[str, Any]:
    """The tools, or else the schema, for a model that litellm knows to take such; every other one only reads of them.

    Never both: some providers refuse that, others offer the schema as a tool that has to be called, and either is
    paid for as a part of the question.
    """
    model = _model(litellm, request)
    if request.tools and litellm.supports_function_calling(model=model):
        return {"tools": [*map(dict, request.tools)]}
    if request.schema is None or not litellm.supports_response_schema(model=model):
        return {}
    form = {"name": "answer", "schema": request.schema, "strict": True}
    return {"response_format": {"type": "json_schema", "json_schema": form}}


def qualified(name: str, api_base: str | None, *, providers: frozenset[str]) -> str:
    """The name litellm wants: what is served at an address of one's own and has no provider speaks OpenAI's."""
    has_provider = name.partition("/")[0] in providers and "/" in name
    return name if has_provider or not api_base else f"openai/{name}"


def _model(litellm: Any, request: Request) -> str:
    providers = frozenset(str(getattr(provider, "value", provider)) for provider in litellm.provider_list)
    return qualified(request.model, request.api_base, providers=providers)


def _key(request: Request) -> str | None:
    """The key to send. An address of one's own never gets a key that merely lies in the environment."""
    return request.api_key or ("none" if request.api_base else None)


def _ceiling(litellm: Any, model: str, wanted: int) -> int:
    try:
        return min(wanted, int(litellm.get_max_tokens(model) or wanted))
    except Exception:  # noqa: BLE001 - a bare Exception says that the model is in no table
        return wanted


def _handler(litellm: Any, model: str, client: GuardedClient) -> Any:
    """Our client in litellm's own wrapping, for the providers that are not reached through OpenAI's SDK."""
    provider = litellm.get_llm_provider(model)[1]
    if provider in {"openai", "azure", "custom_openai", *litellm.openai_compatible_providers}:
        return None
    handlers = importlib.import_module("litellm.llms.custom_httpx.http_handler")
    return handlers.HTTPHandler(client=client)


def _within(seconds: float, work: Callable[[], Any]) -> Any:
    outcome: queue.SimpleQueue[tuple[Any, BaseException | None]] = queue.SimpleQueue()

    def run() -> None:
        try:
            outcome.put((work(), None))
        except BaseException as error:  # noqa: BLE001 - it is raised again in the thread that waits
            outcome.put((None, error))

    threading.Thread(target=run, name="agent-ci-model", daemon=True).start()
    try:
        result, error = outcome.get(timeout=seconds + _GRACE)
    except queue.Empty:
        raise FaultError(FaultKind.LATE, f"no complete answer within {seconds:g} s") from None
    if error is not None:
        raise error
    return result


def _answer(litellm: Any, response: Any, *, model: str, seen: Seen) -> Answer:
    try:
        choice = response.choices[0]
        message, usage = choice.message, getattr(response, "usage", None)
        text, role = message.content or "", message.role
        details = message.get("provider_specific_fields") or {}
        calls = tuple(_calls(message, seen.secrets))
    except (AttributeError, IndexError, TypeError) as error:
        raise FaultError(FaultKind.GARBLED, f"no choice in the answer ({error})", status=seen.status) from None
    if problem := _unreadable(text, role):
        raise FaultError(FaultKind.GARBLED, problem, status=seen.status)
    tokens = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    cached = _cached(usage, most=tokens[0] or 0)
    return Answer(
        text=redact(text, seen.secrets),
        finish=str(choice.finish_reason or ""),
        refusal=redact(str(details.get("refusal") or ""), seen.secrets),
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
        usd=None if None in tokens else price(litellm, response, model, cached=cached),
        calls=calls,
        cached_tokens=cached or 0,
    )


def _calls(message: Any, secrets: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The functions that *message* calls; what has another form than OpenAI's is none."""
    for one in getattr(message, "tool_calls", None) or ():
        called = getattr(one, "function", None)
        name, arguments = getattr(called, "name", None), getattr(called, "arguments", None)
        if isinstance(name, str) and isinstance(arguments, str):
            yield name, redact(arguments, secrets)


def _unreadable(text: str, role: str) -> str:
    if role != "assistant":
        return f"the answer has the role {role[:20]!r} instead of 'assistant'"
    if "\0" in text:
        return "the answer holds NUL characters"
    try:
        text.encode()
    except UnicodeEncodeError:
        return "the answer is not valid Unicode"
    return ""


def _cached(usage: Any, *, most: int) -> int | None:
    """How many tokens of the question the provider had kept; None for a count that cannot be true."""
    value = getattr(getattr(usage, "prompt_tokens_details", None), "cached_tokens", None) or 0
    return value if isinstance(value, int) and 0 <= value <= most else None


def _count(usage: Any, name: str) -> int | None:
    """A token count as the endpoint states it; a count that cannot be true is treated as none."""
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and 0 < value < BODY_CAP * 10 else None
