"""One exchange over HTTP, with its deadline and its caps: the only importer of requests."""

from __future__ import annotations

import contextlib
import threading
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookiejar import DefaultCookiePolicy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import requests

_CHUNK = 65_536
_GZIP = 31  # zlib's number for "a gzip header, and the largest window"


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent; ``url`` is whole, and ``headers`` hold the token."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, complete and unpacked; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    content: bytes = field(default=b"", repr=False)


class BrokenError(Exception):
    """No complete response came. *is_unsent* is True where the request certainly did not reach anybody.

    The message is ours, and holds nothing of the request's headers.
    """

    def __init__(self, message: str, *, is_unsent: bool = False) -> None:
        super().__init__(message)
        self.is_unsent = is_unsent


class HopelessError(BrokenError):
    """To ask again would not help: the body is too large, or the certificate is not to be trusted."""


def exchange(request: Request, *, seconds: float, cap: int) -> Response:
    """Send *request* over a connection of its own, and read the response to its end. Raises BrokenError.

    *seconds* bound all of it, however slowly the bytes come, and *cap* the bytes of the unpacked body. Redirects are
    the caller's. Proxies and certificates come from the environment as in every client of requests; the password
    file ``.netrc`` is not read, and no cookie is kept.
    """
    done: list[Response | BrokenError] = []
    worker = threading.Thread(target=lambda: done.append(_attempt(request, seconds, cap)), daemon=True)
    worker.start()
    worker.join(max(0.0, seconds))  # a socket's own timeout starts anew with each byte
    outcome = done[0] if done else BrokenError(f"no complete answer came within {seconds:.0f} s")
    if isinstance(outcome, BrokenError):
        raise outcome
    return outcome


def _attempt(request: Request, seconds: float, cap: int) -> Response | BrokenError:
    try:
        with _session() as session, _sent(session, request, seconds) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Response(response.status_code, headers, _content(response, cap))
    except BrokenError as error:
        return error
    except Exception as error:  # noqa: BLE001 - its text may hold what was sent; only its kind is told
        return _problem(error)


def _problem(error: Exception) -> BrokenError:
    from requests import exceptions  # noqa: PLC0415 - it costs a tenth of a second, and `--help` needs no network

    is_unsent = any(word in repr(error) for word in ("NewConnectionError", "NameResolutionError"))
    match error:
        case exceptions.SSLError():
            is_untrusted = "CERTIFICATE_VERIFY_FAILED" in repr(error)
            return HopelessError("its certificate is not trusted") if is_untrusted else BrokenError("encryption broke")
        case exceptions.ProxyError():
            return BrokenError("the proxy of the environment refused to connect")
        case exceptions.ConnectTimeout():
            return BrokenError("no connection could be made in time", is_unsent=True)
        case exceptions.ConnectionError():
            what = "no connection could be made" if is_unsent else "the connection was cut"
            return BrokenError(what, is_unsent=is_unsent)
    return BrokenError(f"the exchange broke ({type(error).__name__})")


@contextlib.contextmanager
def _session() -> Iterator[requests.Session]:
    import requests  # noqa: PLC0415 - as above

    with requests.Session() as session:
        session.auth = _as_it_is  # where there is one, requests does not look into .netrc
        session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        yield session


def _as_it_is(prepared: requests.PreparedRequest) -> requests.PreparedRequest:
    return prepared


def _sent(session: requests.Session, request: Request, seconds: float) -> requests.Response:
    headers = {"Accept-Encoding": "gzip", "Connection": "close", **request.headers}
    return session.request(
        request.method,
        request.url,
        headers=headers,
        data=request.body,
        timeout=max(0.001, seconds),
        allow_redirects=False,
        stream=True,
    )


def _content(response: requests.Response, cap: int) -> bytes:
    """The unpacked body. A kilobyte of gzip may be a gigabyte, so that no step unpacks more than *cap* allows."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ("", "identity", "gzip"):
        raise BrokenError("the body is packed in a way that was not asked for")
    unpack = zlib.decompressobj(_GZIP) if encoding == "gzip" else None
    content = bytearray()
    for packed in response.raw.stream(_CHUNK, decode_content=False):
        try:
            content += unpack.decompress(packed, cap + 1 - len(content)) if unpack else packed
        except zlib.error as error:
            raise BrokenError("the body is said to be gzip, and is not") from error
        if len(content) > cap:
            raise HopelessError(f"the body is larger than {cap} bytes")
    if unpack and content and not unpack.eof:
        raise BrokenError("the body ended before it was whole")
    return bytes(content)
