"""How to talk to a forge's API: retries within one deadline, limits, pages, writes that happen once."""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import count
from typing import Any
from urllib.parse import SplitResult, quote, urlencode, urljoin, urlsplit

from agent_ci.errors import ForgeUnavailableError
from agent_ci.http import answers
from agent_ci.http.answers import Answer
from agent_ci.http.exchange import BrokenError, HopelessError, Request, Response, exchange

SECONDS_TO_LOOK = 20.0
"""How long a run may wait to hear about itself from its forge, before it begins."""

_BODY_BYTES = 20_000_000
_EXCHANGE_SECONDS = 60.0
_RETRIES = 5
_REDIRECTS = 5
_PAGES = 100
_BACKOFF = (0.5, 30.0)  # seconds: the first step of the doubling, and where it ends
_REPEATABLE = ("GET", "PUT", "DELETE")  # twice is once, by RFC 9110
_KEPT = (307, 308)  # redirects that keep the method
_CREDENTIALS = ("authorization", "private-token", "job-token")

ReadBack = Callable[[], Answer | None]


@dataclass(frozen=True, slots=True)
class Timing:
    """The clocks, and how time passes. *write_gap* is the seconds from one write to the next, as GitHub asks for."""

    monotonic: Callable[[], float] = time.monotonic
    now: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    write_gap: float = 1.0


