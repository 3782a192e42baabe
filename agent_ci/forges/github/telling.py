"""Tells on GitHub what became of a run: one comment that is kept up to date, and a check with notes on lines."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from agent_ci.core.context import Context
from agent_ci.core.note import Note
from agent_ci.core.views.story import Story
from agent_ci.errors import ForgeUnavailableError
from agent_ci.forges.github import issues
from agent_ci.forges.github.project import Project, plain_login
from agent_ci.http.answers import Answer, MissingError

_NOTES = 50  # annotations that one request takes
_TEXT = 65_000  # characters of a check's text
_TITLE = 255


def tell(project: Project, story: Story, context: Context) -> str:
    """Bring comment and check up to date; the comment's address, empty where there is none."""
    number = context.number or _request_of(project, context.branch)
    address = _comment(project, story, number) if number else ""
    if story.check:
        _check(project, story, context)
    if story.issue:
        issues.escalate(project, story.issue.fingerprint, story.issue.title, story.issue.body)
    for failure in story.mended:
        issues.settle(project, failure)
    return address


def _request_of(project: Project, branch: str) -> int | None:
    """The number of the one open pull request from *branch* of this repository; None for none, and for several."""
    if not branch:
        return None
    found, _ = project.api.items(project.path("pulls"), head=f"{project.owner}:{branch}", state="open")
    ours = [int(request["number"]) for request in found if _is_from(request, branch)]
    return ours[0] if len(ours) == 1 else None


def _is_from(request: dict[str, Any], branch: str) -> bool:
    head = request.get("head")
    return isinstance(head, dict) and head.get("ref") == branch


def _comment(project: Project, story: Story, number: int) -> str:
    """One comment, whoever else tells at the same moment: of several that were made the oldest stays."""
    if story.is_quiet and sticky(project, number, story.marker) is None:
        return ""
    found = once(project, number, story.marker, story.comment)
    if found.get("body") != story.comment:
        path = project.path("issues", "comments", int(found["id"]))
        project.send("PATCH", path, {"body": story.comment}, read_back=lambda: _if_told(project.api.get(path), story))
    return _address(found)


def once(project: Project, number: int, marker: str, text: str) -> dict[str, Any]:
    """The one comment with *marker* on issue or pull request *number*, made as *text* where there is none."""
    found = _only(project, number, marker)
    if found is None:
        path = project.path("issues", number, "comments")
        made = project.send("POST", path, {"body": text}, read_back=lambda: _read_back(project, number, marker)).item
        found = _only(project, number, marker) or made
    return found


def sticky(project: Project, number: int, marker: str) -> dict[str, Any] | None:
    """The oldest comment of our own account on issue or pull request *number* that begins with *marker*."""
    return next(iter(_ours(project, number, marker)), None)


def _only(project: Project, number: int, marker: str) -> dict[str, Any] | None:
    """The oldest comment with *marker*, once the others of ours are gone."""
    oldest, *others = _ours(project, number, marker) or (None,)
    for comment in others:
        if comment is not None:
            with contextlib.suppress(MissingError):  # another run of ours took it away
                project.api.send("DELETE", project.path("issues", "comments", int(comment["id"])))
    return oldest


def _ours(project: Project, number: int, marker: str) -> tuple[dict[str, Any], ...]:
    found, _ = project.api.items(project.path("issues", number, "comments"))
    marked = [comment for comment in found if str(comment.get("body") or "").startswith(marker)]
    if not marked:
        return ()
    account = project.account()
    ours = [comment for comment in marked if plain_login(comment.get("user")) == account]
    return tuple(sorted(ours, key=lambda comment: int(comment["id"])))


def _read_back(project: Project, number: int, marker: str) -> Answer | None:
    found = sticky(project, number, marker)
    return None if found is None else Answer(200, {}, found)


def _if_told(answer: Answer, story: Story) -> Answer | None:
    return answer if answer.item.get("body") == story.comment else None


def _address(comment: dict[str, Any]) -> str:
    return str(comment.get("html_url") or "")


def _check(project: Project, story: Story, context: Context) -> None:
    """One check of a name on the commit, made or brought up to date, its notes in portions that GitHub takes."""
    name = story.check["name"]
    portions = list(_portions(story.notes)) or [[]]
    whole = {"name": name, "status": "completed", "conclusion": story.check["conclusion"]}
    found = _checked(project, name, context.commit)
    if found is None and story.is_quiet:
        return
    if found is None:
        body = {**whole, "head_sha": context.commit, "output": _output(story, portions.pop(0))}
        if context.run_url:
            body["details_url"] = context.run_url
        made = project.send(
            "POST", project.path("check-runs"), body, read_back=lambda: _lost(project, name, context.commit)
        )
        found = int(made.item["id"])
    for portion in portions:
        project.send("PATCH", project.path("check-runs", found), {**whole, "output": _output(story, portion)})


def _checked(project: Project, name: str, commit: str) -> int | None:
    path = project.path("commits", commit, "check-runs")
    found, _ = project.api.items(path, key="check_runs", check_name=name, filter="latest")
    numbers = [int(check["id"]) for check in found if check.get("name") == name]
    return max(numbers, default=None)


def _lost(project: Project, name: str, commit: str) -> Answer | None:
    found = _checked(project, name, commit)
    return None if found is None else Answer(200, {}, {"id": found})


def _output(story: Story, notes: list[dict[str, object]]) -> dict[str, object]:
    title = story.check.get("title") or story.check["name"]
    return {"title": title[:_TITLE], "summary": story.check.get("text", "")[:_TEXT], "annotations": notes}


def _portions(notes: tuple[Note, ...]) -> Iterator[list[dict[str, object]]]:
    for start in range(0, len(notes), _NOTES):
        yield [_annotation(note) for note in notes[start : start + _NOTES]]


def _annotation(note: Note) -> dict[str, object]:
    if note.level not in ("notice", "warning", "failure"):
        raise ForgeUnavailableError(f"a check has no notes of the level {note.level!r}")
    return {
        "path": note.path,
        "start_line": note.first,
        "end_line": note.last,
        "annotation_level": note.level,
        "title": note.title[:_TITLE],
        "message": note.message,
    }
