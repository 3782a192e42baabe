"""A model's endpoint on loopback that answers from a script: OpenAI's chat format, and every way it breaks."""

from __future__ import annotations

import json
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Protocol, Self

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Step:
    """One scripted response. All times are in seconds; ``cut`` is the number of body bytes really sent.

    A status of 0 hangs up without a word.

    ``delay`` passes before the first byte, ``silence`` after the headers, and ``pace`` between two bytes: of
    the body, or with ``trickles_headers`` of the status line and the headers already.
    """

    body: bytes = b""
    status: int = 200
    content_type: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    delay: float = 0.0
    silence: float = 0.0
    pace: float = 0.0
    trickles_headers: bool = False
    cut: int | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in; header names are in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes
    method: str = "POST"

    @property
    def json(self) -> dict[str, Any]:
        """The decoded body."""
        return dict(json.loads(self.body))

    @property
    def text(self) -> str:
        """The contents of all messages, joined."""
        return "\n".join(str(message["content"]) for message in self.json["messages"])


Script = Step | Callable[[Received], Step]


def completion(
    content: str | None,
    *,
    finish: str = "stop",
    tokens: tuple[int, int] | None = (100, 50),
    role: str = "assistant",
    **message: object,
) -> dict[str, Any]:
    """A chat completion in OpenAI's format; *tokens* are the prompt's and the answer's, None leaves them out."""
    answer: dict[str, Any] = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "scripted",
        "choices": [{"index": 0, "finish_reason": finish, "message": {"role": role, "content": content, **message}}],
    }
    if tokens is not None:
        prompt, said = tokens
        answer["usage"] = {
            "prompt_tokens": prompt,
            "completion_tokens": said,
            "total_tokens": prompt + said,
        }
    return answer


def says(
    content: str | None, *, finish: str = "stop", tokens: tuple[int, int] | None = (100, 50), **message: object
) -> Step:
    """A step that answers with *content*."""
    return Step(json.dumps(completion(content, finish=finish, tokens=tokens, **message)).encode())  # type: ignore[arg-type]


def fails(status: int, message: str = "scripted", *, retry_after: str = "", code: str = "") -> Step:
    """A step that answers with an HTTP error in OpenAI's format."""
    body = {"error": {"message": message, "type": "scripted", "code": code or None}}
    headers = (("Retry-After", retry_after),) if retry_after else ()
    return Step(json.dumps(body).encode(), status=status, headers=headers)


def html(status: int = 200) -> Step:
    """A step that answers with a web page, as a captive portal or a proxy does."""
    return Step(b"<html><body>Sign in to continue</body></html>", status=status, content_type="text/html")


def redirects(location: str, status: int = 307) -> Step:
    """A step that sends the client elsewhere."""
    return Step(b"", status=status, headers=(("Location", location),))


def cut(step: Step, after: int) -> Step:
    """The same step, with the connection closed after that many bytes of the body."""
    return replace(step, cut=after)


class ChatServer:
    """A scripted endpoint; use it as a context manager.

    Each request takes the next step. A script that is over answers 418, unless ``always`` is set. With *tls* it is
    spoken to over that.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.requests: list[Received] = []
        self.always: Script | None = None
        self._steps: list[Script] = []
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self
        self._scheme = "https" if tls else "http"
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._http.shutdown()
        self._http.server_close()

    @property
    def host(self) -> str:
        """Name and port, as they stand in a URL."""
        return f"127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """The base that an OpenAI client is given."""
        return f"{self._scheme}://{self.host}/v1"

    def play(self, *steps: Script, always: Script | None = None) -> None:
        """Set the script, and what is answered once it is over."""
        self._steps = list(steps)
        self.always = always

    def take(self, received: Received) -> Step:
        """Note the request and choose the step that answers it."""
        with self._lock:
            self.requests.append(received)
            script = self._steps.pop(0) if self._steps else self.always
        if script is None:
            return fails(418, "the script is over")
        return script(received) if callable(script) else script

    def wait(self, seconds: float) -> None:
        """Let time pass, unless the server is being closed."""
        self._stopping.wait(seconds)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: ChatServer

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet: a client that hangs up in the middle is what many tests are about."""


def send(step: Step, file: Writable, wait: Callable[[float], None]) -> None:
    """Write *step* to *file* at its pace, and stop where it is cut; *wait* lets time pass."""
    wait(step.delay)
    if not step.status:
        return
    _write(_head(step), step.pace if step.trickles_headers else 0.0, file, wait)
    wait(step.silence)
    _write(step.body if step.cut is None else step.body[: step.cut], step.pace, file, wait)


class Writable(Protocol):
    """Where bytes go."""

    def write(self, data: bytes, /) -> object: ...

    def flush(self) -> object: ...


def _head(step: Step) -> bytes:
    headers = (
        ("Content-Type", step.content_type),
        ("Content-Length", str(len(step.body))),
        ("Connection", "close"),
        *step.headers,
    )
    lines = [f"HTTP/1.1 {step.status} Scripted", *(f"{name}: {value}" for name, value in headers)]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")


def _write(data: bytes, pace: float, file: Writable, wait: Callable[[float], None]) -> None:
    pieces = [data] if not pace else [data[i : i + 1] for i in range(len(data))]
    for piece in pieces:
        file.write(piece)
        file.flush()
        wait(pace)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    do_GET = do_PATCH = do_PUT = do_DELETE = do_POST  # noqa: N815 - the base class's own names

    def _answer(self, body: bytes) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.close_connection = True
        owner = self.server.owner
        send(owner.take(Received(self.path, headers, body, self.command)), self.wfile, owner.wait)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's own name
        """Print nothing: tests look at what goes to standard error."""
