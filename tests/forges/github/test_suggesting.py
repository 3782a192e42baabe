"""Suggestions at GitHub: each says exactly what was proven, on lines that the pull request shows, in one review."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from agent_ci.core.parcel import Parcel
from agent_ci.errors import RungRefusedError, StaleError
from agent_ci.forges.github.hunks import edits
from tests.forges.github.lab import FINGERPRINT, RED, SHOP, Lab
from tests.servers.chat import Step
from tests.servers.github_state import Account, Json

LOST = Step(status=0)


def suggested(lab: Lab, files: dict[str, bytes | None] | None = None, **changes: object) -> list[Json]:
    number = lab.server.state.open_request("change")
    parcel = lab.parcel(files or {"shop.py": SHOP.encode()}, number=number, **changes)
    lab.forge().deliver(parcel, "suggestion")
    [review] = lab.server.state.reviews.values()
    return list(review["comments"])


def applied(text: str, comments: Sequence[Json]) -> str:
    """*text* after a person accepted all of the *comments*, as GitHub does it."""
    lines = text.split("\n")
    for comment in sorted(comments, key=lambda comment: -int(comment["line"])):
        opened, *body, closed = comment["body"].split("\n")
        assert opened == f"{closed}suggestion"
        assert not any(closed in line for line in body)
        last: int = comment["line"]
        first: int = comment.get("start_line", last)
        lines[first - 1 : last] = body
    return "\n".join(lines)


def test_one_line_is_suggested_in_a_review_that_a_person_can_accept(lab: Lab) -> None:
    assert suggested(lab) == [
        {"path": "shop.py", "line": 20, "side": "RIGHT", "body": "```suggestion\nline 20\n```"},
    ]
    [review] = lab.server.state.reviews.values()
    assert (review["state"], review["commit_id"]) == ("COMMENTED", lab.head)
    assert review["body"] == f"fix: the sign\n\n<!-- agent-ci:{FINGERPRINT} -->"


CHANGES = {
    "several lines": RED.replace("line twenty\nline 21\n", "a\nb\nc\n"),
    "lines that go": RED.replace("line twenty\nline 21\n", ""),
    "an insertion": RED.replace("line twenty\n", "line twenty\nmore\n"),
    "two places": RED.replace("line 18\n", "line xviii\n").replace("line 22\n", "line xxii\n"),
    "backticks": RED.replace("line twenty\n", "````\n```suggestion\n"),
    "an empty line": RED.replace("line twenty\n", "\n"),
    "spaces at the end": RED.replace("line twenty\n", "\tline 20  \n"),
}


@pytest.mark.parametrize("text", CHANGES.values(), ids=list(CHANGES))
def test_accepting_all_suggestions_gives_the_proven_file(lab: Lab, text: str) -> None:
    assert applied(RED, suggested(lab, {"shop.py": text.encode()})) == text


REFUSALS: dict[str, tuple[dict[str, bytes | None], str]] = {
    "lines that the request does not show": ({"shop.py": RED.replace("line 3\n", "x\n").encode()}, "not among"),
    "a file that the request does not change": ({"run.sh": b"exit 0\n"}, "not among"),
    "the lines around what it shows": ({"shop.py": RED.replace("line 17\n", "x\n", 1).encode()}, ""),
    "a new file": ({"new.py": b"x = 1\n"}, "made, removed"),
    "a file that goes": ({"old.py": None}, "made, removed"),
    "line ends of Windows": ({"shop.py": RED.replace("line twenty\n", "line 20\r\n").encode()}, "Windows"),
    "what is no UTF-8": ({"shop.py": RED.encode().replace(b"twenty", b"\xff")}, "UTF-8"),
    "what nobody sees": ({"shop.py": RED.replace("twenty", "20\u202e").encode()}, "nobody sees"),
    "a form feed": ({"shop.py": RED.replace("twenty", "20\x0c").encode()}, "nobody sees"),
    "a line separator": ({"shop.py": RED.replace("twenty", "20\u2028").encode()}, "nobody sees"),
    "no newline at the end": ({"shop.py": RED.removesuffix("\n").encode()}, "no newline"),
    "binary": ({"shop.py": b"\x00\x01"}, "no text"),
}


@pytest.mark.parametrize(("files", "reason"), REFUSALS.values(), ids=list(REFUSALS))
def test_what_a_suggestion_cannot_say_exactly_is_refused(lab: Lab, files: dict[str, bytes | None], reason: str) -> None:
    if not reason:
        assert suggested(lab, files)
        return
    with pytest.raises(RungRefusedError, match=reason):
        suggested(lab, files)
    assert lab.server.state.reviews == {}


def test_an_insertion_before_the_first_line_takes_the_first_line_along(lab: Lab) -> None:
    parcel = lab.parcel({"shop.py": f"new\n{RED}".encode()})
    assert [(edit.first, edit.last, edit.after) for edit in edits(parcel)] == [(1, 1, ("new", "line 1"))]


def test_a_request_that_moved_on_is_stale(lab: Lab) -> None:
    lab.server.state.open_request("change")
    lab.person_pushes()
    with pytest.raises(StaleError, match="moved on"):
        lab.forge().deliver(lab.parcel(number=1), "suggestion")
    assert lab.server.state.reviews == {}


def test_without_an_open_request_there_is_nothing_to_suggest_in(lab: Lab) -> None:
    with pytest.raises(RungRefusedError, match="no pull request"):
        lab.forge().deliver(lab.parcel(), "suggestion")
    number = lab.server.state.open_request("change")
    lab.server.state.close(number)
    with pytest.raises(RungRefusedError, match="not open"):
        lab.forge().deliver(lab.parcel(number=number), "suggestion")


def parcel_of_request(lab: Lab) -> Parcel:
    return lab.parcel(number=lab.server.state.open_request("change"))


def test_a_second_delivery_finds_the_first_also_when_the_branch_moved_on(lab: Lab) -> None:
    parcel = parcel_of_request(lab)
    first = lab.forge().deliver(parcel, "suggestion")
    assert lab.forge().deliver(parcel, "suggestion") == first
    lab.person_pushes()
    assert lab.forge().deliver(parcel, "suggestion") == first
    assert len(lab.server.state.reviews) == 1


def test_a_strangers_review_with_our_marker_is_not_ours(lab: Lab) -> None:
    parcel = parcel_of_request(lab)
    lab.forge().deliver(parcel, "suggestion")
    [review] = lab.server.state.reviews.values()
    review["user"] = {"login": "mallory", "type": "User"}
    lab.forge().deliver(parcel, "suggestion")
    assert len(lab.server.state.reviews) == 2


@pytest.mark.parametrize("place", ["/reviews$", "/events$"])
@pytest.mark.parametrize("after", [True, False], ids=["after the write", "before it"])
def test_a_lost_answer_makes_no_second_review(lab: Lab, place: str, *, after: bool) -> None:
    parcel = parcel_of_request(lab)
    lab.server.breaks("POST", place, LOST, after=after)
    lab.forge().deliver(parcel, "suggestion")
    assert [review["state"] for review in lab.server.state.reviews.values()] == ["COMMENTED"]


def test_what_a_run_of_ours_began_and_did_not_finish_is_cleared_away(lab: Lab) -> None:
    parcel = parcel_of_request(lab)
    left = {"id": 900, "pull": parcel.number, "state": "PENDING", "user": Account().user, "commit_id": lab.head}
    lab.server.state.reviews[900] = {**left, "body": f"<!-- agent-ci:{FINGERPRINT} -->", "html_url": "", "comments": []}
    lab.forge().deliver(parcel, "suggestion")
    [review] = lab.server.state.reviews.values()
    assert (review["state"], review["id"] == 900) == ("COMMENTED", False)


def test_a_review_that_the_account_is_writing_itself_is_left_alone(lab: Lab) -> None:
    parcel = parcel_of_request(lab)
    left = {"id": 900, "pull": parcel.number, "state": "PENDING", "user": Account().user, "commit_id": lab.head}
    lab.server.state.reviews[900] = {**left, "body": "my own words", "html_url": "", "comments": []}
    with pytest.raises(RungRefusedError, match="did not finish"):
        lab.forge().deliver(parcel, "suggestion")
    assert list(lab.server.state.reviews) == [900]


def test_a_suggestion_may_be_made_to_a_fork(lab: Lab) -> None:
    parcel = replace(parcel_of_request(lab), from_fork=True)
    assert lab.forge().deliver(parcel, "suggestion").rung == "suggestion"
