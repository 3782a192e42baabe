"""The only module that imports litellm: one request goes in, a whole answer or a classified fault comes out."""

from __future__ import annotations

import importlib
import json
import logging
import os
import queue
import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from agent_ci.errors import ModelUnavailableError

if TYPE_CHECKING:
    from agent_ci.proposers.wire import GuardedClient, Seen

BODY_CAP = 2_000_000
"""The most bytes of an answer that are read, after decompression."""

_GRACE = 1.0  # seconds that the worker thread may take beyond its own deadline to report
_SAID = 300  # characters of a provider's own words that are shown

_ENVIRONMENT = {
    # Without it the import fetches a price list from the network.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    # Otherwise the import loads the nearest `.env` above its own folder, which in a virtual environment inside
    # the checkout is a file of the change being judged: it could send the key to an address of its choice.
    "LITELLM_MODE": "PRODUCTION",
}


class FaultKind(Enum):
    """What went wrong with one request; the values are whether another try can help."""

    def __init__(self, label: str, can_be_retried: bool) -> None:  # noqa: FBT001 - how Enum hands over values
        self.label = label
        self.can_be_retried = can_be_retried

    BUSY = ("busy", True)
    DOWN = ("down", True)
    UNREACHABLE = ("unreachable", True)
    LATE = ("late", True)
    UNTRUSTED = ("untrusted", False)
    REJECTED = ("rejected", False)
    UNAUTHORISED = ("unauthorised", False)
    FORBIDDEN = ("forbidden", False)
    UNPAID = ("unpaid", False)
    UNKNOWN = ("unknown", False)
    MOVED = ("moved", False)
    TOO_LONG = ("too long", False)
    FILTERED = ("filtered", False)
    GARBLED = ("garbled", False)
    TOO_LARGE = ("too large", False)


class FaultError(Exception):
    """A request that brought no answer, classified. ``said`` are the endpoint's own words, not redacted.

    ``retry_after`` is in seconds, None where the endpoint named no time.
    """

    def __init__(
        self, kind: FaultKind, said: str = "", *, status: int | None = None, retry_after: float | None = None
    ) -> None:
        super().__init__(said)
        self.kind = kind
        self.said = said
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Request:
    """One question to a model; ``messages`` are pairs of role and text, ``max_tokens`` caps the answer."""

    model: str
    messages: tuple[tuple[str, str], ...] = field(repr=False)
    max_tokens: int
    seed: int
    connect: float
    read: float
    total: float
    api_base: str | None = None
    api_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said; the token counts are None where it sent none, and ``usd`` where no price is known.

    ``finish`` is OpenAI's finish reason, ``refusal`` the model's own words where it declined.
    """

    text: str
    finish: str
    refusal: str = ""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    usd: float | None = None


def call(request: Request) -> Answer:
    """Make exactly one call, finished or given up after ``request.total`` seconds.

    The call runs in a daemon thread, because a name look-up or a header that arrives byte by byte cannot be
    interrupted otherwise. Where the deadline passes, its connection is closed and the thread ends with the
    next byte, or at the latest with its read time-out; its result is dropped in any case.

    Raises FaultError where no answer came, ModelUnavailableError where litellm cannot be used at all.
    """
    litellm = _litellm()
    from agent_ci.proposers.wire import GuardedClient, Timeouts  # noqa: PLC0415 - httpx costs 0.1 s

    client = GuardedClient(Timeouts(request.connect, request.read, request.total), cap=BODY_CAP)
    with client, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # litellm's and pydantic's own, which no user can act on
        try:
            response = _within(request.total + _GRACE, lambda: _complete(litellm, client, request))
        except FaultError:
            raise
        except Exception as error:  # noqa: BLE001 - litellm raises bare exceptions too; all are classified
            raise _fault(litellm, error, client.seen) from None
        return _answer(litellm, response, client.seen)


def _litellm() -> Any:
    os.environ.update(_ENVIRONMENT)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            litellm = importlib.import_module("litellm")
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


def _complete(litellm: Any, client: GuardedClient, request: Request) -> Any:
    model = qualified(request.model, request.api_base, providers=_providers(litellm))
    litellm.client_session = client
    litellm.in_memory_llm_clients_cache.flush_cache()  # it would hand out the client of the call before
    return litellm.completion(
        model=model,
        messages=[{"role": role, "content": text} for role, text in request.messages],
        api_base=request.api_base,
        api_key=_key(request),
        max_tokens=_ceiling(litellm, model, request.max_tokens),
        temperature=0,
        seed=request.seed,
        timeout=request.total,
        max_retries=0,
        drop_params=True,
        client=_handler(litellm, model, client),
    )


def qualified(name: str, api_base: str | None, *, providers: frozenset[str]) -> str:
    """The name litellm wants: what is served at an address of one's own and has no provider speaks OpenAI's."""
    has_provider = name.partition("/")[0] in providers and "/" in name
    return name if has_provider or not api_base else f"openai/{name}"


def _providers(litellm: Any) -> frozenset[str]:
    return frozenset(str(getattr(provider, "value", provider)) for provider in litellm.provider_list)


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
        result, error = outcome.get(timeout=seconds)
    except queue.Empty:
        raise FaultError(FaultKind.LATE, f"no complete answer within {seconds - _GRACE:g} s") from None
    if error is not None:
        raise error
    return result


def _answer(litellm: Any, response: Any, seen: Seen) -> Answer:
    try:
        choice = response.choices[0]
        message, usage = choice.message, getattr(response, "usage", None)
        text, role = message.content or "", message.role
        details = message.get("provider_specific_fields") or {}
    except (AttributeError, IndexError, TypeError) as error:
        raise FaultError(FaultKind.GARBLED, f"no choice in the answer ({error})", status=seen.status) from None
    if problem := _unreadable(text, role):
        raise FaultError(FaultKind.GARBLED, problem, status=seen.status)
    tokens = _count(usage, "prompt_tokens"), _count(usage, "completion_tokens")
    return Answer(
        text=text,
        finish=str(choice.finish_reason or ""),
        refusal=str(details.get("refusal") or ""),
        prompt_tokens=tokens[0],
        completion_tokens=tokens[1],
        usd=None if None in tokens else _price(litellm, response),
    )


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


def _count(usage: Any, name: str) -> int | None:
    """A token count as the endpoint states it; a count that cannot be true is treated as none."""
    value = getattr(usage, name, None)
    return value if isinstance(value, int) and 0 < value < BODY_CAP * 10 else None


def _price(litellm: Any, response: Any) -> float | None:
    """The price by litellm's table; zero there stands for "not charged by this table", so it is unknown."""
    try:
        return float(litellm.completion_cost(completion_response=response)) or None
    except Exception:  # noqa: BLE001 - a bare Exception says that the model is in no table
        return None


