"""What went wrong with one request to a model: classified by what crossed the wire, and said in a sentence."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import TYPE_CHECKING

from agent_ci.core.outward.secrets import redact

if TYPE_CHECKING:
    from agent_ci.model.wire import Seen

_SAID = 300  # characters of an endpoint's own words that are shown
_SHOWN = 60  # characters of a body that is no answer
_CLASS_NAMES = re.compile(r"^(?:[\w.]+: )*\w+Exception - ")  # what litellm puts before a provider's words
_CREDENTIALS = re.compile(r"api.?key|credential")
_REFUSED_QUESTION = re.compile(r"content.?(filter|policy|management)|safety system")


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
    TOO_DEAR = ("too dear", False)


class FaultError(Exception):
    """A request that brought no answer, classified; ``said`` are the endpoint's own words, redacted.

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


def fault_of(error: Exception, seen: Seen, *, key: str | None) -> FaultError:
    """Classify by what was *seen* on the wire: litellm's own classes lump most causes together."""
    said = seen.detail or _said(seen.body) or (_nonsense(seen.body) if _is_success(seen.status) else str(error))
    said = redact(said, (key or "", *seen.secrets))
    kind = _PROBLEMS.get(seen.problem) or _by_words(error, seen.status, said.lower()) or _by_status(error, seen.status)
    return FaultError(kind, _shortened(said), status=seen.status, retry_after=_retry_after(seen.headers))


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


def _by_words(error: Exception, status: int | None, words: str) -> FaultKind | None:
    """What only the endpoint's words, or litellm's reading of them, can tell."""
    if type(error).__name__ == "ContextWindowExceededError":
        return FaultKind.TOO_LONG
    if status in (400, 403) and _REFUSED_QUESTION.search(words):
        return FaultKind.FILTERED
    if status is not None and "insufficient_quota" in words:
        return FaultKind.UNPAID
    return FaultKind.UNAUTHORISED if status is None and _CREDENTIALS.search(words) else None


def _by_status(error: Exception, status: int | None) -> FaultKind:
    if status is None:
        return _without_response(getattr(error, "status_code", None))
    if _is_success(status):
        return FaultKind.GARBLED
    if status in _STATUSES:
        return _STATUSES[status]
    return {3: FaultKind.MOVED, 5: FaultKind.DOWN}.get(status // 100, FaultKind.REJECTED)


def _without_response(claimed: object) -> FaultKind:
    """What litellm refused by itself, it gives the status that a provider would have answered with."""
    kind = _STATUSES.get(claimed) if isinstance(claimed, int) else None
    return kind or (FaultKind.REJECTED if claimed == 400 else FaultKind.UNREACHABLE)  # noqa: PLR2004 - HTTP's own


def _is_success(status: int | None) -> bool:
    return status is not None and status // 100 == 2  # noqa: PLR2004 - HTTP's class of successes


def _said(body: bytes) -> str:
    """The error's message and code, where the body is in one of the usual formats."""
    try:
        error = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return ""
    if not isinstance(error, dict):
        return str(error)
    return " ".join(str(error[name]) for name in ("message", "code") if error.get(name))


def _nonsense(body: bytes) -> str:
    """Why a body that came with success is no answer."""
    try:
        text = body.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        return "it is not valid UTF-8"
    start = f"{text[:_SHOWN]!r}" + (" ..." if len(text) > _SHOWN else "")
    try:
        json.loads(text)
    except (ValueError, RecursionError):
        return f"it is not JSON and begins with {start}" if text else "its body is empty"
    return f"it is not a chat completion and begins with {start}"


def _shortened(said: str) -> str:
    line = _CLASS_NAMES.sub("", " ".join(said.split()))
    return line if len(line) <= _SAID else line[:_SAID] + " ..."


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds from a Retry-After header, which holds seconds or a date (RFC 9110, section 10.2.3)."""
    value = headers.get("retry-after", "").strip()
    if value.isdecimal():
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


def sentence(fault: FaultError, *, model: str, calls: int, has_key: bool, addition: str = "") -> str:
    """What a person reads when *fault* ends the run: what happened, the endpoint's words, what to change."""
    what, advice = _SENTENCES[fault.kind]
    if fault.kind is FaultKind.UNAUTHORISED and not has_key:
        what, advice = _NO_KEY
    counted = "1 call" if calls == 1 else f"{calls} calls"
    facts = f"HTTP {fault.status}, {counted}" if fault.status else counted
    said = f": {fault.said.rstrip('.')}" if fault.said else ""
    return f"{what.format(model=model)} ({facts}){said}{addition}; {advice}"


_NO_KEY = ("{model} asks for a key, and none is set", "set AGENT_CI_API_KEY")

_SENTENCES = {
    FaultKind.BUSY: (
        "{model} accepts no more requests",
        "try again later, or raise the rate limit of the account behind AGENT_CI_API_KEY",
    ),
    FaultKind.DOWN: ("{model} failed", "try again later, or set another --model or --api-base"),
    FaultKind.UNREACHABLE: ("{model} cannot be reached", "check --api-base and the network"),
    FaultKind.LATE: (
        "{model} gave no complete answer in time",
        "raise --time-limit, or choose a faster model with --model",
    ),
    FaultKind.UNTRUSTED: (
        "no trusted TLS connection to {model} can be made",
        "correct --api-base, or name the authority's certificate in the variable SSL_CERT_FILE",
    ),
    FaultKind.REJECTED: ("{model} rejected the request", "check --model and --api-base"),
    FaultKind.UNAUTHORISED: ("{model} did not accept the key", "set AGENT_CI_API_KEY to a valid one"),
    FaultKind.FORBIDDEN: (
        "the key may not use {model}",
        "choose another --model, or give the key in AGENT_CI_API_KEY that right",
    ),
    FaultKind.UNPAID: (
        "the account has no credit left for {model}",
        "add credit, or set AGENT_CI_API_KEY to another account's key",
    ),
    FaultKind.UNKNOWN: ("{model} does not exist", "check --model and --api-base"),
    FaultKind.MOVED: (
        "{model} redirects to another address, which is not followed because the question and the key would go there",
        "set --api-base to the final address",
    ),
}
