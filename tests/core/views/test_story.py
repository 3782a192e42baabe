"""What a forge is told to close is what the evidence of a green build names, and nothing that is no name."""

from __future__ import annotations

from agent_ci.core.outward.writer import Outward
from agent_ci.core.views.story import story

NAME = "a1b2c3d4e5f60718"


def test_a_green_build_closes_what_it_names_once() -> None:
    document = {"outcome": "nothing_to_do", "mended": [NAME, NAME, "../../7", 5, None]}
    assert story(document, "", Outward()).mended == (NAME,)


def test_a_build_that_is_not_green_closes_nothing() -> None:
    for outcome in ("fixed", "no_fix", "flaky", "unheard of"):
        assert story({"outcome": outcome, "mended": [NAME]}, "", Outward()).mended == ()
    for odd in ("x", {"a": 1}, None):
        assert story({"outcome": "nothing_to_do", "mended": odd}, "", Outward()).mended == ()
