"""What a forge's answer means: its JSON, whether it is a limit to wait for, and which error it is."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from agent_ci.errors import ForgeUnavailableError, NotAllowedError

_SAID = 300  # characters of a forge's own message that an error repeats
_MINUTE = 60.0  # what GitHub asks to wait for after a limit that names no time
_LIMITS = ("rate limit", "abuse detection", "too many requests")
_SERVER_ERROR = 500
_TEMPORARY = (500, 502, 503, 504, 520, 522, 524)


@dataclass(frozen=True, slots=True)
class Answer:
    """A response whose ``body`` is the decoded JSON, None where there is none; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Any = field(default=None, repr=False)

    @property
    def item(self) -> dict[str, Any]:
        """The body as an object. Raises ForgeUnavailableError where it is none."""
        if isinstance(self.body, dict):
            return self.body
        raise ForgeUnavailableError("the forge answered with something else than the JSON object that it documents")


class MissingError(ForgeUnavailableError):
    """The forge knows no such thing, or does not show it to this token (404, 410)."""


class RejectedError(ForgeUnavailableError):
    """The forge understood and declined (409, 412, 422 and the rest of the 4xx; errors of GraphQL).

    ``said`` is its own message, one line of hostile text, and ``kinds`` are the types of GraphQL's errors.
    """

    def __init__(self, message: str, *, status: int, said: str, kinds: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.status = status
        self.said = said
        self.kinds = kinds


def read(status: int, headers: Mapping[str, str], content: bytes) -> Answer:
    """The answer in *content*. What is no JSON is no body: web pages of proxies and of failing servers."""
    is_json = "json" in headers.get("content-type", "")
    try:
        body = json.loads(content) if is_json and content.strip() else None
    except (ValueError, RecursionError):
        body = None
    if content.strip() and body is None and status < 300 and content.strip() != b"null":  # noqa: PLR2004 - success
        raise ForgeUnavailableError(
            "the forge answered with something that is no JSON, as a proxy or a sign-in page does; "
            "check the address of its API"
        )
    return Answer(status, headers, body)


def pause(answer: Answer, now: float) -> float | None:
    """The seconds to wait before the same request may be tried again; 0 where that is not said, None for "do not".

    *now* is the time in seconds since 1970. Sources: "Rate limits for the REST API" and "Best practices" of GitHub,
    "Rate limits" of GitLab.
    """
    if is_limit(answer):
        return _told(answer, now, otherwise=_MINUTE)
    if answer.status in _TEMPORARY or _has_broken(answer):
        return _told(answer, now, otherwise=0.0)
    return None


def is_limit(answer: Answer) -> bool:
    """Whether the request was not carried out because there were too many."""
    if "RATE_LIMITED" in kinds(answer):
        return True
    if answer.status not in (403, 429):
        return False
    is_said = any(word in said(answer).lower() for word in _LIMITS)
    is_used_up = answer.headers.get("x-ratelimit-remaining") == "0"
    return answer.status == 429 or "retry-after" in answer.headers or is_used_up or is_said  # noqa: PLR2004 - RFC 6585


def is_unsure(answer: Answer) -> bool:
    """Whether a write that was answered so may have happened."""
    return answer.status >= _SERVER_ERROR or _has_broken(answer)


def kinds(answer: Answer) -> tuple[str, ...]:
    """The types of GraphQL's errors in *answer*; empty where there are none."""
    return tuple(str(error.get("type") or error.get("code") or "") for error in _errors(answer.body, "errors"))


def said(answer: Answer) -> str:
    """The forge's own message, in one line of at most 300 characters."""
    body = answer.body if isinstance(answer.body, dict) else {}
    parts = [body.get(name) for name in ("message", "error", "error_description")]
    parts += [error.get("message") or error.get("code") for error in _errors(body, "errors")]
    texts = [part if isinstance(part, str) else json.dumps(part) for part in parts if part]
    return " ".join("; ".join(dict.fromkeys(texts)).split())[:_SAID]


def check(answer: Answer, what: str, clean: Any) -> None:
    """Raise the error that *answer* to the request *what* is; nothing for success. *clean* takes secrets out."""
    message = clean(said(answer))
    if found := tuple(kind for kind in kinds(answer) if kind or answer.status == 200):  # noqa: PLR2004 - GraphQL
        _check_kinds(found, what, message, answer.status)
    if 200 <= answer.status < 300:  # noqa: PLR2004 - success
        return
    told = f" ({message})" if message else ""
    match answer.status:
        case 401:
            raise ForgeUnavailableError(
                f"the forge did not accept the token for {what}: 401{told}; it has expired, was revoked or is another "
                "server's: give a valid one"
            )
        case 403:
            raise NotAllowedError(f"the token may not do {what}: 403{told}; {_remedy(answer, clean)}")
        case 404 | 410:
            raise MissingError(f"the forge has nothing at {what}, or not for this token: {answer.status}{told}")
    raise RejectedError(f"the forge declined {what}: {answer.status}{told}", status=answer.status, said=message)


def _check_kinds(found: tuple[str, ...], what: str, message: str, status: int) -> None:
    if {"FORBIDDEN", "INSUFFICIENT_SCOPES"} & {*found}:
        raise NotAllowedError(f"the token may not do {what}: {message}; give it the permission contents: write")
    if "NOT_FOUND" in found:
        raise MissingError(f"the forge has no such thing for {what}, or not for this token: {message}")
    raise RejectedError(f"the forge declined {what}: {message}", status=status, said=message, kinds=found)


def _remedy(answer: Answer, clean: Any) -> str:
    """What to add, as far as the forge names it."""
    accepted = clean(answer.headers.get("x-accepted-github-permissions", ""))
    if _PERMISSIONS.fullmatch(accepted):
        either = [", ".join(part.replace("=", ": ").split(",")).strip() for part in accepted.split(";")]
        return f"add to the job's `permissions`: {' or '.join(dict.fromkeys(either))}"
    if answer.headers.get("x-github-sso", "").startswith("required"):
        return "authorise the token for the organisation's single sign-on"
    if isinstance(answer.body, dict) and answer.body.get("error") == "insufficient_scope":
        return f"give the token the scope {clean(str(answer.body.get('scope', 'api')))[:_SAID]}"
    return "give it the right that this needs"


def _told(answer: Answer, now: float, *, otherwise: float) -> float:
    after = answer.headers.get("retry-after", "").strip()
    if _SECONDS.fullmatch(after):
        return float(after)
    if after and (moment := _moment(after)) is not None:
        return max(0.0, moment - now)
    for name in ("x-ratelimit-reset", "ratelimit-reset"):
        reset = answer.headers.get(name, "").strip()
        if is_limit(answer) and _SECONDS.fullmatch(reset):
            return max(1.0, float(reset) - now + 1)
    return otherwise


def _moment(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _has_broken(answer: Answer) -> bool:
    """Whether GraphQL failed in the middle, which it says with status 200."""
    words = ("something went wrong", "timed out", "timeout")
    messages = [str(error.get("message", "")).lower() for error in _errors(answer.body, "errors")]
    is_success = answer.status == 200  # noqa: PLR2004 - as the docstring says
    return is_success and any(message.startswith(words) for message in messages)


def _errors(body: Any, name: str) -> list[dict[str, Any]]:
    errors = body.get(name) if isinstance(body, dict) else None
    return [error for error in errors if isinstance(error, dict)] if isinstance(errors, list) else []


_SECONDS = re.compile(r"[0-9]{1,12}")
_PERMISSIONS = re.compile(r"[a-z_]+=[a-z]+(?:[,;]\s*[a-z_]+=[a-z]+)*")
