"""A change as a draft merge request from a branch of ours, made once and renewed, never opened again after a person."""

from __future__ import annotations

from dataclasses import dataclass

from agent_ci.core.ladder import PULL_REQUEST
from agent_ci.core.outward.markdown import tame
from agent_ci.core.parcel import Parcel
from agent_ci.errors import RungRefusedError
from agent_ci.forges.gitlab.project import Item, Project, number_of
from agent_ci.forges.push import Push
from agent_ci.http.answers import RejectedError
from agent_ci.ports import Delivery

_DRAFT = "Draft: "
_TITLE = 255  # characters, GitLab's limit


@dataclass(frozen=True)
class Requests:
    """The merge requests of *project* that come from branches that *push* makes."""

    project: Project
    push: Push

    def deliver(self, parcel: Parcel) -> Delivery:
        """Have the change stand in one open merge request onto the parcel's target.

        Raises RungRefusedError where a person closed an earlier one, and what ``Push`` and ``Project`` raise.
        """
        if not parcel.target:
            raise RungRefusedError("no branch is known that a merge request could be merged into")
        there = self._of(parcel)
        states = {str(one.get("state")) for one in there}
        if "opened" not in states and "closed" in states:
            address = next(one.get("web_url", "") for one in there if one.get("state") == "closed")
            raise RungRefusedError(f"a person closed the merge request with this change, so it stays closed: {address}")
        self.push.onto_own_branch(parcel)
        found = self._open(parcel)
        return self._told(self._renewed(found, parcel) if found else self._made(parcel), parcel)

    def _made(self, parcel: Parcel) -> Item:
        asked = {
            "source_branch": parcel.own_branch,
            "target_branch": parcel.target,
            "title": title(parcel),
            "description": description(parcel),
            "remove_source_branch": True,
        }
        try:
            return self.project.send("POST", ("merge_requests",), asked, lambda: self._open(parcel))
        except RejectedError as error:  # GitLab allows one open request of a branch: another run was faster
            if found := self._open(parcel):
                return found
            raise RungRefusedError(f"GitLab takes no merge request for {parcel.own_branch}: {error.said}") from error

    def _renewed(self, found: Item, parcel: Parcel) -> Item:
        if found.get("description") == description(parcel):
            return found
        return self.project.send(
            "PUT", ("merge_requests", number_of(found, "iid")), {"description": description(parcel)}
        )

    def _of(self, parcel: Parcel) -> tuple[Item, ...]:
        return self.project.items(
            "merge_requests", state="all", source_branch=parcel.own_branch, target_branch=parcel.target
        )

    def _open(self, parcel: Parcel) -> Item | None:
        return next((one for one in self._of(parcel) if one.get("state") == "opened"), None)

    def _told(self, made: Item, parcel: Parcel) -> Delivery:
        where = str(made.get("web_url", ""))
        return Delivery(
            PULL_REQUEST, f"a draft merge request from {parcel.own_branch} onto {parcel.target} is open: {where}", where
        )


def title(parcel: Parcel) -> str:
    """The title of the merge request, a draft's."""
    return f"{_DRAFT}{parcel.title or parcel.subject}"[:_TITLE]


def description(parcel: Parcel) -> str:
    """What the merge request says, and the hidden mark by which it is known for ours."""
    body = parcel.body or tame(parcel.message.partition("\n")[2].strip())
    return f"{body.rstrip()}\n\n{parcel.marker}\n"
