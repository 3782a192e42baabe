"""How a GitLab that is none answers about issues and pipelines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.servers.gitlab import Asked, GitLabServer

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


def pipeline(server: GitLabServer, _asked: Asked, number: str) -> Json:
    return server.ended[int(number)]


def jobs(server: GitLabServer, asked: Asked, number: str) -> list[Json]:
    wanted = asked.query.get("scope[]", "")
    return [one for one in server.jobs[int(number)] if wanted in ("", one["status"])]


def trace(server: GitLabServer, _asked: Asked, job: str) -> bytes:
    return server.traces[int(job)]


def report(server: GitLabServer, _asked: Asked, number: str) -> Json:
    return server.test_reports.get(int(number), {"total_count": 0, "test_suites": []})
