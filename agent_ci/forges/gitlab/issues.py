"""Tells people on GitLab of a failure that nobody repairs: one open issue for each, closed when it is gone."""

from __future__ import annotations

from collections.abc import Callable

from agent_ci.forges.gitlab.once import Once
from agent_ci.forges.gitlab.project import Item, Project, number_of


def escalate(project: Project, fingerprint: str, title: str, body: str) -> str:
    """The address of the open issue for the failure *fingerprint*, made with *title* and *body* where there is none."""

    def make(read_back: Callable[[], Item | None]) -> Item:
        said = {"title": title, "description": f"{_mark(fingerprint)}\n{body}"}
        return project.send("POST", ("issues",), said, read_back)

    issue, _ = Once(lambda: _open(project, fingerprint), make, lambda one: _close(project, one)).done()
    return str(issue.get("web_url", ""))


def settle(project: Project, fingerprint: str) -> bool:
    """Close the open issue for the failure *fingerprint*, which is gone; False where there is none any more."""
    found = _open(project, fingerprint)
    for issue in found:
        _close(project, issue)
    return bool(found)


def _close(project: Project, issue: Item) -> None:
    project.send("PUT", ("issues", number_of(issue, "iid")), {"state_event": "close"})


def _open(project: Project, fingerprint: str) -> tuple[Item, ...]:
    mark = _mark(fingerprint)
    asked = {"state": "opened", "scope": "all", "search": fingerprint, "in": "description"}
    found = project.items("issues", **asked)
    return tuple(one for one in found if str(one.get("description", "")).startswith(mark) and project.is_own(one))


def _mark(fingerprint: str) -> str:
    return f"<!-- agent-ci:issue:{fingerprint} -->"
