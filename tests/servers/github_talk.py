"""What people and programs say to a GitHub that is none: issues, comments, labels, releases; who may what."""

from __future__ import annotations

from typing import Any

from tests.servers.github_state import Account, Ask, Json, Refusal, State, known, route


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
    return 201, say(state, int(ask.parts[0]), str(ask.body["body"]), ask.account)


def say(state: State, issue: int, body: str, account: Account) -> Json:
    """Comment on an issue or a pull request as *account* does."""
    number = state.number()
    web = f"{state.url}/{state.name}/issues/{issue}"
    urls = {"html_url": f"{web}#issuecomment-{number}", "issue_url": web}
    state.comments[number] = {"id": number, "issue": issue, "user": account.user, "body": body, **urls}
    return state.comments[number]


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


@route("GET", r"/issues/comments/(\d+)/reactions")
def _reactions(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, [one for one in state.reactions.values() if one["comment"] == int(ask.parts[0])]


@route("POST", r"/issues/comments/(\d+)/reactions", "issues")
def _react(state: State, ask: Ask) -> tuple[int, Any]:
    known(state.comments, ask)
    wanted = {"comment": int(ask.parts[0]), "content": ask.body["content"], "user": ask.account.user}
    for one in state.reactions.values():
        if wanted.items() <= one.items():
            return 200, one
    number = state.number()
    state.reactions[number] = {"id": number, **wanted}
    return 201, state.reactions[number]


@route("GET", "/collaborators/([^/]+)/permission")
def _permission(state: State, ask: Ask) -> tuple[int, Any]:
    if ask.parts[0] not in state.permissions:
        raise Refusal(404, "Not Found")
    role = state.permissions[ask.parts[0]]
    built_on = {"maintain": "write", "triage": "read"}.get(role, role)
    return 200, {"permission": built_on if role in _ROLES else "write", "role_name": role}


_ROLES = ("admin", "maintain", "write", "triage", "read", "none")


@route("GET", r"/issues/(\d+)/labels")
def _labels(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, known({**state.issues, **state.pulls}, ask)["labels"]


@route("POST", r"/issues/(\d+)/labels", "issues")
def _label(state: State, ask: Ask) -> tuple[int, Any]:
    labels = known({**state.issues, **state.pulls}, ask)["labels"]
    labels += [{"name": name} for name in ask.body["labels"] if {"name": name} not in labels]
    return 200, labels


@route("DELETE", r"/issues/(\d+)/labels/([^/]+)", "issues")
def _unlabel(state: State, ask: Ask) -> tuple[int, Any]:
    labels = known({**state.issues, **state.pulls}, ask)["labels"]
    if {"name": ask.parts[1]} not in labels:
        raise Refusal(404, "Label does not exist")
    labels.remove({"name": ask.parts[1]})
    return 200, labels


@route("GET", "/git/ref/tags/(.+)")
def _tag(state: State, ask: Ask) -> tuple[int, Any]:
    name = f"refs/tags/{ask.parts[0]}"
    if name not in (known_tags := state.bare.refs(name)):
        raise Refusal(404, "Not Found")
    return 200, {"ref": name, "object": {"sha": known_tags[name], "type": "commit"}}


@route("GET", "/releases")
def _releases(state: State, ask: Ask) -> tuple[int, Any]:
    may_write = "contents" in ask.account.rights
    return 200, [one for one in reversed(state.releases.values()) if may_write or not one["draft"]]


@route("POST", "/releases", "contents")
def _make_release(state: State, ask: Ask) -> tuple[int, Any]:
    if len(str(ask.body.get("body") or "")) > 125_000:  # as GitHub has it
        raise Refusal(422, "body is too long (maximum is 125000 characters)")
    number = state.number()
    url = f"{state.url}/{state.name}/releases/tag/untagged-{number}"
    state.releases[number] = {"id": number, "html_url": url, "author": ask.account.user, **ask.body}
    return 201, state.releases[number]


@route("GET", r"/releases/(\d+)")
def _release(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, known(state.releases, ask)


@route("PATCH", r"/releases/(\d+)", "contents")
def _change_release(state: State, ask: Ask) -> tuple[int, Any]:
    known(state.releases, ask).update(ask.body)
    return 200, state.releases[int(ask.parts[0])]


@route("DELETE", r"/releases/(\d+)", "contents")
def _drop_release(state: State, ask: Ask) -> tuple[int, Any]:
    known(state.releases, ask)
    del state.releases[int(ask.parts[0])]
    return 204, None
