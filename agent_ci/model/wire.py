"""What crosses the network to a model: one exchange, its limits, and what was seen when it failed."""

from __future__ import annotations

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass(slots=True)
class Seen:
    """What came over the wire, noted as it happens; ``status`` is None as long as no response has begun.

    ``problem`` names what broke the exchange (``late``, ``untrusted``, ``unreachable``, ``too_large``), and
    ``detail`` is how the network put it. ``secrets`` are the credentials that were sent, whoever supplied them.
    """

    status: int | None = None
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    problem: str = ""
    detail: str = ""
    secrets: tuple[str, ...] = ()


class TooLargeError(httpx.TransportError):
    """The body passed the cap, counted after decompression."""


class GuardedClient(httpx.Client):
    """An HTTP client for one exchange: capped body, one deadline over all of it, no redirects.

    *connect*, *read* (between two bytes) and *total* are in seconds, *cap* in bytes.

    A redirect is not followed because the question and, with providers that use a header of their own, the
    key would go to an address that nobody configured. Proxies and certificates come from the environment as
    in every httpx client.
    """

    def __init__(self, *, connect: float, read: float, total: float, cap: int) -> None:
        super().__init__()
        self.seen = Seen()
        read = min(read, total)
        self._phases = {"connect": min(connect, total), "read": read, "write": read, "pool": total}
        self._total = total
        self._cap = cap

    def send(self, request: httpx.Request, *, stream: bool = False, **options: Any) -> httpx.Response:
        """Send, read the whole body within the limits, and hand out a response that is complete."""
        del stream  # litellm never gets to read from the network itself
        self.seen.secrets = tuple(_credentials(request))
        deadline = time.monotonic() + self._total
        request.extensions["timeout"] = dict(self._phases)
        try:
            response = super().send(request, stream=True, follow_redirects=False, **_known(options))
            self.seen.status, self.seen.headers = response.status_code, dict(response.headers)
            self.seen.body = b"".join(self._chunks(response, deadline))
        except httpx.TransportError as error:
            self.seen.problem, self.seen.detail = _problem(error), str(error)
            raise
        return self._complete(response)

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
        return httpx.Response(response.status_code, headers=headers, content=self.seen.body, request=response.request)


def _credentials(request: httpx.Request) -> Iterator[str]:
    for name in ("authorization", "x-api-key", "api-key", "x-goog-api-key", "x-amz-security-token"):
        yield request.headers.get(name, "").rpartition(" ")[2]
    yield from request.url.params.values()


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
