"""What a GitHub that is none remembers, and how it answers each request: the rules that the adapter counts on."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.servers.bare import Bare, GitError

Json = dict[str, Any]


@dataclass(frozen=True)
class Account:
    """Whose a token is, and what it may write: ``contents``, ``pull-requests``, ``issues``, ``checks``, ...."""

    login: str = "github-actions[bot]"
    rights: frozenset[str] = frozenset({"contents", "pull-requests", "issues", "checks", "actions"})

    @property
    def user(self) -> Json:
        """As the API tells it."""
        return {"login": self.login, "type": "Bot" if self.login.endswith("[bot]") else "User"}


@dataclass(frozen=True)
class Ask:
    """One request to the API: by whom, its query and its body, and what its path named."""

    account: Account
    query: Mapping[str, str]
    body: Json
    parts: tuple[str, ...] = ()


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 - it is an answer
    """An answer that is no success."""

    status: int
    message: str
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class State:
    """The repository *name*, whose files are in *bare*, as GitHub knows it. *url* is where people look at it."""

    name: str
    bare: Bare
    url: str
    protected: dict[str, str] = field(default_factory=dict)
    permissions: dict[str, str] = field(default_factory=dict)
    reactions: dict[int, Json] = field(default_factory=dict)
    pulls: dict[int, Json] = field(default_factory=dict)
    issues: dict[int, Json] = field(default_factory=dict)
    releases: dict[int, Json] = field(default_factory=dict)
    comments: dict[int, Json] = field(default_factory=dict)
    reviews: dict[int, Json] = field(default_factory=dict)
    checks: dict[int, Json] = field(default_factory=dict)
    runs: dict[int, Json] = field(default_factory=dict)
    jobs: dict[int, list[Json]] = field(default_factory=dict)
    artifacts: dict[int, list[Json]] = field(default_factory=dict)
    settings: dict[str, Any] = field(default_factory=dict)
    scopes: str | None = None
    has_drafts: bool = True
    may_open_requests: bool = True
    loses_modes: bool = False
    _last: int = 0

    def number(self) -> int:
        """The next id; here all things share one sequence."""
        self._last += 1
        return self._last

    def open_request(
        self, head: str, base: str = "main", *, by: str = "ada", repository: str = "", number: int = 0
    ) -> int:
        """A pull request that somebody made from the branch *head* to *base*; its *number*, 0 for the next one."""
        number = self._last = max(number, self._last + 1)
        self.pulls[number] = {
            "number": number,
            "state": "open",
            "draft": False,
            "title": "a change",
            "body": "",
            "labels": [],
            "merged_at": None,
            "user": {"login": by, "type": "User"},
            "html_url": f"{self.url}/{self.name}/pull/{number}",
            "head": {"ref": head, "repo": {"full_name": repository or self.name}},
            "base": {"ref": base, "repo": {"full_name": self.name}},
        }
        return number

    def red_run(self, number: int, commit: str, *, repository: str = "") -> None:
        """A run of a workflow that ended red, of *commit*, which came from *repository*."""
        self.runs[number] = {
            "id": number,
            "head_sha": commit,
            "conclusion": "failure",
            "repository": {"full_name": self.name},
            "head_repository": {"full_name": repository or self.name},
        }

    def close(self, number: int, *, by: Account | None = None, merged: bool = False) -> None:
        """Close a pull request or an issue, as the account *by* does it: a person, where none is given."""
        thing = self.pulls.get(number) or self.issues[number]
        thing["state"] = "closed"
        thing["closed_by"] = by.user if by else {"login": "ada", "type": "User"}
        if merged:
            thing["merged_at"] = "2026-01-01T00:00:00Z"

    def answer(self, method: str, path: str, ask: Ask) -> tuple[int, Any]:
        """The status and the JSON for *path* below the repository's address. Raises Refusal."""
        for wanted, pattern, right, act in ROUTES:
            if wanted == method and (found := pattern.fullmatch(path)):
                if right and right not in ask.account.rights:
                    accepted = (("X-Accepted-GitHub-Permissions", f"{right.replace('-', '_')}=write"),)
                    raise Refusal(403, "Resource not accessible by integration", accepted)
                return act(self, Ask(ask.account, ask.query, ask.body, found.groups()))
        raise Refusal(404, "Not Found")

    def shown(self, request: Json) -> Json:
        """A pull request with the heads that its branches have now."""
        heads = {side: {**request[side], "sha": self.bare.head(request[side]["ref"])} for side in ("head", "base")}
        return {**request, **heads}

    def moved(self, branch: str) -> None:
        """Raise the Refusal of a protected branch."""
        if branch in self.protected:
            raise Refusal(422, self.protected[branch])


