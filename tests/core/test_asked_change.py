"""A change request goes from one job to the next as one word, and no name of a branch is more than that."""

from __future__ import annotations

import random
import re

import pytest

from agent_ci.core.asked_change import AskedChange, read_change
from agent_ci.errors import UnsupportedError

HEAD, BASE = "a" * 40, "b" * 40
NAMES = (
    "topic",
    "feature/x",
    "ü-größe/#12",
    "x;$(touch${IFS}pwned)",
    "`id`",
    "a&number=7",
    "q\"'%0a",
    "a=b",
    "100%",
    "a+b",
)


@pytest.mark.parametrize("branch", NAMES)
def test_what_is_written_is_read_again_and_no_shell_minds_it(branch: str) -> None:
    change = AskedChange(12, HEAD, BASE, branch, "main", from_fork=True)
    assert read_change(change.encoded) == change
    assert re.fullmatch(r"[A-Za-z0-9%&+=._-]+", change.encoded)


def test_any_name_that_git_takes_comes_through() -> None:
    draw = random.Random(1)  # noqa: S311 - a test that is repeatable
    letters = [chr(number) for number in range(33, 0x250) if chr(number) not in "~^:?*[\\\x7f"]
    for _ in range(300):
        branch = "x" + "".join(draw.choices(letters, k=draw.randint(1, 30))).replace("..", "").replace("@{", "")
        branch = re.sub(r"/+", "/", branch).strip("/.").replace("/.", "/") + "x"
        change = AskedChange(1, HEAD, BASE, branch, "main", from_fork=False)
        assert read_change(change.encoded) == change
        assert change.encoded.isascii()


@pytest.mark.parametrize(
    "branch",
    ["", "-d", "a b", "a\nb", "a\0b", "a..b", "a//b", "/a", "a/", "a.lock", "a~1", "a^", "a:b", "@{u}", "x" * 251],
)
def test_what_git_takes_for_no_branch_is_refused(branch: str) -> None:
    for names in ((branch, "main"), ("topic", branch)):
        with pytest.raises(ValueError, match="is no name of a branch"):
            AskedChange(12, HEAD, BASE, *names, from_fork=False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12",
        "{}",
        f"number=12&head={HEAD}",
        f"number=0&head={HEAD}&base={BASE}&branch=a&target=main&fork=no",
        f"number=12;id&head={HEAD}&base={BASE}&branch=a&target=main&fork=no",
        f"number=12&head=HEAD&base={BASE}&branch=a&target=main&fork=no",
        f"number=12&head={HEAD}&base=&branch=a&target=main&fork=no",
        f"number=12&head={HEAD}&base={BASE}&branch=a&target=main&fork=maybe",
        f"number=12&head={HEAD}&base={BASE}&branch=a&target=main&fork=no&fork=no",
        f"number=12&head={HEAD}&base={BASE}&branch=%ff&target=main&fork=no",
        "x" * 5000,
        f"number=12&head={HEAD}&base={BASE}&branch=ü&target=main&fork=no",
    ],
)
def test_anything_else_is_no_change(text: str) -> None:
    with pytest.raises(
        UnsupportedError, match=r"as `agent-ci chat` does: (it |its |.*change request|.*codec|bad query)"
    ):
        read_change(text)
