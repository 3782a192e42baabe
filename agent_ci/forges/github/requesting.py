"""Opens one draft pull request for a parcel, stacked on the branch that it repairs, and keeps it up to date."""

from __future__ import annotations

from typing import Any

from agent_ci.core.ladder import PULL_REQUEST
from agent_ci.core.parcel import Parcel
from agent_ci.errors import NotAllowedError, RungRefusedError
from agent_ci.forges.github import objects
from agent_ci.forges.github.project import Project, refused
from agent_ci.http.answers import Answer, RejectedError
from agent_ci.ports import Delivery

_TITLE = 256  # characters that GitHub takes
_BODY = 65_000


def deliver(project: Project, parcel: Parcel) -> Delivery:
    """The open pull request of *parcel*, made or brought up to date. One that a person closed stays closed."""
    if parcel.from_fork:
        raise RungRefusedError("the branch is a fork's, and a pull request of this repository cannot go there")
    if not parcel.target:
        raise RungRefusedError("the run judged no branch, so there is none that a pull request could be merged into")
    objects.check(parcel)
    if (earlier := _earlier(project, parcel)) is not None:
        return _renewed(project, parcel, earlier)
    _make_branch(project, parcel)
    return _opened(project, parcel)


def _earlier(project: Project, parcel: Parcel) -> dict[str, Any] | None:
    """The pull request from our branch: an open or a merged one. Raises RungRefusedError where a person closed it."""
    found, _ = project.api.items(project.path("pulls"), head=f"{project.owner}:{parcel.own_branch}", state="all")
    ours = [request for request in found if _head(request) == parcel.own_branch]
    for request in ours:
        if request.get("state") == "open" or request.get("merged_at"):
            return request
    for request in ours:
        closer = project.api.get(project.path("issues", int(request["number"]))).item.get("closed_by")
        if not isinstance(closer, dict) or closer.get("type") != "Bot":
            raise RungRefusedError(f"a person closed pull request #{request['number']} with this change")
    return None


def _head(request: dict[str, Any]) -> str:
    head = request.get("head")
    return str(head.get("ref")) if isinstance(head, dict) else ""


def _renewed(project: Project, parcel: Parcel, request: dict[str, Any]) -> Delivery:
    wanted = {"title": _title(parcel), "body": _body(parcel)}
    if request.get("state") == "open" and any(request.get(name) != text for name, text in wanted.items()):
        path = project.path("pulls", int(request["number"]))
        project.send("PATCH", path, wanted, read_back=lambda: _if_same(project.api.get(path), wanted))
    return _delivery(request)


def _if_same(answer: Answer, wanted: dict[str, str]) -> Answer | None:
    is_same = all(answer.item.get(name) == text for name, text in wanted.items())
    return answer if is_same else None


def _make_branch(project: Project, parcel: Parcel) -> None:
    """Our branch with the commit of *parcel*. One that is there is used where it holds that commit, and kept."""
    if _has_branch(project, parcel):
        return
    body = {"ref": f"refs/heads/{parcel.own_branch}", "sha": objects.make(project, parcel)}
    try:
        project.send("POST", project.path("git", "refs"), body, read_back=lambda: _branch(project, parcel))
    except RejectedError as error:
        if not _has_branch(project, parcel):  # another run of ours was faster, else it was declined
            raise refused(error, f"the branch {parcel.own_branch}") from error


def _branch(project: Project, parcel: Parcel) -> Answer | None:
    return Answer(200, {}, {}) if _has_branch(project, parcel) else None


def _has_branch(project: Project, parcel: Parcel) -> bool:
    head = project.head(parcel.own_branch)
    if head is None:
        return False
    if not any(objects.delivered(parcel, commit) for commit in project.history(head)):
        raise RungRefusedError(f"there is a branch {parcel.own_branch} that does not hold this change; delete it")
    return True


def _opened(project: Project, parcel: Parcel) -> Delivery:
    body = {
        "title": _title(parcel),
        "body": _body(parcel),
        "head": parcel.own_branch,
        "base": parcel.target,
        "draft": True,
    }
    try:
        return _delivery(_post(project, parcel, body))
    except RejectedError as error:
        if (earlier := _earlier(project, parcel)) is not None:
            return _delivery(earlier)
        if "draft" not in error.said.lower():
            raise refused(error, f"a pull request into {parcel.target}") from error
    try:  # a plan without drafts
        return _delivery(_post(project, parcel, {**body, "draft": False}))
    except RejectedError as error:
        if (earlier := _earlier(project, parcel)) is not None:
            return _delivery(earlier)
        raise refused(error, f"a pull request into {parcel.target}") from error


def _post(project: Project, parcel: Parcel, body: dict[str, object]) -> dict[str, Any]:
    def read_back() -> Answer | None:
        found = _earlier(project, parcel)
        return None if found is None else Answer(200, {}, found)

    try:
        return project.send("POST", project.path("pulls"), body, read_back=read_back).item
    except NotAllowedError as error:
        raise NotAllowedError(
            f"{error}; where the job has pull-requests: write, allow it under Settings > Actions > General > "
            "Allow GitHub Actions to create and approve pull requests"
        ) from error


def _title(parcel: Parcel) -> str:
    return (parcel.title or parcel.subject)[:_TITLE]


def _body(parcel: Parcel) -> str:
    text = (parcel.body or parcel.message.partition("\n")[2].strip("\n"))[:_BODY]
    return text if parcel.marker in text else f"{text}\n\n{parcel.marker}"


def _delivery(request: dict[str, Any]) -> Delivery:
    state = "merged already" if request.get("merged_at") else "open"
    kind = "draft pull request" if request.get("draft") else "pull request"
    url = str(request.get("html_url") or "")
    return Delivery(PULL_REQUEST, f"{kind} #{request.get('number')} is {state} at GitHub: {url}", url)