Act = Callable[[State, Ask], tuple[int, Any]]
ROUTES: list[tuple[str, re.Pattern[str], str, Act]] = []


def route(method: str, pattern: str, right: str = "") -> Callable[[Act], Act]:
    """Have a function answer *method* at *pattern*, for whom has *right*."""

    def added(act: Act) -> Act:
        ROUTES.append((method, re.compile(pattern), right, act))
        return act

    return added


@route("GET", "")
def _repository(state: State, _ask: Ask) -> tuple[int, Any]:
    about = {"full_name": state.name, "default_branch": "main", "private": False}
    return 200, {**about, **state.settings.get("repository", {})}


@route("GET", "/git/ref/heads/(.+)")
def _ref(state: State, ask: Ask) -> tuple[int, Any]:
    head = state.bare.head(ask.parts[0])
    if not head:
        raise Refusal(404, "Not Found")
    return 200, {"ref": f"refs/heads/{ask.parts[0]}", "object": {"sha": head, "type": "commit"}}


@route("POST", "/git/refs", "contents")
def _make_ref(state: State, ask: Ask) -> tuple[int, Any]:
    branch = ask.body["ref"].removeprefix("refs/heads/")
    state.moved(branch)
    try:
        state.bare.move(branch, ask.body["sha"], expected="0" * 40)
    except GitError as error:
        raise Refusal(422, "Reference already exists") from error
    return 201, {"ref": ask.body["ref"], "object": {"sha": ask.body["sha"]}}


@route("PATCH", "/git/refs/heads/(.+)", "contents")
def _move_ref(state: State, ask: Ask) -> tuple[int, Any]:
    branch, commit = ask.parts[0], ask.body["sha"]
    state.moved(branch)
    head = state.bare.head(branch)
    if not head:
        raise Refusal(422, "Reference does not exist")
    if not ask.body.get("force") and not state.bare.contains(head, commit):
        raise Refusal(422, "Update is not a fast forward")
    state.bare.move(branch, commit, expected=head)
    return 200, {"ref": f"refs/heads/{branch}", "object": {"sha": commit}}


def _told(row: Mapping[str, Any]) -> Json:
    parents = [{"sha": parent} for parent in row["parents"]]
    return {"sha": row["sha"], "tree": {"sha": row["tree"]}, "parents": parents, "message": row["message"]}


@route("GET", "/git/commits/([0-9a-f]{40})")
def _commit(state: State, ask: Ask) -> tuple[int, Any]:
    try:
        return 200, _told(state.bare.described(ask.parts[0])[0])
    except GitError as error:
        raise Refusal(404, "Not Found") from error


@route("POST", "/git/commits", "contents")
def _make_commit(state: State, ask: Ask) -> tuple[int, Any]:
    commit = state.bare.commit(ask.body["tree"], ask.body["parents"], ask.body["message"])
    return 201, {"sha": commit}


@route("POST", "/git/blobs", "contents")
def _make_blob(state: State, ask: Ask) -> tuple[int, Any]:
    content = b64decode(ask.body["content"]) if ask.body["encoding"] == "base64" else ask.body["content"].encode()
    return 201, {"sha": state.bare.blob(content)}


@route("POST", "/git/trees", "contents")
def _make_tree(state: State, ask: Ask) -> tuple[int, Any]:
    rows = [("100644" if state.loses_modes else row["mode"], row["path"], row["sha"]) for row in ask.body["tree"]]
    return 201, {"sha": state.bare.tree(ask.body["base_tree"], rows)}


@route("GET", "/commits")
def _commits(state: State, ask: Ask) -> tuple[int, Any]:
    rows = [_told(row) for row in state.bare.described(ask.query["sha"], int(ask.query["per_page"]))]
    return 200, [{"sha": row["sha"], "parents": row["parents"], "commit": row} for row in rows]


