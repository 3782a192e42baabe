"""Where a run is told of on GitLab: one note on the merge request that is kept up to date, else a commit's status."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from agent_ci.core.context import Context
from agent_ci.core.views.story import Story
from agent_ci.forges.gitlab import issues
from agent_ci.forges.gitlab.once import Once
from agent_ci.forges.gitlab.project import Item, Project, number_of, starts_with
from agent_ci.http.answers import RejectedError

_STATES: Mapping[str, str] = {
    "success": "success",
    "neutral": "success",
    "skipped": "success",
    "cancelled": "canceled",
}  # what a check concludes, in words of a commit's status; all others are a failure
_DESCRIPTION = 255  # characters, GitLab's limit


@dataclass(frozen=True)
class Telling:
    """Tells in *project*, whose web page is at *address*."""

    project: Project
    address: str

    def tell(self, story: Story, context: Context) -> str:
        """Bring note, status and issue up to date; the address of the first two, empty where nothing is told."""
        if story.issue:
            issues.escalate(self.project, story.issue.fingerprint, story.issue.title, story.issue.body)
        for failure in story.mended:
            issues.settle(self.project, failure)
        if number := context.number or self._request_of(context.branch):
            return self._note(story, number)
        return self._status(story, context) if story.check and not story.is_quiet else ""

    def _request_of(self, branch: str) -> int | None:
        """The number of the one open merge request from *branch* of this project; None for none, and for several."""
        found = self.project.items("merge_requests", state="opened", source_branch=branch) if branch else ()
        ours = [one for one in found if one.get("source_project_id") == one.get("target_project_id")]
        return number_of(ours[0], "iid") if len(ours) == 1 else None

    def _note(self, story: Story, number: int) -> str:
        if story.is_quiet and not noted(self.project, number, story.marker):
            return ""
        note = once(self.project, number, story.marker, story.comment)
        if str(note.get("body", "")).strip() != story.comment.strip():
            where = ("merge_requests", number, "notes", number_of(note))
            self.project.send("PUT", where, {"body": story.comment})
        return f"{self.address}/-/merge_requests/{number}#note_{number_of(note)}"

    def _status(self, story: Story, context: Context) -> str:
        state = _STATES.get(story.check.get("conclusion", ""), "failed")
        words = story.check.get("title") or story.check.get("text", "")
        said = {
            "state": state,
            "name": story.check.get("name", "agent-ci"),
            "description": " ".join(words.split())[:_DESCRIPTION],
            "target_url": context.run_url,
            "ref": context.branch,
        }
        given = {name: value for name, value in said.items() if value}
        try:
            self.project.send("POST", ("statuses", context.commit), given, lambda: None)
        except RejectedError as error:
            if "transition" not in error.said.lower():  # a status that is so already cannot become so
                raise
        return f"{self.address}/-/commit/{context.commit}"


def once(project: Project, number: int, marker: str, text: str) -> Item:
    """The one note of ours with *marker* on merge request *number*, made as *text* where there is none."""
    where = ("merge_requests", number, "notes")

    def make(read_back: Callable[[], Item | None]) -> Item:
        return project.send("POST", where, {"body": text}, read_back)

    def drop(note: Item) -> None:
        project.remove(*where, number_of(note))

    note, _ = Once(lambda: _ours(project, number, marker), make, drop).done()
    return note


def noted(project: Project, number: int, marker: str) -> str:
    """The text of our first note with *marker* on merge request *number*; empty where there is none."""
    first = min(_ours(project, number, marker), key=number_of, default=None)
    return str(first.get("body", "")) if first else ""


def _ours(project: Project, number: int, marker: str) -> tuple[Item, ...]:
    notes = project.items("merge_requests", number, "notes")
    return tuple(note for note in notes if starts_with(note, marker) and project.is_own(note))
