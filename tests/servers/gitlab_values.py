"""What is asked of the GitLab on loopback, and what can go wrong with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Fault:
    """What happens instead of an answer to the next *times* requests whose ``METHOD path`` *match* finds.

    The status 0 hangs up. With *is_after*, what was asked for is done before.
    """

    match: str
    status: int
    body: Json = field(default_factory=dict)
    headers: tuple[tuple[str, str], ...] = ()
    is_after: bool = False
    times: int = 1


@dataclass(frozen=True)
class Asked:
    """One request, taken apart."""

    method: str
    path: str
    query: dict[str, str]
    body: Json
    user: int


class Refusal(Exception):  # noqa: N818 - a part of the fake's answers
    """An answer that is none of success."""

    def __init__(self, status: int, message: object) -> None:
        super().__init__(status)
        self.status, self.body = status, {"message": message}
