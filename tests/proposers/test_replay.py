"""A recording answers line by line, and a broken line is named."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from agent_ci.core.run import Attempt, Cost, Evidence, Reply
from agent_ci.errors import UsageError
from agent_ci.ports import Tree, Workspace
from agent_ci.proposers.replay import Replay


class NoBench:
    """A replay touches nothing."""

    tree: Tree

    def question(self, attempts: tuple[Attempt, ...]) -> str:
        raise AssertionError(attempts)

    def open(self) -> AbstractContextManager[Workspace]:
        raise AssertionError

    def seconds_left(self) -> float:
        raise AssertionError


def replayed(path: Path) -> list[Reply]:
    session = Replay(path=path).propose(Evidence("fix", "red"), (), NoBench())
    replies = []
    try:
        replies.append(next(session))
        while True:
            replies.append(session.send(Attempt(replies[-1], objections=("still red",))))
    except StopIteration:
        return replies


def written(path: Path, *lines: object) -> Path:
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
    return path


def test_replies_come_in_order_with_what_they_cost(tmp_path: Path) -> None:
    full = {"text": "Wrong sign.", "prompt_tokens": 10, "completion_tokens": 5, "usd": 0.25, "seconds": 1.5, "new": [1]}
    path = written(tmp_path / "replies.jsonl", full, "", {"text": "b", "objection": "cut", "cause": "why"})
    assert replayed(path) == [
        Reply("replay", "Wrong sign.", Cost(1, 10, 5, 0.25, 1.5), cause="Wrong sign."),
        Reply("replay", "b", Cost(1, usd=None), cause="why", objection="cut"),
    ]


def test_an_empty_recording_offers_nothing(tmp_path: Path) -> None:
    assert replayed(written(tmp_path / "replies.jsonl", "", "")) == []


BROKEN = {
    "not JSON": ("{", "is not valid JSON"),
    "deeply nested": ("[" * 100_000, "is not valid JSON"),
    "a list": ([1], "is not an object with the string `text`"),
    "no text": ({"usd": 1}, "is not an object with the string `text`"),
    "text of another type": ({"text": None}, "is not an object with the string `text`"),
    "tokens as text": ({"text": "a", "prompt_tokens": "10"}, "number from 0 up as `prompt_tokens`"),
    "a negative price": ({"text": "a", "usd": -1}, "number from 0 up as `usd`"),
    "an impossible price": ('{"text": "a", "usd": NaN}', "number from 0 up as `usd`"),
    "a truth value": ({"text": "a", "seconds": True}, "number from 0 up as `seconds`"),
    "a cause of another type": ({"text": "a", "cause": 1}, "other than a string as `cause`"),
}


@pytest.mark.parametrize(("line", "sentence"), BROKEN.values(), ids=BROKEN)
def test_a_broken_line_is_named_by_its_number_before_anything_is_offered(
    tmp_path: Path, line: object, sentence: str
) -> None:
    path = written(tmp_path / "replies.jsonl", {"text": "a"}, "", line)
    with pytest.raises(UsageError, match=f"line 3 of .*replies.jsonl .*{sentence}"):
        replayed(path)


def test_a_missing_recording_names_the_option(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be read \(No such file or directory\); .* --cassette"):
        replayed(tmp_path / "replies.jsonl")


def test_a_recording_that_is_not_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "replies.jsonl"
    path.write_bytes(b"\xff\xfe{}")
    with pytest.raises(UsageError, match=r"cannot be read \(it is not UTF-8\)"):
        replayed(path)
