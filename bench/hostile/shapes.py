"""Answers of a shape that no endpoint should send: tools, other roles, broken JSON, too much of it, none at all."""

from __future__ import annotations

import gzip
import json
from typing import Any

from bench.diffs.notation import REPAIR
from bench.hostile.answers import Answer
from tests.servers.chat import Step, completion, html, says

_DEEP = 50_000
_LARGE = 3_000_000


def _call(name: str, **arguments: str) -> dict[str, object]:
    return {"id": "call_1", "type": "function", "function": {"name": name, "arguments": json.dumps(arguments)}}


TOOLS: dict[str, dict[str, Any]] = {
    "a tool": {"tool_calls": [_call("bash", command="env")]},
    "two tools": {"tool_calls": [_call("read", path="/proc/self/environ"), _call("fetch", url="http://127.0.0.1/")]},
    "an old function": {"function_call": {"name": "bash", "arguments": "{"}},
    "broken arguments": {"tool_calls": [{"id": 1, "type": "function", "function": {"name": None, "arguments": []}}]},
    "no list": {"tool_calls": "bash"},
    "an annotation": {"annotations": [{"type": "url_citation", "url": "http://127.0.0.1/"}]},
}
ROLES = ("user", "system", "tool", "developer", "function", "")
FINISHES = ("length", "content_filter", "tool_calls", "nonsense")


def _changed(**facts: object) -> Step:
    return Step(json.dumps({**completion(REPAIR), **facts}).encode())


BROKEN = {
    "a web page": html(),
    "no body": Step(b""),
    "half of the JSON": Step(json.dumps(completion(REPAIR)).encode()[:120]),
    "a list": Step(b"[]"),
    "null": Step(b"null"),
    "no choices": _changed(choices=[]),
    "choices of another type": _changed(choices="x"),
    "a message that is null": _changed(choices=[{"index": 0, "finish_reason": "stop", "message": None}]),
    "content of another type": _changed(choices=[{"index": 0, "message": {"role": "assistant", "content": {"a": 1}}}]),
    "deep": Step(b'{"choices":' + b"[" * _DEEP),
    "large": says("x" * _LARGE),
    "a bomb": Step(gzip.compress(b"x" * 50_000_000), headers=(("Content-Encoding", "gzip"),)),
    "NUL": says(f"\0{REPAIR}"),
    "half a character": Step(json.dumps(completion("PLACE")).encode().replace(b"PLACE", b"\\ud800")),
    "not UTF-8": Step(json.dumps(completion("PLACE")).encode().replace(b"PLACE", b"\xff\xfe")),
    "tokens below zero": _changed(usage={"prompt_tokens": -5, "completion_tokens": -5, "total_tokens": -10}),
    "tokens without end": Step(json.dumps({**completion("x"), "usage": {"prompt_tokens": 10**30}}).encode()),
    "an error with status 200": Step(b'{"error": {"message": "no"}}'),
    "an event stream": Step(b"data: {}\n\ndata: [DONE]\n\n", content_type="text/event-stream"),
    "a price of its own": _changed(model="gpt-4o", usage={"prompt_tokens": 1, "completion_tokens": 1}),
}


def of_shapes() -> tuple[Answer, ...]:
    """All of these answers."""
    tools = {name: says("I need a tool first.", **message) for name, message in TOOLS.items()}
    roles = {role or "none": Step(json.dumps(completion(REPAIR, role=role)).encode()) for role in ROLES}
    ends = {finish: says(REPAIR, finish=finish) for finish in FINISHES}
    kinds = {"a call of tools": tools, "another role": roles, "another end": ends, "a broken answer": BROKEN}
    return tuple(_fixed(kind, name, step) for kind, steps in kinds.items() for name, step in steps.items())


def _fixed(kind: str, name: str, step: Step) -> Answer:
    return Answer(kind, name, lambda _lures: step)