class Api:
    """One forge's API at *base*, spoken to with *headers*, which hold the token.

    *deadline* is the seconds for everything, or tells the seconds that are left. A token goes to the host of *base*
    only, and is in no error. *graphql* is the address of GraphQL. Every method raises ForgeUnavailableError where the
    forge does not answer in time, NotAllowedError where the token lacks a right, MissingError for what is not there,
    and RejectedError for what is declined.
    """

    def __init__(
        self,
        base: str,
        headers: Mapping[str, str],
        deadline: Callable[[], float] | float,
        *,
        graphql: str = "",
        timing: Timing | None = None,
    ) -> None:
        self.base = base.rstrip("/")
        self.graphql_url = graphql
        self._timing = timing or Timing()
        self._headers = {name: _header(name, value) for name, value in headers.items()}
        end = self._timing.monotonic() + (0 if callable(deadline) else deadline)
        self._left = deadline if callable(deadline) else lambda: end - self._timing.monotonic()
        self._last_write: float | None = None
        if urlsplit(self.base).scheme not in ("https", "http") or not urlsplit(self.base).hostname:
            raise ForgeUnavailableError(f"{base!r} is no address of a forge's API; it starts with https://")

    def get(self, path: str, /, **query: object) -> Answer:
        """The answer to a question."""
        return self._checked(self._request("GET", self._url(path, query)))

    def items(
        self, path: str, /, *, key: str = "", limit: int = 3000, **query: object
    ) -> tuple[tuple[dict[str, Any], ...], bool]:
        """The objects of a list over all its pages, and whether it was cut at *limit*, 100 pages or a loop of pages.

        *key* is the name under which the list stands, where it is not the whole body.
        """
        found: list[dict[str, Any]] = []
        for page, is_cut in self._pages(path, {"per_page": 100, **query}):
            rows = page.item.get(key) if key else page.body
            if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
                raise ForgeUnavailableError(f"the forge answered {path} with something else than a list of objects")
            found += rows
            if is_cut or len(found) > limit:
                return tuple(found[:limit]), True
        return tuple(found), False

    def send(self, method: str, path: str, body: object = None, *, read_back: ReadBack | None = None) -> Answer:
        """Write once. *read_back* looks whether a write whose answer was lost has happened, None where it has not.

        Without it, a POST or PATCH whose answer was lost is not repeated, and ForgeUnavailableError says so.
        """
        return self._checked(self._request(method, self._url(path, {}), body), read_back)

    def graphql(
        self, query: str, variables: Mapping[str, object], *, read_back: ReadBack | None = None
    ) -> dict[str, Any]:
        """The ``data`` of the answer. One with errors is an error, whatever data it has."""
        if not self.graphql_url:
            raise ForgeUnavailableError("the address of this forge's GraphQL API is not known")
        request = self._request("POST", self.graphql_url, {"query": query, "variables": variables})
        answer = self._checked(request, read_back, is_write=query.lstrip().startswith("mutation"))
        data = answer.item.get("data", answer.item)
        return data if isinstance(data, dict) else {}

    def graphql_partly(self, query: str, variables: Mapping[str, object]) -> tuple[dict[str, Any], frozenset[str]]:
        """The ``data`` of a question about many things, of which some may not be there or not be shown.

        The kinds of errors that say so, ``NOT_FOUND`` and ``FORBIDDEN``, come with it; any other is an error.
        """
        if not self.graphql_url:
            raise ForgeUnavailableError("the address of this forge's GraphQL API is not known")
        request = self._request("POST", self.graphql_url, {"query": query, "variables": variables})
        answer = self._performed(request, None, is_write=False)
        lacks = frozenset(answers.kinds(answer))
        data = answer.body.get("data") if isinstance(answer.body, dict) else None
        if not lacks or not lacks <= {"NOT_FOUND", "FORBIDDEN"} or not isinstance(data, dict):
            answers.check(answer, self._what(request), self.clean)
            data = answer.item.get("data")
        return data if isinstance(data, dict) else {}, lacks

    def download(self, path: str, *, limit: int) -> bytes:
        """The bytes at *path*, at most *limit*. A redirect to where files are stored is followed without the token."""
        request = self._request("GET", self._url(path, {}))
        for attempt in count(1):
            try:
                response = self._stored(request, limit)
            except BrokenError as error:
                self._wait(self._backoff(attempt), f"GET {path}: {error}", is_last=attempt > _RETRIES)
                continue
            if response.status == 200:  # noqa: PLR2004 - the bytes, or an explanation
                return response.content
            answer = answers.read(response.status, response.headers, response.content)
            if (told := answers.pause(answer, self._timing.now())) is None:
                answers.check(answer, f"GET {path}", self.clean)
                raise ForgeUnavailableError(f"GET {path} was answered with {response.status} and no file")
            self._wait(max(told, self._backoff(attempt)), f"GET {path}: {answer.status}", is_last=attempt > _RETRIES)
        raise AssertionError  # pragma: no cover - the loop ends by returning or raising

    def wait(self, seconds: float) -> None:
        """Let time pass, where somebody else is expected to do something."""
        self._wait(seconds, "waiting for another run")

    def clean(self, text: str) -> str:
        """*text* without the token, in case that a server repeats it."""
        for name, value in self._headers.items():
            if name.lower() in _CREDENTIALS:
                text = text.replace(value.rpartition(" ")[2] or value, "[token]")
        return text

    def _pages(self, path: str, query: Mapping[str, object]) -> Iterator[tuple[Answer, bool]]:
        """Each page, and whether the pages go on although no more are read."""
        url, seen = self._url(path, query), set[str]()
        while True:
            seen.add(url)
            page = self._checked(self._request("GET", url))
            following = self._next(page, url)
            is_cut = bool(following) and (following in seen or len(seen) >= _PAGES)
            yield page, is_cut
            if not following or is_cut:
                return
            url = following

    def _next(self, page: Answer, url: str) -> str:
        for target, parameters in _LINK.findall(page.headers.get("link", "")):
            if _NEXT.search(parameters):
                return self._within(urljoin(url, target), "the next page")
        number = page.headers.get("x-next-page", "").strip()
        if not number.isdecimal():
            return ""
        bare = re.sub(r"([?&])page=[^&]*&?", r"\1", url).rstrip("?&")
        return f"{bare}{'&' if '?' in bare else '?'}page={number}"

    def _checked(self, request: Request, read_back: ReadBack | None = None, *, is_write: bool | None = None) -> Answer:
        is_write = request.method != "GET" if is_write is None else is_write
        answer = self._performed(request, read_back, is_write=is_write)
        answers.check(answer, self._what(request), self.clean)
        return answer

    def _performed(self, request: Request, read_back: ReadBack | None, *, is_write: bool) -> Answer:
        """The first answer that is no reason to try again, or what *read_back* found."""
        what = self._what(request)
        for attempt in count(1):
            is_unsure, wait, problem = False, 0.0, ""
            if is_write:
                self._wait_for_turn(what)
            try:
                answer = self._followed(request)
            except BrokenError as error:
                is_unsure, problem = not error.is_unsent, str(error)
            else:
                told = answers.pause(answer, self._timing.now())
                if told is None:
                    return answer
                is_unsure, wait = answers.is_unsure(answer), told
                kind = "too many requests" if answers.is_limit(answer) else f"{answer.status}"
                problem = self.clean(f"{kind} {answers.said(answer)}".strip())
            is_unknown = is_write and is_unsure
            if is_unknown and read_back is None and request.method not in _REPEATABLE:
                raise ForgeUnavailableError(
                    f"{what}: {problem}; whether it happened is not known, so it is not repeated"
                )
            self._wait(max(wait, self._backoff(attempt)), f"{what}: {problem}", is_last=attempt > _RETRIES)
            if is_unknown and read_back is not None and (found := read_back()) is not None:
                return found
        raise AssertionError  # pragma: no cover - the loop ends by returning or raising

    def _followed(self, request: Request) -> Answer:
        """The answer, over redirects that stay on the host; a write goes on only where its method is kept."""
        for _ in range(_REDIRECTS):
            response = self._exchange(request, _BODY_BYTES)
            location = response.headers.get("location", "")
            is_followed = response.status in (_KEPT if request.method != "GET" else (301, 302, *_KEPT))
            if not location or not is_followed:
                return answers.read(response.status, response.headers, response.content)
            url = self._within(urljoin(request.url, location), "a redirect")
            request = Request(request.method, url, request.headers, request.body)
        raise ForgeUnavailableError(
            f"{self._what(request)} leads from one redirect to the next; check the API's address"
        )

    def _stored(self, request: Request, limit: int) -> Response:
        """The response at the end of redirects, which may leave the host: then without our headers, and encrypted."""
        for _ in range(_REDIRECTS):
            response = self._exchange(request, limit)
            location = response.headers.get("location", "")
            if response.status not in (301, 302, 303, *_KEPT) or not location:
                return response
            target = urljoin(request.url, location)
            schemes = ("https",) if self.base.startswith("https:") else ("https", "http")
            if urlsplit(target).scheme not in schemes:
                raise ForgeUnavailableError(f"{self._what(request)} leads to an address without encryption")
            is_ours = _origin(urlsplit(target)) == _origin(urlsplit(self.base))
            request = Request("GET", target, request.headers if is_ours else {})
        raise ForgeUnavailableError(
            f"{self._what(request)} leads from one redirect to the next; check the API's address"
        )

    def _exchange(self, request: Request, cap: int) -> Response:
        left = self._left()
        if left <= 0:
            raise ForgeUnavailableError(f"no time is left for {self._what(request)}")
        try:
            return exchange(request, seconds=min(_EXCHANGE_SECONDS, left), cap=cap)
        except HopelessError as error:
            raise ForgeUnavailableError(f"{self._what(request)} cannot succeed: {error}") from None

    def _within(self, url: str, what: str) -> str:
        """*url*, made of our own origin. Raises ForgeUnavailableError where it is another's: the token stays here."""
        target, origin = urlsplit(url), _origin(urlsplit(self.base))
        if _origin(target) != origin:
            raise ForgeUnavailableError(f"{what} leads from {origin} to another host; it is not followed")
        return f"{origin}{target.path}" + (f"?{target.query}" if target.query else "")

    def _url(self, path: str, query: Mapping[str, object]) -> str:
        pairs = urlencode({name: value for name, value in query.items() if value is not None}, doseq=True)
        return f"{self.base}{path}" + (f"?{pairs}" if pairs else "")

    def _request(self, method: str, url: str, body: object = None) -> Request:
        encoded = None if body is None else json.dumps(body).encode()
        kind = {} if body is None else {"Content-Type": "application/json"}
        return Request(method, url, {**self._headers, **kind}, encoded)

    def _what(self, request: Request) -> str:
        return f"{request.method} {request.url.partition('?')[0].removeprefix(self.base)}"

    def _backoff(self, attempt: int) -> float:
        first, most = _BACKOFF
        return self._timing.jitter(0.0, min(most, first * 2**attempt))

    def _wait_for_turn(self, what: str) -> None:
        now = self._timing.monotonic()
        if self._last_write is not None and (wait := self._last_write + self._timing.write_gap - now) > 0:
            self._wait(wait, f"{what}: writes are a second apart")
        self._last_write = self._timing.monotonic()

    def _wait(self, seconds: float, problem: str, *, is_last: bool = False) -> None:
        if is_last:
            raise ForgeUnavailableError(f"{problem} ({_RETRIES + 1} times)")
        if seconds >= self._left():
            raise ForgeUnavailableError(f"{problem}; it asks for {seconds:.0f} s of patience, more than is left")
        self._timing.sleep(seconds)


def path_of(*parts: str | int) -> str:
    """``/repos/owner/name`` of its *parts*, each made one segment whatever it holds; dots would lead elsewhere."""
    segments = [quote(str(part), safe="") for part in parts]
    if any(segment in ("", ".", "..") for segment in segments):
        raise ForgeUnavailableError(f"{'/'.join(map(str, parts))} is no address at a forge: a part is empty or dots")
    return "".join(f"/{segment}" for segment in segments)


def _origin(url: SplitResult) -> str:
    try:
        port = url.port
    except ValueError:
        return ""
    default = {"https": 443, "http": 80}.get(url.scheme)
    return f"{url.scheme}://{(url.hostname or '').lower()}" + ("" if port in (None, default) else f":{port}")


def _header(name: str, value: str) -> str:
    stripped = value.strip()
    if not stripped.isascii() or not stripped.isprintable():
        raise ForgeUnavailableError(f"the value for the header {name} holds characters that no token has; set it anew")
    return stripped


_LINK = re.compile(r"<([^<>]*)>([^<]*)")
_NEXT = re.compile(r"""\brel\s*=\s*"?next\b""")
