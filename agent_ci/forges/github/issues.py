"""Tells people of a failure that nobody repairs: one open issue for each failure, closed when it is gone."""

from __future__ import annotations

from typing import Any

from agent_ci.forges.github.project import Project, plain_login
from agent_ci.http.answers import Answer

LABEL = "agent-ci"


def escalate(project: Project, fingerprint: str, title: str, body: str) -> str:
    """The address of the open issue for the failure *fingerprint*, made with *title* and *body* where there is none.

    Of several that were made at the same moment all but the oldest are closed at once.
    """
    found = _ours(project, fingerprint)
    if not found:
        wanted = {"title": title, "body": f"{body}\n\n{_marker(fingerprint)}", "labels": [LABEL]}
        made = project.send(
            "POST", project.path("issues"), wanted, read_back=lambda: _read_back(project, fingerprint)
        ).item
        found = _ours(project, fingerprint) or (made,)
    for issue in found[1:]:
        _close(project, int(issue["number"]), "not_planned")
    return str(found[0].get("html_url") or "")


def settle(project: Project, fingerprint: str) -> bool:
    """Close the open issue for the failure *fingerprint*, which is gone; False where there is none any more."""
    found = _ours(project, fingerprint)
    for issue in found:
        _close(project, int(issue["number"]), "completed")
    return bool(found)


def _close(project: Project, number: int, reason: str) -> None:
    path, body = project.path("issues", number), {"state": "closed", "state_reason": reason}
    project.send("PATCH", path, body, read_back=lambda: _if_closed(project.api.get(path)))


def _if_closed(answer: Answer) -> Answer | None:
    return answer if answer.item.get("state") == "closed" else None


def _ours(project: Project, fingerprint: str) -> tuple[dict[str, Any], ...]:
    """The open issues with our label and marker that our account made, the oldest first; no pull requests."""
    found, _ = project.api.items(project.path("issues"), state="open", labels=LABEL)
    marker = _marker(fingerprint)
    marked = [issue for issue in found if "pull_request" not in issue and marker in str(issue.get("body") or "")]
    if not marked:
        return ()
    account = project.account()
    ours = [issue for issue in marked if plain_login(issue.get("user")) == account]
    return tuple(sorted(ours, key=lambda issue: int(issue["number"])))


def _read_back(project: Project, fingerprint: str) -> Answer | None:
    found = _ours(project, fingerprint)
    return Answer(200, {}, found[0]) if found else None


def _marker(fingerprint: str) -> str:
    return f"<!-- agent-ci:{fingerprint} -->"
