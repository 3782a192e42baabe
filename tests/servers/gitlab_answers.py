"""How a GitLab that is none answers about issues and pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.servers.gitlab import GitLabServer
from tests.servers.gitlab_values import Asked, Refusal

Json = dict[str, Any]


def list_issues(server: GitLabServer, asked: Asked) -> list[Json]:
    words, state = asked.query.get("search", ""), asked.query.get("state", "all")
    rows = [one for one in server.issues.values() if state in ("all", one["state"])]
    return [one for one in rows if words in one["description"]]


def make_issue(server: GitLabServer, asked: Asked) -> Json:
    number = len(server.issues) + 1
    said = {name: asked.body.get(name, "") for name in ("title", "description", "labels")}
    address = f"{server.url}/{server.variables['CI_PROJECT_PATH']}/-/issues/{number}"
    made = {"id": server.number(), "iid": number, "state": "opened", "author": server.users[asked.user]}
    server.issues[number] = {**made, **said, "web_url": address}
    return server.issues[number]


def edit_issue(server: GitLabServer, asked: Asked, number: str) -> Json:
    said = dict(asked.body)
    if said.pop("state_event", "") == "close":
        said["state"] = "closed"
    server.issues[int(number)].update(said)
    return server.issues[int(number)]


def release(server: GitLabServer, _asked: Asked, tag: str) -> Json:
    return server.releases[tag]


def make_release(server: GitLabServer, asked: Asked) -> Json:
    tag = asked.body["tag_name"]
    if tag in server.releases:
        raise Refusal(409, "Release already exists")
    if not server.hosted.git("tag", "--list", tag):
        raise Refusal(422, "Ref is not specified")
    address = f"{server.url}/{server.variables['CI_PROJECT_PATH']}/-/releases/{tag}"
    server.releases[tag] = {**asked.body, "_links": {"self": address}}
    return server.releases[tag]


def edit_release(server: GitLabServer, asked: Asked, tag: str) -> Json:
    server.releases[tag].update(asked.body)
    return server.releases[tag]


def pipeline(server: GitLabServer, _asked: Asked, number: str) -> Json:
    return server.ended[int(number)]


def jobs(server: GitLabServer, asked: Asked, number: str) -> list[Json]:
    wanted = asked.query.get("scope[]", "")
    return [one for one in server.jobs[int(number)] if wanted in ("", one["status"])]


def trace(server: GitLabServer, _asked: Asked, job: str) -> bytes:
    return server.traces[int(job)]


def report(server: GitLabServer, _asked: Asked, number: str) -> Json:
    return server.test_reports.get(int(number), {"total_count": 0, "test_suites": []})


def project(_server: GitLabServer, _asked: Asked) -> Json:
    return {"id": 5, "path_with_namespace": "group/name", "default_branch": "main"}


def protected_branch(server: GitLabServer, _asked: Asked, branch: str) -> Json:
    return server.protected[branch]


def member(server: GitLabServer, _asked: Asked, number: str) -> Json:
    return {"id": int(number), "access_level": server.levels[int(number)]}


def edit_job_token_scope(server: GitLabServer, asked: Asked) -> None:
    server.job_token_scope["inbound_enabled"] = asked.body["enabled"]


def make_access_token(server: GitLabServer, asked: Asked) -> Json:
    """A token of a new account of the project, as GitLab makes one for each."""
    number = server.number()
    server.users[number] = {"id": number, "username": f"project_5_bot_{number}", "state": "active", "bot": True}
    server.levels[number], server.token_scopes[number] = int(asked.body["access_level"]), asked.body["scopes"]
    server.tokens[f"glpat-made{number}"] = number
    return {"id": number, "token": f"glpat-made{number}", "scopes": server.token_scopes[number]}