@route("GET", "/commits/([0-9a-f]{40})/check-runs")
def _checks_of(state: State, ask: Ask) -> tuple[int, Any]:
    found = [check for check in state.checks.values() if check["head_sha"] == ask.parts[0]]
    named = [check for check in found if check["name"] == ask.query.get("check_name", check["name"])]
    return 200, {"total_count": len(named), "check_runs": named}


def _noted(check: Json, body: Json) -> Json:
    """A check with what *body* changes; annotations are added to those that are there."""
    notes = body.get("output", {}).get("annotations", [])
    if len(notes) > 50:
        raise Refusal(422, "annotations: no more than 50 items are allowed")
    return {**check, **body, "annotations": [*check.get("annotations", []), *notes]}


@route("POST", "/check-runs", "checks")
def _make_check(state: State, ask: Ask) -> tuple[int, Any]:
    number = state.number()
    state.checks[number] = _noted({"id": number}, ask.body)
    return 201, state.checks[number]


@route("PATCH", r"/check-runs/(\d+)", "checks")
def _change_check(state: State, ask: Ask) -> tuple[int, Any]:
    number = int(ask.parts[0])
    state.checks[number] = _noted(state.checks[number], ask.body)
    return 200, state.checks[number]


@route("GET", "/pulls")
def _pulls(state: State, ask: Ask) -> tuple[int, Any]:
    wanted, head = ask.query.get("state", "open"), ask.query.get("head", "").partition(":")[2]
    found = [state.shown(pull) for pull in state.pulls.values()]
    kept = [pull for pull in found if wanted in ("all", pull["state"]) and head in ("", pull["head"]["ref"])]
    return 200, sorted(kept, key=lambda pull: -int(pull["number"]))


@route("POST", "/pulls", "pull-requests")
def _make_pull(state: State, ask: Ask) -> tuple[int, Any]:
    if not state.may_open_requests:
        raise Refusal(403, "GitHub Actions is not permitted to create or approve pull requests.")
    if ask.body["draft"] and not state.has_drafts:
        raise Refusal(422, "Draft pull requests are not supported in this repository.")
    head, base = ask.body["head"], ask.body["base"]
    if not state.bare.head(base) or not state.bare.head(head):
        raise Refusal(422, "Validation Failed: base or head is invalid")
    for pull in state.pulls.values():
        if (pull["state"], pull["head"]["ref"], pull["base"]["ref"]) == ("open", head, base):
            raise Refusal(422, f"A pull request already exists for {head}.")
    number = state.open_request(head, base)
    made = {name: ask.body[name] for name in ("title", "body", "draft")}
    state.pulls[number] |= {**made, "user": ask.account.user}
    return 201, state.shown(state.pulls[number])


@route("GET", r"/pulls/(\d+)")
def _pull(state: State, ask: Ask) -> tuple[int, Any]:
    return 200, state.shown(known(state.pulls, ask))


@route("PATCH", r"/pulls/(\d+)", "pull-requests")
def _change_pull(state: State, ask: Ask) -> tuple[int, Any]:
    known(state.pulls, ask).update(ask.body)
    return 200, state.shown(state.pulls[int(ask.parts[0])])


@route("GET", r"/pulls/(\d+)/files")
def _files(state: State, ask: Ask) -> tuple[int, Any]:
    pull = known(state.pulls, ask)
    patches = state.bare.patches(f"refs/heads/{pull['base']['ref']}", f"refs/heads/{pull['head']['ref']}")
    return 200, [{"filename": name, "patch": patch} for name, patch in patches.items()]


@route("GET", r"/pulls/(\d+)/reviews")
def _reviews(state: State, ask: Ask) -> tuple[int, Any]:
    found = [review for review in state.reviews.values() if review["pull"] == int(ask.parts[0])]
    return 200, [one for one in found if one["state"] != "PENDING" or one["user"] == ask.account.user]


