"""A model's endpoint on loopback: OpenAI's chat format over HTTP, with a stand-in behind it and tokens counted."""

from __future__ import annotations

import importlib.util
import json
import os
import threading
from collections.abc import Mapping
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self

from bench.repair.mind import Message

NAME = "stand-in"
_FRAME = 4  # tokens that a message costs beside its text


class Answering(Protocol):
    """What stands behind an endpoint."""

    def answer(self, request: Mapping[str, Any]) -> Message:
        """The message that follows on those of *request*, which is one of OpenAI's chat completions."""


class Endpoint:
    """An endpoint that answers as *mind* does at the time; use it as a context manager."""

    def __init__(self) -> None:
        self.mind: Answering | None = None
        self._http = _Server(("127.0.0.1", 0), _Handler)
        self._http.owner = self

    def __enter__(self) -> Self:
        threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()

    @property
    def url(self) -> str:
        """The base that an OpenAI client is given."""
        return f"http://127.0.0.1:{self._http.server_port}/v1"


def tokens(text: str) -> int:
    """How many tokens *text* has in OpenAI's encoding cl100k_base, which litellm ships."""
    return len(_encoding().encode(text, disallowed_special=()))


def cost(request: Mapping[str, Any], answer: Message) -> dict[str, int]:
    """The usage of one exchange: texts, calls and descriptions of tools, without the form around them."""
    prompt = sum(map(_of_message, request["messages"])) + _of_tools(request.get("tools"))
    completion = _of_message(answer)
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}


def _of_message(message: Message) -> int:
    calls = (call["function"] for call in message.get("tool_calls") or ())
    texts = (str(message.get("content") or ""), *(f"{call['name']}{call['arguments']}" for call in calls))
    return _FRAME + sum(map(tokens, texts))


def _of_tools(tools: object) -> int:
    return tokens(json.dumps(tools)) if tools else 0


@cache
def _encoding() -> Any:
    """The encoding, read from litellm's folder, so that nothing is fetched."""
    found = importlib.util.find_spec("litellm")
    if found and found.origin:
        shipped = Path(found.origin).parent / "litellm_core_utils" / "tokenizers"
        os.environ.setdefault("TIKTOKEN_CACHE_DIR", str(shipped))
    return importlib.import_module("tiktoken").get_encoding("cl100k_base")


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    owner: Endpoint


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        mind = self.server.owner.mind
        if mind is None or not self.path.endswith("/chat/completions"):
            self.send_error(404)
            return
        message = mind.answer(request)
        finish = "tool_calls" if message.get("tool_calls") else "stop"
        body = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": request.get("model", NAME),
            "choices": [{"index": 0, "finish_reason": finish, "message": message}],
            "usage": cost(request, message),
        }
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """Say nothing."""
