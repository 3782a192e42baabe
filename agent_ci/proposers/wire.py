"""What crosses the network to a model: one exchange, its limits, and what was seen when it failed."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Limits of one request in seconds: to connect, between two bytes, and for everything together.

    An answer that is not streamed sends its first byte when it is complete, so ``read`` must leave a model
    the time to think.
    """

    connect: float = 10.0
    read: float = 240.0
    total: float = 300.0


@dataclass(slots=True)
class Seen:
    """What came over the wire, noted as it happens; ``status`` is None as long as no response has begun.

    ``problem`` names what broke the exchange (``late``, ``untrusted``, ``unreachable``, ``too_large``).
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    problem: str = ""


class TooLargeError(httpx.TransportError):
    """The body passed the cap, counted after decompression."""


class GuardedClient(httpx.Client):
    """An HTTP client for one exchange: capped body, one deadline over all of it, no redirects.

    A redirect is not followed because the question and, with providers that use a header of their own, the
    key would go to an address that nobody configured. Proxies and certificates come from the environment as
    in every httpx client.
    """

    def __init__(self, timeouts: Timeouts, *, cap: int) -> None:
        super().__init__(follow_redirects=False)
        self.seen = Seen()
        self._timeouts = timeouts
        self._cap = cap

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send, read the whole body within the limits, and hand out a response that is complete."""
        del stream  # litellm never gets to read from the network itself
        deadline = time.monotonic() + self._timeouts.total
        request.extensions["timeout"] = self._phases()
        try:
            response = super().send(request, stream=True, follow_redirects=False, **_known(options))
            self.seen.status, self.seen.headers = response.status_code, dict(response.headers)
            self.seen.body = b"".join(self._chunks(response, deadline))
        except httpx.TransportError as error:
            self.seen.problem = _problem(error)
            raise
        return self._complete(response)

    def _phases(self) -> dict[str, float]:
        limits, total = self._timeouts, self._timeouts.total
        read = min(limits.read, total)
        return {"connect": min(limits.connect, total), "read": read, "write": read, "pool": total}

    def _chunks(self, response: httpx.Response, deadline: float) -> Iterator[bytes]:
        size = 0
        try:
            for chunk in response.iter_bytes():
                size += len(chunk)
                if size > self._cap:
                    raise TooLargeError(f"the body is larger than {self._cap} bytes")
                if time.monotonic() > deadline:
                    raise httpx.ReadTimeout("the body did not end in time")
                yield chunk
        finally:
            response.close()

    def _complete(self, response: httpx.Response) -> httpx.Response:
        headers = [(n, v) for n, v in response.headers.items() if n not in ("content-encoding", "content-length")]
        return httpx.Response(
            response.status_code, headers=headers, content=self.seen.body, request=response.request
        )


def _known(options: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if name != "follow_redirects"}


def _problem(error: BaseException) -> str:
    match error:
        case TooLargeError():
            return "too_large"
        case httpx.TimeoutException():
            return "late"
    return "untrusted" if any(isinstance(cause, ssl.SSLError) for cause in _causes(error)) else "unreachable"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