@route("POST", r"/pulls/(\d+)/reviews", "pull-requests")
def _make_review(state: State, ask: Ask) -> tuple[int, Any]:
    pull, event = known(state.pulls, ask), ask.body.get("event")
    ours = [one for one in state.reviews.values() if one["user"] == ask.account.user and one["state"] == "PENDING"]
    if not event and any(one["pull"] == pull["number"] for one in ours):
        raise Refusal(422, "User can only have one pending review per pull request")
    shown = state.bare.patches(f"refs/heads/{pull['base']['ref']}", f"refs/heads/{pull['head']['ref']}")
    for comment in ask.body["comments"]:
        _check_lines(comment, shown)
    number = state.number()
    state.reviews[number] = {
        "id": number,
        "pull": pull["number"],
        "state": "COMMENTED" if event else "PENDING",
        "user": ask.account.user,
        "html_url": f"{pull['html_url']}#pullrequestreview-{number}",
        **{name: ask.body[name] for name in ("commit_id", "body", "comments")},
    }
    return 200, state.reviews[number]


def _check_lines(comment: Json, shown: Mapping[str, str]) -> None:
    if comment["path"] not in shown:
        raise Refusal(422, "Path could not be resolved")
    last: int = comment["line"]
    first: int = comment.get("start_line", last)
    number = 0
    blocks: list[set[int]] = []
    for line in shown[comment["path"]].splitlines():
        if line.startswith("@@"):
            number = int(line.split("+")[1].split(" ")[0].split(",")[0])
            blocks.append(set())
        elif line[:1] in ("+", " "):
            blocks[-1].add(number)
            number += 1
    if first > last or not any({*range(first, last + 1)} <= block for block in blocks):
        raise Refusal(422, "pull_request_review_thread.line must be part of the diff")


@route("DELETE", r"/pulls/\d+/reviews/(\d+)", "pull-requests")
def _drop_review(state: State, ask: Ask) -> tuple[int, Any]:
    if known(state.reviews, ask)["state"] != "PENDING":
        raise Refusal(422, "Can not delete a non-pending pull request review")
    return 200, state.reviews.pop(int(ask.parts[0]))


@route("POST", r"/pulls/\d+/reviews/(\d+)/events", "pull-requests")
def _submit_review(state: State, ask: Ask) -> tuple[int, Any]:
    review = known(state.reviews, ask)
    if review["state"] != "PENDING":
        raise Refusal(422, "Can not submit a review that is not pending")
    review["state"] = "COMMENTED"
    return 200, review


def graphql(state: State, ask: Ask) -> Json:
    """The answer to a query: ``viewer``, or a commit by ``createCommitOnBranch``."""
    if "viewer" in ask.body["query"]:
        return {"data": {"viewer": {"login": ask.account.login}}}
    if "contents" not in ask.account.rights:
        return _error("FORBIDDEN", "Resource not accessible by integration")
    change = ask.body["variables"]["input"]
    branch, expected = change["branch"]["branchName"], change["expectedHeadOid"]
    head = state.bare.head(branch)
    if branch in state.protected:
        return _error("UNPROCESSABLE", state.protected[branch])
    if head != expected:
        return _error("STALE_DATA", f"Expected branch to point to {json.dumps(head)} but it did not.")
    modes, files = state.bare.modes(head), change["fileChanges"]
    rows: list[tuple[str, str, str | None]] = [("0", one["path"], None) for one in files["deletions"]]
    for one in files["additions"]:
        mode = "100644" if state.loses_modes else modes.get(one["path"], "100644")
        rows.append((mode, one["path"], state.bare.blob(b64decode(one["contents"]))))
    message = f"{change['message']['headline']}\n\n{change['message']['body']}"
    commit = state.bare.commit(state.bare.tree(head, rows), [head], message)
    state.bare.move(branch, commit, expected=head)
    return {"data": {"createCommitOnBranch": {"commit": {"oid": commit}}}}


def _error(kind: str, message: str) -> Json:
    return {"data": {"createCommitOnBranch": None}, "errors": [{"type": kind, "message": message}]}


def known(things: Mapping[int, Json], ask: Ask) -> Json:
    """What *ask* names, of *things*. Raises Refusal."""
    if int(ask.parts[0]) not in things:
        raise Refusal(404, "Not Found")
    return things[int(ask.parts[0])]