def _fault(litellm: Any, error: Exception, seen: Seen) -> FaultError:
    """Classify by what was seen on the wire; litellm's own classes lump most causes together."""
    status = seen.status if seen.status is not None else getattr(error, "status_code", None)
    said = _said(seen.body) or str(error)
    kind = _PROBLEMS.get(seen.problem) or _kind(litellm, error, status, said=said, responded=seen.status)
    return FaultError(
        kind, _shortened(said), status=seen.status, retry_after=_retry_after(seen.headers)
    )


_PROBLEMS = {
    "late": FaultKind.LATE,
    "untrusted": FaultKind.UNTRUSTED,
    "unreachable": FaultKind.UNREACHABLE,
    "too_large": FaultKind.TOO_LARGE,
}

_STATUSES = {
    401: FaultKind.UNAUTHORISED,
    402: FaultKind.UNPAID,
    403: FaultKind.FORBIDDEN,
    404: FaultKind.UNKNOWN,
    408: FaultKind.LATE,
    413: FaultKind.TOO_LONG,
    425: FaultKind.BUSY,
    429: FaultKind.BUSY,
}


def _kind(
    litellm: Any, error: Exception, status: int | None, *, said: str, responded: int | None
) -> FaultKind:
    if isinstance(error, litellm.ContextWindowExceededError):
        return FaultKind.TOO_LONG
    words = said.lower()
    if isinstance(error, litellm.ContentPolicyViolationError) or (status == 400 and "safety" in words):  # noqa: PLR2004 - HTTP's own number
        return FaultKind.FILTERED
    if "insufficient_quota" in words:
        return FaultKind.UNPAID
    return _by_status(status, responded=responded)


def _by_status(status: int | None, *, responded: int | None) -> FaultKind:
    if status in _STATUSES:
        return _STATUSES[status]
    if responded is not None and 200 <= responded < 300:  # noqa: PLR2004 - HTTP's own numbers
        return FaultKind.GARBLED
    if status is None or status >= 500:  # noqa: PLR2004 - the same
        return FaultKind.DOWN
    return FaultKind.MOVED if 300 <= status < 400 else FaultKind.REJECTED  # noqa: PLR2004 - the same


def _said(body: bytes) -> str:
    """The error's message and code, where the body is in one of the usual formats."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return ""
    if not isinstance(error, dict):
        return str(error)
    return " ".join(str(error[name]) for name in ("message", "code") if error.get(name))


def _shortened(said: str) -> str:
    line = " ".join(said.split())
    return line if len(line) <= _SAID else line[:_SAID] + " ..."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110, section 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isdigit():
        return float(value)
    then = _date(value)
    now = _date(headers.get("date", "")) or datetime.now(UTC)
    return max(0.0, (then - now).total_seconds()) if then else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value)
    except (ValueError, TypeError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def shown(api_base: str | None) -> str:
    """The endpoint's address for people: without user, password and query."""
    if not api_base:
        return "the provider's own endpoint"
    parts = urlsplit(api_base)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}{parts.path}"
