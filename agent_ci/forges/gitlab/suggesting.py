"""A change as suggestions on the lines of a merge request, which a person applies with one click."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from agent_ci.core.ladder import SUGGESTION
from agent_ci.core.outward.markdown import tame
from agent_ci.core.parcel import Parcel
from agent_ci.core.suggestion import Suggestion, are_shown, shown_lines, suggestions
from agent_ci.errors import RungRefusedError, StaleError
from agent_ci.forges.gitlab.once import Once
from agent_ci.forges.gitlab.project import Item, Project, number_of
from agent_ci.http.answers import MissingError, RejectedError
from agent_ci.ports import Delivery

_MOST_LINES = 100  # above the line that a suggestion stands on; GitLab's limit
_MOST = 20  # suggestions of one change, more than anybody would apply one by one


@dataclass(frozen=True, slots=True)
class Placed:
    """A suggestion, and the *position* in the merge request's diff that it stands at."""

    suggestion: Suggestion
    position: Mapping[str, object]


@dataclass(frozen=True)
class Suggesting:
    """Suggestions in merge requests of *project*."""

    project: Project

    def deliver(self, parcel: Parcel) -> Delivery:
        """Have each piece of the change stand as a suggestion on the lines that it replaces.

        Raises RungRefusedError where that cannot be said exactly or a piece lies outside of what the merge request
        shows, StaleError where the merge request is not at the proven commit, and what ``Project`` raises.
        """
        if parcel.number is None:
            raise RungRefusedError("no merge request is judged here, so there is none to suggest the change in")
        request = self._request(parcel, parcel.number)
        placed = self._placed(parcel, request)
        for one in placed:
            self._say(one, parcel, parcel.number)
        where = str(request.get("web_url", ""))
        many = f"{len(placed)} suggestions" if len(placed) > 1 else "a suggestion"
        return Delivery(SUGGESTION, f"{many} on merge request !{parcel.number}: {where}", where)

    def _request(self, parcel: Parcel, number: int) -> Item:
        try:
            request = self.project.merge_request(number)
        except MissingError as error:
            raise RungRefusedError(f"there is no merge request !{number}, or the token may not see it") from error
        if request.get("state") != "opened":
            raise RungRefusedError(f"the merge request !{number} is {request.get('state')}")
        if request.get("sha") != parcel.commit:
            raise StaleError(
                f"the merge request !{number} is not at {parcel.commit[:12]} any more, on which the fix was proven; "
                "run agent-ci again on its new head"
            )
        return request

    def _placed(self, parcel: Parcel, request: Item) -> tuple[Placed, ...]:
        try:
            pieces = suggestions(parcel.patch)
        except ValueError as error:
            raise RungRefusedError(str(error)) from error
        if len(pieces) > _MOST:
            raise RungRefusedError(f"the change would be {len(pieces)} suggestions, more than a person would apply")
        files = {str(file.get("new_path")): file for file in self._diffs(number_of(request, "iid"))}
        return tuple(_place(piece, files.get(piece.path, {}), request) for piece in pieces)

    def _diffs(self, number: int) -> tuple[Item, ...]:
        return self.project.items("merge_requests", number, "diffs")

    def _say(self, placed: Placed, parcel: Parcel, number: int) -> None:
        mark = _mark(parcel, placed)
        body = _body(placed.suggestion, tame(parcel.subject), mark)
        where = ("merge_requests", number, "discussions")

        def there() -> tuple[Item, ...]:
            return tuple(self._notes(number, mark))

        def make(read_back: Callable[[], Item | None]) -> Item:
            said = {"body": body, "position": placed.position}
            return _first_note(self.project.send("POST", where, said, read_back))

        def drop(note: Item) -> None:
            self.project.remove("merge_requests", number, "notes", number_of(note))

        try:
            Once(there, make, drop).done()
        except RejectedError as error:
            raise RungRefusedError(f"GitLab takes no suggestion on {placed.suggestion.path}: {error.said}") from error

    def _notes(self, number: int, mark: str) -> Iterator[Item]:
        for discussion in self.project.items("merge_requests", number, "discussions"):
            note = _first_note(discussion)
            if str(note.get("body", "")).startswith(mark) and self.project.is_own(note):
                yield note


def _place(suggestion: Suggestion, file: Item, request: Item) -> Placed:
    shown = shown_lines(str(file.get("diff") or ""))
    if not are_shown(suggestion, shown):
        raise RungRefusedError(
            f"line {suggestion.first} of {suggestion.path} is not part of the merge request's own diff, where alone "
            "something can be suggested"
        )
    if suggestion.last - suggestion.first > _MOST_LINES:
        raise RungRefusedError(f"a piece of the change is longer than the {_MOST_LINES} lines that a suggestion takes")
    refs = request.get("diff_refs")
    names = ("base_sha", "start_sha", "head_sha")
    position: dict[str, Any] = {name: refs.get(name) for name in names} if isinstance(refs, dict) else {}
    position |= {"position_type": "text", "new_path": suggestion.path, "old_path": file.get("old_path")}
    position["new_line"] = suggestion.last
    if (old := shown[suggestion.last]) is not None:
        position["old_line"] = old
    return Placed(suggestion, position)


def _mark(parcel: Parcel, placed: Placed) -> str:
    """A hidden comment that names the failure, the commit and this very piece."""
    piece = placed.suggestion
    words = "\0".join((parcel.commit, piece.path, str(piece.first), str(piece.last), *piece.lines))
    digest = hashlib.sha256(words.encode("utf-8", "surrogateescape")).hexdigest()
    return f"<!-- agent-ci:{parcel.fingerprint}:{digest[:16]} -->"


def _body(suggestion: Suggestion, subject: str, mark: str) -> str:
    above = suggestion.last - suggestion.first
    fence = suggestion.fence
    return f"{mark}\n{subject}\n\n{fence}suggestion:-{above}+0\n{suggestion.block}{fence}\n"


def _first_note(discussion: Item) -> Item:
    notes = discussion.get("notes")
    return notes[0] if isinstance(notes, list) and notes and isinstance(notes[0], dict) else discussion
