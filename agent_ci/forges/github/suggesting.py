"""Suggests a parcel on the lines of its pull request, as one review that a person can apply with a click."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from agent_ci.core.ladder import SUGGESTION
from agent_ci.core.parcel import Parcel
from agent_ci.core.suggestion import Suggestion, are_shown, shown_lines, suggestions
from agent_ci.errors import ForgeUnavailableError, RungRefusedError, StaleError
from agent_ci.forges.github.project import Project, plain_login, refused
from agent_ci.http.answers import Answer, MissingError, RejectedError
from agent_ci.ports import Delivery

_COMMENTS = 30
_TURNS = 5  # times that another run of ours is waited for
_PATIENCE = 2.0  # seconds between two looks


def deliver(project: Project, parcel: Parcel) -> Delivery:
    """One review with suggestions, or the one that is there already.

    A review is begun as a pending one, which nobody else sees and of which an account has at most one in a pull
    request. So two runs at once take turns, and the second finds what the first has made.
    """
    request = _request(project, parcel)
    if (found := _earlier(project, parcel)) is not None:
        return _delivery(found, parcel)
    if request["head"]["sha"] != parcel.commit:
        raise StaleError(f"pull request #{parcel.number} moved on from {parcel.commit[:12]}, the commit of the proof")
    body = {"commit_id": parcel.commit, "body": _body(parcel), "comments": _comments(project, parcel)}
    for _ in range(_TURNS):
        if (found := _in_turn(project, parcel, body)) is not None:
            return _delivery(found, parcel)
        project.api.wait(_PATIENCE)
    _clear(project, parcel)
    if (found := _in_turn(project, parcel, body)) is not None:
        return _delivery(found, parcel)
    raise RungRefusedError(f"the account of the token has a review of #{parcel.number} that it did not finish")


def _request(project: Project, parcel: Parcel) -> dict[str, Any]:
    if parcel.number is None:
        raise RungRefusedError("the run judged no pull request, so there is none to suggest something in")
    request = project.api.get(project.path("pulls", parcel.number)).item
    if request.get("state") != "open" or not isinstance(request.get("head"), dict):
        raise RungRefusedError(f"pull request #{parcel.number} is not open any more")
    return request


def _reviews(project: Project, parcel: Parcel) -> tuple[dict[str, Any], ...]:
    """The reviews with the marker of *parcel*, by whoever, the oldest first."""
    found, _ = project.api.items(_path(project, parcel))
    return tuple(review for review in found if parcel.marker in str(review.get("body") or ""))


def _earlier(project: Project, parcel: Parcel) -> dict[str, Any] | None:
    done = [
        review
        for review in _reviews(project, parcel)
        if review.get("state") != "PENDING" and review.get("commit_id") == parcel.commit
    ]
    if not done:
        return None
    account = project.account()
    return next((review for review in done if plain_login(review.get("user")) == account), None)


def _in_turn(project: Project, parcel: Parcel, body: Mapping[str, object]) -> dict[str, Any] | None:
    """The review, made or found; None where another run is at it right now."""
    try:
        pending = project.send("POST", _path(project, parcel), body, read_back=lambda: _pending(project, parcel)).item
    except RejectedError as error:
        if "pending" not in error.said.lower():
            raise refused(error, f"a review of #{parcel.number}") from error
        return _earlier(project, parcel)
    number = int(pending["id"])
    if (found := _earlier(project, parcel)) is not None:
        _discard(project, parcel, number)
        return found
    path = f"{_path(project, parcel)}/{number}/events"
    try:
        return project.api.send("POST", path, {"event": "COMMENT"}, read_back=lambda: _submitted(project, parcel)).item
    except (MissingError, RejectedError):  # another run took it for one that nobody finishes
        return _earlier(project, parcel)


def _pending(project: Project, parcel: Parcel) -> Answer | None:
    found = [review for review in _reviews(project, parcel) if review.get("state") == "PENDING"]
    return Answer(200, {}, found[0]) if found else None


def _submitted(project: Project, parcel: Parcel) -> Answer | None:
    found = _earlier(project, parcel)
    return None if found is None else Answer(200, {}, found)


def _clear(project: Project, parcel: Parcel) -> None:
    """Take away what a run of ours began and, as it seems, will never finish."""
    if (left := _pending(project, parcel)) is not None:
        _discard(project, parcel, int(left.item["id"]))


def _discard(project: Project, parcel: Parcel, number: int) -> None:
    with contextlib.suppress(MissingError, RejectedError):  # it is gone, or finished
        project.api.send("DELETE", f"{_path(project, parcel)}/{number}")


def _comments(project: Project, parcel: Parcel) -> list[dict[str, object]]:
    """The suggestions, each on lines that the pull request shows. Raises RungRefusedError where one is elsewhere."""
    try:
        pieces = suggestions(parcel.patch)
    except ValueError as error:
        raise RungRefusedError(str(error)) from error
    if not 0 < len(pieces) <= _COMMENTS:
        raise RungRefusedError(f"the change has {len(pieces)} places; up to {_COMMENTS} are suggested")
    files, _ = project.api.items(project.path("pulls", str(parcel.number), "files"))
    shown = {file.get("filename"): shown_lines(str(file.get("patch") or "")) for file in files}
    for piece in pieces:
        if not are_shown(piece, shown.get(piece.path, {})):
            raise RungRefusedError(f"{piece.path}:{piece.first} is not among the lines that #{parcel.number} changes")
    return [_comment(piece) for piece in pieces]


def _comment(piece: Suggestion) -> dict[str, object]:
    body = f"{piece.fence}suggestion\n{piece.block}{piece.fence}"
    comment: dict[str, object] = {"path": piece.path, "line": piece.last, "side": "RIGHT", "body": body}
    if piece.first != piece.last:
        comment |= {"start_line": piece.first, "start_side": "RIGHT"}
    return comment


def _path(project: Project, parcel: Parcel) -> str:
    if parcel.number is None:
        raise ForgeUnavailableError("there is no pull request")  # the first step of a delivery looked
    return project.path("pulls", parcel.number, "reviews")


def _body(parcel: Parcel) -> str:
    return f"{parcel.body or parcel.subject}\n\n{parcel.marker}"


def _delivery(review: Mapping[str, Any], parcel: Parcel) -> Delivery:
    url = str(review.get("html_url") or "")
    return Delivery(SUGGESTION, f"the change is suggested in a review of pull request #{parcel.number}: {url}", url)
