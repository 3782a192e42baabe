"""What people and their programs say to a GitHub that is none: issues and comments."""

from __future__ import annotations

from typing import Any

from tests.servers.github_state import Ask, State, known, route


@route("GET", "/issues")
def _issues(state: State, ask: Ask) -> tuple[int, Any]:
    label = ask.query.get("labels", "")
    kept = [issue for issue in state.issues.values() if ask.query.get("state", "open") in ("all", issue["state"])]
    return 200, [issue for issue in kept if not label or label in issue["labels"]]


@route("POST", "/issues", "issues")
def _make_issue(state: State, ask: Ask) -> tuple[int, Any]:
    number = state.number()
    url = f"{state.url}/{state.name}/issues/{number}"
    state.issues[number] = {"number": number, "state": "open", "user": ask.account.user, "html_url": url, **ask.body}
    return 201, state.issues[number]


@route("GET", r"/issues/(\d+)")
def _issue(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, known({**state.issues, **state.pulls}, ask)


@route("PATCH", r"/issues/(\d+)", "issues")
def _change_issue(state: State, ask: Ask) -> tuple[int, Any]:
    known(state.issues, ask).update(ask.body)
    return 200, state.issues[int(ask.parts[0])]


@route("GET", r"/issues/(\d+)/comments")
def _comments(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, [comment for comment in state.comments.values() if comment["issue"] == int(ask.parts[0])]


@route("POST", r"/issues/(\d+)/comments", "issues")
def _make_comment(state: State, ask: Ask) -> tuple[int, Any]:
    number, issue = state.number(), int(ask.parts[0])
    url = f"{state.url}/{state.name}/issues/{issue}#issuecomment-{number}"
    state.comments[number] = {"id": number, "issue": issue, "user": ask.account.user, "html_url": url, **ask.body}
    return 201, state.comments[number]


@route("GET", r"/issues/comments/(\d+)")
def _comment(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, known(state.comments, ask)


@route("PATCH", r"/issues/comments/(\d+)", "issues")
def _change_comment(state: State, ask: Ask) -> tuple[int, Any]:
    known(state.comments, ask).update(ask.body)
    return 200, state.comments[int(ask.parts[0])]


@route("DELETE", r"/issues/comments/(\d+)", "issues")
def _drop_comment(state: State, ask: Ask) -> tuple[int, Any]:
    known(state.comments, ask)
    del state.comments[int(ask.parts[0])]
    return 204, None
